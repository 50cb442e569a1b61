import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openStore, type Store } from '../../../db/open.ts';
import { preview } from '../../../server/csv/preview.ts';
import { ingest } from '../../../server/ingest.ts';

let store: Store;
beforeEach(() => {
  store = openStore(':memory:');
});
afterEach(() => {
  store.close();
});

async function* pieces(bytes: Buffer) {
  for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000);
}

const text = (lines: string[], encoding: BufferEncoding = 'utf8') => Buffer.from(lines.join('\n'), encoding);
const load = (bytes: Buffer, datasetId?: number) =>
  ingest(store, { source: pieces(bytes), fileName: 'a.csv', maxBytes: 1e9, now: 0, datasetId });
const names = () => store.prepare('SELECT name FROM series ORDER BY id').pluck().all();

const rows = (from: number, row: (day: string, i: number) => string, count = 5) =>
  Array.from({ length: count }, (_, i) => row(new Date(Date.UTC(2021, 0, from + i)).toISOString().slice(0, 10), i));
const wide = (from: number) => rows(from, (day, i) => `${day},${i}.5,${i}`);

describe('a later file of the same dataset', () => {
  test('may have fewer or more lines of notes above its header', async () => {
    const { datasetId } = await load(text(['Report of January', 'by hand', 'date,a,b', ...wide(1)]));
    expect(await load(text(['date,a,b', ...wide(6)]), datasetId!)).toMatchObject({ added: 10, rows: 5 });
    const many = ['Report', 'March', 'still by hand', 'page 1', 'date,a,b', ...wide(11)];
    expect(await load(text(many), datasetId!)).toMatchObject({ added: 10, rows: 5, rejectedCount: 0 });
  });

  test('loses no row where notes stood above the first row of a file without a header', async () => {
    const { datasetId, recipe } = await load(text(['notes', 'more notes', ...wide(1)]));
    expect(recipe).toMatchObject({ hasHeader: false, headerLine: 3 });
    expect(await load(text(wide(6)), datasetId!)).toMatchObject({ added: 10, rows: 5 });
  });

  test('is refused with its header where no line names the columns', async () => {
    const { datasetId } = await load(text(['date,a,b', ...wide(1)]));
    await expect(load(text(['date;a;b', ...wide(6)]), datasetId!)).rejects.toMatchObject({
      code: 'recipe_mismatch',
      message: 'line 1 has the columns "date;a;b", but the import recipe expects "date", "a", "b" as well',
    });
  });

  test('says which of its columns are not used', async () => {
    const { datasetId, unused } = await load(text(['date,a,b', ...wide(1)]));
    expect(unused).toEqual([]);
    const later = await load(text(['date,a,b,c', ...rows(6, (day, i) => `${day},1.5,2,${i}`)]), datasetId!);
    expect([later.added, later.unused]).toEqual([10, ['c']]);
  });

  test('in UTF-16 is refused by a recipe in UTF-8', async () => {
    const { datasetId } = await load(text(['date,a,b', ...wide(1)]));
    await expect(load(text(['\ufeffdate,a,b', ...wide(6)], 'utf16le'), datasetId!)).rejects.toMatchObject({
      code: 'recipe_mismatch',
      message: 'found a file written in UTF-16 LE, but the import recipe expects UTF-8',
    });
  });

  const cities = (from: number, city: string) => ['date,city,v', ...rows(from, (day, i) => `${day},${city},${i}.5`)];
  const both = (from: number) => [...cities(from, 'Köln'), ...cities(from, 'Bonn').slice(1)];

  test('in UTF-8 is refused by a recipe in Windows-1252, which would make KÃ¶ln of Köln', async () => {
    const { datasetId, recipe } = await load(text(both(1), 'latin1'));
    expect([recipe.encoding, names()]).toEqual(['windows-1252', ['Köln', 'Bonn']]);
    await expect(load(text(both(6)), datasetId!)).rejects.toMatchObject({
      code: 'recipe_mismatch',
      message: 'found a file written in UTF-8, but the import recipe expects Windows-1252',
    });
  });

  test('in Windows-1252 makes no new series of a name that its recipe in UTF-8 cannot read', async () => {
    const { datasetId } = await load(text(both(1)));
    const later = await load(text(both(6), 'latin1'), datasetId!);
    expect([later.added, later.rejectedCount, names()]).toEqual([5, 5, ['Köln', 'Bonn']]);
    expect(later.rejected[0]).toEqual({
      line: 2,
      column: 'city',
      found: 'K\ufffdln',
      expected: 'a name in utf-8: set the encoding of the file in the import recipe',
    });
  });
});

test('letters of Windows-1252 that come after the first megabytes are read as such, and two names stay two', async () => {
  const ascii = rows(1, (day, i) => [0, 1, 2].map((who) => `${day},s${who},${i}.5`).join('\n'), 45_000);
  const file = Buffer.concat([
    text(['date,who,v', ...ascii, '']),
    text([...rows(1, (day) => `${day},Mün,1.5`), ...rows(1, (day) => `${day},Män,2.5`)], 'latin1'),
  ]);
  expect(file.length).toBeGreaterThan(2 ** 21);
  const { recipe, rejectedCount } = await load(file);
  expect([recipe.encoding, rejectedCount, names()]).toEqual(['windows-1252', 0, ['s0', 's1', 's2', 'Mün', 'Män']]);
  const shown = await preview(file);
  expect([shown.recipe.encoding, shown.series.map(({ name }) => name)]).toEqual([recipe.encoding, names()]);
});

describe('lines of JSON', () => {
  test('need not each have every key', async () => {
    const lines = ['{"time":"2021-01-01","a":1}', '{"time":"2021-01-02","b":2}', '{"b":3,"time":"2021-01-03","a":4}'];
    expect(await load(text(lines))).toMatchObject({ observations: 4, missing: 2, rejectedCount: 0 });
    expect(names()).toEqual(['a', 'b']);
    expect((await preview(text(lines))).series.map(({ name, observations }) => [name, observations])).toEqual([
      ['a', 2],
      ['b', 2],
    ]);
  });

  test('with a key that the first megabytes do not have are told with their line', async () => {
    const lines = rows(1, (day, i) => `{"time":"${day}","a":${i}}`, 80_000);
    const report = await load(text([...lines, '{"time":"2999-01-01","a":1,"late":5}']));
    expect([report.observations, report.rejected]).toEqual([
      80_000,
      [{ line: 80_001, column: 'a', found: '3 cells', expected: '2 cells, as many as there are columns' }],
    ]);
  });
});

test('a day whose midnight the clock leaves out is a day, though an hour in it is none', async () => {
  const dates = ['2017-10-13', '2017-10-14', '2017-10-15', '2017-10-16', '2017-10-17'];
  const answers = { zone: 'America/Sao_Paulo' };
  const shown = await preview(text(['date,v', ...dates.map((date, i) => `${date},${i}`)]), { answers });
  expect(shown).toMatchObject({ frequency: 'P1D', observations: 5, gaps: 0, missingHours: 0 });
  expect(shown.series[0].sample.map(({ time }) => new Date(time).toISOString().slice(8, 13))).toEqual([
    '13T03',
    '14T03',
    '15T03',
    '16T02',
    '17T02',
  ]);
  const hours = ['2017-10-14 23:00', '2017-10-15 00:00', '2017-10-15 01:00', '2017-10-15 02:00'];
  const hourly = await preview(text(['date,v', ...hours.map((hour, i) => `${hour},${i}`)]), { answers });
  expect([hourly.observations, hourly.missingHours, hourly.rejected[0].line]).toEqual([3, 1, 3]);
});
