import { expect, test } from 'vitest';
import { planFolds, stepsHeld } from '../../models/folds.ts';
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
  expect(stepsHeld([months('a', 25), months('b', 40), months('c', 14)], 12)).toBe(12);
});

test('of young series as many steps are held back as leave more than a season', () => {
  const young = [months('a', 18), months('b', 18), months('c', 60)];
  expect(stepsHeld(young, 12)).toBe(5);
  const { trials, leftOut } = planFolds(young, 5, 1, 5);
  expect(trials.map(({ past, actual }) => [past.values.length, actual.length])).toEqual([
    [13, 5],
    [13, 5],
    [55, 5],
  ]);
  expect(leftOut).toEqual([]);
});

test('so few steps that they would show nothing are not held back', () => {
  expect(stepsHeld([months('a', 16)], 12)).toBe(3);
  expect(stepsHeld([months('a', 15)], 12)).toBe(12);
  expect(stepsHeld([], 12)).toBe(12);
});
