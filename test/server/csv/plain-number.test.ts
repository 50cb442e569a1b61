import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plainNumber } from '../../../server/csv/plain-number.ts';

const POINT = 46;
const COMMA = 44;
const read = (text: string, mark = POINT) => plainNumber(`;${text};`, 1, text.length + 1, mark);

describe('a plain number read in place', () => {
  test('is the double that Number() gives, bit for bit', () => {
    const digits = fc.stringMatching(/^-?\d{1,9}(?:\.\d{1,6})?$/);
    fc.assert(
      fc.property(digits, (text) => {
        expect(Object.is(read(text), Number(text)), text).toBe(true);
      }),
      { seed: 7, numRuns: 5000 },
    );
  });

  test.each([
    '0.1',
    '-0',
    '0.3',
    '2.675',
    '999999999999999',
    '123456789.012345',
    '00012.50',
    '-0.000001',
  ])('reads %s exactly', (text) => expect(Object.is(read(text), Number(text))).toBe(true));

  test('takes the mark it is told, and no other', () => {
    expect(read('1,5', COMMA)).toBe(1.5);
    expect(read('1.5', COMMA)).toBeNaN();
    expect(read('1.5', -1)).toBeNaN();
    expect(read('15', -1)).toBe(15);
  });

  test.each([
    '',
    '-',
    '.',
    '5.',
    '.5',
    '1.2.3',
    '1e3',
    '+1',
    ' 1',
    '1234567890123456',
    '--1',
    '1-',
    '٣',
    'NaN',
  ])('leaves %j to the careful way', (text) => expect(read(text)).toBeNaN());
});
