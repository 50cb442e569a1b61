import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { selectBackend } from '../../models/kernel/backend.ts';
import { fusedLinear } from '../../models/kernel/linear.ts';

beforeAll(async () => {
  await selectBackend();
});

describe('the fused dense product', () => {
  it('computes x w + b', () => {
    const y = fusedLinear(
      tf.tensor2d([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
      tf.tensor2d([
        [1, 0, 2],
        [0, 1, 3],
      ]),
      tf.tensor1d([10, 20, 30]),
    );
    expect(y.arraySync()).toEqual([
      [11, 22, 38],
      [13, 24, 48],
      [15, 26, 58],
    ]);
  });

  it.each([
    [1, 1, 1],
    [33, 7, 13],
    [9, 64, 126],
    [100, 3, 4],
  ])('gives the values and gradients of tfjs for %i rows, %i inputs, %i outputs', (rows, inputs, outputs) => {
    const x = tf.randomUniform([rows, inputs], -1, 1, 'float32', 1) as tf.Tensor2D;
    const w = tf.randomUniform([inputs, outputs], -1, 1, 'float32', 2) as tf.Tensor2D;
    const b = tf.randomUniform([outputs], -1, 1, 'float32', 3) as tf.Tensor1D;
    const direction = tf.randomUniform([rows, outputs], -1, 1, 'float32', 4);
    const plain = (...[p, q, r]: tf.Tensor[]) => tf.add(tf.matMul(p as tf.Tensor2D, q as tf.Tensor2D), r);
    const fused = (...[p, q, r]: tf.Tensor[]) => fusedLinear(p as tf.Tensor2D, q as tf.Tensor2D, r as tf.Tensor1D);
    const [found, expected] = [fused, plain].map((f) => {
      const { value, grads } = tf.valueAndGrads(
        (...args: tf.Tensor[]) => tf.sum(tf.mul(f(...args), direction)) as tf.Scalar,
      )([x, w, b]);
      return [f(x, w, b), value, ...grads].map((tensor) => tensor.dataSync<'float32'>());
    });
    found.forEach((values, i) => {
      const largest = Math.max(...expected[i].map(Math.abs));
      expect(Math.max(...values.map((v, j) => Math.abs(v - expected[i][j]))) / largest).toBeLessThan(1e-5);
    });
  });

  it('differentiates with respect to the weights alone', () => {
    const x = tf.tensor2d([
      [1, 2],
      [3, 4],
    ]);
    const w = tf.tensor2d([[1], [1]]);
    const gradient = tf.grad((weights: tf.Tensor) => tf.sum(fusedLinear(x, weights as tf.Tensor2D, tf.tensor1d([0]))))(
      w,
    );
    expect([...gradient.dataSync()]).toEqual([4, 6]);
  });
});
