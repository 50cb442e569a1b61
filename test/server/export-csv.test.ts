import { describe, expect, test } from 'vitest';
import { csvLine, downloadName } from '../../server/export-csv.ts';

describe('a line of CSV', () => {
  test('quotes what a reader would take apart', () => {
    expect(csvLine(['a,b', 'c"d', 'e\nf', ' g', 'plain'])).toBe('"a,b","c""d","e\nf"," g",plain\r\n');
  });

  test('has empty cells for what is missing', () => {
    expect(csvLine([null, Number.NaN, ''])).toBe(',,\r\n');
  });

  test('writes numbers so that they read back as the same', () => {
    expect(csvLine([-3, 0.1, 1e21, 5e-324])).toBe('-3,0.1,1e+21,5e-324\r\n');
  });

  test.each(['=1+1', '+1', '-1', '@A1', '\t=1', '\r=1'])('puts an apostrophe before the text %j', (text) => {
    expect(csvLine([text]).replace(/^"/, '').startsWith(`'${text[0]}`)).toBe(true);
  });
});

describe('the name of a download', () => {
  test.each([
    ['sales 2024', 'sales-2024.csv'],
    ['../../etc/passwd', 'etc-passwd.csv'],
    ['a"; filename="b', 'a-filename-b.csv'],
    ['Überfälle\r\nX: 1', 'U-berfa-lle-X-1.csv'],
    ['...', 'tidecast.csv'],
    ['潮', 'tidecast.csv'],
  ])('of %j is %s', (name, expected) => {
    expect(downloadName(name, '.csv')).toBe(expected);
  });
});
