import { describe, expect, it } from 'vitest';
import { toSeries } from '../../../models/grid.ts';
import { adopt } from '../../../models/rnn/pretrained.ts';
import { localForecast } from '../../../server/browser/local-forecast.ts';
import { readDataset } from '../../../server/csv/dataset-file.ts';
import { shipped } from '../../../server/shipped.ts';

const HOUR = 3_600_000;
const read = async (name: string) => shipped(name);
const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Two series by month: one of 60 months, one with a gap of two. */
function monthly(): string {
  const rows = Array.from({ length: 60 }, (_, t) => {
    const month = `${2018 + Math.floor(t / 12)}-${String((t % 12) + 1).padStart(2, '0')}`;
    const season = 20 * Math.sin((t * Math.PI) / 6);
    return `${month},${(100 + t + season).toFixed(2)},${t === 30 || t === 31 ? '' : (40 - season / 2).toFixed(2)}`;
  });
  return `month,north,south\n${rows.join('\n')}\n`;
}

/** Readings of one sensor about every hour, some minutes off. */
function jittered(): string {
  const rows = Array.from({ length: 400 }, (_, t) => {
    const off = ((t * t * 7) % 23) - 11;
    const time = new Date(Date.UTC(2024, 0, 1) + t * HOUR + off * 60_000).toISOString();
    return `${time},${(10 + 3 * Math.sin((t * Math.PI) / 12)).toFixed(2)}`;
  });
  return `time,level\n${rows.join('\n')}\n`;
}

/** Half-hours of three weeks with a day and a weekend. */
function halfHours(): string {
  const rows = Array.from({ length: 48 * 21 }, (_, t) => {
    const time = new Date(Date.UTC(2024, 0, 1) + (t * HOUR) / 2).toISOString();
    const weekend = Math.floor(t / 48) % 7 > 4;
    return `${time},${((weekend ? 50 : 100) * (1 + 0.3 * Math.sin((t * Math.PI) / 24))).toFixed(2)}`;
  });
  return `time,load\n${rows.join('\n')}\n`;
}

/** What the program forecasts of the same file: read whole, on the grid of danfo, by the same network. */
async function byTheServer(text: string, horizon: number) {
  async function* once() {
    yield bytesOf(text);
  }
  const file = await readDataset(once());
  const { frequency, season, zone, recipe } = file;
  const observed = new Map(file.series.map((one) => [one.name, one]));
  const { series } = toSeries(observed, { frequency, season, zone, horizon, duplicates: recipe.duplicates });
  return adopt(series, shipped, { horizon }).forecast(series);
}

describe('a forecast of a file without a server', () => {
  it.each([
    ['monthly series with gaps', monthly(), 'monthly', 12],
    ['hourly readings off the hour', jittered(), 'hourly', 48],
    ['half-hours, drawn towards their hours', halfHours(), 'any', 96],
  ] as const)('is that of the program for %s', async (_, text, network, horizon) => {
    const found = await localForecast(bytesOf(text), read);
    const expected = await byTheServer(text, horizon);
    expect(found).toMatchObject({ network, horizon, seriesCount: expected.length, truncated: false });
    expect(found.series.map(({ name, times, quantiles, fallback }) => ({ name, times, quantiles, fallback }))).toEqual(
      expected.map(({ series, times, quantiles }) => ({
        name: series,
        times: Array.from(times),
        quantiles: quantiles.map((values) => Array.from(values)),
        fallback: null,
      })),
    );
  });

  it('shows the last steps of each series, a gap as one', async () => {
    const { series } = await localForecast(bytesOf(monthly()), read);
    const south = series[1].history;
    expect(south.times).toHaveLength(36);
    expect(south.times[0]).toBe(Date.UTC(2020, 0));
    expect(south.values.slice(5, 9)).toEqual([35, null, null, 48.66]);
  });

  it('follows what a person has fixed: horizon, and season with the network for it', async () => {
    const found = await localForecast(bytesOf(monthly()), read, { answers: { season: 5 }, horizon: 31 });
    expect(found).toMatchObject({ season: 5, horizon: 31, network: 'any' });
    expect(found.series[0].quantiles.map((values) => values.length)).toEqual([31, 31, 31, 31, 31, 31, 31]);
  });

  it('reads the first part of a long file up to its last whole line', async () => {
    const text = monthly();
    const cut = text.slice(0, text.lastIndexOf('2022-11') + 12);
    const found = await localForecast(bytesOf(cut), read, { truncated: true });
    expect(found.truncated).toBe(true);
    expect(found.series[0].history.times.at(-1)).toBe(Date.UTC(2022, 9));
    expect(found.series[0].times[0]).toBe(Date.UTC(2022, 10));
  });

  it('forecasts the first fifty of many series, from their last two thousand steps', async () => {
    const names = Array.from({ length: 53 }, (_, s) => `s${s}`);
    const rows = Array.from({ length: 2400 }, (_, t) => `${t},${names.map((_, s) => ((t * (s + 3)) % 17) + s).join()}`);
    const text = `step,${names.join()}\n${rows.join('\n')}\n`;
    const found = await localForecast(bytesOf(text), read);
    expect(found.seriesCount).toBe(53);
    expect(found.series.map(({ name }) => name)).toEqual(names.slice(0, 50));
    expect(found.series[49].times[0]).toBe(2400);
  });

  it('says which series the network leaves to another method, and why', async () => {
    const text = monthly().replace(/,[^,\n]*$/gm, (cell) => (cell === ',south' ? ',flat' : ',7'));
    const { series } = await localForecast(bytesOf(text), read);
    expect(series.map(({ name, fallback }) => [name, fallback])).toEqual([
      ['north', null],
      ['flat', { model: 'seasonal-naive', reason: 'All of its 60 observations are 7.' }],
    ]);
  });
});

describe('no forecast of a file', () => {
  it.each([
    ['that is no table', 'nothing but words\nand more words\n', /^found one column/],
    [
      'that is too short',
      'month,v\n2020-01,1\n2020-02,2\n2020-03,5\n',
      /^the network does not forecast "v": it has 3 observations; a network needs at least 4\.$/,
    ],
    [
      'that has a question for its owner',
      'day,v\n2024-01-01,1.500\n2024-01-02,2.250\n2024-01-03,3.125\n',
      /^"v" can be read more than one way \(found 1\.500, 2\.250, 3\.125\); it comes with your answer$/,
    ],
    ['that is empty', '', /^the file is empty/],
  ])('%s, with the reason', async (_, text, reason) => {
    await expect(localForecast(bytesOf(text), read)).rejects.toThrow(reason);
  });

  it('that has a question comes with the answer', async () => {
    const rows = Array.from(
      { length: 40 },
      (_, t) => `2024-${t < 31 ? '01' : '02'}-${String((t % 31) + 1).padStart(2, '0')},${t + 1}.500`,
    );
    const text = bytesOf(`day,v\n${rows.join('\n')}\n`);
    await expect(localForecast(text, read)).rejects.toThrow('more than one way');
    const { series } = await localForecast(text, read, { answers: { decimal: ',', thousands: '.' } });
    expect(series[0].history.values.at(-1)).toBe(40_500);
  });
});
