import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeNumbers, newEvidence, observeNumber, readNumber } from '../../../server/csv/numbers.ts';

function judge(cells: string[]) {
  const evidence = newEvidence();
  for (const cell of cells) observeNumber(cell, evidence);
  return judgeNumbers(evidence);
}

function read(cells: string[]): number[] | string[] {
  const style = judge(cells);
  return style.doubtful.length ? style.doubtful : cells.map((cell) => readNumber(cell, style));
}

describe('a column of numbers', () => {
  test.each([
    ['decimal points', ['110.7', '1.5', '0.25'], [110.7, 1.5, 0.25]],
    ['decimal commas', ['110,7', '1,5', '0,25'], [110.7, 1.5, 0.25]],
    ['English thousands', ['1,234.5', '12,345,678'], [1234.5, 12_345_678]],
    ['German thousands', ['1.234,5', '12.345.678'], [1234.5, 12_345_678]],
    ['spaces for thousands', ['1 234,5', '1\u202f234\u00a0567,25', '7'], [1234.5, 1_234_567.25, 7]],
    ['Swiss apostrophes', ["1'234.50", '12\u2019345.75'], [1234.5, 12_345.75]],
    ['Indian groups', ['12,34,567.5', '1,23,456'], [1_234_567.5, 123_456]],
    ['percent signs', ['12.5%', '7 %', '-3.25%'], [12.5, 7, -3.25]],
    ['currency signs', ['$1,234.50', '-$3.25', '€ 7.10', '12.00 USD'], [1234.5, -3.25, 7.1, 12]],
    ['exponents', ['1.5e3', '2E-2', '-1e+2'], [1500, 0.02, -100]],
    ['negative amounts in brackets and signs behind', ['(1,234.50)', '12.50-', '+3'], [-1234.5, -12.5, 3]],
    ['the minus of typesetters', ['\u22123.5', '\u20132'], [-3.5, -2]],
    ['the digits and marks of other scripts', ['١٬٢٣٤٫٥', '٧'], [1234.5, 7]],
    ['a mark without digits before or after it', ['.5', '3.'], [0.5, 3]],
    ['a thousands-like value settled by another', ['1.000', '110.7'], [1, 110.7]],
    ['a thousands-like value settled the other way', ['1.000', '110,7'], [1000, 110.7]],
    ['a leading zero settles three decimals', ['0.125', '1.250'], [0.125, 1.25]],
    ['four digits before the mark settle three decimals', ['1234.125', '1.250'], [1234.125, 1.25]],
  ])('reads %s', (_name, cells, values) => {
    expect(read(cells)).toEqual(values);
  });

  test.each([
    [['1.000', '2.500']],
    [['1,234', '7']],
    [['1.000', '1,000']],
    [['1.5', '1,5']],
  ])('does not guess what %j is', (cells) => {
    expect(judge(cells).doubtful.length).toBeGreaterThan(0);
  });

  test('a mark that was never seen is not guessed in a later cell', () => {
    const style = judge(['1', '20', '300']);
    expect(style.decimal).toBe('unseen');
    expect(readNumber('1.234', style)).toBeNaN();
    expect(readNumber('1.5', style)).toBe(1.5);
  });

  test.each([
    '',
    'abc',
    '1.2.3',
    '1,23,4',
    '12,34.5,6',
    '1-2',
    '2021-03-01',
    '--5',
    '1 2',
    '$',
    '5 kWh',
    '1e999',
    'Infinity',
    '0x10',
    '1_000',
    '١a',
    '%',
    '$5%',
  ])('refuses %j', (cell) => {
    expect(readNumber(cell, { decimal: '.', thousands: ',' })).toBeNaN();
  });

  test('grouping must be right: 1.23 in a German column is no number', () => {
    const german = { decimal: ',', thousands: '.' } as const;
    expect(readNumber('1.23', german)).toBeNaN();
    expect(readNumber('1.2345', german)).toBeNaN();
    expect(readNumber('110.7', german)).toBeNaN();
    expect(readNumber('1.234', german)).toBe(1234);
  });
});

const LOCALES = [
  'en-US',
  'de-DE',
  'fr-FR',
  'sv-SE',
  'de-CH',
  'en-IN',
  'pt-BR',
  'pl-PL',
  'es-ES',
  'it-IT',
  'ar-EG',
  'fa-IR',
  'hi-IN',
  'bn-BD',
  'nb-NO',
  'ru-RU',
  'ja-JP',
  'cs-CZ',
];

test.each(LOCALES)('numbers written in the style of %s are read back the same, or asked about', (locale) => {
  const column = fc.array(
    fc
      .tuple(fc.integer({ min: -1e11, max: 1e11 }), fc.integer({ min: 0, max: 6 }))
      .map(([n, digits]) => n / 10 ** digits),
    { minLength: 1, maxLength: 12 },
  );
  const styles = fc.record({ minimumFractionDigits: fc.integer({ min: 0, max: 3 }), useGrouping: fc.boolean() });
  fc.assert(
    fc.property(column, styles, (values, options) => {
      const format = new Intl.NumberFormat(locale, { ...options, maximumFractionDigits: 6 });
      const cells = values.map((value) => format.format(value));
      const style = judge(cells);
      if (style.doubtful.length > 0) return;
      expect(cells.map((cell) => readNumber(cell, style))).toEqual(values.map((value) => Number(value.toFixed(6))));
    }),
    { seed: 20_210_301, numRuns: 300 },
  );
});

test('a plain number is read exactly as JavaScript reads it', () => {
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
      (value) => {
        expect(readNumber(String(value), { decimal: '.', thousands: '' })).toBe(value);
      },
    ),
    { seed: 7, numRuns: 2000 },
  );
});
