import { expect, test } from 'vitest';
import type { Forecast, Forecaster } from '../../models/forecaster.ts';
import { drift, naive, seasonalNaive } from '../../models/naive.ts';
import type { Series } from '../../models/series.ts';

const NA = Number.NaN;
const MEDIAN = 3;

async function forecast(forecaster: Forecaster, values: number[], season: number, horizon: number): Promise<Forecast> {
  const series: Series = {
    id: 's',
    frequency: { unit: 'step', count: 1 },
    zone: 'UTC',
    season,
    start: 0,
    values: Float64Array.from(values),
  };
  const fitted = await forecaster.fit([series], { horizon, seed: 1 });
  return (await fitted.forecast([series]))[0];
}

test('seasonal naive repeats the last season, twice where the horizon is longer', async () => {
  const { quantiles } = await forecast(seasonalNaive, [1, 2, 3, 4, 5, 6], 3, 7);
  expect(Array.from(quantiles[MEDIAN])).toEqual([4, 5, 6, 4, 5, 6, 4]);
});

test('seasonal naive looks a season further back where the last one has a gap', async () => {
  const { quantiles } = await forecast(seasonalNaive, [1, 2, 3, 4, NA, 6], 3, 3);
  expect(Array.from(quantiles[MEDIAN])).toEqual([4, 2, 6]);
});

test('seasonal naive takes the last value for a phase it has never seen', async () => {
  const { quantiles } = await forecast(seasonalNaive, [1, 2, 3, 4], 12, 3);
  expect(Array.from(quantiles[MEDIAN])).toEqual([4, 4, 4]);
});

test('seasonal naive with under a whole season is naive at every step, with doubt on both sides', async () => {
  const { quantiles } = await forecast(seasonalNaive, [5, 6, 7], 7, 9);
  expect(Array.from(quantiles[MEDIAN])).toEqual([7, 7, 7, 7, 7, 7, 7, 7, 7]);
  for (let k = 0; k < 9; k++) {
    expect(quantiles[0][k]).toBeLessThan(quantiles[2][k]);
    expect(quantiles[2][k]).toBeLessThan(7);
    expect(quantiles[4][k]).toBeGreaterThan(7);
    expect(quantiles[6][k]).toBeGreaterThan(quantiles[4][k]);
    if (k > 0) expect(quantiles[6][k]).toBeGreaterThan(quantiles[6][k - 1]);
  }
  const gaps = await forecast(seasonalNaive, [NA, NA, NA, 5, 6, 7, NA, NA], 7, 9);
  expect(Array.from(gaps.quantiles[MEDIAN])).toEqual([7, 7, 7, 7, 7, 7, 7, 7, 7]);
  const whole = await forecast(seasonalNaive, [1, 2, 3, 4, 5, 6, 7], 7, 7);
  expect(Array.from(whole.quantiles[MEDIAN])).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

test('naive repeats the last value that is there', async () => {
  const { quantiles } = await forecast(naive, [1, 7, NA], 1, 2);
  expect(Array.from(quantiles[MEDIAN])).toEqual([7, 7]);
});

test('drift goes on along the line from the first value to the last, over gaps at the end', async () => {
  const { quantiles } = await forecast(drift, [2, 5, 4, 8, NA], 1, 3);
  expect(Array.from(quantiles[MEDIAN])).toEqual([12, 14, 16]);
});

test('the quantiles are those of past errors at the same distance', async () => {
  // Differences at lag 1 are -1 and 1 by turns (some negative values: no growth), at lag 2 all 0.
  const values = Array.from({ length: 81 }, (_, t) => (t % 2) - 0.5);
  const { quantiles } = await forecast(naive, values, 1, 2);
  expect(quantiles.map((q) => q[0])).toEqual([-1.5, -1.5, -1.5, -0.5, 0.5, 0.5, 0.5]);
  expect(quantiles.map((q) => q[1])).toEqual([-0.5, -0.5, -0.5, -0.5, -0.5, -0.5, -0.5]);
});

test('doubt widens with distance where errors are too few to tell', async () => {
  const { quantiles } = await forecast(naive, [10, 12, 9, 11], 1, 6);
  const widths = Array.from(quantiles[6], (high, k) => high - quantiles[0][k]);
  for (let k = 1; k < 6; k++) expect(widths[k]).toBeGreaterThan(widths[k - 1]);
});

test('the 80 % interval of naive holds about 80 % of what comes of a random walk', async () => {
  // A fixed walk: steps from the fractional parts of multiples of the golden ratio, evenly spread in (-0.5, 0.5).
  const steps = Array.from({ length: 1200 }, (_, t) => ((t * 0.6180339887498949) % 1) - 0.5);
  const walk: number[] = [];
  for (const step of steps) walk.push((walk.at(-1) ?? 0) + step);
  let inside = 0;
  for (let t = 200; t < 1200; t++) {
    const { quantiles } = await forecast(naive, walk.slice(t - 200, t), 1, 1);
    if (walk[t] >= quantiles[1][0] && walk[t] <= quantiles[5][0]) inside++;
  }
  expect(inside).toBeGreaterThan(770);
  expect(inside).toBeLessThan(830);
});

test('a series that was never negative gets no negative quantile, one that was may', async () => {
  const sparse = [0, 9, 0, 0, 8, 0, 1, 0, 0, 7, 0, 1];
  expect(Math.min(...(await forecast(naive, sparse, 1, 3)).quantiles[0])).toBe(0);
  const signed = sparse.map((v) => v - 1);
  expect(Math.min(...(await forecast(naive, signed, 1, 3)).quantiles[0])).toBeLessThan(-1);
});
