import { describe, expect, test } from 'vitest';
import { readDataset } from '../../../server/csv/dataset-file.ts';
import { preview } from '../../../server/csv/preview.ts';
import type { Recipe } from '../../../server/csv/recipe.ts';

async function* once(text: string) {
  yield Buffer.from(text);
}
const read = (text: string, answers: Partial<Recipe> = {}) => readDataset(once(text), { answers });

/** Days of stores, with further cells of each store behind every row. */
const stores = (cells: Record<string, string>, { columns = 'region', days = 14, delimiter = ',' } = {}) =>
  [
    ['store', 'day', 'sales', columns].join(delimiter),
    ...Object.entries(cells).flatMap(([store, said], s) =>
      Array.from({ length: days }, (_, t) =>
        [store, new Date(Date.UTC(2024, 0, 1 + t)).toISOString().slice(0, 10), 10 * s + t, said].join(delimiter),
      ),
    ),
    '',
  ].join('\n');
const said = async (text: string, answers: Partial<Recipe> = {}) => {
  const { series, recipe } = await read(text, answers);
  return {
    columns: recipe.attributeColumns,
    values: recipe.valueColumns,
    series: series.map(({ attributes = [] }) => attributes.map(({ value }) => value)),
  };
};

describe('attributes of a long file', () => {
  test('are columns that never change within a series and say fewer things than there are series', async () => {
    expect(await said(stores({ a: 'north', b: 'south', c: 'north' }))).toEqual({
      columns: ['region'],
      values: ['sales'],
      series: [['north'], ['south'], ['north']],
    });
  });

  test('are no names of their own for each series, nothing that all have, and nothing that changes', async () => {
    expect((await said(stores({ a: 'x', b: 'y', c: 'z' }))).columns).toBeUndefined();
    expect((await said(stores({ a: 'x', b: 'x', c: 'x' }))).columns).toBeUndefined();
    const changing = stores({ a: 'north', b: 'south', c: 'north' }).replace('13,north', '13,south');
    expect((await said(changing)).columns).toBeUndefined();
  });

  test('of numbers are amounts of the series, not further values, once they stand still for long enough', async () => {
    const text = stores({ a: '120', b: '80.5', c: '300' }, { columns: 'size' });
    expect(await said(text)).toEqual({ columns: ['size'], values: ['sales'], series: [[120], [80.5], [300]] });
    const short = stores({ a: '120', b: '80.5', c: '300' }, { columns: 'size', days: 5 });
    expect((await said(short)).values).toEqual(['sales', 'size']);
  });

  test('read the numbers of the file, and leave codes as they are written', async () => {
    const comma = stores({ a: '1,5;007', b: '2,25;008', c: '1,5;007' }, { columns: 'size;code', delimiter: ';' });
    const { series } = await said(comma, { attributeColumns: ['size', 'code'] });
    expect(series).toEqual([
      [1.5, '007'],
      [2.25, '008'],
      [1.5, '007'],
    ]);
  });

  test('may be missing in some rows, and in some series', async () => {
    const text = stores({ a: 'north', b: 'south', c: 'north', d: '' }).replace('5,north', '5,');
    expect((await said(text)).series).toEqual([['north'], ['south'], ['north'], []]);
  });

  test('of a later row that says otherwise are told with its line; the first holds, and the value of the row is kept', async () => {
    const text = stores({ a: 'north', b: 'south', c: 'north' }).replace('5,north', '5,west');
    const { report, series } = await read(text, { attributeColumns: ['region'], valueColumns: ['sales'] });
    expect(report.rejected).toEqual([
      {
        line: 7,
        column: 'region',
        found: 'west',
        expected: '"north" as in line 2: an attribute is the same in all rows of its series',
      },
    ]);
    expect([series[0].attributes, series[0].values[5]]).toEqual([[{ name: 'region', value: 'north' }], 5]);
  });

  test('that nobody named and that vary only beyond what detection sees are left out, and nothing is rejected', async () => {
    // Rows by day, so that every series is still the same after two megabytes.
    const lines = ['store,day,sales,region'];
    for (let t = 0; t < 30_000; t++) {
      const day = new Date(Date.UTC(1940, 0, 1 + t)).toISOString().slice(0, 10);
      for (const [store, region] of [
        ['first store', 'north'],
        ['second store', 'south'],
        ['third store', 'north'],
      ]) {
        lines.push(`${store},${day},${t % 97},${t === 29_000 && region === 'south' ? 'north' : region}`);
      }
    }
    const { recipe, report, series } = await read(lines.join('\n'));
    expect(recipe.attributeColumns).toBeUndefined();
    expect(report).toMatchObject({ rejectedCount: 0, observations: 90_000 });
    expect(series.map(({ attributes }) => attributes)).toEqual([undefined, undefined, undefined]);
  }, 60_000);

  test('lose the apostrophe that an export put before a formula', async () => {
    expect((await said(stores({ a: "'=north", b: 'south', c: "'=north" }))).series[0]).toEqual(['=north']);
  });

  test('are read in the quick way of plain rows as in the careful one', async () => {
    const text = stores({ a: 'north', b: 'south', c: 'north' });
    const careful = text.replaceAll(/,(\d+),(north|south)/g, ',"$1",$2');
    expect(await said(careful)).toEqual(await said(text));
    const twice = text.replace('5,north', '5,west').replaceAll(',south', ',"south"');
    const { report } = await read(twice, { attributeColumns: ['region'], valueColumns: ['sales'] });
    expect(report.rejected.map(({ line }) => line)).toEqual([7]);
  });

  test('can be named, and named away', async () => {
    const text = stores({ a: 'x', b: 'y', c: 'z' });
    expect((await said(text, { attributeColumns: ['region'] })).series).toEqual([['x'], ['y'], ['z']]);
    const found = stores({ a: 'north', b: 'south', c: 'north' });
    expect((await said(found, { attributeColumns: [] })).columns).toBeUndefined();
  });

  test('need a column with the names of the series, and a role of their own', async () => {
    await expect(read('day,v,kind\n2024-01-01,1,a\n2024-01-02,2,a\n', { attributeColumns: ['kind'] })).rejects.toThrow(
      'found the attributes "kind", expected a column that names the series too',
    );
    const text = stores({ a: 'x', b: 'y', c: 'z' });
    await expect(read(text, { attributeColumns: ['store'], seriesColumns: ['store'] })).rejects.toThrow(
      'found "store" as an attribute and as another column of the recipe, expected one of them',
    );
  });

  test('show in the preview as what they are', async () => {
    const { columns, recipe } = await preview(Buffer.from(stores({ a: 'north', b: 'south', c: 'north' })));
    expect(columns.map(({ kind }) => kind)).toEqual(['series', 'time', 'value', 'attribute']);
    expect(recipe.attributeColumns).toEqual(['region']);
  });
});
