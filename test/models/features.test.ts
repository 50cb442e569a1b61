import { expect, it, describe as suite } from 'vitest';
import { describe, type FeatureSpec, featureWidth } from '../../models/features.ts';

const SPEC: FeatureSpec = { horizon: 3, season: 4, discount: 0.85, lookback: 2, lag: 0, calendar: 0 };
const LONG: FeatureSpec = { ...SPEC, lag: 8 };
const MEAN: FeatureSpec = { ...SPEC, mean: true };
const noisy = (n: number) => Float64Array.from({ length: n }, (_, t) => 50 + 5 * Math.sin(t * t) + (t % 4));

suite('describe', () => {
  it('gives plain numbers for a plain series: past values, smoothing, slope and targets in tenths of a logarithm', () => {
    const values = Float64Array.from({ length: 6 }, (_, t) => Math.exp(0.1 * t));
    const spec: FeatureSpec = { ...SPEC, season: 1, horizon: 2 };
    const { features, targets, level, units, ahead } = describe(values, spec);
    const { width, linear } = featureWidth(spec);
    expect([width, linear]).toEqual([5, 4]);
    const last = Array.from(features.subarray(5 * width));
    // Two values back and one back; smoothing with constant 1 is the last value; ten times the slope of 0.1 is ten units.
    [-2, -1, 0, 10].forEach((expected, c) => {
      expect(last[c]).toBeCloseTo(expected, 5);
    });
    // No noise: the logarithm rests on its floor.
    expect(last[4]).toBeCloseTo(Math.log(0.003 / 0.05), 5);
    expect(targets[3 * 2]).toBeCloseTo(1, 5);
    expect(targets[3 * 2 + 1]).toBeCloseTo(2, 5);
    expect(Array.from(targets.subarray(5 * 2))).toEqual([Number.NaN, Number.NaN]);
    expect(level).toBeCloseTo(0.5, 10);
    expect(units[5]).toBeCloseTo(0.1, 10);
    expect(Array.from(ahead)).toEqual([0, 0]);
  });

  it('brings a target back: level, seasonal index and unit times target make the value', () => {
    for (const spec of [SPEC, LONG, ADAPTIVE]) {
      const whole = noisy(40);
      const past = describe(whole.slice(0, 37), spec);
      const { targets } = describe(whole, spec);
      for (let k = 0; k < 3; k++) {
        const z = past.level + past.ahead[k] + past.units[36] * targets[36 * 3 + k];
        expect(Math.exp(z)).toBeCloseTo(whole[37 + k], 4);
      }
    }
  });

  it('shows the mean of everything so far after the slope, as a distance from the level, and leaves all else as it is', () => {
    const values = Float64Array.from([0, 0, 0, 0.6], Math.exp);
    const spec: FeatureSpec = { ...MEAN, season: 1, horizon: 1 };
    const { features } = describe(values, spec);
    const { width, linear } = featureWidth(spec);
    expect([width, linear]).toEqual([6, 5]);
    const last = Array.from(features.subarray(3 * width));
    // The mean logarithm is 0.15, the last 0.6: four and a half units below.
    expect(last[4]).toBeCloseTo(-4.5, 5);
    const without = describe(values, { ...spec, mean: undefined });
    expect(last.filter((_, c) => c !== 4)).toEqual(Array.from(without.features.subarray(3 * (width - 1))));
  });

  it('shows the calendar of each step last, aligned where the front of a series is missing', () => {
    const values = Float64Array.of(Number.NaN, Number.NaN, 5, 6, 7);
    const spec: FeatureSpec = { ...SPEC, season: 1, horizon: 1, calendar: 2 };
    const { features, steps } = describe(values, spec, [
      Float64Array.of(0, 1, 2, 3, 4),
      Float64Array.of(9, 8, 7, 6, 5),
    ]);
    const { width } = featureWidth(spec);
    expect(steps).toBe(3);
    expect([0, 1, 2].map((t) => Array.from(features.subarray((t + 1) * width - 2, (t + 1) * width)))).toEqual([
      [2, 7],
      [3, 6],
      [4, 5],
    ]);
    expect(() => describe(values, spec)).toThrow('found 0 calendar columns, expected 2');
  });

  const ADAPTIVE: FeatureSpec = { ...SPEC, adaptive: true };
  // Growth of 1 % a step that changes by a few hundredths of a per cent.
  const smooth = (n: number) => {
    let logarithm = 11;
    return Float64Array.from({ length: n }, (_, t) => {
      logarithm += 0.01 + 0.0003 * Math.sin(t * t);
      return Math.exp(logarithm);
    });
  };

  it('gives very smooth positive series a smaller unit, so that their changes are seen', () => {
    const { units, features } = describe(smooth(60), { ...ADAPTIVE, season: 1 });
    expect(Array.from(units.subarray(0, 8))).toEqual(new Array(8).fill(0.1));
    // The mean change of 1 % is a third of what is ordinary.
    expect(units[59]).toBeCloseTo(0.1 / 3, 3);
    const { width } = featureWidth({ ...ADAPTIVE, season: 1 });
    expect(features[59 * width + 1]).toBeCloseTo(-0.3, 1);
    expect(Array.from(describe(smooth(60), { ...SPEC, season: 1 }).units)).toEqual(new Array(60).fill(0.1));
  });

  it('never makes the unit smaller than a twentieth, and leaves those alone that stand still for the most part', () => {
    const flat = Float64Array.from({ length: 60 }, (_, t) => 1000 + 1e-4 * Math.sin(t * t));
    expect(describe(flat, { ...ADAPTIVE, season: 1 }).units[59]).toBeCloseTo(0.005, 12);
    const price = Float64Array.from({ length: 60 }, (_, t) => (t < 40 ? 9.99 : 9.98));
    expect(describe(price, { ...ADAPTIVE, season: 1 }).units[59]).toBe(0.1);
  });

  it('remembers unrest: a series is not smooth while one of its last 96 steps was not', () => {
    const values = smooth(200).map((v, t) => (t >= 100 ? 1.05 * v : v));
    const { units } = describe(values, { ...ADAPTIVE, season: 1 });
    expect(units[99]).toBeLessThan(0.04);
    expect(units[150]).toBe(0.1);
    expect(units[199]).toBeLessThan(0.04);
  });

  it('reads heavy tails about zero by asinh, for networks that learned so alone', () => {
    const flows = Float64Array.from({ length: 80 }, (_, t) =>
      t % 3 === 0 ? 0 : 20 * Math.sinh(2 * (Math.sin(t * t) + Math.sin(2.7 * t * t) + Math.sin(1.3 * t * t))),
    );
    expect(describe(flows, ADAPTIVE).transform.space).toBe('asinh');
    expect(describe(flows, SPEC).transform.space).toBe('linear');
  });

  it('describes ordinary series to the bit as before there was a unit of their own', () => {
    const before = describe(noisy(60), SPEC);
    const after = describe(noisy(60), ADAPTIVE);
    expect(after.features).toEqual(before.features);
    expect(after.targets).toEqual(before.targets);
    expect(after.units).toEqual(before.units);
  });

  it('stands behind the wall at every origin: rewriting the future changes no byte of the rows before it', () => {
    const cases = [
      ['log', noisy(60)],
      ['linear', noisy(60).map((v) => v - 50)],
      ['asinh', noisy(60).map((v) => v - 50)],
      ['log', smooth(60)],
    ] as const;
    for (const spec of [SPEC, LONG, ADAPTIVE, MEAN]) {
      for (const [space, values] of cases) {
        const transform = { space, nonNegative: false, factor: 2 ** -10 } as const;
        const { width } = featureWidth(spec);
        const before = describe(values, spec, [], transform);
        for (const origin of [0, 7, 20, 41]) {
          const rewritten = values.map((v, t) => (t > origin ? 3 * v + t : v));
          const after = describe(rewritten, spec, [], transform);
          const bytes = (d: typeof before) => [
            Buffer.from(d.features.slice(0, (origin + 1) * width).buffer),
            Buffer.from(d.units.slice(0, origin + 1).buffer),
          ];
          expect(bytes(after)).toEqual(bytes(before));
        }
      }
    }
  });

  it('describes the same at the end of the past as in the middle of the whole', () => {
    const whole = noisy(50);
    const { width } = featureWidth(LONG);
    const past = describe(whole.slice(0, 30), LONG);
    expect(Array.from(describe(whole, LONG).features.subarray(0, 30 * width))).toEqual(Array.from(past.features));
  });

  it('learns from no step that was made up to fill a gap', () => {
    const values = noisy(30);
    values[20] = Number.NaN;
    const { targets } = describe(values, SPEC);
    expect(targets[19 * 3]).toBeNaN();
    expect(targets[18 * 3 + 1]).toBeNaN();
    expect(targets[19 * 3 + 1]).not.toBeNaN();
  });

  it('shows what stood one long cycle before each target', () => {
    const spec: FeatureSpec = { ...SPEC, season: 1, lag: 5, lookback: 1 };
    const values = Float64Array.from({ length: 12 }, (_, t) => Math.exp(t % 5 === 2 ? 0.5 : 0));
    const { features } = describe(values, spec);
    const { width } = featureWidth(spec);
    // At t = 11 the next steps are 12, 13, 14: the first of them falls on the spike of its cycle.
    expect(Array.from(features.subarray(11 * width + 3, 11 * width + 6), Math.round)).toEqual([5, 0, 0]);
  });

  it('stays finite for constant, zero, enormous and hopping series', () => {
    const series = [
      new Float64Array(30).fill(5),
      new Float64Array(30),
      noisy(30).map((v, t) => (t === 11 ? 1e300 : v)),
      noisy(30).map((v, t) => (t === 11 ? -1e300 : v)),
      Float64Array.from({ length: 30 }, (_, t) => (t === 7 ? 1 : 0)),
      Float64Array.from({ length: 30 }, (_, t) => (t % 2 ? 1e-300 : 1e300)),
    ];
    for (const values of series) {
      for (const spec of [SPEC, LONG, ADAPTIVE, MEAN]) {
        const { features, targets, units, ahead } = describe(values, spec);
        expect([...features, ...units, ...ahead].every(Number.isFinite)).toBe(true);
        expect(targets.every((v) => Math.abs(v) <= 1e4 || Number.isNaN(v))).toBe(true);
      }
    }
  });
});
