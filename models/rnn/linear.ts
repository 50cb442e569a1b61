import * as tf from '@tensorflow/tfjs-core';
import { fusedLinear } from '../kernel/linear.ts';

/**
 * `[state, features] w + b` at chosen rows, differentiable in state, w and b. What tfjs's gather, concat and dense layer would
 * compute, for less: rows nobody asks for cost nothing, the products run on the recurrent layers' kernels (tfjs's took half of
 * a training with a horizon of 96), and the two parts are multiplied apart because only the state wants a gradient.
 *
 * @param state [rows, units]
 * @param features [rows, width]; constants
 * @param w [units + width, outputs]
 * @param b [outputs]
 * @param chosen positions of rows, each at most once
 * @returns [chosen, outputs]
 */
export function linearAt(
  state: tf.Tensor2D,
  features: tf.Tensor2D,
  w: tf.Tensor2D,
  b: tf.Tensor1D,
  chosen: Int32Array,
): tf.Tensor2D {
  const [[, units], [, width], outputs] = [state.shape, features.shape, w.shape[1]];
  const ofState = tf.slice(w, [0, 0], [units, outputs]);
  const ofFeatures = tf.slice(w, [units, 0], [width, outputs]);
  const fromFeatures = fusedLinear(tf.gather(features, tf.tensor1d(chosen, 'int32')), ofFeatures, b);
  return tf.add(fusedLinear(rowsAt(state, chosen), ofState, tf.zeros([outputs])), fromFeatures);
}

/** The chosen rows of a matrix: tfjs's gather, which the WebAssembly backend cannot differentiate, with its gradient. */
function rowsAt(matrix: tf.Tensor2D, chosen: Int32Array): tf.Tensor2D {
  const { shape } = matrix;
  const operation = tf.customGrad((all) => {
    const positions = tf.tensor1d(chosen, 'int32');
    return {
      value: tf.gather(all as tf.Tensor2D, positions),
      gradFunc: (dy: tf.Tensor2D) =>
        tf.scatterND(tf.tensor2d(chosen, [chosen.length, 1], 'int32'), dy, shape) as tf.Tensor2D,
    };
  });
  return operation(matrix) as tf.Tensor2D;
}
