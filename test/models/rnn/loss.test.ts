import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { selectBackend } from '../../../models/kernel/backend.ts';
import { quantileLoss, quantileLossTensor } from '../../../models/rnn/loss.ts';
import { QUANTILES } from '../../../models/series.ts';

const LEVELS = QUANTILES.length;
const row = (value: number) => new Array<number>(LEVELS).fill(value);

describe('quantileLoss', () => {
  beforeAll(async () => {
    await selectBackend();
  });

  it("is sMAPE's share for the median where asked: 2 tanh(|e| / 2) of the log error is |y - f| / mean(|y|, |f|)", () => {
    const [actual, forecast] = [120, 100];
    const shared = { horizon: 1, targets: Float32Array.of(10 * Math.log(actual)) };
    // The outer quantiles are exact, so that only the median has a loss.
    const predicted = Float32Array.from(row(10 * Math.log(actual)));
    predicted[3] = 10 * Math.log(forecast);
    const { loss } = quantileLoss(predicted, { ...shared, relative: Uint8Array.of(1) });
    expect(loss).toBeCloseTo(20 / 110, 5);
    const absolute = quantileLoss(predicted, { ...shared, relative: Uint8Array.of(0) });
    expect(absolute.loss).toBeCloseTo(Math.log(1.2), 5);
  });

  it('is the mean over what was observed: gaps change nothing', () => {
    const truth = {
      horizon: 2,
      targets: Float32Array.of(1, Number.NaN, Number.NaN, Number.NaN),
      relative: Uint8Array.of(0, 0),
    };
    const { loss, gradient } = quantileLoss(new Float32Array(4 * LEVELS), truth);
    // 0.1 of the median's |1| plus the mean over the six others of 2 q.
    expect(loss).toBeCloseTo(0.1 * (1 + 1), 6);
    expect(gradient.slice(LEVELS).every((g) => g === 0)).toBe(true);
    expect(
      quantileLoss(new Float32Array(4 * LEVELS), { ...truth, targets: truth.targets.with(0, Number.NaN) }).loss,
    ).toBe(0);
  });

  it('is least where each level lies at its own quantile', () => {
    const targets = Float32Array.from({ length: 1000 }, (_, i) => i / 100);
    const truth = { horizon: 1, targets, relative: new Uint8Array(1000) };
    const at = (shift: number) => {
      const levels = Float32Array.from({ length: 1000 * LEVELS }, (_, i) => 10 * QUANTILES[i % LEVELS] + shift);
      return quantileLoss(levels, truth).loss;
    };
    expect(at(0)).toBeLessThan(at(0.3));
    expect(at(0)).toBeLessThan(at(-0.3));
  });

  it('has the gradient that finite differences give, as arrays and as a tensor', () => {
    const truth = {
      horizon: 2,
      targets: Float32Array.of(1.3, -4.1, 7.7, Number.NaN),
      relative: Uint8Array.of(1, 0),
    };
    const predicted = Float32Array.from({ length: 4 * LEVELS }, (_, i) => 3 * Math.sin(i));
    const { gradient, loss } = quantileLoss(predicted, truth);
    for (let i = 0; i < predicted.length; i++) {
      const step = (by: number) => quantileLoss(predicted.with(i, predicted[i] + by), truth).loss;
      expect(gradient[i]).toBeCloseTo((step(1e-2) - step(-1e-2)) / 2e-2, 4);
    }
    const x = tf.tensor3d(predicted, [1, 2, 2 * LEVELS]);
    const { value, grad } = tf.valueAndGrad((p) => quantileLossTensor(p, truth))(x) as {
      value: tf.Tensor;
      grad: tf.Tensor;
    };
    expect(value.dataSync()[0]).toBeCloseTo(loss, 6);
    expect(Array.from(grad.dataSync())).toEqual(Array.from(gradient));
    tf.dispose([x, value, grad]);
  });
});
