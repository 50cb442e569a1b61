import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readDataset } from '../../../server/csv/dataset-file.ts';
import { preview } from '../../../server/csv/preview.ts';
import type { Question } from '../../../server/csv/questions.ts';
import type { Recipe } from '../../../server/csv/recipe.ts';
import { AppError } from '../../../server/errors.ts';
import { fileOf, once } from '../../support/days-file.ts';

async function valuesOf(columns: Record<string, string[]>, answers: Partial<Recipe> = {}) {
  const { series } = await readDataset(once(fileOf(columns)), { answers });
  return Object.fromEntries(series.map(({ name, values }) => [name, [...values]]));
}

const ask = async (columns: Record<string, string[]>, answers?: Partial<Recipe>) =>
  (await preview(Buffer.from(fileOf(columns)), { answers })).questions.map(({ column, found }) => [column, found]);

describe('the decimal mark of each column', () => {
  test('is that of its own cells, though another column has the other', async () => {
    expect(await valuesOf({ a: ['0,5', '1,25', '3'], b: ['1.25', '0.5', '7'] })).toEqual({
      a: [0.5, 1.25, 3],
      b: [1.25, 0.5, 7],
    });
  });

  test('is kept as an exception to that of most columns', async () => {
    const { recipe } = await preview(
      Buffer.from(fileOf({ a: ['0,5', '1,25'], b: ['1.25', '0.5'], c: ['1,5', '2,5'], d: ['1', '2'] })),
    );
    expect(recipe).toMatchObject({
      decimal: ',',
      thousands: '',
      numberStyles: [
        { column: 'b', decimal: '.', thousands: '' },
        { column: 'd', decimal: 'unseen', thousands: '' },
      ],
    });
  });

  test('is that of the others where its cells say nothing and these agree', async () => {
    expect(await valuesOf({ a: ['0,5', '1,25'], b: ['1.234', '2.345'], c: ['1,234', '5'] })).toEqual({
      a: [0.5, 1.25],
      b: [1234, 2345],
      c: [1.234, 5],
    });
    const { recipe, likeOthers } = await preview(
      Buffer.from(fileOf({ a: ['0,5', '1,25'], b: ['1.234', '2.345'], c: ['1', '2'] })),
    );
    expect([recipe.decimal, recipe.thousands, recipe.numberStyles]).toEqual([',', '.', undefined]);
    // Not in silence.
    expect(likeOthers).toEqual([{ column: 'b', found: '1.234', value: 1234 }]);
  });

  test('is asked about by name where its cells say nothing and the others disagree', async () => {
    const columns = { a: ['0,5', '1,25'], b: ['1.25', '0.5'], c: ['1.234', '2.345'], d: ['1', '2'], e: ['7', '1,234'] };
    expect(await ask(columns)).toEqual([
      ['c', ['1.234', '2.345']],
      ['e', ['1,234']],
    ]);
    await expect(valuesOf(columns)).rejects.toMatchObject({
      code: 'ambiguous',
      message: expect.stringMatching(/column "c".*1\.234.*; column "e"/),
    });
    const numberStyles = [
      { column: 'c', decimal: ',' as const },
      { column: 'e', decimal: ',' as const },
    ];
    expect(await ask(columns, { numberStyles: numberStyles.slice(0, 1) })).toEqual([['e', ['1,234']]]);
    expect(await valuesOf(columns, { numberStyles })).toEqual({
      a: [0.5, 1.25],
      b: [1.25, 0.5],
      c: [1234, 2345],
      d: [1, 2],
      e: [7, 1.234],
    });
  });

  test('is asked about once where no cell of the file says anything and all are written alike', async () => {
    const columns = { a: ['1.234', '2.345'], b: ['3.456', '4.567'], c: ['1', '2'] };
    const { questions } = await preview(Buffer.from(fileOf(columns)));
    expect(questions).toMatchObject([{ column: 'a', others: ['b'], found: ['1.234', '2.345', '3.456', '4.567'] }]);
    expect(await valuesOf(columns, questions[0].choices[1].set)).toEqual({
      a: [1234, 2345],
      b: [3456, 4567],
      c: [1, 2],
    });
  });

  test('is asked about for each where no cell says anything and they are not written alike', async () => {
    const columns = { a: ['1.234', '2.345'], b: ['3,456', '4,567'] };
    expect((await ask(columns)).map(([column]) => column)).toEqual(['a', 'b']);
    expect(
      await valuesOf(columns, {
        numberStyles: [
          { column: 'a', decimal: ',' },
          { column: 'b', decimal: '.' },
        ],
      }),
    ).toEqual({ a: [1234, 2345], b: [3456, 4567] });
  });

  test('is asked about where the cells of one column contradict each other, and only there', async () => {
    const columns = { a: ['0,5', '1.25'], b: ['3,5', '4,5'] };
    expect(await ask(columns)).toEqual([['a', ['1.25', '0,5']]]);
    const { series, report } = await readDataset(once(fileOf(columns)), {
      answers: { numberStyles: [{ column: 'a', decimal: ',', thousands: '.' }] },
    });
    expect(series.map(({ name, values }) => [name, [...values]])).toEqual([
      ['a', [0.5]],
      ['b', [3.5, 4.5]],
    ]);
    expect(report.rejected).toEqual([
      { line: 3, column: 'a', found: '1.25', expected: 'a finite number such as 1.234,5' },
    ]);
  });

  test('answered for all is that of all, save for columns answered by themselves', async () => {
    const columns = { a: ['1.234', '2.345'], b: ['3.456', '4.567'] };
    expect(await valuesOf(columns, { decimal: '.', numberStyles: [{ column: 'b', decimal: ',' }] })).toEqual({
      a: [1.234, 2.345],
      b: [3456, 4567],
    });
  });

  test('groups thousands by the cells of the column, where columns group otherwise', async () => {
    expect(await valuesOf({ a: ['1 234,5', '2'], b: ['1.234,5', '3,5'], c: ["1'234.5", '7'] })).toEqual({
      a: [1234.5, 2],
      b: [1234.5, 3.5],
      c: [1234.5, 7],
    });
  });

  test('is that of a covariate column too', async () => {
    const { series } = await readDataset(once(fileOf({ y: ['1,5', '2,5'], price: ['0.25', '1.125'] })), {
      answers: { covariateColumns: ['price'] },
    });
    expect([[...series[0].values], [...series[0].covariates![0].values]]).toEqual([
      [1.5, 2.5],
      [0.25, 1.125],
    ]);
  });

  test('cannot be answered for a column that is not there', async () => {
    await expect(valuesOf({ a: ['1', '2'] }, { numberStyles: [{ column: 'b', decimal: '.' }] })).rejects.toThrow(
      'found the columns "date", "a", expected "b" among them',
    );
  });
});

describe('a wide file', () => {
  test('of thousands of columns names the few that are written otherwise, and no others', async () => {
    const names = Array.from({ length: 5000 }, (_, i) => `s${i}`);
    const cells = names.map((_, i) => (i % 2000 === 7 ? ['0,5', '1,5', '2,5'] : ['0.5', '1.5', '2.5']));
    const { recipe, series } = await readDataset(
      once(fileOf(Object.fromEntries(names.map((name, i) => [name, cells[i]])))),
    );
    expect([recipe.decimal, recipe.numberStyles?.map(({ column }) => column)]).toEqual(['.', ['s7', 's2007', 's4007']]);
    expect(series.filter(({ values }) => values[0] !== 0.5 || values[2] !== 2.5)).toEqual([]);
  });
});

describe('numbers written in a locale of its own in each column', () => {
  const COMMA = ['de-DE', 'fr-FR', 'sv-SE', 'pt-BR', 'pl-PL', 'es-ES', 'it-IT', 'nb-NO', 'ru-RU', 'cs-CZ'];
  const POINT = ['en-US', 'de-CH', 'en-IN', 'ja-JP', 'ar-EG', 'fa-IR', 'hi-IN', 'bn-BD'];
  const number = fc
    .tuple(fc.integer({ min: -1e11, max: 1e11 }), fc.integer({ min: 0, max: 6 }))
    .map(([n, digits]) => n / 10 ** digits);
  const four = (one: fc.Arbitrary<number>) => fc.array(one, { minLength: 4, maxLength: 4 });
  const column = (locales: string[]) =>
    fc.record({
      locale: fc.constantFrom(...locales),
      // Whole thousands, and three digits behind the mark, are what can be read two ways.
      values: fc.oneof(
        four(number),
        four(fc.integer({ min: 1000, max: 999_999 })),
        four(fc.integer({ min: 1000, max: 999_999 }).map((n) => n / 1000)),
      ),
      useGrouping: fc.boolean(),
    });
  type Column = { locale: string; values: number[]; useGrouping: boolean };
  // A column whose own cells say which mark it has.
  const telling = (one: Column): Column => ({ ...one, values: [0.25, ...one.values.slice(1)] });

  async function readsBack(columns: Column[]): Promise<number> {
    const cells = columns.map(({ locale, values, useGrouping }) => {
      const format = new Intl.NumberFormat(locale, { maximumFractionDigits: 6, useGrouping });
      return values.map((value) => format.format(value));
    });
    const names = columns.map((_, i) => `c${i}`);
    const text = fileOf(Object.fromEntries(names.map((name, i) => [name, cells[i]])));
    const answers: Partial<Recipe> = { valueColumns: names, delimiter: ';' };
    let asked = 0;
    const read = await readDataset(once(text), { answers }).catch((error: unknown) => {
      if (!(error instanceof AppError) || error.code !== 'ambiguous') throw error;
      const { questions } = error.details as { questions: Question[] };
      asked = questions.length;
      const numberStyles = questions.map(({ column }) => ({
        column,
        decimal: COMMA.includes(columns[names.indexOf(column)].locale) ? (',' as const) : ('.' as const),
      }));
      return readDataset(once(text), { answers: { ...answers, numberStyles } });
    });
    const expected = columns.map(({ values }) => values.map((value) => Number(value.toFixed(6))));
    expect(read.series.map(({ values }) => [...values])).toEqual(expected);
    expect(read.report.rejected).toEqual([]);
    return asked;
  }

  test('are read back exactly, where marks differ and what cannot be known is asked', async () => {
    let asked = 0;
    await fc.assert(
      fc.asyncProperty(
        column(COMMA),
        column(POINT),
        fc.array(column([...COMMA, ...POINT]), { maxLength: 4 }),
        async (comma, point, others) => {
          asked += await readsBack([telling(comma), telling(point), ...others]);
        },
      ),
      { seed: 20_210_301, numRuns: 300 },
    );
    expect(asked).toBeGreaterThan(0);
  });

  test.each([
    ['commas', COMMA],
    ['points', POINT],
  ])('are read back exactly without a question, where all are decimal %s', async (_mark, locales) => {
    await fc.assert(
      fc.asyncProperty(column(locales), fc.array(column(locales), { maxLength: 4 }), async (one, others) => {
        expect(await readsBack([telling(one), ...others])).toBe(0);
      }),
      { seed: 7, numRuns: 200 },
    );
  });
});
