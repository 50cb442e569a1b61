import { describe, expect, it } from 'vitest';
import { chooseTransform, fromSpace, toSpace } from '../../models/scaling.ts';

describe('chooseTransform', () => {
  it('takes logarithms of positive series only, and of none that touch zero', () => {
    expect(chooseTransform([100, 120, 90, Number.NaN]).space).toBe('log');
    expect(chooseTransform([100, 0, 90]).space).toBe('linear');
    expect(chooseTransform([100, -5, 90]).space).toBe('linear');
    expect(chooseTransform([100, 1e-6, 90]).space).toBe('linear');
    expect(chooseTransform([1e300, 1e299]).space).toBe('log');
  });

  it('remembers whether a value below zero was ever seen', () => {
    expect(chooseTransform([0, 3]).nonNegative).toBe(true);
    expect(chooseTransform([-0.1, 3]).nonNegative).toBe(false);
  });

  it('scales by a power of two, so that scaling and unscaling lose no digit', () => {
    const values = Float64Array.of(0, 0.1, 1e300, -7.3e299);
    const transform = chooseTransform(values);
    const scaled = toSpace(values, transform);
    expect(Math.max(...scaled.map(Math.abs))).toBeLessThanOrEqual(1);
    expect(Array.from(scaled, (z) => fromSpace(z, transform))).toEqual([0, 0.1, 1e300, -7.3e299]);
    const tiny = chooseTransform([0, 5e-324]);
    expect(fromSpace(5e-324 * tiny.factor, tiny)).toBe(5e-324);
  });

  it('survives a series without values', () => {
    expect(chooseTransform([Number.NaN]).space).toBe('linear');
  });
});

describe('fromSpace', () => {
  it('keeps forecasts finite however far the network strays', () => {
    const log = chooseTransform([1, 2]);
    expect(fromSpace(1e6, log)).toBe(Number.MAX_VALUE);
    expect(fromSpace(-1e6, log)).toBe(0);
    const linear = chooseTransform([-1e308, 1e308]);
    expect(fromSpace(1e9, linear)).toBe(Number.MAX_VALUE);
  });

  it('holds counts at or above zero and everything within the bounds of the person', () => {
    const counts = chooseTransform([0, 3]);
    expect(fromSpace(-0.5, counts)).toBe(0);
    expect(fromSpace(-0.5, counts, { lower: 2 })).toBe(2);
    expect(fromSpace(4, { ...counts, factor: 1 }, { upper: 3.5 })).toBe(3.5);
    expect(fromSpace(0.5, { ...counts, factor: 1 }, { lower: -9, upper: -1 })).toBe(-1);
  });
});
