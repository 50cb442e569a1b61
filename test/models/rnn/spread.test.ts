import { expect, it, describe as suite } from 'vitest';
import { describe } from '../../../models/features.ts';
import { targetSpread } from '../../../models/rnn/spread.ts';
import { QUANTILES } from '../../../models/series.ts';
import { planTraining } from '../../../models/training-plan.ts';

const plan = { ...planTraining([], {}, { horizon: 2, seed: 1 }), burnIn: 3 };
// One step up or down by a tenth of a logarithm, in turn: one step ahead the targets are -1 and 1, two ahead 0.
const values = Float64Array.from({ length: 203 }, (_, t) => Math.exp(t % 2 ? 0.1 : 0));

suite('targetSpread', () => {
  it('is the distance of each quantile of the targets from their median, by horizon', () => {
    const described = [describe(values, plan.members[0].spec)];
    const spread = targetSpread(described, plan, 0);
    const [near, far] = [spread.slice(0, QUANTILES.length), spread.slice(QUANTILES.length)];
    expect(near[6] - near[0]).toBeCloseTo(2, 4);
    expect(near[3]).toBe(0);
    far.forEach((v) => {
      expect(v).toBeCloseTo(0, 4);
    });
  });

  it('looks at nothing that is held back, and is zero where nothing is left', () => {
    const loud = values.map((v, t) => (t >= 200 ? v * 1000 : v));
    const described = (v: Float64Array) => [describe(v, plan.members[0].spec)];
    expect(targetSpread(described(loud), plan, 3)).toEqual(targetSpread(described(values), plan, 3));
    expect(targetSpread(described(values), plan, 203)).toEqual(new Float32Array(2 * QUANTILES.length));
    expect(targetSpread([], plan, 0)).toEqual(new Float32Array(2 * QUANTILES.length));
  });

  it('goes on as a random walk beyond what short series reach', () => {
    const { spec } = planTraining([], {}, { horizon: 24, seed: 1 }).members[0];
    const short = [describe(Float64Array.of(100, 120, 90, 110, 95, 130, 80, 105, 115, 99, 121, 93), spec)];
    const spread = targetSpread(short, { horizon: 24, burnIn: 1 }, 0);
    const lowest = (k: number) => spread[(k - 1) * QUANTILES.length];
    // Five targets are six steps ahead, four are seven.
    expect(lowest(6)).toBeLessThan(0);
    expect(lowest(24)).toBeCloseTo(2 * lowest(6), 5);
  });
});
