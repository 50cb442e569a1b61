import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { detectTimeFormat } from '../../../server/csv/time-detection.ts';
import { compileTimeFormat, isTimeFormat } from '../../../server/csv/time-format.ts';
import { createPlacer } from '../../../server/csv/zone.ts';

const iso = (time: number) => (Number.isNaN(time) ? 'unreadable' : new Date(time).toISOString().replace('.000Z', 'Z'));

describe('a column of times', () => {
  test.each([
    [['2021-03-01', '2021-03-02'], 'yyyy-MM-dd', '2021-03-01T00:00:00Z'],
    [['2021-03-01T05:00:00Z'], 'yyyy-MM-ddTHH:mm:ssX', '2021-03-01T05:00:00Z'],
    [['2021-03-01T05:00:00+02:00'], 'yyyy-MM-ddTHH:mm:ssx', '2021-03-01T03:00:00Z'],
    [['2021-03-01 05:00:00.250', '2021-03-01 05:00:01'], 'yyyy-MM-dd HH:mm:ss[.S]', '2021-03-01T05:00:00.250Z'],
    [['2021-03-01', '2021-03-01 01:00:00'], 'yyyy-MM-dd[ HH:mm:ss]', '2021-03-01T00:00:00Z'],
    [['2021/3/1 5:07', '2021/12/31 23:00'], 'yyyy/M/d H:mm', '2021-03-01T05:07:00Z'],
    [['2021-03-01 05'], 'yyyy-MM-dd HH', '2021-03-01T05:00:00Z'],
    [['13/03/2021', '01/04/2021'], 'dd/MM/yyyy', '2021-03-13T00:00:00Z'],
    [['03/13/2021', '04/01/2021'], 'MM/dd/yyyy', '2021-03-13T00:00:00Z'],
    [['3/13/2021 1:05 PM', '12/1/2021 12:00 AM'], 'M/d/yyyy h:mm a', '2021-03-13T13:05:00Z'],
    [['31.12.1999'], 'dd.MM.yyyy', '1999-12-31T00:00:00Z'],
    [['31.12.99'], 'dd.MM.yy', '1999-12-31T00:00:00Z'],
    [['Jan 1 2000', 'Feb 1 2000'], 'MMM d yyyy', '2000-01-01T00:00:00Z'],
    [['January 1st, 2000', 'May 22nd, 2000'], 'MMMM do, yyyy', '2000-01-01T00:00:00Z'],
    [['3rd Jan 2000', '11th Feb 2000'], 'do MMM yyyy', '2000-01-03T00:00:00Z'],
    [['1st of January 2000', '12th of April 2000'], "do 'of' MMMM yyyy", '2000-01-01T00:00:00Z'],
    [['January 1, 2000', 'May 12, 2000'], 'MMMM d, yyyy', '2000-01-01T00:00:00Z'],
    [['01-Feb-2021'], 'dd-MMM-yyyy', '2021-02-01T00:00:00Z'],
    [['1 Feb 21'], 'd MMM yy', '2021-02-01T00:00:00Z'],
    [['Jan-21'], 'MMM-yy', '2021-01-01T00:00:00Z'],
    [['Mar 2021'], 'MMM yyyy', '2021-03-01T00:00:00Z'],
    [['Mon, 01 Mar 2021 05:00:00 GMT'], 'EEE, dd MMM yyyy HH:mm:ss O', '2021-03-01T05:00:00Z'],
    [['2021-W07', '2021-W08'], "kkkk-'W'WW", '2021-02-15T00:00:00Z'],
    [['2021-W07-3'], "kkkk-'W'WW-e", '2021-02-17T00:00:00Z'],
    [['2021Q3', '2021Q4'], "yyyy'Q'Q", '2021-07-01T00:00:00Z'],
    [['Q3 2021'], "'Q'Q yyyy", '2021-07-01T00:00:00Z'],
    [['2021M03'], "yyyy'M'MM", '2021-03-01T00:00:00Z'],
    [['2021-03'], 'yyyy-MM', '2021-03-01T00:00:00Z'],
    [['03/2021'], 'MM/yyyy', '2021-03-01T00:00:00Z'],
    [['202103', '202104'], 'yyyyMM', '2021-03-01T00:00:00Z'],
    [['20210301'], 'yyyyMMdd', '2021-03-01T00:00:00Z'],
    [['20210301T0530'], 'yyyyMMddTHHmm', '2021-03-01T05:30:00Z'],
    [['20210301053000'], 'yyyyMMddHHmmss', '2021-03-01T05:30:00Z'],
    [['2021-060'], 'yyyy-DDD', '2021-03-01T00:00:00Z'],
    [['1999', '2000'], 'yyyy', '1999-01-01T00:00:00Z'],
    [['0999-12-31'], 'yyyy-MM-dd', '0999-12-31T00:00:00Z'],
    [['1-01', '1-02', '2-01'], 'y-MM', '1901-01-01T00:00:00Z'],
    [['1749-01-01'], 'yyyy-MM-dd', '1749-01-01T00:00:00Z'],
    [['2021-03-01 24:00'], 'yyyy-MM-dd HH:mm', '2021-03-02T00:00:00Z'],
    [['2021-03-01t05:00:00z'], "yyyy-MM-dd't'HH:mm:ssX", '2021-03-01T05:00:00Z'],
    [["Mar'21", "Apr'21"], "MMM''yy", '2021-03-01T00:00:00Z'],
    [['2021030105', '2021030106'], 'yyyyMMddHH', '2021-03-01T05:00:00Z'],
    [['20210301 05'], 'yyyyMMdd HH', '2021-03-01T05:00:00Z'],
    [['2-02', '2-01', '1-12', '1-11'], 'y-MM', '1902-02-01T00:00:00Z'],
    [['99-11', '99-12', '00-01'], 'yy-MM', '1999-11-01T00:00:00Z'],
    [['06-21', '05-21', '04-21'], 'MM-yy', '2021-06-01T00:00:00Z'],
  ])('%j is %s', (cells, format, first) => {
    const found = detectTimeFormat(cells);
    expect([found?.format, found?.share, found?.rivals]).toEqual([format, 1, []]);
    expect(iso(compileTimeFormat(format).read(cells[0]))).toBe(first);
  });

  test('03/04 could be two dates, so both are named and neither is chosen in silence', () => {
    const found = detectTimeFormat(['03/04/2021', '05/06/2021']);
    expect([found?.format, ...(found?.rivals ?? [])].sort()).toEqual(['MM/dd/yyyy', 'dd/MM/yyyy']);
    expect(detectTimeFormat(['03/04/2021', '05/06/2021'], true)).toMatchObject({ format: 'dd/MM/yyyy', rivals: [] });
    expect(detectTimeFormat(['03/04/2021', '05/06/2021'], false)).toMatchObject({ format: 'MM/dd/yyyy', rivals: [] });
  });

  test('the order of day and month is decided by the whole column, by its last cell if need be', () => {
    const cells = [...Array.from({ length: 5000 }, (_, i) => `0${(i % 9) + 1}/0${(i % 8) + 1}/2021`), '25/12/2021'];
    expect(detectTimeFormat(cells)).toMatchObject({ format: 'dd/MM/yyyy', rivals: [] });
  });

  test('three numbers of two digits are asked about', () => {
    const found = detectTimeFormat(['01-02-03', '04-05-06']);
    expect([found?.format, ...(found?.rivals ?? [])].sort()).toEqual(['MM-dd-yy', 'dd-MM-yy', 'yy-MM-dd']);
  });

  test.each([
    [
      ['1-02', '2-02', '3-02'],
      ['MM-yy', 'y-MM'],
    ],
    [
      ['01-02', '02-02', '03-02'],
      ['MM-yy', 'yy-MM'],
    ],
    [
      ['01/12', '02/12', '03/12'],
      ['MM/yy', 'yy/MM'],
    ],
  ])('the years and months of %j are asked about', (cells, formats) => {
    const found = detectTimeFormat(cells);
    expect([found?.format, ...(found?.rivals ?? [])].sort()).toEqual(formats);
  });

  test('two formats that read every cell alike are one rival', () => {
    expect(detectTimeFormat(['13/01/21 00:00', '13/01/21 01:00'])).toMatchObject({
      format: 'dd/MM/yy HH:mm',
      rivals: ['yy/MM/dd HH:mm'],
    });
  });

  test.each([
    '',
    'abc',
    '2021-13-01',
    '2021-02-29',
    '2021-03-01 25:00',
    '2021-W54',
    'Mayhem 2021',
    '12:30',
  ])('%j is no time', (cell) => {
    expect(detectTimeFormat([cell])).toBeUndefined();
  });
});

test.each([
  ['epoch s', '1614556800', '2021-03-01T00:00:00Z'],
  ['epoch s', '-86400', '1969-12-31T00:00:00Z'],
  ['epoch ms', '1614556800250', '2021-03-01T00:00:00.250Z'],
  ['epoch us', '1614556800250000', '2021-03-01T00:00:00.250Z'],
  ['excel', '44256', '2021-03-01T00:00:00Z'],
  ['excel', '44256.5', '2021-03-01T12:00:00Z'],
])('%s reads %s as %s and writes it again', (format, cell, time) => {
  const reader = compileTimeFormat(format);
  expect(iso(reader.read(cell))).toBe(time);
  expect(reader.write(reader.read(cell))).toBe(cell);
});

test('a weekday that is not that of its date is refused', () => {
  expect(compileTimeFormat('EEE yyyy-MM-dd').read('Tue 2021-03-01')).toBeNaN();
});

test.each(['', 'HH:mm', 'foo', 'yyyy-[MM', "yyyy'Q", 'dd/MM'])('%j is no time format', (format) => {
  expect(isTimeFormat(format)).toBe(false);
});

test('whatever moment a format writes, it reads back', () => {
  const formats = [
    'yyyy-MM-dd HH:mm:ss',
    'dd/MM/yyyy HH:mm:ss',
    'MMM d yyyy h:mm:ss a',
    "kkkk-'W'WW-e HH:mm:ss",
    'yyyy-DDDTHH:mm:ssX',
    'EEEE, d MMMM yyyy HH:mm:ss',
    'yyyyMMddHHmmss',
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...formats),
      fc.integer({ min: -50_000_000_000, max: 200_000_000_000 }),
      (format, seconds) => {
        const reader = compileTimeFormat(format);
        expect(reader.read(reader.write(seconds * 1000))).toBe(seconds * 1000);
      },
    ),
    { seed: 3, numRuns: 3000 },
  );
});

describe('times of a wall clock in Berlin', () => {
  const place = createPlacer('Europe/Berlin');
  const at = (text: string) => place(Date.parse(`${text}Z`));

  test.each([
    ['2021-01-15T12:00', '2021-01-15T11:00:00Z'],
    ['2021-07-15T12:00', '2021-07-15T10:00:00Z'],
    ['2021-03-28T01:59', '2021-03-28T00:59:00Z'],
    ['2021-03-28T03:00', '2021-03-28T01:00:00Z'],
    ['2021-10-31T01:59', '2021-10-30T23:59:00Z'],
    ['2021-10-31T03:00', '2021-10-31T02:00:00Z'],
  ])('%s is %s', (wall, time) => {
    expect(at(wall).clock).toBe('once');
    expect(iso(at(wall).time)).toBe(time);
  });

  test('an hour that is shown twice has two moments', () => {
    const { clock, time, later } = at('2021-10-31T02:30');
    expect([clock, iso(time), iso(later)]).toEqual(['repeated', '2021-10-31T00:30:00Z', '2021-10-31T01:30:00Z']);
  });

  test('an hour that is left out has none', () => {
    expect(at('2021-03-28T02:30')).toEqual({
      clock: 'missing',
      time: Number.NaN,
      later: Number.NaN,
      next: Date.parse('2021-03-28T01:30Z'),
    });
  });
});
