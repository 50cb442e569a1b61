import { afterEach, beforeEach, expect, test } from 'vitest';
import { insertBacktest } from '../../../db/backtests.ts';
import { insertJob } from '../../../db/jobs.ts';
import { seriesOf } from '../../../db/series.ts';
import { BacktestReport, Backtests } from '../../../server/contract.ts';
import { addDataset, monthly, startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let dataset: number;
let job: number;
beforeEach(async () => {
  server = await startServer();
  dataset = addDataset(server.store, { a: monthly(2020, [1, 2, 3]), b: monthly(2020, [4, 5, 6]) });
  job = insertJob(server.store, { datasetId: dataset, kind: 'backtest', reason: 'manual' }, 4);
  const [a, b] = seriesOf(server.store, dataset);
  insertBacktest(server.store, {
    datasetId: dataset,
    jobId: job,
    runId: null,
    model: 'rnn',
    seed: 7,
    horizon: 2,
    folds: 5,
    stride: 1,
    refit: true,
    scores: { rnn: scores(0.8) },
    byHorizon: { rnn: [scores(0.7), scores(0.9)] },
    bySeries: new Map([
      [a.id, JSON.stringify({ rnn: scores(0.6) })],
      [b.id, JSON.stringify({ rnn: scores(1) })],
    ]),
    leftOut: [],
    createdAt: 5,
  });
});
afterEach(() => server.close());

const scores = (mase: number) => ({
  mae: 1,
  rmse: 2,
  mase,
  rmsse: 1,
  smape: 3,
  smapeSeries: 4,
  pinball: 1,
  wql: 1,
  owa: 0.9,
  coverage50: 0.5,
  coverage80: 0.8,
  coverage95: 0.95,
  points: 9,
});

test('the backtest of a job tells how it was made and its scores in all', async () => {
  const report = await server.read(`/api/v1/jobs/${job}/backtest`, BacktestReport);
  expect(report).toMatchObject({
    runId: null,
    folds: 5,
    stride: 1,
    refit: true,
    seed: 7,
    scores: { rnn: scores(0.8) },
  });
  expect([report.byHorizon, report.bySeries]).toEqual([null, null]);
});

test('it is answered by series or by step where that is asked for', async () => {
  const bySeries = await server.read(`/api/v1/jobs/${job}/backtest?by=series`, BacktestReport);
  expect(bySeries.bySeries?.map((one) => [one.series, one.scores.rnn.mase])).toEqual([
    ['a', 0.6],
    ['b', 1],
  ]);
  const byHorizon = await server.read(`/api/v1/jobs/${job}/backtest?by=horizon`, BacktestReport);
  expect(byHorizon.byHorizon?.rnn.map(({ mase }) => mase)).toEqual([0.7, 0.9]);
});

test('the backtests of a dataset are listed', async () => {
  const list = await server.read(`/api/v1/datasets/${dataset}/backtests`, Backtests);
  expect(list.map(({ jobId, horizon }) => [jobId, horizon])).toEqual([[job, 2]]);
});

test('a job that made none says so, and so does a question for something else', async () => {
  const other = insertJob(server.store, { datasetId: dataset, kind: 'forecast', reason: 'manual' }, 9);
  const { status, json } = await server.request('GET', `/api/v1/jobs/${other}/backtest`);
  expect(status).toBe(404);
  expect((json as { error: { message: string } }).error.message).toMatch(
    /made no backtest: it is queued, and its kind is forecast/,
  );
  expect((await server.request('GET', `/api/v1/jobs/${job}/backtest?by=month`)).status).toBe(400);
});
