import * as tf from '@tensorflow/tfjs-core';
import { valuesOf } from '../kernel/values.ts';
import type { Optimizer } from './adam.ts';
import type { Network } from './network.ts';

/**
 * One step of training: the optimizer's weights into the network, the loss and its gradient by back-propagation through time,
 * the optimizer's step. All training goes through here, the benchmark's too.
 *
 * @param lossOf computes the loss from the network; called once, within a tidy
 * @returns the loss before the step
 */
export function trainStep(
  network: Network,
  optimizer: Optimizer,
  learningRate: number,
  lossOf: () => tf.Scalar,
): number {
  const gradient = new Float32Array(network.size);
  let loss = 0;
  network.write(optimizer.weights);
  // Arrays are handed out past the tidy, not through it: it would look for tensors in each of their numbers.
  tf.tidy(() => {
    const { value, grads } = tf.variableGrads(lossOf, network.variables as tf.Variable[]);
    let at = 0;
    for (const variable of network.variables) {
      gradient.set(valuesOf(grads[variable.name]), at);
      at += variable.size;
    }
    loss = value.dataSync()[0];
  });
  optimizer.step(gradient, learningRate);
  return loss;
}
