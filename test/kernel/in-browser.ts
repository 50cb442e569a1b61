// What test/kernel/browser.test.ts bundles and runs, both in Node and in a page.
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { RNN } from '@tensorflow/tfjs-layers';
import { fusedGru, fusedLstm, fusedSimpleRnn } from '../../models/kernel/layers.ts';

export type Saved = {
  cell: 'simpleRnn' | 'lstm' | 'gru';
  units: number;
  weights: { shape: number[]; values: number[] }[];
};

/** The last state of a layer with saved weights, for `input` [batch, steps, features]. */
export async function lastState({ cell, units, weights }: Saved, input: number[][][]): Promise<number[][]> {
  await tf.setBackend('cpu');
  const make = { simpleRnn: fusedSimpleRnn, lstm: fusedLstm, gru: fusedGru }[cell];
  const layer: RNN = make({ units, kernelInitializer: 'zeros', recurrentInitializer: 'zeros' });
  return tf.tidy(() => {
    const x = tf.tensor3d(input);
    void layer.apply(x);
    layer.setWeights(weights.map(({ shape, values }) => tf.tensor(values, shape)));
    return (layer.apply(x) as tf.Tensor2D).arraySync();
  });
}

Object.assign(globalThis, { lastState });
