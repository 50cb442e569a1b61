import { afterEach, beforeEach, expect, test } from 'vitest';
import { latestForecast } from '../../db/forecasts.ts';
import { claimJob, getJob, insertJob } from '../../db/jobs.ts';
import { getRun } from '../../db/runs.ts';
import { ForecastExplanation, RunExplanation, type Settings } from '../../server/contract.ts';
import type { Models } from '../../server/forecasters.ts';
import { storeOutcome } from '../../server/outcome.ts';
import { doJob } from '../../server/work.ts';
import { quickModels, readQuick } from '../support/quick-models.ts';
import { addDataset, type FreshStore, freshStore, wave } from '../support/store.ts';

let fresh: FreshStore;
let datasetId: number;
let ids: Record<string, number>;
beforeEach(() => {
  fresh = freshStore();
  const series = { a: wave(70), b: wave(80, 3), constant: new Array(80).fill(5) };
  ({ datasetId, seriesIds: ids } = addDataset(fresh.store, series));
});
afterEach(() => fresh.close());

/** Trains the dataset with the quick models and stores what came of it. */
async function train(overrides: Partial<Models> = {}, settings: Settings = {}) {
  const id = insertJob(fresh.store, { datasetId, kind: 'train', reason: 'manual', request: { settings } }, 1);
  const claimed = claimJob(fresh.store, 2)!;
  const log: string[] = [];
  const models = quickModels(overrides);
  const outcome = await doJob(fresh.store, claimed, {
    log: (line) => log.push(line),
    packageVersion: '1.2.3',
    models,
  });
  storeOutcome(fresh.store, claimed, outcome, { now: 3, packageVersion: '1.2.3' });
  return { log, result: getJob(fresh.store, id)!.result! };
}

test('a training says what each forecast is made of, in which space and why', async () => {
  await train();
  const explanation = latestForecast(fresh.store, ids.a)!.explanation as ForecastExplanation;
  expect(ForecastExplanation.parse(explanation)).toEqual(explanation);
  expect(explanation.space).toEqual({
    space: 'log',
    reason: expect.stringMatching(/^All 70 values are above zero \([\d.]+ to \d+\), so changes are read in per cent/),
  });
  // The wave is season before all else, and climbs by 0.2 a step.
  expect(explanation.parts!.shares.season).toBeGreaterThan(0.5);
  expect(explanation.parts!.trend).toBeGreaterThan(0);
  expect(explanation.sentences.join(' ')).toMatch(/The season moves it between −\d.* % and \+\d.* %/);
  const run = RunExplanation.parse(getRun(fresh.store, 1)!.explanation);
  expect(run).toMatchObject({ importance: null, spaces: { log: 3, linear: 0 }, fallbacks: [] });
  expect(run.shares!.season).toBe(Math.max(...Object.values(run.shares!)));
});

test('a series that no network should forecast says why, and the run counts it', async () => {
  // Off by half the level: seasonal naive serves, and stands in for nothing.
  await train({}, { learningRate: 0.5 });
  const standIn = latestForecast(fresh.store, ids.constant)!.explanation as ForecastExplanation;
  expect(standIn.parts).toBeNull();
  expect(standIn.sentences).toEqual(['All of its 80 observations are 5. So seasonal naive stands in for the network.']);
  const run = RunExplanation.parse(getRun(fresh.store, 1)!.explanation);
  expect(run.fallbacks).toEqual([
    {
      code: 'constant',
      model: 'seasonal-naive',
      count: 1,
      example: { series: 'constant', reason: 'All of its 80 observations are 5.' },
    },
  ]);
});

test('a training measures what mattered on the folds that the scored network has not seen', async () => {
  const asked: unknown[] = [];
  const importance: Models['importance'] = async (weights, series, heldFrom) => {
    asked.push(readQuick(weights).steps.a, series.length, [...heldFrom]);
    return { groups: [{ group: 'season', increase: 0.62 }], windows: 21, series: 2 };
  };
  await train({ importance });
  expect(asked).toEqual([
    49,
    3,
    [
      ['a', 48],
      ['b', 58],
      ['constant', 58],
    ],
  ]);
  const { importance: stored, sentences } = RunExplanation.parse(getRun(fresh.store, 1)!.explanation);
  expect(stored?.groups).toEqual([{ group: 'season', increase: 0.62 }]);
  expect(sentences[0]).toBe('What matters most is the season (error +62 % without).');
});

test('a training stands although it cannot explain itself, and the log says why', async () => {
  const importance = async () => {
    throw new Error('out of memory');
  };
  const { log, result } = await train({ importance });
  expect(result.runId).toBe(1);
  expect(getRun(fresh.store, 1)!.explanation).toBeNull();
  expect(log.join('\n')).toMatch(/What mattered to the network could not be measured: out of memory/);
});
