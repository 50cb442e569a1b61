import * as tf from '@tensorflow/tfjs-core';
import type { RNN } from '@tensorflow/tfjs-layers';
import { fusedHead } from '../kernel/head.ts';
import { fusedGru, fusedLstm, fusedSimpleRnn } from '../kernel/layers.ts';
import type { Cell } from '../settings.ts';
import type { Random } from './random.ts';

export interface NetworkShape {
  readonly cell: Cell;
  /** Columns of the input. */
  readonly width: number;
  readonly units: number;
  readonly layers: number;
  /** Columns of the output. */
  readonly outputs: number;
  readonly dropout: number;
}

/**
 * A recurrent network with a direct path beside it: output_t = W_s state_t + W_f features_t + b at every step t.
 * The state is that of the last of `layers` recurrent layers, with dropout between them while training.
 */
export interface Network {
  readonly shape: NetworkShape;
  /** Trainable variables in a fixed order; their values lie end to end in the flat vectors below. */
  readonly variables: readonly tf.Variable[];
  /** Number of weights in all. */
  readonly size: number;
  /**
   * [batch, steps, width] -> [rows, outputs] at the given rows, counted through batch and steps (step fastest).
   * `random` draws the dropout; without it nothing is dropped.
   */
  forward(input: tf.Tensor3D, rows: Int32Array, random?: Random): tf.Tensor2D;
  /** Copies a flat vector into the variables. */
  write(weights: Float32Array): void;
  dispose(): void;
}

const RECURRENT = { simpleRnn: fusedSimpleRnn, lstm: fusedLstm, gru: fusedGru };

/** Builds the network, its weights zero until written. Call `selectBackend` first; dispose of it afterwards. */
export function buildNetwork(shape: NetworkShape): Network {
  const { cell, width, units, outputs } = shape;
  const zeros = 'zeros' as const;
  const recurrent: RNN[] = Array.from({ length: shape.layers }, () =>
    // Own initial weights are written below; the default ones would draw from an unseeded source and cost an orthogonalisation.
    RECURRENT[cell]({ units, returnSequences: true, kernelInitializer: zeros, recurrentInitializer: zeros }),
  );
  // The head: what multiplies the state, what multiplies the features, and its bias.
  // (Variables outlive a tidy; the zeros they are made of do not.)
  const [ofState, ofFeatures, bias] = tf.tidy(
    () =>
      [[units, outputs], [width, outputs], [outputs]].map((size) => tf.variable(tf.zeros(size))) as unknown as [
        tf.Variable<tf.Rank.R2>,
        tf.Variable<tf.Rank.R2>,
        tf.Variable<tf.Rank.R1>,
      ],
  );
  tf.tidy(() => {
    apply(tf.zeros([1, 1, width]), Int32Array.of(0));
  });
  const variables = [
    ...recurrent.flatMap((layer) => layer.trainableWeights.map((w) => w.read() as tf.Variable)),
    ofState,
    ofFeatures,
    bias,
  ];
  const size = variables.reduce((sum, v) => sum + v.size, 0);

  return {
    shape,
    variables,
    size,
    forward: (input, rows, random) => tf.tidy(() => apply(input, rows, random)),
    write(weights) {
      if (weights.length !== size) throw new RangeError(`found ${weights.length} weights, expected ${size}`);
      let at = 0;
      for (const variable of variables) {
        const value = tf.tensor(weights.slice(at, at + variable.size), variable.shape);
        variable.assign(value);
        value.dispose();
        at += variable.size;
      }
    },
    dispose() {
      for (const layer of recurrent) layer.dispose();
      tf.dispose([ofState, ofFeatures, bias]);
    },
  };

  function apply(input: tf.Tensor3D, rows: Int32Array, random?: Random): tf.Tensor2D {
    const [batch, steps] = input.shape;
    const onlyLast = rows.length === batch && rows.every((row, window) => row === (window + 1) * steps - 1);
    let state: tf.Tensor = input;
    for (const [i, layer] of recurrent.entries()) {
      if (i > 0 && random && shape.dropout > 0) state = drop(state as tf.Tensor3D, shape.dropout, random);
      // States that nobody asks for are not copied out of the kernel.
      (layer as { returnSequences: boolean }).returnSequences = !(onlyLast && i === recurrent.length - 1);
      state = layer.apply(state) as tf.Tensor;
    }
    return fusedHead({ state, features: input, ofState, ofFeatures, bias }, rows);
  }
}

/**
 * Initial weights, flat. Recurrent weights uniform within 1 / sqrt(units); the heads small, the direct path smaller, so that
 * training starts from the level forecast; all biases zero.
 */
export function initialWeights(network: Network, random: Random): Float32Array {
  const { units, width } = network.shape;
  const weights = new Float32Array(network.size);
  const [ofState, ofFeatures] = network.variables.slice(-3);
  let at = 0;
  for (const variable of network.variables) {
    let bound = 1 / Math.sqrt(units);
    if (variable === ofState) bound = 0.3 / Math.sqrt(units);
    if (variable === ofFeatures) bound = 0.1 / Math.sqrt(width);
    for (let j = 0; j < variable.size; j++) {
      weights[at++] = variable.rank === 1 ? 0 : bound * (2 * random.uniform() - 1);
    }
  }
  return weights;
}

/** Inverted dropout with a mask drawn here: tfjs's own repeats the mask for a fixed seed and is unrepeatable without. */
function drop(state: tf.Tensor3D, rate: number, random: Random): tf.Tensor3D {
  const mask = new Float32Array(state.size);
  for (let i = 0; i < mask.length; i++) mask[i] = random.uniform() < rate ? 0 : 1 / (1 - rate);
  return tf.mul(state, tf.tensor3d(mask, state.shape));
}
