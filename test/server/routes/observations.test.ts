import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { covariatesOf, readCovariates } from '../../../db/covariates.ts';
import { getDataset, updateDataset } from '../../../db/datasets.ts';
import { readObservations } from '../../../db/observations.ts';
import { seriesOf } from '../../../db/series.ts';
import { ImportReport } from '../../../server/contract.ts';
import { addDataset, monthly, startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let dataset: number;
beforeEach(async () => {
  server = await startServer();
  dataset = addDataset(server.store, { a: monthly(2020, [1, 2, 3]) });
});
afterEach(() => server.close());

const post = (points: unknown, id = dataset) =>
  server.request('POST', `/api/v1/datasets/${id}/observations`, { body: { points } });

function stored(name: string, id = dataset): [number, number][] {
  const series = seriesOf(server.store, id).find((candidate) => candidate.name === name);
  const { times, values } = readObservations(server.store, series!.id);
  return [...times].map((time, i) => [time, values[i]]);
}

describe('points as JSON', () => {
  test('are added, replace what has changed, and are counted', async () => {
    const { status, json } = await post([
      { series: 'a', time: Date.UTC(2020, 2), value: 30 },
      { series: 'a', time: '2020-04-01T00:00:00Z', value: 4 },
      { series: 'a', time: '2020-02-01', value: 2 },
    ]);
    expect(status).toBe(200);
    expect(ImportReport.parse(json)).toMatchObject({
      added: 1,
      replaced: 1,
      unchanged: 1,
      observations: 3,
      start: '2020-02-01',
      end: '2020-04-01',
    });
    expect(stored('a')).toEqual(monthly(2020, [1, 2, 30, 4]));
  });

  test('sent twice change nothing the second time', async () => {
    const points = [{ series: 'a', time: '2020-04-01', value: 4 }];
    await post(points);
    expect((await post(points)).json).toMatchObject({ added: 0, replaced: 0, unchanged: 1 });
    expect(stored('a')).toEqual(monthly(2020, [1, 2, 3, 4]));
  });

  test('of the same time twice count once, the later one', async () => {
    const { json } = await post([
      { series: 'a', time: '2020-04-01', value: 4 },
      { series: 'a', time: '2020-04-01', value: 5 },
    ]);
    expect(json).toMatchObject({ added: 1, duplicates: 1 });
    expect(stored('a').at(-1)).toEqual([Date.UTC(2020, 3), 5]);
  });

  test('of a new name start a new series', async () => {
    await post([{ series: '__proto__', time: '2020-04-01', value: 4 }]);
    expect(stored('__proto__')).toEqual([[Date.UTC(2020, 3), 4]]);
  });

  test('without an offset are read in the zone of the dataset', async () => {
    const berlin = addDataset(
      server.store,
      { h: [[Date.UTC(2024, 6, 1), 1]] },
      { frequency: 'PT1H', season: 24, zone: 'Europe/Berlin' },
    );
    await post([{ series: 'h', time: '2024-07-01T03:00', value: 2 }], berlin);
    expect(stored('h', berlin).at(-1)).toEqual([Date.UTC(2024, 6, 1, 1), 2]);
  });

  test('of a sensor that reports at any time are taken at any time', async () => {
    const noon = Date.UTC(2021, 0, 1, 12);
    const sensor = addDataset(server.store, { s: [[noon, 1], [noon + 605_000, 2]] }, { frequency: 'PT10M' }); // biome-ignore format: two points
    expect((await post([{ series: 's', time: noon + 1_197_000, value: 3 }], sensor)).json).toMatchObject({ added: 1 });
    expect(stored('s', sensor)).toHaveLength(3);
    const regular = addDataset(server.store, { s: [[noon, 1], [noon + 600_000, 2]] }, { frequency: 'PT10M' }); // biome-ignore format: two points
    expect((await post([{ series: 's', time: noon + 1_197_000, value: 3 }], regular)).status).toBe(400);
  });

  test('of integer steps are the integers', async () => {
    const steps = addDataset(server.store, { s: [[1, 1]] }, { frequency: '1', season: 1 });
    await post([{ series: 's', time: 2, value: 2 }], steps);
    expect(stored('s', steps)).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  test.each([
    [
      'between two steps',
      { series: 'a', time: '2020-04-10', value: 1 },
      { field: 'points[1].time', found: '"2020-04-10"', expected: 'a step of P1M, such as 2020-04-01 or 2020-05-01' },
    ],
    [
      'that is no time',
      { series: 'a', time: 'yesterday', value: 1 },
      { field: 'points[1].time', found: '"yesterday"', expected: 'an ISO 8601 time or epoch milliseconds' },
    ],
    ['without a value', { series: 'a', time: 0 }, { field: 'points[1].value', found: 'nothing', expected: 'a number' }],
    [
      'with a text for a value',
      { series: 'a', time: 0, value: '1' },
      { field: 'points[1].value', found: '"1"', expected: 'a number, or null' },
    ],
    [
      'with a field too many',
      { series: 'a', time: 0, value: 1, unit: 'm' },
      { field: 'points[1].unit', found: '"m"', expected: 'no such field, only series, time, value, covariates' },
    ],
  ])('a point %s is 400 naming it, and none is stored', async (_title, point, problem) => {
    const { status, json } = await post([{ series: 'a', time: '2020-04-01', value: 4 }, point]);
    expect(status).toBe(400);
    expect(json.error.details).toEqual([problem]);
    expect(stored('a')).toHaveLength(3);
  });

  test('a value beyond the largest number is 400, not an infinity', async () => {
    const { status } = await server.request('POST', `/api/v1/datasets/${dataset}/observations`, {
      body: '{"points":[{"series":"a","time":"2020-04-01","value":1e999}]}',
      headers: { 'content-type': 'application/json' },
    });
    expect(status).toBe(400);
    expect(stored('a')).toHaveLength(3);
  });

  test('on a full disk are 507, and none is stored', async () => {
    const pages = server.store.pragma('page_count', { simple: true });
    server.store.pragma(`max_page_count = ${pages}`);
    const points = Array.from({ length: 5000 }, (_, i) => ({ series: `s${i}`, time: '2020-04-01', value: i }));
    const { status, json } = await post(points);
    expect(status).toBe(507);
    expect(json.error.code).toBe('disk_full');
    expect(seriesOf(server.store, dataset)).toHaveLength(1);
  });
});

describe('points of what is known ahead', () => {
  const known = (name: string) => {
    const series = seriesOf(server.store, dataset).find((candidate) => candidate.name === name);
    return Object.fromEntries(
      [...readCovariates(server.store, series!.id)].map(([column, { times, values }]) => [
        column,
        [...times].map((time, i) => [new Date(time).toISOString().slice(0, 7), values[i]]),
      ]),
    );
  };
  beforeEach(() => {
    const recipe = getDataset(server.store, dataset)!.recipe as object;
    updateDataset(server.store, dataset, { recipe: { ...recipe, covariateColumns: ['price', 'promo'] } }, 0);
  });

  test('are stored beside values and without one, for the past and for the future, and counted', async () => {
    const { status, json } = await post([
      { series: 'a', time: '2020-03-01', covariates: { price: 2.5 } },
      { series: 'a', time: '2020-04-01', value: 4, covariates: { price: 2, promo: 1 } },
      { series: 'a', time: '2020-05-01', value: null, covariates: { price: 3, promo: null } },
      { series: 'a', time: '2020-06-01', covariates: { promo: 0 } },
    ]);
    expect(status).toBe(200);
    expect(ImportReport.parse(json)).toMatchObject({
      observations: 1,
      added: 1,
      ahead: 2,
      missing: 0,
      end: '2020-06-01',
      covariates: [
        { name: 'price', added: 3, replaced: 0, unchanged: 0 },
        { name: 'promo', added: 2, replaced: 0, unchanged: 0 },
      ],
    });
    expect(stored('a')).toEqual(monthly(2020, [1, 2, 3, 4]));
    expect(known('a')).toEqual({
      price: [
        ['2020-03', 2.5],
        ['2020-04', 2],
        ['2020-05', 3],
      ],
      promo: [
        ['2020-04', 1],
        ['2020-06', 0],
      ],
    });
  });

  test('sent twice change nothing the second time; another value replaces, the later one of a request', async () => {
    const points = [{ series: 'a', time: '2020-05-01', covariates: { price: 3 } }];
    await post(points);
    expect((await post(points)).json).toMatchObject({
      added: 0,
      covariates: [{ name: 'price', added: 0, replaced: 0, unchanged: 1 }],
    });
    const { json } = await post([
      { series: 'a', time: '2020-05-01', covariates: { price: 4 } },
      { series: 'a', time: '2020-05-01', covariates: { price: 5 } },
    ]);
    expect(json).toMatchObject({ duplicates: 0, covariates: [{ added: 0, replaced: 1, unchanged: 0 }] });
    expect(known('a')).toEqual({ price: [['2020-05', 5]] });
    const { json: imports } = await server.request('GET', `/api/v1/datasets/${dataset}/imports`);
    expect(imports.map(({ report }: { report: ImportReport }) => report.covariates?.[0].replaced)).toEqual([
      ...[1, 0, undefined],
    ]);
  });

  test('under a name that the dataset does not have are 400 naming those that it has, and none is stored', async () => {
    const { status, json } = await post([
      { series: 'a', time: '2020-05-01', value: 5, covariates: { price: 3 } },
      { series: 'a', time: '2020-06-01', covariates: { rain: 3 } },
    ]);
    expect([status, json.error.details]).toEqual([
      400,
      [{ field: 'points[1].covariates.rain', found: '3', expected: 'a covariate of the dataset: price, promo' }],
    ]);
    expect(stored('a')).toEqual(monthly(2020, [1, 2, 3]));
    expect(covariatesOf(server.store, dataset)).toEqual([]);
  });

  test('without anything known are 400, and so are any for a dataset that has none', async () => {
    const nothing = await post([{ series: 'a', time: '2020-05-01', value: null, covariates: { price: null } }]);
    expect(nothing.json.error.details).toEqual([
      { field: 'points[0].value', found: 'null', expected: 'a number, or covariates beside it' },
    ]);
    const other = addDataset(server.store, { b: monthly(2020, [1, 2, 3]) });
    const refused = await post([{ series: 'b', time: '2020-04-01', value: 4, covariates: { price: 3 } }], other);
    expect(refused.json.error.details).toEqual([
      {
        field: 'points[0].covariates.price',
        found: '3',
        expected: 'no covariates: the import recipe of the dataset names none',
      },
    ]);
  });
});
