import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { forecastWriter, type NewForecast } from '../../../db/forecasts.ts';
import { seriesOf } from '../../../db/series.ts';
import {
  AccuracyRecord,
  ForecastReply,
  ObservationsReply,
  Origins,
  SeriesDetail,
  SeriesList,
} from '../../../server/contract.ts';
import { addDataset, monthly, startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
beforeEach(async () => {
  server = await startServer();
});
afterEach(() => server.close());

const fallback = { code: 'constant', reason: 'every value is 5', model: 'naive' } as const;

/** A forecast of two months after `origin` whose quantiles are `median` -30, -20, -10, 0, 10, 20, 30. */
function forecast(
  datasetId: number,
  seriesId: number,
  origin: number,
  median: number,
  changes: Partial<NewForecast> = {},
) {
  const date = new Date(origin);
  return forecastWriter(server.store)({
    datasetId,
    seriesId,
    runId: null,
    model: 'seasonal-naive',
    origin,
    fallback: null,
    times: [1, 2].map((months) => Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months)),
    quantiles: [-30, -20, -10, 0, 10, 20, 30].map((offset) => [median + offset, median + offset]),
    createdAt: 11,
    ...changes,
  });
}

describe('series', () => {
  test('the series of a dataset come in order of first appearance, with their last value and why one has a fallback', async () => {
    const id = addDataset(server.store, { b: monthly(2020, [5, 5]), a: monthly(2020, [1, 2]) });
    const [b] = seriesOf(server.store, id);
    forecast(id, b.id, Date.UTC(2020, 1), 5, { fallback });
    const list = await server.read(`/api/v1/datasets/${id}/series`, SeriesList);
    expect(list.map(({ name, observations, last, fallback }) => ({ name, observations, last, fallback }))).toEqual([
      { name: 'b', observations: 2, last: 5, fallback },
      { name: 'a', observations: 2, last: 2, fallback: null },
    ]);
  });

  test('one series names its dataset', async () => {
    const datasetId = addDataset(server.store, { a: monthly(2020, [1, 2]) });
    const [{ id }] = seriesOf(server.store, datasetId);
    expect(await server.read(`/api/v1/series/${id}`, SeriesDetail)).toMatchObject({
      id,
      datasetId,
      name: 'a',
      last: 2,
    });
  });

  test('observations of a range are those from its first to its last moment', async () => {
    const datasetId = addDataset(server.store, { a: monthly(2020, [1, 2, 3, 4]) });
    const [{ id }] = seriesOf(server.store, datasetId);
    const range = `from=${Date.UTC(2020, 1)}&to=${Date.UTC(2020, 2)}`;
    expect(await server.read(`/api/v1/series/${id}/observations?${range}`, ObservationsReply)).toEqual({
      times: [Date.UTC(2020, 1), Date.UTC(2020, 2)],
      values: [2, 3],
      total: 2,
      thinned: false,
    });
  });

  test('a hole between observations is one null, so that a line breaks there', async () => {
    const datasetId = addDataset(server.store, {
      a: [
        [Date.UTC(2020, 0), 1],
        [Date.UTC(2020, 5), 6],
      ],
    });
    const [{ id }] = seriesOf(server.store, datasetId);
    const { times, values, total } = await server.read(`/api/v1/series/${id}/observations`, ObservationsReply);
    expect({ times, values, total }).toEqual({
      times: [Date.UTC(2020, 0), Date.UTC(2020, 1), Date.UTC(2020, 5)],
      values: [1, null, 6],
      total: 2,
    });
  });

  test('a long series is thinned to the points asked for and keeps its peak', async () => {
    const points = Array.from({ length: 10_000 }, (_, i): [number, number] => [i, i === 4321 ? 999 : i % 7]);
    const datasetId = addDataset(server.store, { a: points }, { frequency: '1', season: 1 });
    const [{ id }] = seriesOf(server.store, datasetId);
    const reply = await server.read(`/api/v1/series/${id}/observations?points=100`, ObservationsReply);
    expect(reply.times.length).toBeLessThanOrEqual(100);
    expect(reply.values[reply.times.indexOf(4321)]).toBe(999);
    expect(reply).toMatchObject({ total: 10_000, thinned: true });
  });

  test.each([
    ['points=5', 'points', 'at least 10'],
    ['points=many', 'points', 'a number'],
    ['form=1', 'form', 'no such field, only from, to, points'],
  ])('observations?%s is 400 naming the field', async (query, field, expected) => {
    const { status, json } = await server.request('GET', `/api/v1/series/1/observations?${query}`);
    expect(status).toBe(400);
    expect(json.error.details).toMatchObject([{ field, expected }]);
  });
});

describe('forecasts', () => {
  let datasetId: number;
  let series: number;
  beforeEach(() => {
    datasetId = addDataset(server.store, { a: monthly(2020, [100, 110, 120]) });
    series = seriesOf(server.store, datasetId)[0].id;
    forecast(datasetId, series, Date.UTC(2020, 0), 105);
    forecast(datasetId, series, Date.UTC(2020, 2), 130);
  });

  test('the latest forecast is the one at the newest origin', async () => {
    const reply = await server.read(`/api/v1/series/${series}/forecasts`, ForecastReply);
    expect(reply).toMatchObject({
      origin: Date.UTC(2020, 2),
      model: 'seasonal-naive',
      times: [Date.UTC(2020, 3), Date.UTC(2020, 4)],
      levels: [0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975],
      actuals: [null, null],
    });
    expect(reply.quantiles[3]).toEqual([130, 130]);
  });

  test('an earlier forecast is given as it was made, beside what came', async () => {
    const reply = await server.read(`/api/v1/series/${series}/forecasts?origin=${Date.UTC(2020, 0)}`, ForecastReply);
    expect(reply.quantiles[3]).toEqual([105, 105]);
    expect(reply.actuals).toEqual([110, 120]);
  });

  test('an origin that was never forecast at is 404', async () => {
    const { status, json } = await server.request('GET', `/api/v1/series/${series}/forecasts?origin=7`);
    expect(status).toBe(404);
    expect(json.error.message).toContain('was not forecast at origin 7');
  });

  test('a series without a forecast says so with 404', async () => {
    const other = addDataset(server.store, { z: monthly(2020, [1]) });
    const [{ id }] = seriesOf(server.store, other);
    const { status, json } = await server.request('GET', `/api/v1/series/${id}/forecasts`);
    expect(status).toBe(404);
    expect(json.error.message).toContain('has no forecast yet');
  });

  test('origins come newest first, with the error since realised', async () => {
    const { origins } = await server.read(`/api/v1/series/${series}/origins`, Origins);
    expect(origins.map(({ origin, scored, mae }) => ({ origin, scored, mae }))).toEqual([
      { origin: Date.UTC(2020, 2), scored: 0, mae: null },
      { origin: Date.UTC(2020, 0), scored: 2, mae: 10 },
    ]);
  });

  test('the record of accuracy holds coverage against what came', async () => {
    const record = await server.read(`/api/v1/series/${series}/accuracy`, AccuracyRecord);
    expect(record).toMatchObject({ scored: 2, mae: 10, coverage50: 0.5, coverage80: 1, coverage95: 1 });
    expect(record.byStep.map((step) => step.mae)).toEqual([5, 15]);
  });

  test('the record of a dataset is over all its series', async () => {
    const record = await server.read(`/api/v1/datasets/${datasetId}/accuracy`, AccuracyRecord);
    expect(record).toMatchObject({ scored: 2, mae: 10 });
  });
});
