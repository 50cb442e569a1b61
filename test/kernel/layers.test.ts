import * as tf from '@tensorflow/tfjs-core';
import { layers, loadLayersModel, type RNN, sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { selectBackend } from '../../models/kernel/backend.ts';
import { engine } from '../../models/kernel/engine.ts';
import { fusedGru, fusedLstm, fusedSimpleRnn } from '../../models/kernel/layers.ts';

type Args = Parameters<typeof fusedLstm>[0];
type Make = (args: Args) => RNN;

const cells: Record<string, { fused: Make; plain: Make }> = {
  simpleRnn: { fused: fusedSimpleRnn, plain: (args) => layers.simpleRNN(args) as RNN },
  lstm: { fused: fusedLstm, plain: (args) => layers.lstm({ recurrentActivation: 'sigmoid', ...args }) as RNN },
  gru: { fused: fusedGru, plain: (args) => layers.gru({ recurrentActivation: 'sigmoid', ...args }) as RNN },
};
const names = Object.keys(cells);

beforeAll(async () => {
  await selectBackend();
});

describe.each(names)('the fused %s layer', (cell) => {
  it.each([
    { batch: 1, context: 2, features: 1, units: 1 },
    { batch: 33, context: 5, features: 3, units: 7 },
    { batch: 9, context: 12, features: 1, units: 13 },
    { batch: 70, context: 3, features: 16, units: 32 },
    { batch: 4, context: 40, features: 2, units: 8 },
  ])('gives the outputs and gradients of the plain layer for $batch x $context x $features, $units units', (shape) => {
    const { batch, context, features, units } = shape;
    for (const returnSequences of [false, true]) {
      const { fused, plain } = pair(cell, { units, returnSequences }, features);
      const input = random([batch, context, features], 1);
      expectSame(pass(fused, input), pass(plain, input));
    }
  });

  it.each([500, 511, 512])('gives the output of the plain layer for %i units', (units) => {
    // Weights that are zero until they are set: tfjs's default orthogonal ones take minutes at this size, its gradients
    // seconds: test/kernel/engine.test.ts has those.
    const zeros = { kernelInitializer: 'zeros', recurrentInitializer: 'zeros' } as const;
    tf.tidy(() => {
      const { fused, plain } = pair(cell, { units, returnSequences: true, ...zeros }, 3);
      const input = random([9, 3, 3], 1);
      const [found, expected] = [fused, plain].map((layer) => (layer.apply(input) as tf.Tensor).dataSync<'float32'>());
      expect(relativeError(found, expected)).toBeLessThan(1e-5);
    });
  });

  it('gives the output of the plain layer for a context of one step', () => {
    // Plain tfjs cannot differentiate this one (its gradient of unstack fails); test/kernel/engine.test.ts does.
    const { fused, plain } = pair(cell, { units: 6 }, 2);
    const input = random([3, 1, 2], 1);
    const [found, expected] = [fused, plain].map((layer) => (layer.apply(input) as tf.Tensor).dataSync<'float32'>());
    expect(relativeError(found, expected)).toBeLessThan(1e-5);
  });

  it('gives the outputs and gradients of the plain layer under left padding, an empty row included', () => {
    const starts = [0, 3, 6, 1, 0, 5, 2, 4, 6, 0];
    const mask = tf.tensor2d(
      starts.map((start) => Array.from({ length: 6 }, (_, step) => (step < start ? 0 : 1))),
      [10, 6],
      'bool',
    );
    for (const returnSequences of [false, true]) {
      const { fused, plain } = pair(cell, { units: 5, returnSequences }, 2);
      const input = random([10, 6, 2], 1);
      expectSame(pass(fused, input, mask), pass(plain, input, mask));
    }
  });

  it('starts a left-padded series as if it began later', () => {
    const { fused } = pair(cell, { units: 6 }, 1);
    const padded = tf.tensor3d([[[0], [0], [0.3], [-0.7]]]);
    const mask = tf.tensor2d([[0, 0, 1, 1]], [1, 4], 'bool');
    const whole = fused.apply(padded, { mask }) as tf.Tensor;
    const late = fused.apply(tf.tensor3d([[[0.3], [-0.7]]])) as tf.Tensor;
    expect([...whole.dataSync()]).toEqual([...late.dataSync()]);
  });

  it.each<[string, Partial<Args>, Partial<{ mask: number[]; training: boolean }>]>([
    ['a mask with a hole', {}, { mask: [1, 0, 1, 1] }],
    ['right padding', {}, { mask: [1, 1, 0, 0] }],
    ['reversed time', { goBackwards: true }, {}],
    ['another activation', { activation: 'relu' }, {}],
    ['no bias', { useBias: false }, {}],
    ['dropout while forecasting', { dropout: 0.5 }, { training: false }],
  ])('gives the outputs and gradients of the plain layer with %s', (_, args, { mask, training }) => {
    const { fused, plain } = pair(cell, { units: 4, ...args }, 2);
    const input = random([2, 4, 2], 1);
    const flags = mask ? tf.tensor2d([mask, [1, 1, 1, 1]], [2, 4], 'bool') : null;
    expectSame(pass(fused, input, flags, training), pass(plain, input, flags, training));
  });

  it('drops inputs while training where the cell asks for it', () => {
    const { fused } = pair(cell, { units: 4, dropout: 0.5 }, 8);
    const input = random([2, 4, 8], 1);
    const [dropped, whole] = [true, false].map((training) => [
      ...(fused.apply(input, { training }) as tf.Tensor).dataSync(),
    ]);
    expect(dropped).not.toEqual(whole);
  });

  it('stays with the plain layers through five Adam steps of a stacked model', () => {
    const [found, expected] = (['fused', 'plain'] as const).map((kind) => {
      const make = cells[cell][kind];
      const model = sequential({
        layers: [
          make({ units: 10, returnSequences: true, inputShape: [9, 3] }),
          make({ units: 6 }),
          layers.dense({ units: 4 }),
        ],
      });
      model.setWeights(model.getWeights().map((weight, i) => random(weight.shape, 20 + i, 0.4)));
      const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
      const optimizer = tf.train.adam(1e-2);
      const x = random([21, 9, 3], 1);
      const y = random([21, 4], 2);
      const losses: number[] = [];
      for (let step = 0; step < 5; step++) {
        const loss = optimizer.minimize(
          () => tf.losses.meanSquaredError(y, model.predict(x) as tf.Tensor) as tf.Scalar,
          true,
          variables,
        );
        losses.push((loss as tf.Scalar).dataSync()[0]);
      }
      return { losses, weights: model.getWeights().map((weight) => weight.dataSync<'float32'>()) };
    });
    expect(expected.losses[4]).toBeLessThan(expected.losses[0]);
    expect(relativeError(found.losses, expected.losses)).toBeLessThan(1e-5);
    expect(found.weights.length).toBe(expected.weights.length);
    found.weights.forEach((values, i) => void expect(relativeError(values, expected.weights[i])).toBeLessThan(1e-5));
  });

  it('lets a NaN in the input come out', () => {
    const { fused } = pair(cell, { units: 5 }, 1);
    const input = tf.tensor3d([
      [[0.1], [Number.NaN], [0.2]],
      [[0.1], [0.4], [0.2]],
    ]);
    const output = (fused.apply(input) as tf.Tensor2D).arraySync();
    expect(output[0]).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
    expect(output[1].every(Number.isFinite)).toBe(true);
    expect([...pass(fused, input).gradients.recurrent].every(Number.isNaN)).toBe(true);
  });

  it('saves a model that plain tfjs loads, with equal output', async () => {
    const make = cells[cell].fused;
    const model = sequential({
      layers: [make({ units: 7, returnSequences: true, inputShape: [5, 2] }), make({ units: 3 })],
    });
    const weights = model.getWeights().map((weight, i) => random(weight.shape, 30 + i));
    model.setWeights(weights);
    let saved: tf.io.ModelArtifacts | undefined;
    await model.save(
      tf.io.withSaveHandler(async (artifacts) => {
        saved = artifacts;
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
      }),
    );
    const plain = await loadLayersModel(tf.io.fromMemory(saved!));
    expect(plain.layers.map((layer) => layer.getClassName())).toEqual(
      model.layers.map((layer) => layer.getClassName()),
    );
    expect(plain.layers[0].constructor).not.toBe(model.layers[0].constructor);
    const input = random([4, 5, 2], 1);
    const [found, expected] = [model, plain].map((m) => (m.predict(input) as tf.Tensor).dataSync<'float32'>());
    expect(relativeError(found, expected)).toBeLessThan(1e-5);
  });

  it('differentiates a layer that is used twice in one model', () => {
    const { fused, plain } = pair(cell, { units: 4, returnSequences: true }, 4);
    const input = random([3, 5, 4], 1);
    const [found, expected] = [fused, plain].map((layer) => {
      const twice = (x: tf.Tensor): tf.Scalar =>
        tf.sum(layer.apply(layer.apply(x) as tf.Tensor) as tf.Tensor) as tf.Scalar;
      return tf.grad(twice)(input).dataSync<'float32'>();
    });
    expect(relativeError(found, expected)).toBeLessThan(1e-5);
  });

  it('leaves neither tensors nor kernel memory behind', () => {
    const before = { tensors: tf.memory().numTensors, used: engine().memory().used };
    tf.tidy(() => {
      const { fused, plain } = pair(cell, { units: 4 }, 2);
      pass(fused, random([40, 6, 2], 1));
      // A recorded pass that nothing differentiates.
      tf.variableGrads(() => {
        fused.apply(random([9, 3, 2], 1));
        return tf.sum(plain.apply(random([9, 3, 2], 1)) as tf.Tensor) as tf.Scalar;
      }, [plain.trainableWeights[0].read() as tf.Variable]);
      fused.dispose();
      plain.dispose();
    });
    expect({ tensors: tf.memory().numTensors, used: engine().memory().used }).toEqual(before);
  });
});

/** Largest difference, relative to the largest expected magnitude. */
function relativeError(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(found.length).toBe(expected.length);
  let largest = 0;
  let difference = 0;
  for (let i = 0; i < expected.length; i++) {
    if (!Number.isFinite(found[i])) return Number.POSITIVE_INFINITY;
    largest = Math.max(largest, Math.abs(expected[i]));
    difference = Math.max(difference, Math.abs(found[i] - expected[i]));
  }
  return largest === 0 ? difference : difference / largest;
}

function random(shape: number[], seed: number, scale = 1): tf.Tensor {
  return tf.randomUniform(shape, -scale, scale, 'float32', seed);
}

/** A fused and a plain layer with the same weights. */
function pair(cell: string, args: Args, features: number): { fused: RNN; plain: RNN } {
  const [fused, plain] = (['fused', 'plain'] as const).map((kind) => cells[cell][kind]({ ...args }));
  for (const layer of [fused, plain]) tf.tidy(() => void layer.apply(tf.zeros([1, 1, features])));
  const spread = 1.5 / Math.sqrt(args.units);
  tf.tidy(() => {
    const weights = plain.getWeights().map(({ shape }, i) => random(shape, 3 + i, i === 2 ? 0.3 : spread));
    for (const layer of [fused, plain]) layer.setWeights(weights);
  });
  return { fused, plain };
}

type Pass = { output: Float32Array; gradients: Record<string, Float32Array> };

/** Output, and gradients of sum(output * w), w random, for the input and every weight. */
function pass(layer: RNN, input: tf.Tensor, mask: tf.Tensor | null = null, training = true): Pass {
  return tf.tidy(() => {
    const apply = (x: tf.Tensor): tf.Tensor => layer.apply(x, { mask, training }) as tf.Tensor;
    const output = apply(input);
    const weight = random(output.shape, 9);
    const loss = (x: tf.Tensor): tf.Scalar => tf.sum(tf.mul(apply(x), weight)) as tf.Scalar;
    const gradients: Record<string, Float32Array> = { input: tf.grad(loss)(input).dataSync<'float32'>() };
    const { grads } = tf.variableGrads(() => loss(input));
    for (const [i, variable] of layer.trainableWeights.entries()) {
      const { name } = variable.read() as tf.Variable;
      gradients[['kernel', 'recurrent', 'bias'][i]] = grads[name].dataSync<'float32'>();
    }
    return { output: output.dataSync<'float32'>(), gradients };
  });
}

function expectSame(found: Pass, expected: Pass): void {
  expect(relativeError(found.output, expected.output)).toBeLessThan(1e-5);
  expect(Object.keys(found.gradients)).toEqual(Object.keys(expected.gradients));
  for (const [name, values] of Object.entries(expected.gradients)) {
    expect(relativeError(found.gradients[name], values), name).toBeLessThan(1e-5);
  }
}
