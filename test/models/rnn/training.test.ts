import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { selectBackend } from '../../../models/kernel/backend.ts';
import { fusedGru, fusedLstm, fusedSimpleRnn } from '../../../models/kernel/layers.ts';
import { alignLeft } from '../../../models/rnn/align.ts';
import { randomFrom } from '../../../models/rnn/random.ts';

beforeAll(async () => {
  await selectBackend();
});

describe('the smallest worked example', () => {
  it('learns 100 windows of 10 steps x 10 features with a simple RNN of 50 units, Dense(1), Adam and squared error in 20 epochs', async () => {
    const random = randomFrom(42);
    const features = Float32Array.from({ length: 100 * 10 * 10 }, () => random.normal());
    // What is to be learnt lies in the past of the window: the first feature two steps before the end, against the last.
    const targets = Float32Array.from(
      { length: 100 },
      (_, w) => 0.5 * features[w * 100 + 70] - 0.5 * features[w * 100 + 90],
    );
    const model = sequential({
      layers: [
        fusedSimpleRnn({ units: 50, inputShape: [10, 10], recurrentInitializer: 'zeros' }),
        layers.dense({ units: 1 }),
      ],
    });
    const seeded = model.getWeights().map((w, i) => {
      const draw = randomFrom(i);
      return tf.tensor(
        Float32Array.from({ length: w.size }, () => 0.1 * draw.normal()),
        w.shape,
      );
    });
    model.setWeights(seeded);
    model.compile({ optimizer: tf.train.adam(0.003), loss: 'meanSquaredError' });
    const x = tf.tensor3d(features, [100, 10, 10]);
    const y = tf.tensor2d(targets, [100, 1]);
    const { history } = await model.fit(x, y, { epochs: 20, batchSize: 10, shuffle: false });
    expect(history.loss).toHaveLength(20);
    expect(history.loss[19]).toBeLessThan(0.25 * (history.loss[0] as number));
    tf.dispose([x, y, seeded]);
    model.dispose();
  });
});

describe('alignLeft', () => {
  it('gives each real step the state it would have behind a mask on the left', () => {
    const [count, context, width] = [2, 6, 3];
    const lengths = [6, 2];
    const features = new Float32Array(count * context * width);
    const mask = new Float32Array(count * context);
    lengths.forEach((length, w) => {
      for (let t = context - length; t < context; t++) {
        mask[w * context + t] = 1;
        for (let i = 0; i < width; i++) features[(w * context + t) * width + i] = Math.sin(w + 7 * t + 3 * i);
      }
    });
    const padded = tf.tensor3d(features.slice(), [count, context, width]);
    const aligned = alignLeft(
      { count, features: features.slice(), mask: mask.slice(), targets: new Float32Array(count * 2) },
      { context, width, horizon: 2 },
    );
    expect(Array.from(aligned.mask)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0]);
    for (const make of [fusedSimpleRnn, fusedLstm, fusedGru]) {
      const layer = make({ units: 4, returnSequences: true, kernelInitializer: 'ones', recurrentInitializer: 'ones' });
      const stock = { fusedSimpleRnn: layers.simpleRNN, fusedLstm: layers.lstm, fusedGru: layers.gru }[
        make.name as 'fusedSimpleRnn' | 'fusedLstm' | 'fusedGru'
      ]({ units: 4, returnSequences: true, recurrentActivation: 'sigmoid' } as never);
      const found = (layer.apply(tf.tensor3d(aligned.features, [count, context, width])) as tf.Tensor3D).arraySync();
      stock.apply(padded);
      stock.setWeights(layer.getWeights());
      const mask2d = tf.tensor2d(mask, [count, context]);
      const expected = (stock.apply(padded, { mask: mask2d }) as tf.Tensor3D).arraySync();
      lengths.forEach((length, w) => {
        for (let i = 0; i < length; i++) {
          found[w][i].forEach((v, u) => {
            expect(v).toBeCloseTo(expected[w][context - length + i][u], 5);
          });
        }
      });
      layer.dispose();
      stock.dispose();
    }
  });

  it('moves the targets of every step along, and leaves the single target of a plain window where it is', () => {
    const mask = Float32Array.of(0, 1, 1);
    const forked = alignLeft(
      { count: 1, features: Float32Array.of(0, 5, 6), mask: mask.slice(), targets: Float32Array.of(Number.NaN, 7, 8) },
      { context: 3, width: 1, horizon: 1 },
    );
    expect(Array.from(forked.targets)).toEqual([7, 8, Number.NaN]);
    const plain = alignLeft(
      { count: 1, features: Float32Array.of(0, 5, 6), mask: mask.slice(), targets: Float32Array.of(8) },
      { context: 3, width: 1, horizon: 1 },
    );
    expect(Array.from(plain.targets)).toEqual([8]);
  });
});
