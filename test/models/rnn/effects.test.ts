import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { describe as describeSeries, type FeatureSpec, featureWidth } from '../../../models/features.ts';
import { selectBackend } from '../../../models/kernel/backend.ts';
import { applyEffects, applyEffectsTensor, headWidth, startEffects } from '../../../models/rnn/effects.ts';
import { planTraining } from '../../../models/training-plan.ts';
import { promotions } from '../../support/promotions.ts';

beforeAll(async () => {
  await selectBackend();
});

describe('effects of covariates', () => {
  it('move each step by its own covariates, level by level', () => {
    const head = new Float32Array(headWidth(2, 1));
    head.set([1, 1, 1, 1, 1, 1, 1], 0);
    head.set([2, 2, 2, 2, 2, 2, 2], 7);
    head.set([-3, -2, -1, 0, 1, 2, 3], 14);
    expect([...applyEffects(head, Float32Array.of(0, 10), 2, 1)]).toEqual([
      ...[1, 1, 1, 1, 1, 1, 1],
      ...[-28, -18, -8, 2, 12, 22, 32],
    ]);
  });

  it('have the gradient that finite differences give', () => {
    const [rows, horizon, columns] = [3, 2, 2];
    const width = headWidth(horizon, columns);
    const head = Float32Array.from({ length: rows * width }, (_, i) => Math.sin(i));
    const ahead = Float32Array.from({ length: rows * horizon * columns }, (_, i) => Math.cos(3 * i));
    const weight = Float32Array.from({ length: rows * horizon * 7 }, (_, i) => Math.sin(1 + 2 * i));
    const loss = (h: Float32Array) =>
      applyEffects(h, ahead, horizon, columns).reduce((sum, v, i) => sum + v * weight[i], 0);
    const gradient = tf.tidy(() =>
      tf
        .grad((h) => {
          const moved = applyEffectsTensor(h as tf.Tensor2D, ahead, horizon, columns);
          return tf.sum(tf.mul(moved, tf.tensor2d(weight, [rows, horizon * 7])));
        })(tf.tensor2d(head, [rows, width]))
        .dataSync(),
    );
    for (const at of [0, 5, 13, 14, 20, 27, 28 + 15, 2 * 28 + 27]) {
      const [up, down] = [head.slice(), head.slice()];
      up[at] += 0.5;
      down[at] -= 0.5;
      expect(gradient[at]).toBeCloseTo(loss(up) - loss(down), 4);
    }
  });

  it('begin with the regression of what is known: half as much again is four units of a tenth of a logarithm', () => {
    const { series } = promotions({ steps: 300 });
    const plan = planTraining(series, { covariates: ['promo', 'coin'], members: 1 }, { horizon: 7, seed: 1 });
    const [member] = plan.members;
    const { width } = featureWidth(member.spec);
    const described = series.map((one) =>
      describeSeries(one.values, member.spec as FeatureSpec, [], undefined, [
        Float32Array.from(one.covariates![0].values),
        Float32Array.from(one.covariates![1].values),
      ]),
    );
    const outputs = headWidth(7, 2);
    const weights = new Float32Array((plan.units + width) * outputs + outputs);
    startEffects(weights, described, plan, member, 0);
    const bias = weights.subarray(weights.length - outputs);
    expect(Math.abs(bias[7 * 7 + 3] - 10 * Math.log(1.5))).toBeLessThan(0.25);
    expect(Math.abs(bias[8 * 7 + 3])).toBeLessThan(0.15);
    // What the origin's own promotion lifts is taken off every step ahead.
    const own = weights.subarray(weights.length - 3 * outputs, weights.length - 2 * outputs);
    expect(own[0]).toBeCloseTo(-bias[7 * 7], 5);
    expect(own[7 * 7 - 1]).toBeCloseTo(-bias[7 * 7], 5);
    expect(own[7 * 7]).toBe(0);
  });
});
