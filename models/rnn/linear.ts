import * as tf from '@tensorflow/tfjs-core';
import { fusedLinear } from '../kernel/linear.ts';

/** Weights of the head: ofState [units, outputs], ofFeatures [width, outputs], bias [outputs]. */
export interface HeadWeights {
  readonly ofState: tf.Tensor2D;
  readonly ofFeatures: tf.Tensor2D;
  readonly bias: tf.Tensor1D;
}

/**
 * `state ofState + features ofFeatures + bias`, differentiable in state and weights, on the recurrent layers' kernels (tfjs's
 * products took half of a training with a horizon of 96). The two parts are multiplied apart because only the state wants a
 * gradient.
 *
 * @param state [rows, units]
 * @param features [rows, width]; constants
 * @returns [rows, outputs]
 */
export function linear(
  state: tf.Tensor2D,
  features: tf.Tensor2D,
  { ofState, ofFeatures, bias }: HeadWeights,
): tf.Tensor2D {
  const fromFeatures = fusedLinear(features, ofFeatures, bias);
  return tf.add(fusedLinear(state, ofState, tf.zeros(bias.shape)), fromFeatures);
}

/**
 * The chosen rows of a matrix, each at most once: tfjs's gather, which the WebAssembly backend cannot differentiate, with its
 * gradient. Rows nobody asks for cost the head nothing.
 */
export function rowsAt(matrix: tf.Tensor2D, chosen: Int32Array): tf.Tensor2D {
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
