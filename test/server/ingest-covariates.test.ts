import { afterEach, beforeEach, expect, test } from 'vitest';
import { covariatesOf, readCovariates } from '../../db/covariates.ts';
import { deleteDataset, updateDataset } from '../../db/datasets.ts';
import { seriesOf } from '../../db/series.ts';
import { type IngestRequest, ingest } from '../../server/ingest.ts';
import { loadTrainingData } from '../../server/training-data.ts';
import { startServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeEach(async () => {
  server = await startServer();
});
afterEach(() => server.close());

async function* once(text: string) {
  yield Buffer.from(text);
}
const upload = (text: string, options: Partial<IngestRequest> = {}) =>
  ingest(server.store, { source: once(text), fileName: 'shops.csv', maxBytes: 1e6, now: 1000, ...options });
const answers = { covariateColumns: ['price', 'promo'] };
const FIRST = `shop,day,sales,price,promo
north,2024-01-01,10,2.5,0
north,2024-01-02,12,2.5,1
north,2024-01-03,,2.5,0
north,2024-01-04,,2.25,1
south,2024-01-01,20,3.5,0
south,2024-01-02,21,3.5,0
`;
const known = (series = 0) =>
  Object.fromEntries(
    [...readCovariates(server.store, seriesOf(server.store, 1)[series].id)].map(([name, { values }]) => [
      name,
      [...values],
    ]),
  );

test('an upload stores what is known ahead beside the observations, and says so', async () => {
  const report = await upload(FIRST, { answers });
  expect(report).toMatchObject({
    observations: 4,
    added: 4,
    missing: 0,
    ahead: 2,
    end: '2024-01-02T00:00:00.000Z',
    covariates: [
      { name: 'price', added: 6, replaced: 0, unchanged: 0 },
      { name: 'promo', added: 6, replaced: 0, unchanged: 0 },
    ],
  });
  expect(covariatesOf(server.store, 1)).toEqual(['price', 'promo']);
  expect(known()).toEqual({ price: [2.5, 2.5, 2.5, 2.25], promo: [0, 1, 0, 1] });
});

test('the same file again changes nothing; a later one corrects and goes on, read by the recipe of the dataset', async () => {
  await upload(FIRST, { answers });
  const again = await upload(FIRST, { datasetId: 1 });
  expect(again).toMatchObject({ added: 0, replaced: 0, unchanged: 4 });
  expect(again.covariates?.map(({ unchanged }) => unchanged)).toEqual([6, 6]);
  const later = await upload('shop,day,sales,price,promo\nnorth,2024-01-03,13,2.5,1\nnorth,2024-01-05,,2,0\n', {
    datasetId: 1,
  });
  expect(later).toMatchObject({
    added: 1,
    ahead: 1,
    covariates: [
      { name: 'price', added: 1, replaced: 0, unchanged: 1 },
      { name: 'promo', added: 1, replaced: 1, unchanged: 0 },
    ],
  });
  expect(known()).toEqual({ price: [2.5, 2.5, 2.5, 2.25, 2], promo: [0, 1, 1, 1, 0] });
});

test('a plan of what is to come needs no values where the past is stored already, and is refused where there is none', async () => {
  const plan = 'shop,day,sales,price,promo\nnorth,2024-01-05,,2,1\n';
  await expect(upload(plan, { answers: { ...answers, valueColumns: ['sales'] } })).rejects.toMatchObject({
    code: 'no_value_column',
  });
  await upload(FIRST, { answers });
  const report = await upload(plan, { datasetId: 1 });
  expect(report).toMatchObject({ observations: 0, added: 0, ahead: 1, start: '2024-01-05T00:00:00.000Z' });
  expect(known().price).toEqual([2.5, 2.5, 2.5, 2.25, 2]);
});

test('a file without a column of the recipe is refused, and nothing of it is stored', async () => {
  await upload(FIRST, { answers });
  await expect(upload('shop,day,sales,price\nnorth,2024-01-03,13,2.5\n', { datasetId: 1 })).rejects.toThrow(
    'but the import recipe expects "promo" as well',
  );
  expect(known()).toEqual({ price: [2.5, 2.5, 2.5, 2.25], promo: [0, 1, 0, 1] });
});

test('the export has them, its known future included, and reads back the same', async () => {
  await upload(FIRST, { answers });
  const { text } = await server.request('GET', '/api/v1/datasets/1/observations.csv');
  expect(text.split('\r\n')).toEqual([
    'series_id,ds,y,price,promo',
    'north,2024-01-01,10,2.5,0',
    'north,2024-01-02,12,2.5,1',
    'north,2024-01-03,,2.5,0',
    'north,2024-01-04,,2.25,1',
    'south,2024-01-01,20,3.5,0',
    'south,2024-01-02,21,3.5,0',
    '',
  ]);
  await upload(text, { answers });
  const other = seriesOf(server.store, 2).map(({ id }) => readCovariates(server.store, id));
  expect(other).toEqual(seriesOf(server.store, 1).map(({ id }) => readCovariates(server.store, id)));
});

test('a training finds them on the grid of their series, and other data under another hash', async () => {
  await upload(FIRST, { answers });
  const before = loadTrainingData(server.store, 1);
  expect(before.series[0].covariates?.map(({ name, values }) => [name, [...values.subarray(0, 5)]])).toEqual([
    ['price', [2.5, 2.5, 2.5, 2.25, Number.NaN]],
    ['promo', [0, 1, 0, 1, Number.NaN]],
  ]);
  await upload('shop,day,sales,price,promo\nnorth,2024-01-04,,2,1\n', { datasetId: 1 });
  expect(loadTrainingData(server.store, 1).hash).not.toBe(before.hash);
  const { covariateColumns: _, ...recipe } = before.dataset.recipe as Record<string, unknown>;
  updateDataset(server.store, 1, { recipe }, 0);
  // What a network that serves has learnt is still there for it, but no training is offered it.
  expect(loadTrainingData(server.store, 1).series[0].covariates?.map(({ offered }) => offered)).toEqual([false, false]);
});

test('they go with their dataset', async () => {
  await upload(FIRST, { answers });
  deleteDataset(server.store, 1);
  const rows = server.store
    .prepare('SELECT (SELECT COUNT(*) FROM covariates) + (SELECT COUNT(*) FROM covariate_values)')
    .pluck()
    .get();
  expect(rows).toBe(0);
});

test('holidays of a place nobody knows are refused in the settings, with what was found and expected', async () => {
  await upload(FIRST, { answers });
  const refused = await server.request('PATCH', '/api/v1/datasets/1', { body: { settings: { holidays: 'Narnia' } } });
  expect([refused.status, refused.json.error.message]).toEqual([
    400,
    'settings.holidays: found "Narnia", expected a country such as DE, or a part of one such as DE-BY',
  ]);
  const kept = await server.request('PATCH', '/api/v1/datasets/1', {
    body: { settings: { holidays: 'DE-BY', covariates: ['promo'] } },
  });
  expect(kept.json.settings).toEqual({ holidays: 'DE-BY', covariates: ['promo'] });
});
