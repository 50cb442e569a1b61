import { expect, it, describe as suite } from 'vitest';
import { describe, type FeatureSpec, featureWidth } from '../../models/features.ts';
import { cutWindows } from '../../models/windows.ts';

const SPEC: FeatureSpec = { horizon: 2, season: 1, discount: 0.85, lookback: 2, lag: 0, calendar: 0 };
const { width } = featureWidth(SPEC);
const series = (n: number) => Float64Array.from({ length: n }, (_, t) => 50 + 5 * Math.sin(t * t));
const described = [describe(series(12), SPEC), describe(series(4), SPEC)];

suite('cutWindows', () => {
  it('makes (context, target) pairs: [windows, context, features] and [windows, horizon]', () => {
    const windows = cutWindows(described, [{ series: 0, origin: 7 }], { context: 5, forks: 1 }, { width, horizon: 2 });
    expect(windows.count).toBe(1);
    expect(windows.features).toEqual(described[0].features.slice(3 * width, 8 * width));
    expect(windows.targets).toEqual(described[0].targets.slice(7 * 2, 8 * 2));
    expect(Array.from(windows.mask)).toEqual([1, 1, 1, 1, 1]);
  });

  it('pads a series shorter than the context on the left, and masks the padding', () => {
    const windows = cutWindows(described, [{ series: 1, origin: 2 }], { context: 5, forks: 1 }, { width, horizon: 2 });
    expect(Array.from(windows.mask)).toEqual([0, 0, 1, 1, 1]);
    expect(windows.features.subarray(0, 2 * width).every((v) => v === 0)).toBe(true);
    expect(windows.features.slice(2 * width)).toEqual(described[1].features.slice(0, 3 * width));
  });

  it('carries targets for each of its last steps where asked to fork', () => {
    const shape = { context: 5, forks: 3 };
    const { targets } = cutWindows(
      described,
      [
        { series: 0, origin: 7 },
        { series: 1, origin: 1 },
      ],
      shape,
      { width, horizon: 2 },
    );
    expect(targets.slice(0, 6)).toEqual(described[0].targets.slice(5 * 2, 8 * 2));
    expect(Array.from(targets.slice(6, 8))).toEqual([Number.NaN, Number.NaN]);
    expect(targets.slice(8)).toEqual(described[1].targets.slice(0, 2 * 2));
  });

  it('shows nothing after the origin: rewriting the future leaves features, scales and mask as they were, byte for byte', () => {
    const cut = (future: number) => {
      const values = series(12).map((v, t) => (t > 7 ? future : v));
      return cutWindows(
        [describe(values, SPEC)],
        [{ series: 0, origin: 7 }],
        { context: 20, forks: 1 },
        { width, horizon: 2 },
      );
    };
    const [one, two] = [cut(1), cut(900)];
    expect(Buffer.from(one.features.buffer).equals(Buffer.from(two.features.buffer))).toBe(true);
    expect(one.mask).toEqual(two.mask);
    expect(one.targets).not.toEqual(two.targets);
  });

  it('refuses an origin outside its series', () => {
    expect(() =>
      cutWindows(described, [{ series: 1, origin: 4 }], { context: 2, forks: 1 }, { width, horizon: 2 }),
    ).toThrow('found origin 4 in series 1, expected 0..3');
  });
});
