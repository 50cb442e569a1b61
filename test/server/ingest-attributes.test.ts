import { afterEach, beforeEach, expect, test } from 'vitest';
import { attributesOf, readAttributes } from '../../db/attributes.ts';
import { deleteDataset, getDataset, updateDataset } from '../../db/datasets.ts';
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
const FIRST = `shop,day,sales,region,code
north 1,2024-01-01,10,north,007
north 1,2024-01-02,12,north,007
north 2,2024-01-01,20,north,008
north 2,2024-01-02,21,north,008
south,2024-01-01,30,"south, ""deep""",007
south,2024-01-02,31,"south, ""deep""",007
`;
const answers = { seriesColumns: ['shop'], valueColumns: ['sales'], attributeColumns: ['region', 'code'] };
const stored = (dataset = 1) =>
  seriesOf(server.store, dataset).map(({ id }) => readAttributes(server.store, id).map(({ value }) => value));

test('an upload stores what its series are, and says so', async () => {
  const report = await upload(FIRST, { answers });
  expect(report).toMatchObject({
    unused: [],
    attributes: [
      { name: 'region', added: 3, replaced: 0, unchanged: 0, changes: [] },
      { name: 'code', added: 3, replaced: 0, unchanged: 0, changes: [] },
    ],
  });
  expect(stored()).toEqual([
    ['north', '007'],
    ['north', '008'],
    ['south, "deep"', '007'],
  ]);
});

test('the newest word holds where a later upload says otherwise, and the report says what it was', async () => {
  await upload(FIRST, { answers });
  const report = await upload('shop,day,sales,region,code\nnorth 2,2024-01-03,22,east,008\n', { datasetId: 1 });
  expect(report.attributes).toEqual([
    {
      name: 'region',
      added: 0,
      replaced: 1,
      unchanged: 0,
      changes: [{ series: 'north 2', from: 'north', to: 'east' }],
    },
    { name: 'code', added: 0, replaced: 0, unchanged: 1, changes: [] },
  ]);
  expect(stored()[1]).toEqual(['east', '008']);
});

test('a later upload need not repeat them, and may add to them', async () => {
  await upload(FIRST, { answers });
  const plain = await upload('shop,day,sales\nnorth 2,2024-01-03,22\n', { datasetId: 1 });
  expect(plain.attributes).toBeUndefined();
  const later = await upload('region,shop,day,sales\nwest,west,2024-01-03,22\n', { datasetId: 1 });
  expect(later.attributes).toMatchObject([{ name: 'region', added: 1 }]);
  expect(stored()).toEqual([['north', '007'], ['north', '008'], ['south, "deep"', '007'], ['west']]);
});

test('a row that contradicts its series in one upload is told with its line, and its value is stored', async () => {
  await upload(FIRST, { answers });
  const report = await upload(
    'shop,day,sales,region,code\nnorth 2,2024-01-03,22,north,008\nnorth 2,2024-01-04,23,south,008\n',
    { datasetId: 1 },
  );
  expect(report).toMatchObject({
    added: 2,
    rejected: [
      {
        line: 3,
        column: 'region',
        found: 'south',
        expected: '"north" as in line 2: an attribute is the same in all rows of its series',
      },
    ],
  });
  expect(stored()[1]).toEqual(['north', '008']);
});

test('the export has them, and reads back the same', async () => {
  await upload(FIRST, { answers });
  const { text } = await server.request('GET', '/api/v1/datasets/1/observations.csv');
  expect(text.split('\r\n').slice(0, 2)).toEqual(['series_id,ds,y,region,code', 'north 1,2024-01-01,10,north,007']);
  const { datasetId } = await upload(text);
  expect(stored(datasetId!)).toEqual(stored());
  expect(attributesOf(server.store, datasetId!)).toEqual(['region', 'code']);
});

test('the API shows those of a series', async () => {
  await upload(FIRST, { answers });
  const { json } = await server.request('GET', '/api/v1/series/2');
  expect(json.attributes).toEqual([
    { name: 'region', value: 'north' },
    { name: 'code', value: '008' },
  ]);
});

test('a training finds them, and other data under another hash; a column the recipe drops is no longer offered', async () => {
  await upload(FIRST, { answers });
  const before = loadTrainingData(server.store, 1);
  expect(before.series[2].attributes).toEqual([
    { name: 'region', value: 'south, "deep"' },
    { name: 'code', value: '007' },
  ]);
  await upload('shop,day,sales,region,code\nsouth,2024-01-02,31,west,007\n', { datasetId: 1 });
  expect(loadTrainingData(server.store, 1).hash).not.toBe(before.hash);
  const { attributeColumns: _, ...recipe } = getDataset(server.store, 1)!.recipe as Record<string, unknown>;
  updateDataset(server.store, 1, { recipe }, 0);
  const after = loadTrainingData(server.store, 1).series[0].attributes;
  expect(after?.map(({ offered }) => offered)).toEqual([false, false]);
});

test('numbers stay numbers, and become words once one of them is none', async () => {
  const rows = [1, 2, 3].flatMap((n) => [`s${n},2024-01-01,${n},${n / 2}`, `s${n},2024-01-02,${n + 1},${n / 2}`]);
  const sized = { attributeColumns: ['size'], valueColumns: ['v'] };
  await upload(`shop,day,v,size\n${rows.join('\n')}\n`, { answers: sized });
  const sizes = () => loadTrainingData(server.store, 1).series.map(({ attributes }) => attributes![0].value);
  expect(sizes()).toEqual([0.5, 1, 1.5]);
  await upload('shop,day,v,size\ns3,2024-01-03,4,large\n', { datasetId: 1 });
  expect(sizes()).toEqual(['0.5', '1', 'large']);
});

test('they go with their dataset', async () => {
  await upload(FIRST, { answers });
  deleteDataset(server.store, 1);
  const rows = server.store
    .prepare('SELECT (SELECT COUNT(*) FROM attributes) + (SELECT COUNT(*) FROM attribute_values)')
    .pluck()
    .get();
  expect(rows).toBe(0);
});
