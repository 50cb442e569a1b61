// A job in all its ways, each on the same small dataset and quick models, hence more than 300 lines.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backtestBySeries, backtestOfJob, backtestOfRun } from '../../db/backtests.ts';
import { deleteDataset, getDataset, updateDataset } from '../../db/datasets.ts';
import { accuracyOf, latestForecast, originsOf } from '../../db/forecasts.ts';
import { claimJob, getJob, insertJob, type JobKind, type JobResult, listJobs } from '../../db/jobs.ts';
import { insertPromotion, promotionsOf, servingOf } from '../../db/promotions.ts';
import { foldsOf, getRun, runsOf, runWeights } from '../../db/runs.ts';
import { championOf, unseenWeights } from '../../server/champion.ts';
import type { Settings } from '../../server/contract.ts';
import { storeOutcome } from '../../server/outcome.ts';
import { loadTrainingData } from '../../server/training-data.ts';
import { doJob, type Outcome } from '../../server/work.ts';
import { quickModels, readQuick } from '../support/quick-models.ts';
import { addDataset, appendValues, DAY, type FreshStore, freshStore, START, wave } from '../support/store.ts';

const DAILY = { frequency: 'P1D', zone: 'UTC' };
const GOOD: Settings = {};
/** Shifts every forecast of the quick network by about half the level. */
const BAD: Settings = { learningRate: 0.5 };
/** Better than seasonal naive, worse than GOOD. */
const FAIR: Settings = { learningRate: 0.005 };

let fresh: FreshStore;
let datasetId: number;
let ids: Record<string, number>;
let now: number;
beforeEach(() => {
  fresh = freshStore();
  ({ datasetId, seriesIds: ids } = addDataset(fresh.store, {
    a: wave(70),
    b: wave(80, 3),
    constant: new Array(80).fill(5),
  }));
  now = 1000;
});
afterEach(() => fresh.close());

interface Asked {
  kind?: JobKind;
  settings?: Settings;
  reason?: string;
  /** Between the work and the storing of it. */
  meanwhile?: () => void;
}

/** Queues a job, does it with the quick models and stores what came of it. */
async function job({ kind = 'train', settings, reason = 'manual', meanwhile }: Asked = {}) {
  const id = insertJob(fresh.store, { datasetId, kind, reason, request: settings ? { settings } : {} }, now++);
  const claimed = claimJob(fresh.store, now++)!;
  expect(claimed.id).toBe(id);
  const log: string[] = [];
  const hooks = { log: (line: string) => log.push(line), packageVersion: '1.2.3', models: quickModels() };
  const outcome: Outcome = await doJob(fresh.store, claimed, hooks);
  meanwhile?.();
  expect(storeOutcome(fresh.store, claimed, outcome, { now: now++, packageVersion: '1.2.3' })).toBe(true);
  return { id, log, outcome, result: getJob(fresh.store, id)!.result as JobResult };
}

describe('a training', () => {
  it('is scored on as many steps as young series can spare, and says so', async () => {
    ({ datasetId } = addDataset(fresh.store, { c: wave(12), d: wave(12, 3) }, { name: 'young' }));
    const { result } = await job();
    expect(result).toMatchObject({ promoted: true, serving: 'quick' });
    expect(result.message).toMatch(/ \(Over 4 steps: the series are too short to hold back 7\.\)$/);
    const run = getRun(fresh.store, result.runId!)!;
    expect(run.horizon).toBe(7);
    expect(run.byStep.quick).toHaveLength(4);
    // What was scored looks as far as what serves: once there are data, it is scored on all of it.
    const { weights, scoredWeights } = runWeights(fresh.store, result.runId!)!;
    expect([weights, scoredWeights].map((bytes) => readQuick(bytes).horizon)).toEqual([7, 7]);
  });

  it('is scored by MAE where there is no season before an origin', async () => {
    ({ datasetId } = addDataset(fresh.store, { c: wave(7), d: wave(7, 3) }, { name: 'younger' }));
    const { result } = await job();
    expect(result.message).toMatch(/MAE .* \(Over 2 steps: the series are too short to hold back 7\.\)$/);
    expect(getRun(fresh.store, result.runId!)!.scores.quick).toMatchObject({ mase: null, mae: expect.any(Number) });
  });

  it('promotes a network that beats seasonal naive and forecasts every series with it', async () => {
    const { id, result } = await job();
    expect(result).toMatchObject({ runId: 1, promoted: true, serving: 'quick', forecasts: 3 });
    expect(result.message).toMatch(/^The network beat seasonal naive: MASE \d\.\d\d against \d\.\d\d\./);
    expect(servingOf(fresh.store, datasetId)).toMatchObject({
      runId: 1,
      model: 'quick',
      by: 'gate',
      reason: result.message,
    });
    const run = getRun(fresh.store, 1)!;
    expect(run).toMatchObject({
      datasetId,
      jobId: id,
      model: 'quick',
      seed: 1,
      horizon: 7,
      dataStart: START,
      dataEnd: START + 79 * DAY,
      packageVersion: '1.2.3',
      champion: true,
      folds: 3,
    });
    expect(run.dataHash).toMatch(/^[0-9a-f]{64}$/);
    expect(Object.keys(run.scores)).toEqual(['quick', 'seasonal-naive', 'naive']);
    expect(run.byStep.quick).toHaveLength(7);
    expect(foldsOf(fresh.store, 1, ids.a).map(({ origin }) => (origin - START) / DAY)).toEqual([48, 55, 62]);
    expect(backtestOfRun(fresh.store, 1)).toMatchObject({ jobId: id, folds: 3, scores: run.scores });
    const forecast = latestForecast(fresh.store, ids.a)!;
    expect(forecast).toMatchObject({ runId: 1, model: 'quick', origin: START + 69 * DAY, fallback: null });
    expect(forecast.times[0]).toBe(START + 70 * DAY);
  });

  it('keeps a card with the reason for a series that no network should forecast', async () => {
    await job({ settings: BAD });
    expect(latestForecast(fresh.store, ids.constant)).toMatchObject({
      runId: null,
      model: 'seasonal-naive',
      fallback: { code: 'constant', reason: 'All of its 80 observations are 5.', model: 'seasonal-naive' },
    });
  });

  it('lets a baseline serve, and says so, when the network does not beat seasonal naive', async () => {
    const { result } = await job({ settings: BAD });
    expect(result).toMatchObject({ runId: 1, promoted: false, serving: 'seasonal-naive' });
    expect(result.message).toMatch(/did not beat seasonal naive/);
    expect(servingOf(fresh.store, datasetId)).toMatchObject({
      runId: null,
      model: 'seasonal-naive',
      reason: result.message,
    });
    expect(latestForecast(fresh.store, ids.a)).toMatchObject({ runId: null, model: 'seasonal-naive' });
    await job({ settings: BAD });
    expect(promotionsOf(fresh.store, datasetId)).toHaveLength(1);
  });

  it('keeps the champion against a worse network and replaces it by a better one, on the same folds', async () => {
    await job({ settings: FAIR });
    const worse = await job({ settings: { learningRate: 0.006 } });
    expect(worse.result).toMatchObject({ runId: 2, promoted: false, serving: 'quick', forecasts: 0 });
    expect(worse.result.message).toMatch(/did not beat the champion/);
    expect(worse.log.join('\n')).toMatch(/champion: MASE/);
    const better = await job({ settings: GOOD });
    expect(better.result).toMatchObject({ runId: 3, promoted: true });
    expect(promotionsOf(fresh.store, datasetId).map(({ runId }) => runId)).toEqual([3, 1]);
    // Whose network the champion in the scores is: none at first, and never the run itself.
    expect([1, 2, 3].map((run) => getRun(fresh.store, run)?.configuration.champion)).toEqual([undefined, 1, 1]);
  });

  it('compares by stored scores, and says so, where the champion forecasts fewer steps', async () => {
    await job({ settings: FAIR });
    updateDataset(fresh.store, datasetId, { horizon: 9 }, now);
    const { result, outcome } = await job({ settings: BAD });
    expect(result.promoted).toBe(false);
    expect(result.message).toMatch(
      /by the scores of its own training, not on these folds: it forecasts 7 steps, and 9/,
    );
    expect(outcome.run?.scores.champion).toBeUndefined();
    expect(result.serving).toBe('quick');
  });

  it('lets a choice made by hand during the training stand, and forecasts by it', async () => {
    await job({ settings: FAIR });
    const byHand = { datasetId, runId: null, model: 'naive', by: 'hand', reason: 'I want it', createdAt: 1 } as const;
    const { result } = await job({ settings: GOOD, meanwhile: () => insertPromotion(fresh.store, byHand) });
    expect(result).toMatchObject({ runId: 2, promoted: false, serving: 'naive', forecasts: 0 });
    expect(servingOf(fresh.store, datasetId)).toMatchObject({ model: 'naive', by: 'hand' });
    expect(listJobs(fresh.store, { state: 'queued' })).toMatchObject([{ kind: 'forecast' }]);
  });

  it('brings a champion back that a baseline had replaced, but not one that a person rolled back from', async () => {
    await job({ settings: FAIR });
    const serve = (by: 'gate' | 'roll back') =>
      insertPromotion(fresh.store, { datasetId, runId: null, model: 'seasonal-naive', by, reason: '', createdAt: 1 });
    serve('gate');
    expect((await job({ settings: BAD })).result).toMatchObject({ serving: 'quick', promoted: false });
    expect(servingOf(fresh.store, datasetId)?.runId).toBe(1);
    serve('roll back');
    expect((await job({ settings: BAD })).result.serving).toBe('seasonal-naive');
  });

  it('is not repeated by a schedule while nothing has changed, and is by a person', async () => {
    await job();
    const skipped = await job({ reason: 'schedule' });
    expect(skipped.result).toMatchObject({ runId: null, forecasts: 0 });
    expect(skipped.result.message).toMatch(/^Nothing has changed since the last training\. Nothing new to forecast/);
    expect((await job()).result.runId).toBe(2);
    expect((await job({ reason: 'catch-up', settings: FAIR })).result.runId).toBe(3);
    appendValues(fresh.store, datasetId, DAILY, { a: [1] }, 70);
    expect((await job({ reason: 'schedule', settings: FAIR })).result.runId).toBe(4);
  });

  it('stores nothing of a job that was ended meanwhile, or whose dataset is gone', async () => {
    const id = insertJob(fresh.store, { datasetId, kind: 'train', reason: 'manual' }, now);
    const claimed = claimJob(fresh.store, now)!;
    const outcome = await doJob(fresh.store, claimed, { packageVersion: '1', models: quickModels() });
    fresh.store.prepare("UPDATE jobs SET state = 'cancelled' WHERE id = ?").run(id);
    expect(storeOutcome(fresh.store, claimed, outcome, { now, packageVersion: '1' })).toBe(false);
    expect(runsOf(fresh.store, datasetId)).toEqual([]);
    deleteDataset(fresh.store, datasetId);
    expect(storeOutcome(fresh.store, claimed, outcome, { now, packageVersion: '1' })).toBe(false);
    const gone = doJob(fresh.store, claimed, { packageVersion: '1' });
    await expect(gone).rejects.toMatchObject({ code: 'not_found' });
  });

  it('says so when there is nothing to learn from', async () => {
    datasetId = addDataset(fresh.store, { a: [] }, { name: 'void' }).datasetId;
    await expect(job()).rejects.toMatchObject({
      code: 'training_failed',
      message: expect.stringContaining('dataset "void" has no observation yet'),
    });
  });
});

describe('the champion on new folds', () => {
  const past = (steps: Record<string, number>) =>
    loadTrainingData(fresh.store, datasetId)
      .series.filter(({ id }) => id in steps)
      .map((one) => ({ ...one, values: one.values.slice(0, steps[one.id]) }));
  const champion = () => championOf(fresh.store, datasetId, servingOf(fresh.store, datasetId))!;
  const unseen = (steps: Record<string, number>, horizon = 7) =>
    readQuick(unseenWeights(fresh.store, champion(), past(steps), horizon)).steps;

  it('is the network that was scored, which saw nothing from after its own first fold', async () => {
    await job();
    expect(unseen({ a: 49, b: 59 })).toEqual({ a: 49, b: 59, constant: 59 });
    expect(unseen({ a: 60, b: 59 })).toEqual({ a: 49, b: 59, constant: 59 });
  });

  it('is the network that serves when all folds are newer than its data', async () => {
    await job();
    appendValues(fresh.store, datasetId, DAILY, { a: wave(60) }, 70);
    expect(unseen({ a: 80 })).toEqual({ a: 70, b: 80, constant: 80 });
  });

  it('is none when it has learned from the folds, or forecasts fewer steps', async () => {
    await job();
    expect(() => unseen({ a: 48, b: 59 })).toThrow('it has learned from the folds of series "a"');
    expect(() => unseen({ a: 49, b: 59 }, 8)).toThrow('it forecasts 7 steps, and 8 are asked for');
  });
});

describe('a forecast', () => {
  it('comes from seasonal naive before the first training', async () => {
    const { result } = await job({ kind: 'forecast' });
    expect(result).toMatchObject({ serving: 'seasonal-naive', forecasts: 3, runId: null });
    expect(servingOf(fresh.store, datasetId)).toBeUndefined();
  });

  it('comes from the champion at the newest origin, once', async () => {
    await job();
    appendValues(fresh.store, datasetId, DAILY, { a: [110, 112] }, 70);
    expect((await job({ kind: 'forecast' })).result).toMatchObject({
      serving: 'quick',
      forecasts: 1,
      message: '1 series were forecast by quick (run 1).',
    });
    const again = await job({ kind: 'forecast' });
    expect(again.result).toMatchObject({
      forecasts: 0,
      message: expect.stringMatching(/^Nothing new to forecast: quick/),
    });
    expect(originsOf(fresh.store, ids.a).map(({ origin }) => (origin - START) / DAY)).toEqual([71, 69]);
  });

  it('is made again, beside the old one, when a value it rests on was corrected', async () => {
    await job();
    appendValues(fresh.store, datasetId, DAILY, { a: [500] }, 69);
    expect((await job({ kind: 'forecast' })).result.forecasts).toBe(1);
    expect(fresh.store.prepare('SELECT COUNT(*) FROM forecasts WHERE series_id = ?').pluck().get(ids.a)).toBe(2);
  });

  it('is scored when the actuals arrive', async () => {
    await job();
    expect(accuracyOf(fresh.store, { datasetId }).scored).toBe(0);
    appendValues(fresh.store, datasetId, DAILY, { a: wave(73).slice(70) }, 70);
    const record = accuracyOf(fresh.store, { seriesId: ids.a });
    expect(record.scored).toBe(3);
    expect(record.byStep.map(({ step }) => step)).toEqual([1, 2, 3]);
    expect(record.mae).toBeLessThan(2);
  });
});

describe('a backtest', () => {
  it('answers with scores and changes nothing', async () => {
    const { id, result, log } = await job({ kind: 'backtest', settings: { folds: 2, stride: 3, refit: true } });
    expect(result.message).toMatch(/^MASE over 2 folds: quick \d\.\d{3}, seasonal-naive \d\.\d{3}, naive \d\.\d{3}\.$/);
    expect(log.join('\n')).toMatch(/quick: MASE .*, sMAPE .*, 80 % coverage \d+ %/);
    expect(runsOf(fresh.store, datasetId)).toEqual([]);
    expect(servingOf(fresh.store, datasetId)).toBeUndefined();
    expect(latestForecast(fresh.store, ids.a)).toBeUndefined();
    expect(runWeights(fresh.store, 1)).toBeUndefined();
    const kept = backtestOfJob(fresh.store, id)!;
    expect(kept).toMatchObject({ runId: null, model: 'quick', folds: 2, stride: 3, refit: true, horizon: 7 });
    expect(kept.byHorizon.quick).toHaveLength(7);
    expect(kept.scores['seasonal-naive'].owa).toBeGreaterThan(0);
    const bySeries = backtestBySeries(fresh.store, kept.id);
    expect(bySeries.map(({ series, scores }) => [series, scores.naive.points])).toEqual([
      ['a', 14],
      ['b', 14],
      ['constant', 14],
    ]);
    expect(getDataset(fresh.store, datasetId)?.settings).toEqual({});
  });
});
