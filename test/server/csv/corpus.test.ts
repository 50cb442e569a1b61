import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openStore } from '../../../db/open.ts';
import { readDataset } from '../../../server/csv/dataset-file.ts';
import { preview } from '../../../server/csv/preview.ts';
import { ingest } from '../../../server/ingest.ts';

const DATA = process.env.TIDECAST_BENCH_DATA;
if (!DATA) console.warn('TIDECAST_BENCH_DATA is not set: the tests over published CSV files are not run');

// What each published file is, and what is special about it.
const FILES = [
  ['csv-zoo/airline-passengers.csv', 'quoted header and months, no line break at the end', 'P1M', 1, 144, 0, 0],
  ['csv-zoo/daily-min-temperatures.csv', 'the last day of both leap years is absent', 'P1D', 1, 3650, 2, 0],
  ['csv-zoo/monthly-sunspots.csv', 'begins in 1749', 'P1M', 1, 2820, 0, 0],
  ['csv-zoo/nab_TravelTime_387.csv', 'irregular steps', 'PT10M', 1, 2500, 7481, 0],
  ['csv-zoo/nab_ambient_temperature_system_failure.csv', 'long gaps', 'PT1H', 1, 7267, 621, 0],
  ['csv-zoo/nab_nyc_taxi.csv', 'half hours', 'PT30M', 1, 10_320, 0, 0],
  [
    'csv-zoo/pollution.csv',
    'date over four columns, NA, a row counter and a text column',
    'PT1H',
    7,
    304_701,
    2043,
    2067,
  ],
  ['csv-zoo/prophet_example_retail_sales.csv', 'months written as their first day', 'P1M', 1, 293, 0, 0],
  ['csv-zoo/prophet_example_yosemite_temps.csv', 'five minutes, NaN', 'PT5M', 1, 18_709, 12, 12],
  ['csv-zoo/shampoo.csv', 'months of a counted year, 1-01', 'P1M', 1, 36, 0, 0],
  ['ett/ETTh1.csv', 'wide, numbers of 17 digits', 'PT1H', 7, 121_940, 0, 0],
  ['m3/m3_yearly_train.csv', 'bare years from 1811', 'P1Y', 645, 14_449, 0, 0],
  ['m3/m3_quarterly_train.csv', 'quarters written as their first day', 'P3M', 756, 30_956, 0, 0],
  ['m3/m3_monthly_train.csv', 'long, 1428 series', 'P1M', 1428, 141_858, 0, 0],
  ['m3/m3_other_train.csv', 'a counter for time', '1', 174, 11_933, 0, 0],
  ['m3/m3_monthly_test.csv', 'eighteen months a series', 'P1M', 1428, 25_704, 0, 0],
  ['m4/m4_hourly_test.csv', 'two days a series', 'PT1H', 414, 19_872, 0, 0],
  ['m4/m4_hourly_train.csv', '414 series, 10 MB', 'PT1H', 414, 353_500, 0, 0],
  ['m4/m4_weekly_train.csv', 'weeks by their Monday', 'P1W', 359, 366_912, 0, 0],
] as const;

async function* chunksOf(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

// The time cells of the file's last row, as they stand.
function lastTimes(bytes: Buffer, { recipe }: Awaited<ReturnType<typeof readDataset>>): string[] {
  const lines = bytes.toString('latin1').trimEnd().replaceAll('"', '').split(/\r?\n/);
  const cells = lines[lines.length - 1].split(',');
  return [recipe.timeColumns.map((name) => cells[lines[0].split(',').indexOf(name)]).join(' ')];
}

describe.skipIf(!DATA)('published CSV files', () => {
  test.each(
    FILES,
  )('%s (%s) is read as %s, %i series, %i observations, %i gaps, %i missing', async (file, _what, frequency, series, observations, gaps, missing) => {
    const bytes = readFileSync(join(DATA!, file));
    const shown = await preview(bytes);
    expect(shown.questions).toEqual([]);
    expect([shown.frequency, shown.seriesCount, shown.observations, shown.gaps, shown.missing]).toEqual([
      frequency,
      series,
      observations,
      gaps,
      missing,
    ]);
    expect(shown.duplicates).toBe(0);
    expect(shown.rejectedCount).toBe(0);

    const store = openStore(':memory:');
    const report = await ingest(store, { source: chunksOf(bytes, 60_001), fileName: file, maxBytes: 1e9, now: 0 });
    const counts = ({
      series,
      observations,
      frequency,
      season,
      gaps,
      duplicates,
      missing,
      rejectedCount,
      rows,
      recipe,
    }: typeof report) => ({
      series,
      observations,
      frequency,
      season,
      gaps,
      duplicates,
      missing,
      rejectedCount,
      rows,
      recipe,
    });
    expect(counts(report)).toEqual(counts({ ...report, ...shown, series: shown.seriesCount }));
    // The stored rows are the file's, series by series.
    const read = await readDataset(chunksOf(bytes, 1 << 20));
    const stored = store
      .prepare(
        'SELECT s.name, o.time, o.value FROM series s JOIN observations o ON o.series_id = s.id ORDER BY s.id, o.time',
      )
      .raw()
      .all();
    expect(stored.length).toBe(observations);
    let row = 0;
    let different = 0;
    for (const { name, times, values } of read.series) {
      for (let i = 0; i < times.length; i++, row++) {
        const [n, t, v] = stored[row] as [string, number, number];
        if (n !== name || t !== times[i] || v !== values[i]) different++;
      }
    }
    expect(different).toBe(0);
    expect(lastTimes(bytes, read)).toEqual(
      read.series.slice(-1).map(({ times }) => read.formatTime(times[times.length - 1])),
    );
    store.close();
  });

  test('irregular travel times get a nearby step, a low confidence and a rule for joining values', async () => {
    const shown = await preview(readFileSync(join(DATA!, 'csv-zoo/nab_TravelTime_387.csv')));
    expect(shown.regular).toBe(false);
    expect(shown.confidence).toBeLessThanOrEqual(0.6);
    expect(shown.recipe.duplicates).toBe('mean');
  });

  test('the columns of a date split over four are the time, the counter and the wind direction are no values', async () => {
    const shown = await preview(readFileSync(join(DATA!, 'csv-zoo/pollution.csv')));
    expect(shown.recipe.timeColumns).toEqual(['year', 'month', 'day', 'hour']);
    expect(shown.recipe.valueColumns).toEqual(['pm2.5', 'DEWP', 'TEMP', 'PRES', 'Iws', 'Is', 'Ir']);
    expect(shown.columns.filter((column) => column.kind === 'ignored').map((column) => column.name)).toEqual([
      'No',
      'cbwd',
    ]);
  });
});
