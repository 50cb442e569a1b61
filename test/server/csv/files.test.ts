// A catalogue of files as people have them, read as one table, hence more than 300 lines.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readDataset } from '../../../server/csv/dataset-file.ts';
import { preview } from '../../../server/csv/preview.ts';
import type { Recipe } from '../../../server/csv/recipe.ts';

const fixture = (name: string) => readFileSync(new URL(`../../fixtures/csv/${name}`, import.meta.url));
const text = (lines: string | string[]) => Buffer.from(Array.isArray(lines) ? lines.join('\n') : lines);
const days = (count: number, row: (day: string, i: number) => string) =>
  Array.from({ length: count }, (_, i) => row(`2021-01-${String(i + 1).padStart(2, '0')}`, i));
async function* once(bytes: Uint8Array) {
  yield bytes;
}

describe('files as programs write them', () => {
  test.each<[string, Partial<Recipe>, string[], string, number]>([
    [
      'utf8-bom-crlf-semicolon.csv',
      { encoding: 'utf-8', delimiter: ';', decimal: ',', timeFormat: 'dd.MM.yyyy' },
      ['Größe'],
      'P1D',
      10,
    ],
    [
      'windows-1252-decimal-comma.csv',
      { encoding: 'windows-1252', delimiter: ';', decimal: ',', thousands: '.' },
      ['Käufe €'],
      'P1D',
      8,
    ],
    ['utf-16le-tab.csv', { encoding: 'utf-16le', delimiter: '\t', decimal: '.' }, ['value'], 'P1D', 10],
    ['utf-16be-tab.csv', { encoding: 'utf-16be', delimiter: '\t', decimal: '.' }, ['value'], 'P1D', 10],
    ['utf-16le-no-bom.csv', { encoding: 'utf-16le', delimiter: '\t', decimal: '.' }, ['value'], 'P1D', 10],
    ['cr-only-pipe.csv', { delimiter: '|', decimal: 'unseen' }, ['value'], 'P1D', 10],
    ['title-notes-footer.csv', { headerLine: 4, hasHeader: true, timeFormat: 'yyyy-MM' }, ['sales'], 'P1M', 12],
    [
      'no-header.csv',
      { headerLine: 1, hasHeader: false, timeColumns: ['column 1'] },
      ['column 2', 'column 3'],
      'P1D',
      14,
    ],
    ['duplicate-names.csv', { valueColumns: ['y', 'y (2)', 'column 4'] }, ['y', 'y (2)', 'column 4'], 'P1D', 21],
    [
      'quoted.csv',
      { shape: 'long', seriesColumns: ['who "x"'], valueColumns: ['value'] },
      ['a, b', 'say "hi"'],
      'P1D',
      8,
    ],
    ['missing-markers.csv', { timeColumns: ['t'] }, ['v'], 'P1D', 2],
    [
      'hostile-names.csv',
      { shape: 'long' },
      ['<script>alert(1)</script>', '=cmd()', '../../x', '+1,2', '__proto__'],
      'P1M',
      15,
    ],
    [
      'long-two-keys.csv',
      { seriesColumns: ['store', 'item'] },
      ['1 / tea', '1 / milk', '2 / tea', '2 / milk'],
      'P1D',
      20,
    ],
    [
      'long-several-values.csv',
      { seriesColumns: ['city'] },
      ['Oslo / low', 'Oslo / high', 'Rome / low', 'Rome / high'],
      'P1D',
      20,
    ],
  ])('%s is understood', async (name, recipe, series, frequency, observations) => {
    const shown = await preview(fixture(name));
    expect(shown.questions).toEqual([]);
    expect(shown.recipe).toMatchObject(recipe);
    expect(shown.series.map((one) => one.name)).toEqual(series);
    expect([shown.frequency, shown.observations, shown.rejectedCount]).toEqual([frequency, observations, 0]);
  });

  test('the values of a Windows-1252 file with decimal commas, points for thousands and currency signs', async () => {
    const shown = await preview(fixture('windows-1252-decimal-comma.csv'));
    expect(shown.series[0].sample.slice(0, 2).map((point) => point.value)).toEqual([1201.5, 1202.5]);
  });

  test('a footer is no row', async () => {
    const shown = await preview(fixture('title-notes-footer.csv'));
    expect([shown.rows, shown.footer, shown.rejectedCount]).toEqual([12, 1, 0]);
  });

  test('rows that cannot be read are located, the others are read', async () => {
    const shown = await preview(fixture('bad-rows.csv'));
    expect(shown.rejected).toEqual([
      { line: 4, column: 'date', found: 'yesterday', expected: 'a time written as yyyy-MM-dd' },
      { line: 5, column: 'value', found: 'four', expected: 'a finite number such as 1234.5' },
      { line: 6, column: 'date', found: '2021-02-30', expected: 'a time written as yyyy-MM-dd' },
    ]);
    expect([shown.rows, shown.observations, shown.missing]).toEqual([8, 4, 1]);
  });

  test('a row with too many cells is left out whole, one with too few keeps those it has', async () => {
    const shown = await preview(fixture('ragged.csv'));
    expect(shown.rejected).toEqual([
      { line: 3, column: 'b', found: '2 cells', expected: '3 cells, as many as there are columns' },
      { line: 4, column: 'b', found: '4 cells', expected: '3 cells, as many as there are columns' },
    ]);
    expect(shown.series.map((one) => [one.name, one.observations])).toEqual([
      ['a', 5],
      ['b', 4],
    ]);
  });

  test.each([
    '#N/D',
    '#NV',
    'n/d',
    'N.D.',
    's/d',
    'k.A.',
    'k. A.',
    ':',
  ])('%s is "no value" in other languages', async (none) => {
    const shown = await preview(text(['date;v', ...days(6, (day, i) => `${day};${i === 3 ? none : `${i},5`}`)]));
    expect([shown.observations, shown.missing, shown.rejectedCount, shown.gaps]).toEqual([5, 1, 0, 1]);
  });

  test('eleven ways to say "no value" are missing, neither zero nor rejected', async () => {
    const shown = await preview(fixture('missing-markers.csv'));
    expect([shown.observations, shown.missing, shown.rejectedCount, shown.gaps]).toEqual([2, 11, 0, 11]);
  });
});

describe('shapes and columns', () => {
  test('the only column of numbers holds the values, even where it is called sensor', async () => {
    const shown = await preview(text(['time,sensor', ...days(9, (day, i) => `${day},${i}.5`)]));
    expect([shown.recipe.seriesColumns, shown.recipe.valueColumns]).toEqual([[], ['sensor']]);
  });

  test('a date and a time of day in two columns are one time', async () => {
    const shown = await preview(
      text([
        'date,time,kw',
        ...Array.from(
          { length: 30 },
          (_, i) => `2021-01-0${1 + Math.floor(i / 24)},${String(i % 24).padStart(2, '0')}:00,${i}`,
        ),
      ]),
    );
    expect(shown.recipe).toMatchObject({
      timeColumns: ['date', 'time'],
      timeFormat: 'yyyy-MM-dd HH:mm',
      frequency: 'PT1H',
    });
    expect(shown.series.map((one) => one.name)).toEqual(['kw']);
  });

  test('year and month in two columns are one time', async () => {
    const shown = await preview(
      text([
        'year,month,value',
        ...Array.from({ length: 24 }, (_, i) => `${2019 + Math.floor(i / 12)},${(i % 12) + 1},${i * 3.5}`),
      ]),
    );
    expect(shown.recipe).toMatchObject({
      timeColumns: ['year', 'month'],
      timeFormat: 'yyyy M',
      frequency: 'P1M',
      valueColumns: ['value'],
    });
  });

  test('columns that repeat parts of the date are no values', async () => {
    const shown = await preview(text(['date,year,month,sales', ...days(10, (day, i) => `${day},2021,1,${i * 7}`)]));
    expect(shown.recipe.valueColumns).toEqual(['sales']);
  });

  test('a text column that does not tell series apart is left alone', async () => {
    const shown = await preview(
      text(['date,weather,high', ...days(10, (day, i) => `${day},${i % 2 ? 'rain' : 'sun'},${i}`)]),
    );
    expect([shown.recipe.shape, shown.recipe.seriesColumns]).toEqual(['wide', []]);
  });

  test('the index that spreadsheets and data frames write in front is no value', async () => {
    const shown = await preview(text([',ds,y', ...days(9, (day, i) => `${i},${day},${i * i}`)]));
    expect([shown.recipe.timeColumns, shown.recipe.valueColumns]).toEqual([['ds'], ['y']]);
  });

  test('a column of missing values only is a series without observations', async () => {
    const shown = await preview(text(['date,a,b', ...days(9, (day, i) => `${day},${i},NA`)]));
    expect(shown.series.map((one) => [one.name, one.observations])).toEqual([
      ['a', 9],
      ['b', 0],
    ]);
  });

  test('integer steps are counted, years are years', async () => {
    const steps = await preview(text(['t,y', ...Array.from({ length: 12 }, (_, i) => `${i + 1},${i * 2}`)]));
    expect([steps.recipe.timeFormat, steps.frequency, steps.series[0].start, steps.series[0].end]).toEqual([
      'integer',
      '1',
      '1',
      '12',
    ]);
    const years = await preview(text(['year,y', ...Array.from({ length: 12 }, (_, i) => `${1990 + i},${i * 2}`)]));
    expect([years.recipe.timeFormat, years.frequency]).toEqual(['yyyy', 'P1Y']);
  });

  test.each([
    ['epoch s', 1_614_556_800, 3600, 'PT1H'],
    ['epoch ms', 1_614_556_800_000, 60_000, 'PT1M'],
    ['epoch us', 1_614_556_800_000_000, 86_400_000_000, 'P1D'],
  ])('timestamps as %s', async (format, first, step, frequency) => {
    const shown = await preview(
      text(['timestamp,v', ...Array.from({ length: 12 }, (_, i) => `${first + i * step},${i * 1.5}`)]),
    );
    expect([shown.recipe.timeFormat, shown.frequency, shown.series[0].start]).toEqual([
      format,
      frequency,
      '2021-03-01T00:00:00.000Z',
    ]);
  });

  test('serial numbers of a spreadsheet under a date header', async () => {
    const shown = await preview(text(['Date,v', ...Array.from({ length: 12 }, (_, i) => `${44_256 + i},${i}`)]));
    expect([shown.recipe.timeFormat, shown.frequency, shown.series[0].start]).toEqual([
      'excel',
      'P1D',
      '2021-03-01T00:00:00.000Z',
    ]);
  });

  test('a column name of Object.prototype is a name like any other', async () => {
    const shown = await preview(text(['date,constructor,__proto__', ...days(9, (day, i) => `${day},${i},${-i}`)]));
    expect(shown.series.map((one) => one.name)).toEqual(['constructor', '__proto__']);
  });
});

describe('what only the user can know', () => {
  const doubtful = text(['date;amount', ...days(5, (day, i) => `${day};${i + 1}.000`)]);

  test('1.000 in every row is asked about, and each answer is obeyed', async () => {
    const shown = await preview(doubtful);
    expect(shown.questions).toMatchObject([
      { column: 'amount', field: 'decimal', found: ['1.000', '2.000', '3.000', '4.000', '5.000'] },
    ]);
    expect(shown.questions[0].choices.map((choice) => choice.set)).toEqual([
      { decimal: '.', thousands: ',' },
      { decimal: ',', thousands: '.' },
    ]);
    await expect(readDataset(once(doubtful))).rejects.toMatchObject({
      code: 'ambiguous',
      message: expect.stringContaining('1.000'),
    });
    const point = await readDataset(once(doubtful), { answers: { decimal: '.' } });
    const comma = await readDataset(once(doubtful), { answers: { decimal: ',' } });
    expect([[...point.series[0].values], [...comma.series[0].values]]).toEqual([
      [1, 2, 3, 4, 5],
      [1000, 2000, 3000, 4000, 5000],
    ]);
  });

  test('03/04 in every row is asked about, and each answer is obeyed', async () => {
    const file = text(['date,v', ...Array.from({ length: 9 }, (_, i) => `0${i + 1}/04/2021,${i}`)]);
    const shown = await preview(file);
    expect(shown.questions).toMatchObject([{ column: 'date', field: 'timeFormat' }]);
    await expect(readDataset(once(file))).rejects.toMatchObject({ code: 'ambiguous' });
    const dayFirst = await readDataset(once(file), { answers: { dayFirst: true } });
    const monthFirst = await readDataset(once(file), { answers: { timeFormat: 'MM/dd/yyyy' } });
    expect([dayFirst.recipe.frequency, monthFirst.recipe.frequency]).toEqual(['P1D', 'P1M']);
    expect([
      dayFirst.formatTime(dayFirst.series[0].times[1]),
      monthFirst.formatTime(monthFirst.series[0].times[1]),
    ]).toEqual(['02/04/2021', '02/04/2021']);
  });

  test('columns can be chosen by hand', async () => {
    const file = text(['a,b,c', ...Array.from({ length: 9 }, (_, i) => `${2000 + i},${1990 + i},${i}`)]);
    const shown = await preview(file, { answers: { timeColumns: ['b'], valueColumns: ['c'] } });
    expect(shown.recipe).toMatchObject({ timeColumns: ['b'], timeFormat: 'yyyy', valueColumns: ['c'] });
  });
});

describe('files that cannot be read are refused with the reason', () => {
  test.each<[string, Uint8Array, string, RegExp]>([
    ['an empty file', text(''), 'empty_file', /empty/],
    ['blank lines', text('\n\n \n'), 'empty_file', /no line with text/],
    [
      'a header alone',
      text('date,value\n'),
      'no_time_column',
      /line 1 has the columns "date", "value" and nothing below/,
    ],
    ['a ZIP archive', Buffer.from([0x50, 0x4b, 3, 4, 1, 2, 3]), 'binary_file', /ZIP archive or an Excel workbook/],
    [
      'bytes that are no text',
      Buffer.from(Array.from({ length: 300 }, (_, i) => (i * 7) % 256)),
      'binary_file',
      /position \d+/,
    ],
    [
      'no time',
      text('name,city\nAnn,Oslo\nBob,Rome\n'),
      'no_time_column',
      /"name" \(Ann\), "city" \(Oslo\) from line 2/,
    ],
    [
      'no number',
      text('date,city\n2021-01-01,Oslo\n2021-01-02,Rome\n'),
      'no_value_column',
      /"city" \(Oslo\).*from line 2/,
    ],
    [
      'times across the table',
      text('country,2019,2020,2021\nDE,1,2,3\nFR,4,5,6\n'),
      'no_time_column',
      /line 1 has the times across the table \("2019", "2020", "2021" …\), expected one row for each time/,
    ],
    ['one column', text('value\n1\n2\n3\n'), 'no_time_column', /one column, "value" \(line 2\)/],
    [
      'unquoted decimal commas in a comma-separated file',
      text('date,value\n2021-01-01,1,5\n2021-01-02,2,5\n'),
      'unreadable',
      /line 1 names 2 columns.*line 2 have 3/,
    ],
  ])('%s', async (_name, bytes, code, message) => {
    await expect(preview(bytes)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });
});

describe('a dataset in Europe/Berlin', () => {
  const zone = { answers: { zone: 'Europe/Berlin' } };

  test('the repeated hour is two hours, in the order of the file', async () => {
    const file = await readDataset(once(fixture('clock-changes-berlin.csv')), zone);
    expect([...file.series[0].times].map((time) => new Date(time).toISOString().slice(11, 16))).toEqual([
      '22:00',
      '23:00',
      '00:00',
      '01:00',
      '02:00',
      '03:00',
    ]);
    expect(file.report).toMatchObject({ duplicates: 0, gaps: 0, repeatedHours: 2, missingHours: 0 });
    expect(file.formatTime(file.series[0].times[2])).toBe('2021-10-31 02:00');
  });

  test('it is so too where the file runs backwards', async () => {
    const [header, ...rows] = fixture('clock-changes-berlin.csv').toString().trim().split('\n');
    const file = await readDataset(once(text([header, ...rows.reverse()])), zone);
    expect(file.report).toMatchObject({ duplicates: 0, gaps: 0, repeatedHours: 2 });
    expect([...file.series[0].values]).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test('a time in the hour that the clock leaves out is rejected and located', async () => {
    const file = await readDataset(once(fixture('clock-forward-berlin.csv')), zone);
    expect(file.report).toMatchObject({ missingHours: 1, observations: 5, gaps: 0 });
    expect(file.report.rejected).toEqual([
      { line: 4, column: 'time', found: '2021-03-28 02:00', expected: 'a time that the clock shows in Europe/Berlin' },
    ]);
  });

  test('days are days through the changes of the clock', async () => {
    const dates = [
      '2021-03-25',
      '2021-03-26',
      '2021-03-27',
      '2021-03-28',
      '2021-03-29',
      '2021-03-30',
      '2021-03-31',
      '2021-04-01',
    ];
    const file = await readDataset(once(text(['date,v', ...dates.map((date, i) => `${date},${i}`)])), zone);
    expect([file.recipe.frequency, file.report.gaps, file.report.confidence]).toEqual(['P1D', 0, expect.closeTo(1, 1)]);
    expect(new Date(file.series[0].times[0]).toISOString()).toBe('2021-03-24T23:00:00.000Z');
  });
});

test('several values at one time become one by the recipe', async () => {
  const file = text([
    'date,v',
    '2021-01-01,1',
    '2021-01-02,2',
    '2021-01-02,4',
    '2021-01-03,3',
    '2021-01-04,3',
    '2021-01-05,3',
    '2021-01-06,3',
  ]);
  const read = async (duplicates: Recipe['duplicates']) =>
    (await readDataset(once(file), { answers: { duplicates, seriesColumns: [] } })).series[0].values[1];
  expect([await read('last'), await read('mean'), await read('sum')]).toEqual([4, 3, 6]);
});

describe('what programs put around a table', () => {
  const body = days(9, (day, i) => `${day};${i},5`);
  test.each<[string, string[], Partial<Recipe>]>([
    ['a line that names the delimiter', ['sep=;', 'date;v', ...body], { headerLine: 2, hasHeader: true, decimal: ',' }],
    ['a title with a delimiter in it', ['Sales; 2021', 'date;v', ...body], { headerLine: 2, hasHeader: true }],
    [
      'a delimiter at the end of each row',
      ['date;v', ...body.map((row) => `${row};`)],
      { headerLine: 1, valueColumns: ['v'] },
    ],
    [
      'no header and a missing first value',
      ['2020-12-31;NA', ...body],
      { hasHeader: false, valueColumns: ['column 2'] },
    ],
    [
      'years for the names of columns',
      ['day;2019;2020', ...body.map((row) => `${row};1`)],
      { hasHeader: true, valueColumns: ['2019', '2020'] },
    ],
    [
      'an index in front',
      ['Unnamed: 0;date;v', ...body.map((row, i) => `${i};${row}`)],
      { timeColumns: ['date'], valueColumns: ['v'] },
    ],
  ])('%s', async (_name, lines, recipe) => {
    const shown = await preview(text(lines));
    expect(shown.recipe).toMatchObject(recipe);
    expect([shown.series[0].observations, shown.rejectedCount]).toEqual([9, 0]);
  });

  test('a row of units under the header is rejected and located, not read', async () => {
    const shown = await preview(text(['date;temp', 'UTC;°C', ...body]));
    expect(shown.rejected).toEqual([
      { line: 2, column: 'date', found: 'UTC', expected: 'a time written as yyyy-MM-dd' },
    ]);
  });

  test('a series named NA is a series, Namibia among them', async () => {
    const shown = await preview(
      text([
        'country,date,v',
        ...['DE', 'NA', 'FR'].flatMap((country) => days(9, (day, i) => `${country},${day},${i}`)),
      ]),
    );
    expect(shown.series.map((one) => [one.name, one.observations])).toEqual([
      ['DE', 9],
      ['NA', 9],
      ['FR', 9],
    ]);
  });

  test('sensors that report in turns are told apart by the column that makes each regular', async () => {
    const rows = Array.from({ length: 90 }, (_, i) => {
      const minute = Math.floor(i / 3) * 30 + (i % 3) * 7;
      return `2021-01-01T${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}:00,room ${i % 3},${i}.5`;
    });
    const shown = await preview(text(['ts,where,temp', ...rows]));
    expect([shown.recipe.seriesColumns, shown.frequency, shown.seriesCount]).toEqual([['where'], 'PT30M', 3]);
  });

  test.each([
    ['2021-01-01T00:00:00.000Z', 'yyyy-MM-ddTHH:mm:ss.SX'],
    ['2021-01-01 00:00:00.000000+00:00', 'yyyy-MM-dd HH:mm:ss.SSSSSSx'],
    ['1/2/2021 12:30 PM', 'd/M/yyyy hh:mm a'],
    ['Fri, 01 Jan 2021 00:00:00 GMT', 'EEE, dd MMM yyyy HH:mm:ss O'],
  ])('forecasts are written as %s is', async (cell, format) => {
    const file = await readDataset(once(text(['when;v', `${cell};1.5`])), { answers: { dayFirst: true } });
    expect(file.recipe.timeFormat).toBe(format);
    expect(file.formatTime(file.series[0].times[0])).toBe(cell);
  });

  test('a date with points has the day first', async () => {
    const shown = await preview(
      text(['Datum;Wert', ...Array.from({ length: 9 }, (_, i) => `0${i + 1}.02.2021;${i},5`)]),
    );
    expect([shown.questions, shown.recipe.timeFormat]).toEqual([[], 'dd.MM.yyyy']);
  });

  test('a file that is one endless line is refused', async () => {
    await expect(preview(text(`date,v\n2021-01-01,${'1'.repeat(5_000_000)}`))).rejects.toMatchObject({
      code: 'unreadable',
      message: expect.stringContaining('line 2'),
    });
  });

  test.each([
    ['two hundred thousand columns of one name', `${'a,'.repeat(200_000)}a\n1\n`, 'unreadable'],
    ['a megabyte of quotes', '"'.repeat(1 << 20), 'empty_file'],
    ['a megabyte of quotes that open and never close', '"a\n'.repeat(350_000), 'no_time_column'],
  ])('%s is refused', async (_name, content, code) => {
    await expect(preview(text(content))).rejects.toMatchObject({ code });
  });

  test('infinities are rejected, enormous numbers are read', async () => {
    const shown = await preview(
      text(['date,v', ...days(9, (day, i) => `${day},${['Infinity', '-inf', '1e300', '1e999'][i] ?? i}`)]),
    );
    expect(shown.rejected.map(({ line, found }) => [line, found])).toEqual([
      [2, 'Infinity'],
      [3, '-inf'],
      [5, '1e999'],
    ]);
    expect(shown.series[0].sample[0].value).toBe(1e300);
  });
});

test('observations written to CSV and read again are the same, bit for bit', async () => {
  const name = fc
    .string({
      unit: fc.constantFrom('a', 'ß', ' ', ',', ';', '"', '\n', '=', '<', '/', '-', '1'),
      minLength: 1,
      maxLength: 8,
    })
    .map((n) => n.trim())
    .filter((n) => n !== '');
  const value = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((v) => !Object.is(v, -0));
  const dataset = fc.dictionary(name, fc.array(value, { minLength: 1, maxLength: 12 }), {
    minKeys: 1,
    maxKeys: 4,
    noNullPrototype: true,
  });
  await fc.assert(
    fc.asyncProperty(dataset, async (series) => {
      const rows = Object.entries(series).flatMap(([id, values]) =>
        values.map((v, i) => `"${id.replaceAll('"', '""')}",${new Date(Date.UTC(1969, 11, 31, i)).toISOString()},${v}`),
      );
      const read = await readDataset(once(text(['series_id,ds,y', ...rows, ''])), { answers: { decimal: '.' } });
      expect(read.series.map((one) => [one.name, [...one.values]])).toEqual(Object.entries(series));
      expect(read.report.rejectedCount).toBe(0);
    }),
    { seed: 42, numRuns: 300 },
  );
});
