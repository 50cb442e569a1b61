import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listJobs } from '../../../db/jobs.ts';
import { insertPromotion } from '../../../db/promotions.ts';
import { foldWriter, insertRun } from '../../../db/runs.ts';
import { seriesOf } from '../../../db/series.ts';
import { Dataset, Promotion, Promotions, RunDetail, RunFolds, Runs } from '../../../server/contract.ts';
import { addDataset, monthly, startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let dataset: number;
beforeEach(async () => {
  server = await startServer();
  dataset = addDataset(server.store, { a: monthly(2020, [1, 2, 3]) });
});
afterEach(() => server.close());

const scores = (mase: number) => ({
  mae: 1,
  rmse: 1,
  mase,
  rmsse: 1,
  smape: 1,
  smapeSeries: 1,
  pinball: 1,
  wql: 1,
  owa: 1,
  coverage50: 0.5,
  coverage80: 0.8,
  coverage95: 0.95,
  points: 9,
});

function addRun(model = 'gru', configuration: Record<string, unknown> = {}): number {
  return insertRun(server.store, {
    datasetId: dataset,
    jobId: null,
    model,
    seed: 1,
    horizon: 3,
    dataStart: Date.UTC(2020, 0),
    dataEnd: Date.UTC(2020, 2),
    dataHash: 'abc',
    packageVersion: '0.1.0',
    durationMs: 1200,
    scores: { [model]: scores(0.8), 'seasonal-naive': scores(1.1) },
    createdAt: 5,
    configuration: { units: 8, ...configuration },
    lossCurve: [{ epoch: 1, loss: 0.5, validationLoss: null }],
    folds: 2,
    byStep: { [model]: [0.7, null] },
    leftOut: [],
    explanation: null,
    weights: new Uint8Array([1, 2, 3]),
    scoredWeights: new Uint8Array([4]),
  });
}

describe('runs', () => {
  test('the runs of a dataset come newest first', async () => {
    const first = addRun();
    const second = addRun('lstm');
    const runs = await server.read(`/api/v1/datasets/${dataset}/runs`, Runs);
    expect(runs.map((run) => run.id)).toEqual([second, first]);
    expect(runs[0]).toMatchObject({ model: 'lstm', champion: false });
  });

  test('a run tells how far it was trained on the data, and so does what serves', async () => {
    const run = addRun('rnn', { training: 'none' });
    addRun('rnn', { training: 'fine-tune' });
    addRun('rnn');
    const runs = await server.read(`/api/v1/datasets/${dataset}/runs`, Runs);
    expect(runs.map(({ training }) => training)).toEqual([null, 'fine-tune', 'none']);
    expect((await server.read(`/api/v1/runs/${run}`, RunDetail)).training).toBe('none');
    await server.request('POST', `/api/v1/runs/${run}/promote`);
    expect((await server.read(`/api/v1/datasets/${dataset}`, Dataset)).serving?.training).toBe('none');
  });

  test('a run tells its configuration, its loss curve and its scores, and never its weights', async () => {
    const run = addRun();
    const detail = await server.read(`/api/v1/runs/${run}`, RunDetail);
    expect(detail).toMatchObject({ configuration: { units: 8 }, folds: 2, lossCurve: [{ epoch: 1, loss: 0.5 }] });
    expect(detail).not.toHaveProperty('weights');
  });

  test('the folds of a run are its forecasts for one series', async () => {
    const run = addRun();
    const [{ id }] = seriesOf(server.store, dataset);
    const fold = {
      origin: Date.UTC(2020, 0),
      times: [Date.UTC(2020, 1)],
      quantiles: [[1], [2], [3], [4], [5], [6], [7]],
    };
    foldWriter(server.store, run)(id, fold);
    expect(await server.read(`/api/v1/runs/${run}/folds?series=${id}`, RunFolds)).toEqual({
      folds: [{ ...fold, levels: [0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975] }],
    });
  });

  test('folds without a series are 400 naming it', async () => {
    const { status, json } = await server.request('GET', `/api/v1/runs/${addRun()}/folds`);
    expect(status).toBe(400);
    expect(json.error.details[0].field).toBe('series');
  });
});

describe('promotion', () => {
  test('a run promoted by hand serves, and its forecasts are queued', async () => {
    const run = addRun();
    const { status, json } = await server.request('POST', `/api/v1/runs/${run}/promote`);
    expect(status).toBe(200);
    expect(Promotion.parse(json)).toMatchObject({
      runId: run,
      model: 'gru',
      by: 'hand',
      reason: `Run ${run} was promoted by hand.`,
    });
    const after = await server.read(`/api/v1/datasets/${dataset}`, Dataset);
    expect(after.serving).toMatchObject({ runId: run, network: true, by: 'hand' });
    expect(after.accuracy).toMatchObject({ mase: 0.8, naiveMase: 1.1 });
    expect(listJobs(server.store)).toMatchObject([{ datasetId: dataset, kind: 'forecast', state: 'queued' }]);
    expect(server.runner.woken).toBe(1);
  });

  test('promoting what serves already is a conflict', async () => {
    const run = addRun();
    await server.request('POST', `/api/v1/runs/${run}/promote`);
    const { status, json } = await server.request('POST', `/api/v1/runs/${run}/promote`);
    expect(status).toBe(409);
    expect(json.error.code).toBe('conflict');
  });

  test('a roll back returns to what served before, and both steps stay on record', async () => {
    const baseline = {
      datasetId: dataset,
      runId: null,
      model: 'naive',
      by: 'gate',
      reason: 'first',
      createdAt: 1,
    } as const;
    insertPromotion(server.store, baseline);
    const run = addRun();
    await server.request('POST', `/api/v1/runs/${run}/promote`);
    const { status, json } = await server.request('POST', `/api/v1/datasets/${dataset}/rollback`);
    expect(status).toBe(200);
    expect(json).toMatchObject({ runId: null, model: 'naive', by: 'roll back', reason: 'Rolled back to naive.' });
    const promotions = await server.read(`/api/v1/datasets/${dataset}/promotions`, Promotions);
    expect(promotions.map((promotion) => promotion.by)).toEqual(['roll back', 'hand', 'gate']);
  });

  test('a roll back with nothing to go back to is a conflict', async () => {
    expect((await server.request('POST', `/api/v1/datasets/${dataset}/rollback`)).status).toBe(409);
  });
});
