import { expect, test } from 'vitest';
import { foldShape, planFolds } from '../../models/folds.ts';
import type { Series } from '../../models/series.ts';

const months = (id: string, length: number): Series => ({
  id,
  frequency: { unit: 'month', count: 1 },
  zone: 'UTC',
  season: 12,
  start: 0,
  values: Float64Array.from({ length }, (_, t) => t),
});

test('a fold holds back the horizon where half of the series are long enough for it', () => {
  expect(foldShape([months('a', 25), months('b', 40), months('c', 14)], 12)).toEqual({ held: 12 });
});

test('of young series as many steps are held back as leave more than a season', () => {
  const young = [months('a', 18), months('b', 18), months('c', 60)];
  expect(foldShape(young, 12)).toEqual({ held: 5 });
  const { trials, leftOut } = planFolds(young, 5, 1, 5);
  expect(trials.map(({ past, actual }) => [past.values.length, actual.length])).toEqual([
    [13, 5],
    [13, 5],
    [55, 5],
  ]);
  expect(leftOut).toEqual([]);
});

test('of hours as many are held back as leave what a network needs', () => {
  const hours = (length: number): Series => ({
    ...months('h', length),
    frequency: { unit: 'hour', count: 1 },
    season: 24,
  });
  expect(foldShape([hours(108)], 48)).toEqual({ held: 48 });
  expect(foldShape([hours(90)], 48)).toEqual({ held: 30 });
  expect(foldShape([hours(66)], 48)).toEqual({ held: 6 });
  // No network comes into it.
  expect(foldShape([hours(65)], 48)).toEqual({ held: 40 });
});

test('gaps are no reason to hold back fewer steps', () => {
  const sparse = {
    ...months('a', 80),
    values: months('a', 80).values.map((v, t) => (t < 20 || t > 75 ? v : Number.NaN)),
  };
  expect(foldShape([sparse], 18)).toEqual({ held: 18 });
});

test('after a season and less a quarter of one is held back, of four observations and more', () => {
  expect(foldShape([months('a', 16)], 12)).toEqual({ held: 3 });
  expect(foldShape([months('a', 15)], 12)).toEqual({ held: 3, fewest: 4 });
  expect(foldShape([months('a', 7), months('b', 7)], 12)).toEqual({ held: 3, fewest: 4 });
  const { trials, leftOut } = planFolds([months('a', 7), months('b', 6)], 3, 1, 3, 4);
  expect(trials.map(({ past, actual }) => [past.id, past.values.length, actual.length])).toEqual([['a', 4, 3]]);
  expect(leftOut).toEqual([
    {
      series: 'b',
      reason: 'found 6 observations in 6 steps, expected at least 4 before the last 3 steps and one within them',
    },
  ]);
});

test('of less nothing can be held back', () => {
  expect(foldShape([months('a', 6)], 12)).toEqual({ held: 12 });
  expect(foldShape([], 12)).toEqual({ held: 12 });
});
