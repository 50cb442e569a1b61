import { expect, test } from 'vitest';
import type { Series } from '../../models/series.ts';
import { theta } from '../../models/theta.ts';

const MEDIAN = 3;

test('a straight line is continued', async () => {
  const median = await medianOf(
    Array.from({ length: 30 }, (_, t) => 10 + 2 * t),
    1,
    3,
  );
  expect(median.map((v) => Math.round(v * 1e3) / 1e3)).toEqual([70, 72, 74]);
});

test('a multiplicative season on a level is continued', async () => {
  const pattern = [0.8, 1, 1.3, 0.9];
  const median = await medianOf(
    Array.from({ length: 40 }, (_, t) => 50 * pattern[t % 4]),
    4,
    4,
  );
  for (const [k, v] of median.entries()) expect(v).toBeCloseTo(50 * pattern[k], 2);
});

test('a season around zero is taken as additive', async () => {
  const pattern = [-3, 1, 4, -2];
  const median = await medianOf(
    Array.from({ length: 40 }, (_, t) => pattern[t % 4]),
    4,
    4,
  );
  for (const [k, v] of median.entries()) expect(v).toBeCloseTo(pattern[k], 2);
});

test('the trend of a noisy climb is continued in part', async () => {
  const values = Array.from({ length: 60 }, (_, t) => 100 + t + 4 * Math.sin(t * t));
  const median = await medianOf(values, 1, 10);
  const slope = (median[9] - median[0]) / 9;
  expect(slope).toBeGreaterThan(0.3);
  expect(slope).toBeLessThan(1.05);
});

test('a gap is bridged', async () => {
  const line = Array.from({ length: 30 }, (_, t) => (t % 7 === 3 ? Number.NaN : 10 + 2 * t));
  const median = await medianOf(line, 1, 2);
  expect(median.map((v) => Math.round(v * 1e2) / 1e2)).toEqual([70, 72]);
});

async function medianOf(values: number[], season: number, horizon: number): Promise<number[]> {
  const series: Series = {
    id: 's',
    frequency: { unit: 'step', count: 1 },
    zone: 'UTC',
    season,
    start: 0,
    values: Float64Array.from(values),
  };
  const fitted = await theta.fit([series], { horizon, seed: 1 });
  return Array.from((await fitted.forecast([series]))[0].quantiles[MEDIAN]);
}
