import { expect, test } from 'vitest';
import { ets } from '../../models/ets.ts';
import type { Series } from '../../models/series.ts';

const MEDIAN = 3;

test('a trend is continued and damped: each step is at most the one before', async () => {
  const median = await medianOf(
    Array.from({ length: 40 }, (_, t) => 10 + 2 * t + Math.sin(t * t) / 2),
    1,
    8,
  );
  const steps = median.slice(1).map((v, k) => v - median[k]);
  expect(median[0]).toBeGreaterThan(89);
  for (let k = 0; k < steps.length; k++) {
    expect(steps[k]).toBeGreaterThan(0);
    if (k > 0) expect(steps[k]).toBeLessThan(steps[k - 1]);
  }
});

test('noise about a level is smoothed to the level', async () => {
  const median = await medianOf(
    Array.from({ length: 80 }, (_, t) => 50 + 5 * Math.sin(t * t)),
    1,
    3,
  );
  for (const v of median) {
    expect(v).toBeGreaterThan(48);
    expect(v).toBeLessThan(52);
  }
});

test('a multiplicative season on a level is continued', async () => {
  const pattern = [0.8, 1, 1.3, 0.9];
  const median = await medianOf(
    Array.from({ length: 40 }, (_, t) => 50 * pattern[t % 4]),
    4,
    4,
  );
  for (const [k, v] of median.entries()) expect(v).toBeCloseTo(50 * pattern[k], 1);
});

test('a step in the level is followed', async () => {
  const values = Array.from({ length: 60 }, (_, t) => (t < 30 ? 10 : 30) + Math.sin(t * t));
  const [first] = await medianOf(values, 1, 1);
  expect(first).toBeGreaterThan(28);
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
  const fitted = await ets.fit([series], { horizon, seed: 1 });
  return Array.from((await fitted.forecast([series]))[0].quantiles[MEDIAN]);
}
