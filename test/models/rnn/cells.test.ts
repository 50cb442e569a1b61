import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { selectBackend } from '../../../models/kernel/backend.ts';
import { buildNetwork, initialWeights } from '../../../models/rnn/network.ts';
import { randomFrom } from '../../../models/rnn/random.ts';
import type { Cell } from '../../../models/settings.ts';

const SHAPE = { width: 3, units: 4, layers: 1, outputs: 2, dropout: 0 };
const STEPS = 6;
const EVERY = Int32Array.from({ length: STEPS }, (_, t) => t);
const CELLS: Cell[] = ['simpleRnn', 'lstm', 'gru'];
const GATES = { simpleRnn: 1, lstm: 4, gru: 3 };

/**
 * The cells again, from their papers, on plain arrays, one window at a time. Layout of the flat weights: input kernel
 * [width, gates * units], recurrent kernel [units, gates * units], bias, state head [units, outputs], feature head, its bias.
 */
function reference(cell: Cell, weights: Float64Array, input: number[][]): number[][] {
  const { width, units, outputs } = SHAPE;
  const columns = GATES[cell] * units;
  let at = 0;
  const take = (n: number) => {
    at += n;
    return weights.subarray(at - n, at);
  };
  const wx = take(width * columns);
  const wh = take(units * columns);
  const b = take(columns);
  const heads = [take(units * outputs), take(width * outputs), take(outputs)];
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  let h = new Array<number>(units).fill(0);
  let c = new Array<number>(units).fill(0);
  return input.map((x) => {
    const fromInput = (j: number) => b[j] + x.reduce((sum, v, i) => sum + v * wx[i * columns + j], 0);
    const fromState = (j: number, state: number[]) => state.reduce((sum, v, i) => sum + v * wh[i * columns + j], 0);
    const gate = (g: number, u: number, state = h) => fromInput(g * units + u) + fromState(g * units + u, state);
    const each = (f: (u: number) => number) => Array.from({ length: units }, (_, u) => f(u));
    if (cell === 'simpleRnn') h = each((u) => Math.tanh(gate(0, u)));
    else if (cell === 'lstm') {
      const next = each((u) => sigmoid(gate(1, u)) * c[u] + sigmoid(gate(0, u)) * Math.tanh(gate(2, u)));
      h = each((u) => sigmoid(gate(3, u)) * Math.tanh(next[u]));
      c = next;
    } else {
      const reset = each((u) => sigmoid(gate(1, u)) * h[u]);
      h = each((u) => {
        const update = sigmoid(gate(0, u));
        return update * h[u] + (1 - update) * Math.tanh(gate(2, u, reset));
      });
    }
    return Array.from({ length: outputs }, (_, o) => {
      const fromHead = h.reduce((sum, v, i) => sum + v * heads[0][i * outputs + o], heads[2][o]);
      return x.reduce((sum, v, i) => sum + v * heads[1][i * outputs + o], fromHead);
    });
  });
}

const input = Array.from({ length: STEPS }, (_, t) =>
  Array.from({ length: SHAPE.width }, (_, i) => Math.sin(3 * t + 2 * i)),
);

// Every output weighs differently, so that no gradient is hidden by symmetry.
const weighed = (outputs: number[][]) =>
  outputs.reduce((sum, row, t) => sum + row.reduce((s, v, o) => s + v * Math.cos(t + 5 * o), 0), 0);

describe.each(CELLS)('the %s network', (cell) => {
  beforeAll(async () => {
    await selectBackend();
  });

  const start = () => {
    const network = buildNetwork({ ...SHAPE, cell });
    // Biases too are made to count.
    const weights = initialWeights(network, randomFrom(5)).map((w, i) => 2 * w + 0.1 * Math.sin(i));
    network.write(weights);
    return { network, weights };
  };

  it('computes what its equations say', () => {
    const { network, weights } = start();
    const found = tf.tidy(() => network.forward(tf.tensor3d([input]), EVERY).arraySync());
    const expected = reference(cell, Float64Array.from(weights), input);
    found.forEach((row, t) => {
      row.forEach((v, o) => {
        expect(v).toBeCloseTo(expected[t][o], 5);
      });
    });
    network.dispose();
  });

  it('has the gradients that finite differences of the equations give', () => {
    const { network, weights } = start();
    const factors = tf.tensor2d(input.map((_, t) => [Math.cos(t), Math.cos(t + 5)]));
    const { grads, value } = tf.variableGrads(
      () => tf.sum(tf.mul(network.forward(tf.tensor3d([input]), EVERY), factors)) as tf.Scalar,
      network.variables as tf.Variable[],
    );
    const found = network.variables.flatMap((v) => Array.from(grads[v.name].dataSync()));
    const double = Float64Array.from(weights);
    found.forEach((gradient, i) => {
      const at = (shift: number) => weighed(reference(cell, double.with(i, double[i] + shift), input));
      expect(gradient).toBeCloseTo((at(1e-4) - at(-1e-4)) / 2e-4, 3);
    });
    tf.dispose([grads, value, factors]);
    network.dispose();
  });
});

describe('buildNetwork', () => {
  it('starts from the same weights for the same seed and others for another', async () => {
    await selectBackend();
    const network = buildNetwork({ ...SHAPE, cell: 'gru', layers: 2 });
    expect(initialWeights(network, randomFrom(1))).toEqual(initialWeights(network, randomFrom(1)));
    expect(initialWeights(network, randomFrom(1))).not.toEqual(initialWeights(network, randomFrom(2)));
    network.dispose();
  });

  it('answers only at the rows asked for, with the gradient of those alone', async () => {
    await selectBackend();
    const network = buildNetwork({ ...SHAPE, cell: 'gru' });
    network.write(initialWeights(network, randomFrom(1)));
    const twice = [input, input.map((row) => row.map((v) => v / 2))];
    const at = (rows: number[]) =>
      tf.tidy(() => network.forward(tf.tensor3d(twice), Int32Array.from(rows)).arraySync());
    const all = at(Array.from({ length: 2 * STEPS }, (_, r) => r));
    expect(at([7, 2])).toEqual([all[7], all[2]]);
    const gradient = (rows: number[]) => {
      const { grads, value } = tf.variableGrads(
        () => tf.sum(network.forward(tf.tensor3d(twice), Int32Array.from(rows))) as tf.Scalar,
        network.variables as tf.Variable[],
      );
      const flat = network.variables.flatMap((v) => Array.from(grads[v.name].dataSync()));
      tf.dispose([grads, value]);
      return flat;
    };
    const [seven, two, both] = [gradient([7]), gradient([2]), gradient([7, 2])];
    both.forEach((g, i) => {
      expect(g).toBeCloseTo(seven[i] + two[i], 4);
    });
    network.dispose();
  });

  it.each(CELLS)('answers at the last steps alone as among all, with the same gradient: %s', async (cell) => {
    await selectBackend();
    const network = buildNetwork({ ...SHAPE, cell, layers: 2 });
    network.write(initialWeights(network, randomFrom(1)));
    const twice = [input, input.map((row) => row.map((v) => v / 2))];
    // The first set of rows takes the way of the last states, the second, in another order, does not.
    const [found, expected] = [
      [STEPS - 1, 2 * STEPS - 1],
      [2 * STEPS - 1, STEPS - 1],
    ].map((rows) =>
      tf.tidy(() => {
        const { grads, value } = tf.variableGrads(() => {
          const outputs = network.forward(tf.tensor3d(twice), Int32Array.from(rows));
          return tf.sum(tf.mul(outputs, outputs)) as tf.Scalar;
        }, network.variables as tf.Variable[]);
        return [value, ...network.variables.map((v) => grads[v.name])].flatMap((tensor) => [...tensor.dataSync()]);
      }),
    );
    expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(0.02);
    found.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i], 5);
    });
    network.dispose();
  });

  it('drops states between layers only while training, and the same ones for the same seed', async () => {
    await selectBackend();
    const network = buildNetwork({ ...SHAPE, cell: 'gru', layers: 2, dropout: 0.5 });
    network.write(initialWeights(network, randomFrom(1)));
    const run = (seed?: number) =>
      tf.tidy(() =>
        network.forward(tf.tensor3d([input]), EVERY, seed === undefined ? undefined : randomFrom(seed)).arraySync(),
      );
    expect(run()).toEqual(run());
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run());
    expect(run(1)).not.toEqual(run(2));
    network.dispose();
  });

  it('refuses a vector of another length', async () => {
    await selectBackend();
    const network = buildNetwork({ ...SHAPE, cell: 'simpleRnn' });
    expect(() => network.write(new Float32Array(3))).toThrow(`found 3 weights, expected ${network.size}`);
    network.dispose();
  });
});
