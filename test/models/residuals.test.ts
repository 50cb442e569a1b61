import { expect, test } from 'vitest';
import { errorOffsets, growthSince, normalQuantile } from '../../models/residuals.ts';

test('with many errors the offsets are their quantiles, the median staying 0', () => {
  const errors = Array.from({ length: 999 }, (_, i) => i + 1 - 600);
  const offsets = errorOffsets(() => errors, 1)(1);
  expect(Array.from(offsets, (v) => Math.round(v * 1e9) / 1e9)).toEqual([-575, -500, -350, 0, 150, 300, 375]);
});

test('errors all on one side keep that side alone', () => {
  const offsets = errorOffsets(() => [1, 2, 3, 4, 5, 6, 7, 8, 9], 1)(1);
  expect(Array.from(offsets.slice(0, 4))).toEqual([0, 0, 0, 0]);
  expect(offsets[4]).toBeCloseTo(7.5, 12);
});

test('few errors on one side say nothing of the other, which is as wide', () => {
  for (const sign of [1, -1]) {
    const offsets = errorOffsets(() => [sign, sign, 2 * sign], 1)(1);
    expect(offsets[3]).toBe(0);
    expect(offsets[6]).toBeGreaterThanOrEqual(2);
    for (const q of [0, 1, 2]) expect(offsets[q]).toBe(-offsets[6 - q]);
  }
  expect(Array.from(errorOffsets(() => [0, 0, 0], 1)(1))).toEqual([0, 0, 0, 0, 0, 0, 0]);
});

test('a level beyond what few errors can tell is extended as the normal distribution would be', () => {
  const offsets = errorOffsets(() => [-4, -3, -2, -1, 1, 2, 3, 4], 1)(1);
  expect(offsets[6]).toBeCloseTo((4 * 1.959963985) / 1.220640349, 6);
  expect(offsets[0]).toBeCloseTo(-offsets[6], 12);
});

test('where errors are too few at a distance, those of a shorter one are widened', () => {
  const many = Array.from({ length: 99 }, (_, i) => i - 49);
  const at = errorOffsets((distance) => (distance <= 2 ? many : [1000]), 1);
  expect(at(8)[5]).toBeCloseTo(at(2)[5] * 2, 9);
});

test('without any error the spread is a tenth of the level', () => {
  expect(errorOffsets(() => [], 50)(1)[6]).toBeCloseTo(5 * 1.959963985, 6);
});

test('normal quantiles are those of the tables', () => {
  expect(normalQuantile(0.975)).toBeCloseTo(1.959963985, 8);
  expect(normalQuantile(0.5)).toBe(0);
  expect(normalQuantile(0.001)).toBeCloseTo(-3.090232306, 7);
});

test('errors grow with the root of the level, and not at all for series that were ever negative', () => {
  const growth = growthSince(Float64Array.of(1, 1, 1, 1, 4, 4, 4, 4), 1);
  expect(growth[3]).toBe(2);
  expect(growth[7]).toBe(1);
  expect(Array.from(growthSince(Float64Array.of(-1, 1, 4, 4), 1))).toEqual([1, 1, 1, 1]);
});

test('growth from nothing is bounded', () => {
  expect(growthSince(Float64Array.of(0, 0, 0, 0, 9, 9, 9, 9), 1)[0]).toBe(Math.sqrt(8));
});
