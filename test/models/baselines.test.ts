import { expect, test } from 'vitest';
import { BASELINES, loadBaseline } from '../../models/baselines.ts';
import type { Series } from '../../models/series.ts';
import { keepsTheContract } from './contract.ts';

for (const forecaster of BASELINES) {
  // The naive ones are sums of the values; Theta and smoothing search for their parameters, and only nearly scale.
  const exact = ['seasonal-naive', 'naive', 'drift'].includes(forecaster.name);
  keepsTheContract(forecaster.name, { forecaster, load: loadBaseline, ...(exact ? { scale: 'exact' as const } : {}) });

  test(`${forecaster.name} says so when a series has no observation`, async () => {
    const fitted = await forecaster.fit([], { horizon: 2, seed: 1 });
    const empty = series('empty', [Number.NaN, Number.NaN]);
    await expect(fitted.forecast([empty])).rejects.toThrow(
      `${forecaster.name}: series "empty" has no observation, expected at least one`,
    );
  });

  test(`${forecaster.name} refuses a horizon below 1`, async () => {
    await expect(forecaster.fit([], { horizon: 0, seed: 1 })).rejects.toThrow(
      `${forecaster.name}: found horizon 0, expected a whole number from 1`,
    );
  });

  test(`${forecaster.name} keeps quantiles finite at the edge of what a number can hold`, async () => {
    const values = Array.from({ length: 40 }, (_, t) => (t % 3 === 0 ? -1.7e308 : 1.7e308 * Math.sin(t)));
    const fitted = await forecaster.fit([], { horizon: 30, seed: 1 });
    const [{ quantiles }] = await fitted.forecast([series('edge', values)]);
    for (const quantile of quantiles) expect(quantile.every(Number.isFinite)).toBe(true);
  });

  test(`${forecaster.name} gives one observation a forecast with some doubt about it`, async () => {
    const fitted = await forecaster.fit([], { horizon: 2, seed: 1 });
    const [{ quantiles }] = await fitted.forecast([series('one', [50])]);
    expect(Array.from(quantiles[3])).toEqual([50, 50]);
    expect(quantiles[6][0]).toBeGreaterThan(50);
    expect(quantiles[6][1]).toBeGreaterThan(quantiles[6][0]);
  });

  test(`${forecaster.name} starts after the last step also where the last values are missing`, async () => {
    const fitted = await forecaster.fit([], { horizon: 2, seed: 1 });
    const [{ origin, times }] = await fitted.forecast([series('late', [5, 6, 7, Number.NaN, Number.NaN])]);
    expect(origin).toBe(4);
    expect(Array.from(times)).toEqual([5, 6]);
  });
}

test('a saved baseline is told from other bytes', () => {
  expect(() => loadBaseline(Uint8Array.of(255, 0, 1))).toThrow('found 3 bytes that are not JSON');
  expect(() => loadBaseline(new TextEncoder().encode('{"model":"gru","horizon":3}'))).toThrow(
    'found {"model":"gru","horizon":3}, expected a baseline (seasonal-naive, naive, drift, theta, ets)',
  );
  expect(() => loadBaseline(new TextEncoder().encode('null'))).toThrow('expected a baseline');
});

function series(id: string, values: number[]): Series {
  return {
    id,
    frequency: { unit: 'step', count: 1 },
    zone: 'UTC',
    season: 1,
    start: 0,
    values: Float64Array.from(values),
  };
}
