import { describe, expect, test } from 'vitest';
import { preview } from '../../../server/csv/preview.ts';

const text = (lines: string[]) => Buffer.from(lines.join('\n'));
const days = (count: number, row: (day: string, i: number) => string) =>
  Array.from({ length: count }, (_, i) => row(`2021-01-${String(i + 1).padStart(2, '0')}`, i));
const first = (shown: Awaited<ReturnType<typeof preview>>, series = 0) =>
  shown.series[series].sample.slice(0, 3).map((point) => point.value);

describe('a question is shown with the file, never as an error in its place', () => {
  test('1,234 in every row is asked about, and shown as the first answer reads it', async () => {
    const shown = await preview(text(['date;amount', ...days(5, (day, i) => `${day};${i + 1},234`)]));
    expect(shown.questions[0]).toMatchObject({
      column: 'amount',
      field: 'decimal',
      choices: [
        { value: '.', label: 'decimal point (1,234 is 1234, 2,234 is 2234)', set: { decimal: '.', thousands: ',' } },
        { value: ',', label: 'decimal comma (1,234 is 1.234, 2,234 is 2.234)', set: { decimal: ',', thousands: '.' } },
      ],
    });
    expect(first(shown)).toEqual([1234, 2234, 3234]);
  });

  test('a column that contradicts itself is asked about, though the first answer fits one cell of five', async () => {
    const shown = await preview(text(['date;amount', ...days(5, (day, i) => `${day};${i === 0 ? '1.5' : `${i},5`}`)]));
    expect([shown.questions[0].field, shown.observations, shown.rejectedCount]).toEqual(['decimal', 1, 4]);
    const answered = await preview(text(['date;amount', ...days(5, (day, i) => `${day};${i ? `${i},5` : '1.5'}`)]), {
      answers: { decimal: ',', thousands: '.' },
    });
    expect(answered.rejected).toEqual([
      { line: 2, column: 'amount', found: '1.5', expected: 'a finite number such as 1.234,5' },
    ]);
    expect(first(answered)).toEqual([1.5, 2.5, 3.5]);
  });

  test('a column with days over twelve in both places is asked about, with a date that both readings have', async () => {
    const shown = await preview(text(['date,v', '13/01/2021,1', '01/13/2021,2', '02/03/2021,3']));
    expect(shown.questions[0]).toMatchObject({
      field: 'timeFormat',
      found: ['02/03/2021', '13/01/2021', '01/13/2021'],
      choices: [{ label: 'dd/MM/yyyy (02/03/2021 is 2021-03-02)' }, { label: 'MM/dd/yyyy (02/03/2021 is 2021-02-03)' }],
    });
  });
});

describe('whole numbers whose name says nothing', () => {
  const lanes = (header: string, row: (day: string, lane: number, i: number) => string) =>
    text([header, ...days(20, (day, i) => [1, 2, 3].map((lane) => row(day, lane, i)).join('\n'))]);

  test('name the series where each of them comes at every time', async () => {
    const shown = await preview(lanes('day,lane,cars', (day, lane, i) => `${day},${lane},${100 * lane + i}`));
    expect(shown.recipe).toMatchObject({ shape: 'long', seriesColumns: ['lane'], valueColumns: ['cars'] });
    expect([shown.seriesCount, shown.duplicates]).toEqual([3, 0]);
  });

  test('do so beside a column of words that does not tell all apart', async () => {
    const shown = await preview(
      text([
        'day,road,lane,cars',
        ...days(20, (day, i) =>
          ['A1', 'B2'].flatMap((road) => [1, 2].map((lane) => `${day},${road},${lane},${i}`)).join('\n'),
        ),
      ]),
    );
    expect([shown.recipe.seriesColumns, shown.seriesCount]).toEqual([['road', 'lane'], 4]);
  });

  test('are measured where they come at some times, or with two at one', async () => {
    const some = await preview(
      lanes('day,sold,earned', (day, lane, i) => `${day},${lane * 40 + i * lane},${lane + i / 7}`),
    );
    expect([some.recipe.seriesColumns, some.recipe.valueColumns]).toEqual([[], ['sold', 'earned']]);
    const twice = await preview(
      lanes('day,sold,earned', (day, lane, i) => `${day},${Math.min(lane, 2)},${lane + i / 7}`),
    );
    expect([twice.recipe.seriesColumns, twice.recipe.valueColumns]).toEqual([[], ['sold', 'earned']]);
  });

  test('are the values where nothing else is measured', async () => {
    const shown = await preview(lanes('day,lane', (day, lane) => `${day},${lane}`));
    expect([shown.recipe.seriesColumns, shown.recipe.valueColumns]).toEqual([[], ['lane']]);
    // A station by its number is no measurement, and neither are the numbers of the rows.
    const beside = await preview(
      text([
        'row,day,station,lane',
        ...days(20, (day, i) => [1, 2].map((lane) => `${2 * i + lane},${day},7,${lane}`).join('\n')),
      ]),
    );
    expect([beside.recipe.seriesColumns, beside.recipe.valueColumns]).toEqual([['station'], ['lane']]);
  });
});

describe('columns that are parts of a date, and columns that are only called so', () => {
  test.each([
    ['year,week', (i: number) => `2021,${i + 1}`, 'kkkk WW', 'P1W', '2021-01-04'],
    ['year,quarter', (i: number) => `${2019 + Math.floor(i / 4)},Q${(i % 4) + 1}`, "yyyy 'Q'Q", 'P3M', '2019-01-01'],
    ['year,quarter', (i: number) => `${2019 + Math.floor(i / 4)},${(i % 4) + 1}`, 'yyyy Q', 'P3M', '2019-01-01'],
    ['year,doy', (i: number) => `2021,${i + 59}`, 'yyyy DDD', 'P1D', '2021-02-28'],
    ['date,time', (i: number) => `2021-03-01,${String(i).padStart(2, '0')}30`, 'yyyy-MM-dd HHmm', 'PT1H', '2021-03-01'],
  ])('%s', async (header, cells, timeFormat, frequency, start) => {
    const shown = await preview(text([`${header},v`, ...Array.from({ length: 12 }, (_, i) => `${cells(i)},${i}.5`)]));
    expect(shown.recipe).toMatchObject({ timeColumns: header.split(','), timeFormat, valueColumns: ['v'] });
    expect([shown.frequency, shown.gaps, shown.duplicates]).toEqual([frequency, 0, 0]);
    expect(shown.series[0].start?.slice(0, 10)).toBe(start);
  });

  test('min beside max is a minimum, and a month that is not that of the date is a value', async () => {
    const shown = await preview(text(['date,min,max,month', ...days(9, (day, i) => `${day},${i},${i + 9},${12 - i}`)]));
    expect(shown.recipe.valueColumns).toEqual(['min', 'max', 'month']);
  });

  test('the hour of a time with an offset is no value, though its clock is not known', async () => {
    const rows = Array.from({ length: 9 }, (_, i) => `2021-03-01T0${i}:00:00Z,${i + 1},${i}.5`);
    expect((await preview(text(['ts,hour,kw', ...rows]))).recipe.valueColumns).toEqual(['kw']);
  });
});

test('title lines with as many commas as the table has are no header', async () => {
  const title = ['Report for A, B and C', 'created, 2021-02-01'];
  const shown = await preview(text([...title, 'date,v', ...days(9, (day, i) => `${day},${i}.5`)]));
  expect(shown.recipe).toMatchObject({ headerLine: 3, hasHeader: true, timeColumns: ['date'], valueColumns: ['v'] });
  expect([shown.rows, shown.rejectedCount]).toEqual([9, 0]);
});

test('title lines that a spreadsheet filled up with delimiters are no header, whatever the times are called', async () => {
  const title = ['Report of the works;;', 'by hand;;'];
  const rows = days(9, (day, i) => `${day};${i},5;${i}`);
  const shown = await preview(text([...title, 'Stand;a;b', ...rows, 'Sum;40,5;36']));
  expect(shown.recipe).toMatchObject({ headerLine: 3, timeColumns: ['Stand'], valueColumns: ['a', 'b'] });
  expect([shown.rows, shown.rejected]).toEqual([
    10,
    [{ line: 13, column: 'Stand', found: 'Sum', expected: 'a time written as yyyy-MM-dd' }],
  ]);
  const index = await preview(text([';a', ...days(9, (day, i) => `${day};${i},5`)]));
  expect(index.recipe).toMatchObject({ headerLine: 1, timeColumns: ['column 1'], valueColumns: ['a'] });
});

test('years with months behind a point are months', async () => {
  const rows = Array.from({ length: 12 }, (_, i) => `2021.${String(i + 1).padStart(2, '0')},${i}.5`);
  const shown = await preview(text(['month,v', ...rows]));
  expect([shown.recipe.timeFormat, shown.frequency, shown.observations]).toEqual(['yyyy.MM', 'P1M', 12]);
});

describe('whole hours that count around 1970, too few to be an epoch by their size', () => {
  const seconds = (name: string, step: number) =>
    text([`${name},v`, ...Array.from({ length: 9 }, (_, i) => `${(i - 4) * step},${i}.5`)]);

  test('are seconds since 1970 under a name that says so', async () => {
    const shown = await preview(seconds('unix_time', 3600));
    expect([shown.questions, shown.recipe.timeFormat, shown.frequency]).toEqual([[], 'epoch s', 'PT1H']);
    expect(shown.series[0].start).toBe('1969-12-31T20:00:00.000Z');
  });

  test.each([
    [86_400, 'epoch s', 'epoch s (-345600 is 1969-12-28)'],
    [86_400_000, 'epoch ms', 'epoch ms (-345600000 is 1969-12-28)'],
  ])('are asked about under another, where they count by %i', async (step, format, label) => {
    const shown = await preview(seconds('time', step));
    expect(shown.questions).toMatchObject([
      { column: 'time', field: 'timeFormat', choices: [{ value: format, label }, { label: 'counted steps' }] },
    ]);
    const moments = await preview(seconds('time', step), { answers: { timeFormat: format } });
    const steps = await preview(seconds('time', step), { answers: { timeFormat: 'integer' } });
    expect([moments.frequency, steps.frequency, steps.series[0].start]).toEqual(['P1D', String(step), `${-4 * step}`]);
  });

  test('are steps under the name of steps, and where they count by less than an hour', async () => {
    for (const [name, step] of [['step', 3600], ['time', 60]] as const) {
      const shown = await preview(seconds(name, step));
      expect([shown.questions, shown.recipe.timeFormat, shown.frequency]).toEqual([[], 'integer', String(step)]);
    } // biome-ignore format: the two on one line
  });
});
