import { describe, expect, test } from 'vitest';
import { readDataset } from '../../../server/csv/dataset-file.ts';
import { preview } from '../../../server/csv/preview.ts';
import type { Recipe } from '../../../server/csv/recipe.ts';

async function* once(text: string) {
  yield Buffer.from(text);
}
const read = (text: string, answers: Partial<Recipe> = {}) => readDataset(once(text), { answers });

const SHOPS = `shop,day,sales,price,promo
north,2024-01-01,10,2.50,0
north,2024-01-02,12,2.50,1
north,2024-01-03,,2.50,0
north,2024-01-04,11,2.40,0
north,2024-01-05,,2.40,1
north,2024-01-06,,2.40,
south,2024-01-01,20,3.50,0
south,2024-01-02,21,x,0
south,2024-01-03,22,3.50,1
south,2024-01-04,NA,3.30,1
`;

describe('covariates of a long file', () => {
  test('are columns of their own, and rows after the last value are the known future, not missing values', async () => {
    const file = await read(SHOPS, { covariateColumns: ['price', 'promo'] });
    expect(file.recipe).toMatchObject({ valueColumns: ['sales'], covariateColumns: ['price', 'promo'], shape: 'long' });
    expect(file.series.map(({ name, values }) => [name, [...values]])).toEqual([
      ['north', [10, 12, 11]],
      ['south', [20, 21, 22]],
    ]);
    const [price, promo] = file.series[0].covariates!;
    expect([price.name, [...price.values]]).toEqual(['price', [2.5, 2.5, 2.5, 2.4, 2.4, 2.4]]);
    expect([promo.name, [...promo.values]]).toEqual(['promo', [0, 1, 0, 0, 1]]);
    expect([...file.series[1].covariates![0].times].map((time) => new Date(time).getUTCDate())).toEqual([1, 3, 4]);
    // One sale is missing between others; two and one are still to come.
    expect(file.report).toMatchObject({ rows: 10, observations: 6, missing: 1, ahead: 3, gaps: 1 });
    expect(file.report.rejected).toEqual([
      { line: 9, column: 'price', found: 'x', expected: 'a finite number such as 1234.5' },
    ]);
  });

  test('are found where they go on after the values, as flags or by their name', async () => {
    const file = await read(SHOPS);
    expect(file.recipe).toMatchObject({ valueColumns: ['sales'], covariateColumns: ['price', 'promo'] });
    expect(file.series.map(({ name }) => name)).toEqual(['north', 'south']);
    // The newest row first.
    const [head, ...rows] = 'day,sales,open\n2024-01-01,5,1\n2024-01-02,0,0\n2024-01-03,6,1\n2024-01-04,,1'.split('\n');
    const backwards = await read(`${[head, ...rows.reverse()].join('\n')}\n`);
    expect(backwards.recipe.covariateColumns).toEqual(['open']);
    expect([...backwards.series[0].values]).toEqual([5, 0, 6]);
  });

  test('are not guessed of a column that only ends with the others, of a measurement, or against what a person said', async () => {
    const covariatesOf = async (text: string, answers: Partial<Recipe> = {}) =>
      (await read(text, answers)).recipe.covariateColumns;
    expect(await covariatesOf('day,sales,promo\n2024-01-01,5,1\n2024-01-02,3,0\n2024-01-03,6,1\n')).toBeUndefined();
    const stopped = 'day,north,south\n2024-01-01,5,7\n2024-01-02,3,8\n2024-01-03,,6\n2024-01-04,,9\n';
    expect(await covariatesOf(stopped)).toBeUndefined();
    // One sensor goes on to the end, so nothing is the future.
    const flags = 'day,a,b,open\n2024-01-01,5,7,1\n2024-01-02,3,8,0\n2024-01-03,,6,1\n';
    expect(await covariatesOf(flags)).toBeUndefined();
    expect(await covariatesOf('day,open\n2024-01-01,1\n2024-01-02,0\n2024-01-03,1\n')).toBeUndefined();
    // Not measured yet, so there is nothing that anything could go on after.
    expect(await covariatesOf('day,load,open\n2024-01-01,,1\n2024-01-02,,0\n2024-01-03,,1\n')).toBeUndefined();
    // Two readings of a new sensor are no flag; thirteen of two values are.
    expect(
      await covariatesOf('day,a,b\n2024-01-01,5,\n2024-01-02,3,\n2024-01-03,4,7\n2024-01-04,,8\n'),
    ).toBeUndefined();
    const days = Array.from(
      { length: 13 },
      (_, i) => `2024-01-${String(i + 1).padStart(2, '0')},${i < 11 ? 9 * i : ''},${i % 2}`,
    );
    expect(await covariatesOf(`day,a,b\n${days.join('\n')}\n`)).toEqual(['b']);
    expect(await covariatesOf(SHOPS, { valueColumns: ['sales', 'price'] })).toBeUndefined();
    expect(await covariatesOf(SHOPS, { covariateColumns: ['price'] })).toEqual(['price']);
  });

  test('belong to every series of their row in a wide file', async () => {
    const file = await read('day,a,b,promo\n2024-01-01,1,10,0\n2024-01-02,2,20,1\n2024-01-03,,,1\n', {
      covariateColumns: ['promo'],
    });
    expect(file.series.map(({ name, covariates }) => [name, [...covariates![0].values]])).toEqual([
      ['a', [0, 1, 1]],
      ['b', [0, 1, 1]],
    ]);
    expect(file.report).toMatchObject({ missing: 0, ahead: 2 });
  });

  test('show in the preview as what they are', async () => {
    const { columns, ahead } = await preview(Buffer.from(SHOPS), {
      answers: { covariateColumns: ['promo'], valueColumns: ['sales'] },
    });
    expect(columns.map(({ name, kind }) => [name, kind])).toEqual([
      ['shop', 'series'],
      ['day', 'time'],
      ['sales', 'value'],
      ['price', 'ignored'],
      ['promo', 'covariate'],
    ]);
    expect(ahead).toBe(2);
  });

  test('read decimal commas, and are asked about where they alone could be read two ways', async () => {
    const file = await read('day;y;price\n2024-01-01;1;2,55\n2024-01-02;2;2,5\n', { covariateColumns: ['price'] });
    expect([...file.series[0].covariates![0].values]).toEqual([2.55, 2.5]);
    await expect(
      read('day;y;price\n2024-01-01;1;2.555\n2024-01-02;2;2.500\n', { covariateColumns: ['price'] }),
    ).rejects.toMatchObject({ code: 'ambiguous' });
  });

  test('must be columns of the file, and cannot be values too', async () => {
    await expect(read(SHOPS, { covariateColumns: ['weather'] })).rejects.toThrow(/expected "weather" among them/);
    await expect(read(SHOPS, { covariateColumns: ['price'], valueColumns: ['sales', 'price'] })).rejects.toThrow(
      'found "price" as a covariate and as another column of the recipe, expected one of them',
    );
  });
});
