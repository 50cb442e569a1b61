import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { selectBackend } from '../../models/kernel/backend.ts';
import { fusedHead, type HeadOperands } from '../../models/kernel/head.ts';

beforeAll(async () => {
  await selectBackend();
});

const shaped = (values: number[], ...shape: number[]) => tf.tensor(values, shape);

describe('the fused head', () => {
  const operands = () =>
    ({
      state: shaped([1, 2, 3, 4, 5, 6], 3, 2),
      features: shaped([1, 10, 100], 3, 1),
      ofState: shaped([1, 0, 2, 0, 1, 3], 2, 3),
      ofFeatures: shaped([1, 2, 3], 1, 3),
      bias: shaped([0.5, 0.25, 0], 3),
    }) as HeadOperands;

  it('computes state ofState + features ofFeatures + bias at the chosen rows, in their order', () => {
    expect(fusedHead(operands(), Int32Array.of(2, 0)).arraySync()).toEqual([
      [105.5, 206.25, 328],
      [2.5, 4.25, 11],
    ]);
  });

  it('takes states of the chosen rows alone', () => {
    const state = shaped([5, 6], 1, 2);
    expect(fusedHead({ ...operands(), state }, Int32Array.of(2)).arraySync()).toEqual([[105.5, 206.25, 328]]);
  });

  it.each([
    { steps: 1, units: 1, width: 1, outputs: 1, chosen: [0] },
    { steps: 11, units: 7, width: 5, outputs: 13, chosen: [31, 0, 5, 8, 30, 2] },
    { steps: 3, units: 64, width: 1, outputs: 126, chosen: [0, 1, 2, 3, 4, 5, 6, 7, 8] },
  ])('gives the values and gradients of tfjs: %o', ({ steps, units, width, outputs, chosen }) => {
    const rows = Int32Array.from(chosen);
    const drawn = (seed: number, ...shape: number[]) => tf.randomUniform(shape, -1, 1, 'float32', seed);
    const features = drawn(1, 3, steps, width);
    const direction = drawn(2, rows.length, outputs);
    const trained = [drawn(3, 3, steps, units), drawn(4, units, outputs), drawn(5, width, outputs), drawn(6, outputs)];
    const fused = ([state, ofState, ofFeatures, bias]: tf.Tensor[]) =>
      fusedHead({ state, features, ofState, ofFeatures, bias } as HeadOperands, rows);
    const plain = ([state, ofState, ofFeatures, bias]: tf.Tensor[]) => {
      const choice = tf.cast(tf.oneHot(tf.tensor1d(rows, 'int32'), 3 * steps), 'float32');
      const at = (all: tf.Tensor, columns: number) => tf.matMul(choice, tf.reshape(all, [3 * steps, columns]));
      const products = tf.add(tf.matMul(at(state, units), ofState), tf.matMul(at(features, width), ofFeatures));
      return tf.add(products, bias);
    };
    const [found, expected] = [fused, plain].map((f) => {
      const loss = (...args: tf.Tensor[]) => tf.sum(tf.mul(f(args), direction)) as tf.Scalar;
      const { value, grads } = tf.valueAndGrads(loss)(trained);
      return [f(trained), value, ...grads].map((tensor) => ({
        shape: tensor.shape,
        values: tensor.dataSync<'float32'>(),
      }));
    });
    expect(found.map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => shape));
    found.forEach(({ values }, i) => {
      const largest = Math.max(...expected[i].values.map(Math.abs));
      expect(Math.max(...values.map((v, j) => Math.abs(v - expected[i].values[j]))) / largest).toBeLessThan(1e-5);
    });
  });

  it('differentiates with respect to the weights alone', () => {
    const { ofState, ...rest } = operands();
    const loss = (weights: tf.Tensor) =>
      tf.sum(fusedHead({ ...rest, ofState: weights as tf.Tensor2D }, Int32Array.of(0, 1)));
    expect([...tf.grad(loss)(ofState).dataSync()]).toEqual([4, 4, 4, 6, 6, 6]);
  });
});
