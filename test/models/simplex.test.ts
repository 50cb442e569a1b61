import { expect, test } from 'vitest';
import { minimise } from '../../models/simplex.ts';

const WIDE = [
  [-10, 10],
  [-10, 10],
] as const;

test('it finds the bottom of a curved valley', () => {
  // Rosenbrock's function, lowest at (1, 1).
  const { parameters, cost } = minimise(
    ([x, y]) => (1 - x) ** 2 + 100 * (y - x * x) ** 2,
    [-1.2, 1],
    [0.5, 0.5],
    WIDE,
    { tolerance: 1e-12, evaluations: 2000 },
  );
  expect(parameters[0]).toBeCloseTo(1, 4);
  expect(parameters[1]).toBeCloseTo(1, 4);
  expect(cost).toBeLessThan(1e-8);
});

test('it stays in its bounds, and ends on one where the bottom lies outside', () => {
  const tried: number[] = [];
  const { parameters } = minimise(
    ([x]) => {
      tried.push(x);
      return (x - 5) ** 2;
    },
    [1],
    [3],
    [[0, 2]],
  );
  expect(parameters[0]).toBeCloseTo(2, 6);
  expect(Math.min(...tried)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...tried)).toBeLessThanOrEqual(2);
});

test('a cost that is not a number is avoided', () => {
  const { parameters } = minimise(([x]) => (x < 1 ? Number.NaN : x), [3], [1], [[-10, 10]], { evaluations: 200 });
  expect(parameters[0]).toBeCloseTo(1, 2);
});
