import { describe, expect, it } from 'vitest';
import { asinhGain, chooseTransform, fromSpace, toSpace } from '../../models/scaling.ts';

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

  // Flows of both signs over three orders of magnitude: sinh of waves that never repeat together.
  const flows = Array.from(
    { length: 80 },
    (_, t) => 100 * Math.sinh(2 * (Math.sin(t * t) + Math.sin(2.7 * t * t) + Math.sin(1.3 * t * t))),
  );
  // Sales that grow tenfold, shut one day in seven.
  const shop = Array.from({ length: 140 }, (_, t) =>
    t % 7 === 6 ? 0 : 20 * Math.exp(0.018 * t + 0.3 * Math.sin(t * t)),
  );
  const wave = Array.from({ length: 80 }, (_, t) => 5 * Math.sin(t * t) + (t % 7));

  // Cold winters, hot summers, and weather of two units all the year.
  const months = Array.from({ length: 120 }, (_, t) => 16 - 13 * Math.cos((Math.PI * t) / 6) + 2 * Math.sin(t * t));
  // The same year in per cent: summers that differ by more units than winters.
  const sales = Array.from(
    { length: 120 },
    (_, t) => 15 * Math.exp(Math.sin((Math.PI * t) / 6) + 0.2 * Math.sin(t * t)),
  );

  it('takes units for a positive series whose cycle changes by as many of them when it is low as when it is high', () => {
    expect(Math.min(...months)).toBeGreaterThan(0);
    expect(chooseTransform(months)).toEqual({ space: 'linear', nonNegative: true, factor: 2 ** -5 });
    expect(chooseTransform(months, false).space).toBe('log');
    expect(chooseTransform(months.slice(0, 20)).space).toBe('log');
    expect(chooseTransform(sales).space).toBe('log');
    // Without a cycle the evidence is too thin, whatever it says.
    const walk = Array.from({ length: 120 }, (_, t) => 1 + 0.5 * t + 0.3 * Math.sin(t * t));
    expect(chooseTransform(walk).space).toBe('log');
  });

  it('takes asinh where changes grow with the distance from zero, and of none that is above zero', () => {
    expect(chooseTransform(flows).space).toBe('asinh');
    expect(chooseTransform(shop).space).toBe('asinh');
    expect(chooseTransform(wave).space).toBe('linear');
    expect(chooseTransform(wave.map((v, t) => (t % 3 === 0 ? 0 : Math.round(Math.abs(v))))).space).toBe('linear');
    expect(chooseTransform(flows.map((v) => Math.exp(v / 3000))).space).toBe('log');
  });

  it('gives linear space the benefit of the doubt where values are few', () => {
    expect(chooseTransform(flows.slice(0, 7)).space).toBe('linear');
    expect(chooseTransform([0, 0, 1, 0, 900, 0, 2, 0]).space).toBe('linear');
  });

  it('leaves asinh out for what was described before there was that space', () => {
    expect(chooseTransform(flows, false)).toEqual({ space: 'linear', nonNegative: false, factor: 2 ** -14 });
  });

  it('chooses the same space whatever the unit of measurement', () => {
    for (const unit of [1e-200, 1e-6, 1000, 1e200]) {
      expect(chooseTransform(flows.map((v) => v * unit)).space).toBe('asinh');
      expect(chooseTransform(wave.map((v) => v * unit)).space).toBe('linear');
    }
  });

  it('turns from units to per cent at about twice the typical size, and brings values back', () => {
    const transform = chooseTransform(flows);
    const sizes = flows.map(Math.abs).sort((a, b) => a - b);
    expect(transform.factor * 2 * sizes[40]).toBeGreaterThan(0.7);
    expect(transform.factor * 2 * sizes[40]).toBeLessThan(1.42);
    const back = Array.from(toSpace(Float64Array.from(flows), transform), (z) => fromSpace(z, transform));
    back.forEach((v, t) => {
      expect(Math.abs(v - flows[t])).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(flows[t])));
    });
    expect(Array.from(toSpace(Float64Array.of(0), transform))).toEqual([0]);
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

  it('brings nothing back from an asinh space further than a factor of e beyond the past', () => {
    const transform = { space: 'asinh', nonNegative: false, factor: 1, reach: [-3, 5] } as const;
    expect(fromSpace(4, transform)).toBeCloseTo(27.29, 2);
    expect(fromSpace(40, transform)).toBeCloseTo(74.2, 1);
    expect(fromSpace(-1e6, transform)).toBeCloseTo(-10.02, 2);
  });

  it('holds bounds and zero in an asinh space as in the others', () => {
    const counts = { space: 'asinh', nonNegative: true, factor: 0.5, reach: [-1, 6] } as const;
    expect(fromSpace(-0.5, counts)).toBe(0);
    expect(fromSpace(-0.5, counts, { lower: 2 })).toBe(2);
    expect(fromSpace(3, counts, { upper: 3.5 })).toBe(3.5);
  });

  it('holds counts at or above zero and everything within the bounds of the person', () => {
    const counts = chooseTransform([0, 3]);
    expect(fromSpace(-0.5, counts)).toBe(0);
    expect(fromSpace(-0.5, counts, { lower: 2 })).toBe(2);
    expect(fromSpace(4, { ...counts, factor: 1 }, { upper: 3.5 })).toBe(3.5);
    expect(fromSpace(0.5, { ...counts, factor: 1 }, { lower: -9, upper: -1 })).toBe(-1);
  });
});

describe('asinhGain', () => {
  it('is the difference of log-likelihoods a step: of two spaces that differ by their Jacobian alone, none', () => {
    // Small against the bend both are the same: asinh x = x.
    const small = Float64Array.from({ length: 30 }, (_, t) => Math.sin(t * t));
    expect(asinhGain(small, 1e-6).step).toBeCloseTo(0, 9);
    // By hand: lag 1, |differences| 3 and 3 of 0, 3, 0; asinh(3) = 1.8184; Jacobian -log sqrt(10) once in two steps.
    const { step, steps } = asinhGain(Float64Array.of(0, 3, 0), 1);
    expect(steps).toBe(2);
    expect(step).toBeCloseTo(Math.log(3 / 1.81845) - 0.25 * Math.log(10), 5);
  });

  it('has nothing to say of constants and of single values', () => {
    expect(asinhGain(new Float64Array(40).fill(5), 1)).toEqual({ step: 0, steps: 39 });
    expect(asinhGain(Float64Array.of(5), 1)).toEqual({ step: 0, steps: 0 });
    expect(asinhGain(Float64Array.of(), 1)).toEqual({ step: 0, steps: 0 });
  });
});
