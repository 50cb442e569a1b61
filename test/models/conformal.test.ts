import { describe, expect, it } from 'vitest';
import {
  type Calibrating,
  type Correction,
  calibrate,
  correctWidths,
  describeCorrection,
} from '../../models/conformal.ts';
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

describe('correctWidths', () => {
  it('changes the distances from the median and leaves the median', () => {
    const z = Float64Array.of(70, 80, 4, 6, 9, 10, 11, 14, 18, 90);
    correctWidths(z, 2, [1, 0.5, 1.5]);
    expect(Array.from(z)).toEqual([70, 80, 1, 8, 9, 10, 11, 12, 22, 90]);
  });

  it('keeps quantiles ordered where an outer interval is narrowed to less than an inner one', () => {
    const z = Float64Array.of(-6, -5, -4, 0, 1, 2, 3);
    correctWidths(z, 0, [1, 0.4, 0.4]);
    expect(Array.from(z)).toEqual([-4, -4, -4, 0, 1, 1, 0.4 * 3]);
  });
});

describe('describeCorrection', () => {
  const correction: Correction = {
    widths: [1, 0.9, 1.15],
    folds: 8,
    forecasts: 2400,
    before: [0.53, 0.841, 0.971],
    after: [0.5, 0.803, 0.952],
  };
  it('says what the folds held and what was changed', () => {
    expect(describeCorrection(correction)).toBe(
      'On 8 folds that it had not seen, newer ones counting more, the network’s own 80 and 95 % intervals held 84.1 and 97.1 %; corrected, each fold by what the others say, 80.3 and 95.2 %. So the forecasts have the 80 % interval 10 % narrower, the 95 % interval 15 % wider.',
    );
    expect(describeCorrection({ ...correction, widths: [1, 1, 1] })).toBe(
      'On 8 folds that it had not seen, newer ones counting more, the network’s own 80 and 95 % intervals held 84.1 and 97.1 %; no correction would have improved them, so none was made.',
    );
    expect(describeCorrection(null)).toBe(
      'The intervals are the network’s own: the series are too short to check them on 4 horizons that it has not seen.',
    );
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
