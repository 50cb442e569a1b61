import * as tf from '@tensorflow/tfjs-core';
import { valuesOf } from '../kernel/values.ts';
import { MEDIAN, QUANTILES } from '../series.ts';

/** What a loss compares with, all in the units of the network. Arrays are row-major; a row is one (window, step). */
export interface Truth {
  readonly horizon: number;
  /** [rows * horizon] NaN where there is nothing to learn from. */
  readonly targets: Float32Array;
  /** [rows] 1 where the median learns sMAPE's loss, 0 where it learns the pinball loss like the others. */
  readonly relative: Uint8Array;
}

const LEVELS = QUANTILES.length;
/** What one unit of the network is in log space. */
const UNIT = 0.1;
/** Slopes of the pinball loss, doubled; the six outer levels together weigh as much as the median. */
const ABOVE = Float64Array.from(QUANTILES, (q) => (2 * q) / (LEVELS - 1));
const BELOW = Float64Array.from(QUANTILES, (q) => (2 * (q - 1)) / (LEVELS - 1));

/**
 * Mean loss over the targets there are, and its gradient, in one pass over plain arrays (a dozen tensor operations over
 * rows x horizon x levels would take ten times as long).
 *
 * Pinball, doubled so that its median is |e|: 2 max(q e, (q - 1) e). On a log error e the relative loss of the median is
 * 2 tanh(|e| / 2), which is exactly |y - f| / ((|y| + |f|) / 2).
 *
 * @param predicted [rows * horizon * levels], quantile level fastest
 * @returns loss and its gradient in `predicted`, same layout
 */
export function quantileLoss(predicted: Float32Array, truth: Truth): { loss: number; gradient: Float32Array } {
  const { horizon, targets, relative } = truth;
  const gradient = new Float32Array(predicted.length);
  let mass = 0;
  for (const target of targets) if (!Number.isNaN(target)) mass++;
  const scale = mass > 0 ? UNIT / mass : 0;
  let total = 0;
  for (let row = 0; row < relative.length; row++) {
    for (let i = row * horizon; i < (row + 1) * horizon; i++) {
      const target = targets[i];
      if (Number.isNaN(target)) continue;
      const at = i * LEVELS;
      for (let q = 0; q < LEVELS; q++) {
        if (q === MEDIAN) continue;
        const error = target - predicted[at + q];
        const slope = error > 0 ? ABOVE[q] : BELOW[q];
        total += slope * error;
        gradient[at + q] = -scale * slope;
      }
      const error = target - predicted[at + MEDIAN];
      const sign = error > 0 ? 1 : -1;
      const t = relative[row] ? Math.tanh(error * (UNIT / 2)) : 0;
      total += sign * (relative[row] ? (2 / UNIT) * t : error);
      gradient[at + MEDIAN] = -scale * sign * (1 - t * t);
    }
  }
  return { loss: total * scale, gradient };
}

/** The same as a differentiable operation on a tensor of predictions. */
export function quantileLossTensor(predicted: tf.Tensor, truth: Truth): tf.Scalar {
  return lossTensor(predicted, (values) => quantileLoss(values, truth));
}

/** A loss over plain arrays, which gives its gradient with it, as a differentiable operation on a tensor of predictions. */
export function lossTensor(
  predicted: tf.Tensor,
  lossOf: (predicted: Float32Array) => { loss: number; gradient: Float32Array },
): tf.Scalar {
  const operation = tf.customGrad((input) => {
    const { loss, gradient } = lossOf(valuesOf(input as tf.Tensor));
    const shape = (input as tf.Tensor).shape;
    return {
      value: tf.scalar(loss),
      gradFunc: (dy: tf.Tensor) => {
        const [scale] = valuesOf(dy);
        return tf.tensor(scale === 1 ? gradient : gradient.map((g) => g * scale), shape);
      },
    };
  });
  return operation(predicted) as tf.Scalar;
}
