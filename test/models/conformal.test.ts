import { describe, expect, it } from 'vitest';
import { averagingFactors, type Calibrating, calibrate } from '../../models/conformal.ts';
import { normalQuantile } from '../../models/residuals.ts';
import { randomFrom } from '../../models/rnn/random.ts';
import { QUANTILES } from '../../models/series.ts';

const HORIZON = 6;

describe('calibrate', () => {
  it('narrows intervals that are too wide on every fold to what they promise', () => {
    const correction = calibrate(folds(() => 1.25))!;
    for (const width of correction.widths) {
      expect(width).toBeGreaterThan(0.74);
      expect(width).toBeLessThan(0.86);
    }
    expect(correction.folds).toBe(6);
    expect(correction.forecasts).toBe(240);
    expect(correction.before[1]).toBeGreaterThan(0.87);
    expect(Math.abs(correction.after[1] - 0.8)).toBeLessThan(0.02);
    expect(Math.abs(correction.after[2] - 0.95)).toBeLessThan(0.01);
  });

  it('widens intervals that are too narrow on every fold', () => {
    const { widths } = calibrate(folds(() => 0.8))!;
    for (const width of widths) {
      expect(width).toBeGreaterThan(1.17);
      expect(width).toBeLessThan(1.34);
    }
  });

  it('lets alone what is too wide on some folds and too narrow on others: that is the surprise of their time', () => {
    const correction = calibrate(folds((fold) => (fold % 2 === 0 ? 1.5 : 0.67)))!;
    expect(correction.widths).toEqual([1, 1, 1]);
    expect(correction.after).toEqual(correction.before);
  });

  it('lets alone what holds already', () => {
    for (const width of calibrate(folds(() => 1))!.widths) expect(Math.abs(width - 1)).toBeLessThan(0.04);
  });

  it('lets alone a single series whose folds agree: so few errors do that by chance', () => {
    const all = folds(() => 1.25);
    const single = calibrate([0, 1, 2, 3, 4, 5].map((fold) => all.find((one) => one.fold === fold)!))!;
    expect(single.forecasts).toBe(6);
    expect(single.before[1]).toBeGreaterThan(0.84);
    expect(single.widths).toEqual([1, 1, 1]);
  });

  it('says nothing of fewer than four folds, and nothing of folds without observations', () => {
    const all = folds(() => 1.25);
    expect(calibrate(all.filter(({ fold }) => fold < 3))).toBeNull();
    expect(calibrate(all.filter(({ fold }) => fold < 4))).not.toBeNull();
    expect(
      calibrate(
        all.map((one) => (one.fold < 4 ? { ...one, actual: new Float64Array(HORIZON).fill(Number.NaN) } : one)),
      ),
    ).toBeNull();
    expect(calibrate([])).toBeNull();
  });

  it('counts each series alike, whatever its units, and takes a value outside the space for a miss', () => {
    const all = folds(() => 1.25);
    const larger = all.map(({ fold, quantiles, actual }, i) => {
      const by = i % 2 === 0 ? 1e6 : 1;
      return { fold, quantiles: quantiles.map((q) => q.map((v) => by * v)), actual: actual.map((v) => by * v) };
    });
    const close = calibrate(larger)!.widths;
    calibrate(all)!.widths.forEach((width, i) => {
      expect(close[i]).toBeCloseTo(width, 9);
    });
    const lost = all.map((one) => ({
      ...one,
      actual: one.actual.map((v, k) => (k < 2 ? Number.NEGATIVE_INFINITY : v)),
    }));
    const { before, widths } = calibrate(lost)!;
    expect(before[2]).toBeLessThan(0.67);
    expect(widths.every(Number.isFinite)).toBe(true);
  });
});

describe('averagingFactors', () => {
  it('is what the mean needs of the width that its members need', () => {
    // Members are off by as much as what comes varies: their errors have a variance of 2, those of their mean one of 1.5.
    const random = randomFrom(11);
    const actual = Array.from({ length: 2000 }, () => Float64Array.from({ length: HORIZON }, () => random.normal()));
    const member = () =>
      actual.map((came): Calibrating => {
        const medians = came.map(() => random.normal());
        return {
          fold: 0,
          actual: came,
          quantiles: QUANTILES.map((p) => medians.map((median) => median + Math.SQRT2 * normalQuantile(p))),
        };
      });
    for (const factor of averagingFactors([member(), member()])) expect(factor).toBeCloseTo(Math.sqrt(1.5 / 2), 1);
  });

  it('is 1 for one member, for members that agree, and where nothing came', () => {
    const own = folds(() => 1);
    expect(averagingFactors([own])).toEqual([1, 1, 1]);
    for (const factor of averagingFactors([own, own, own])) expect(factor).toBeCloseTo(1, 9);
    const unseen = own.map((one) => ({ ...one, actual: one.actual.map(() => Number.NaN) }));
    expect(averagingFactors([unseen, own])).toEqual([1, 1, 1]);
    expect(averagingFactors([[], []])).toEqual([1, 1, 1]);
  });
});

interface Fold extends Calibrating {
  readonly quantiles: readonly Float64Array[];
  readonly actual: Float64Array;
}

/** 40 forecasts of a normal distribution on each of six folds, their intervals `tooWide` times as wide as they should be. */
function folds(tooWide: (fold: number) => number): Fold[] {
  const random = randomFrom(5);
  return Array.from({ length: 240 }, (_, i) => {
    const fold = i % 6;
    const quantiles = QUANTILES.map((p) => new Float64Array(HORIZON).fill(tooWide(fold) * normalQuantile(p)));
    return { fold, quantiles, actual: Float64Array.from({ length: HORIZON }, () => random.normal()) };
  });
}
