import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openStore, type Store } from '../../../db/open.ts';
import { preview } from '../../../server/csv/preview.ts';
import { ingest } from '../../../server/ingest.ts';
import { fileOf, once } from '../../support/days-file.ts';

describe('a file stored with its marks', () => {
  let store: Store;
  beforeEach(() => {
    store = openStore(':memory:');
  });
  afterEach(() => {
    store.close();
  });
  const load = (text: string | Buffer, how: Partial<Parameters<typeof ingest>[1]> = {}) =>
    ingest(store, { source: once(String(text)), fileName: 'a.csv', maxBytes: 1e6, now: 0, ...how });
  const stored = () =>
    store
      .prepare('SELECT s.name, o.value FROM observations o JOIN series s ON s.id = o.series_id ORDER BY s.id, o.time')
      .raw()
      .all() as [string, number][];
  const last = (name: string) => stored().filter(([own]) => own === name).at(-1)![1]; // biome-ignore format: one idea

  test('is what its preview shows', async () => {
    const fixture = readFileSync(new URL('../../fixtures/csv/decimal-marks-by-column.csv', import.meta.url));
    const shown = await preview(fixture);
    expect([shown.questions, shown.rejectedCount]).toEqual([[], 0]);
    const values = Object.fromEntries(shown.series.map(({ name, sample }) => [name, sample.map(({ value }) => value)]));
    expect(values).toEqual({
      kWh: [1234.5, 1250, 987.25, 2000, 2100, 12_345.75, 3000, 3100.5],
      price: [0.25, 1.125, 1234.5, 2.5, 1250, 0.75, 3.125, 2.25],
      count: [7, 8, 9, 10, 11, 12, 13, 14],
      change: [-0.5, 1.25, 0.75, -1.5, 12.5, 2.25, 0.25],
    });
    const { recipe } = await load(fixture);
    expect(recipe).toEqual(shown.recipe);
    expect(stored()).toEqual(Object.entries(values).flatMap(([name, all]) => all.map((value) => [name, value])));
  });

  test('says which columns were read as the others are, and not that a covariate is unused', async () => {
    const { likeOthers, unused } = await load(fileOf({ a: ['0,5', '1,25'], b: ['1.234', '2.345'] }), {
      answers: { covariateColumns: ['b'] },
    });
    expect([likeOthers, unused]).toEqual([[{ column: 'b', found: '1.234', value: 1234 }], []]);
  });

  test('is stored without a word more than before where its columns are written alike', async () => {
    const { datasetId } = await load(fileOf({ a: ['0,5', '1,25'], b: ['7', '8'] }));
    const recipe = () => store.prepare('SELECT recipe FROM datasets').pluck().get();
    const before = recipe();
    expect(before).not.toContain('numberStyles');
    await load(fileOf({ a: ['2,5'], b: ['9,5'] }, 3), { datasetId: datasetId! });
    expect([recipe(), last('b')]).toEqual([before, 9.5]);
  });

  const MIXED = { a: ['0,5', '1,25'], b: ['1.25', '0.5'], c: ['1', '2'] };

  test('is read by them in later files, and learns the mark of a column that had shown none', async () => {
    const { datasetId } = await load(fileOf(MIXED));
    const later = { a: ['2,500', '1,5'], b: ['2.500', '3.125'], c: ['0.5', '1.500'] };
    const { recipe, rejectedCount } = await load(fileOf(later, 3), { datasetId: datasetId! });
    expect([last('a'), last('b'), last('c'), rejectedCount]).toEqual([1.5, 3.125, 1.5, 0]);
    expect(recipe).toMatchObject({ decimal: '.', numberStyles: [{ column: 'a', decimal: ',', thousands: '' }] });
  });

  test('asks about a later file in such a column alone, and an answer for it leaves the others', async () => {
    const { datasetId } = await load(fileOf(MIXED));
    const later = fileOf({ a: ['2,500'], b: ['2.500'], c: ['1.500'] }, 3);
    await expect(load(later, { datasetId: datasetId! })).rejects.toMatchObject({
      code: 'ambiguous',
      details: { questions: [{ column: 'c', found: ['1.500'] }] },
    });
    const answers = { numberStyles: [{ column: 'c', decimal: ',' as const, thousands: '.' as const }] };
    await load(later, { datasetId: datasetId!, answers });
    expect([last('a'), last('b'), last('c')]).toEqual([2.5, 2.5, 1500]);
  });

  test('refuses a later file in which one column has another mark, and names it', async () => {
    const { datasetId } = await load(fileOf({ a: ['0,5', '1.234,5'], b: ['2,5', '1.234'] }));
    const before = stored();
    await expect(
      load(fileOf({ a: ['0,5', '1,5', '2,5'], b: ['1.250', '1.500', '0.5'] }, 3), { datasetId: datasetId! }),
    ).rejects.toMatchObject({
      code: 'recipe_mismatch',
      message: 'column "b" has a decimal point ("0.5" on line 4), but the import recipe expects a decimal comma there',
    });
    expect(stored()).toEqual(before);
    const answers = { numberStyles: [{ column: 'b', decimal: '.' as const }] };
    await load(fileOf({ a: ['0,5', '1,5', '2,5'], b: ['1.250', '1.500', '0.5'] }, 3), {
      datasetId: datasetId!,
      answers,
    });
    expect(stored().slice(-3)).toEqual([['b', 1.25], ['b', 1.5], ['b', 0.5]]); // biome-ignore format: three cells
  });

  test('tells a single cell of another mark as the cell it is', async () => {
    const { datasetId } = await load(fileOf({ a: ['0,5', '1,25', '2'], b: ['2,5', '3,5', '4'] }));
    const report = await load(fileOf({ a: ['7', '8', '9.5'], b: ['2,5', '3,5', '4'] }, 4), { datasetId: datasetId! });
    expect(report.rejected).toEqual([
      { line: 4, column: 'a', found: '9.5', expected: 'a finite number such as 1234,5' },
    ]);
    expect(report.added).toBe(5);
  });

  test('reads numbers of JSON with a point, whatever the mark of the file before', async () => {
    const quoted = 'date,v\n2021-01-01,"0,5"\n2021-01-02,"1.234,5"\n';
    const { datasetId } = await load(quoted);
    await load('{"date":"2021-01-03","v":1.25}\n{"date":"2021-01-04","v":1.125}\n', { datasetId: datasetId! });
    expect(stored().map(([, value]) => value)).toEqual([0.5, 1234.5, 1.25, 1.125]);
  });
});
