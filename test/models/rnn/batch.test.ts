import { expect, it, describe as suite } from 'vitest';
import { describe } from '../../../models/features.ts';
import { assemble } from '../../../models/rnn/batch.ts';
import { randomFrom } from '../../../models/rnn/random.ts';
import type { Series } from '../../../models/series.ts';
import { planTraining } from '../../../models/training-plan.ts';

const series: Series[] = [20, 9].map((length, i) => ({
  id: `s${i}`,
  frequency: { unit: 'step', count: 1 },
  zone: 'UTC',
  season: 1,
  start: 0,
  values: Float64Array.from({ length }, (_, t) => 50 + 5 * Math.sin(t * t + i)),
}));
const plan = { ...planTraining(series, { context: 10 }, { horizon: 3, seed: 1 }), burnIn: 4 };
const member = { ...plan.members[0], augment: 0 };
const described = series.map((s) => describe(s.values, member.spec));

suite('assemble', () => {
  it('makes every step past the burn-in an origin, and none that has no target', () => {
    const windows = [
      { series: 0, origin: 18 },
      { series: 1, origin: 7 },
    ];
    const { rows, shape, truth } = assemble(described, windows, plan, member, 0, randomFrom(1));
    expect(shape.slice(0, 2)).toEqual([2, 10]);
    // Steps 9..18 fill the first window; of the second, steps 4..7 are past the burn-in, and lie at its left edge.
    expect(Array.from(rows)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 14, 15, 16, 17]);
    expect(truth.targets.slice(0, 3)).toEqual(described[0].targets.slice(9 * 3, 10 * 3));
    expect(truth.targets.slice(10 * 3, 11 * 3)).toEqual(described[1].targets.slice(4 * 3, 5 * 3));
  });

  it('hides what is held back for validation: no origin and no target reaches into it', () => {
    const { rows, truth } = assemble(described, [{ series: 0, origin: 15 }], plan, member, 3, randomFrom(1));
    expect(rows).toHaveLength(10);
    // The last row is origin 15 of 20 steps with 3 held back: one step ahead is known, the others are not.
    expect(Array.from(truth.targets.slice(9 * 3), Number.isNaN)).toEqual([false, true, true]);
  });

  it('changes the amplitude of features and targets together', () => {
    const windows = [{ series: 0, origin: 18 }];
    const plain = assemble(described, windows, plan, member, 0, randomFrom(1));
    const louder = assemble(described, windows, plan, { ...member, augment: 0.5 }, 0, randomFrom(1));
    const factor = louder.truth.targets[0] / plain.truth.targets[0];
    expect(factor).not.toBeCloseTo(1, 2);
    const close = (found: number, expected: number) => {
      expect(found).toBeCloseTo(expected, 3);
    };
    for (let i = 0; i < 15; i++) close(louder.truth.targets[i], factor * plain.truth.targets[i]);
    const [width] = louder.shape.slice(2);
    for (let c = 0; c < width - 1; c++) close(louder.input[c], factor * plain.input[c]);
    // The logarithm of the noise moves by the logarithm of the factor.
    close(louder.input[width - 1], plain.input[width - 1] + Math.log(factor));
  });
});
