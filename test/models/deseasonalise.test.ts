import { expect, test } from 'vitest';
import { isSeasonal, powerOfTwo, seasonalIndices } from '../../models/deseasonalise.ts';

const PATTERN = [0.8, 1, 1.3, 0.9];
const rounded = (values: Float64Array) => Array.from(values, (v) => Math.round(v * 1e9) / 1e9);

test('the indices of a pure season are that season', () => {
  const values = Float64Array.from({ length: 24 }, (_, t) => 50 * PATTERN[t % 4]);
  expect(rounded(seasonalIndices(values, 4, 'multiplicative'))).toEqual(PATTERN);
});

test('a trend is not taken for a season', () => {
  const values = Float64Array.from({ length: 40 }, (_, t) => (100 + 2 * t) * PATTERN[t % 4]);
  for (const [phase, index] of seasonalIndices(values, 4, 'multiplicative').entries()) {
    expect(index).toBeCloseTo(PATTERN[phase], 2);
  }
});

test('additive indices average 0, and values may be of either sign', () => {
  const values = Float64Array.from({ length: 24 }, (_, t) => [-3, 1, 4, -2][t % 4] + 10);
  expect(rounded(seasonalIndices(values, 4, 'additive'))).toEqual([-3, 1, 4, -2]);
});

test('an odd season is centred too', () => {
  const values = Float64Array.from({ length: 21 }, (_, t) => 10 * [0.5, 1, 1.5][t % 3]);
  expect(rounded(seasonalIndices(values, 3, 'multiplicative'))).toEqual([0.5, 1, 1.5]);
});

test.each([
  ['fewer than three cycles', Float64Array.from({ length: 11 }, (_, t) => 50 * PATTERN[t % 4]), 4],
  ['a value at zero', Float64Array.from({ length: 24 }, (_, t) => (t === 5 ? 0 : 50 * PATTERN[t % 4])), 4],
  ['noise without a season', Float64Array.from({ length: 60 }, (_, t) => 50 + 5 * Math.sin(t * t)), 4],
  ['a constant', new Float64Array(24).fill(7), 4],
  ['a season of 1', Float64Array.of(1, 2, 3, 4), 1],
])('%s gives neutral indices', (_, values, season) => {
  expect(Array.from(seasonalIndices(values, season, 'multiplicative'))).toEqual(new Array(season).fill(1));
});

test('the test for a season sees a season and does not see noise', () => {
  expect(
    isSeasonal(
      Float64Array.from({ length: 48 }, (_, t) => PATTERN[t % 4]),
      4,
    ),
  ).toBe(true);
  expect(
    isSeasonal(
      Float64Array.from({ length: 48 }, (_, t) => Math.sin(t * t)),
      4,
    ),
  ).toBe(false);
});

test('the scale is a power of two near the largest magnitude, 1 for nothing', () => {
  expect(powerOfTwo(Float64Array.of(-5, 3, Number.NaN))).toBe(4);
  expect(powerOfTwo(Float64Array.of(1e300))).toBe(2 ** 996);
  expect(powerOfTwo(Float64Array.of(Number.POSITIVE_INFINITY, 0))).toBe(1);
});
