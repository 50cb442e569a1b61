// Ten thousand training steps of networks of mixed cells and shapes, each network used for a while, disposed of and built anew:
// what tfjs and the kernels hold must not grow. Prints tensors, bytes, the kernels' WebAssembly memory and that of tfjs's own
// wasm backend after the first round of all shapes and after the last.
import * as tf from '@tensorflow/tfjs-core';
import { selectBackend } from '../../models/kernel/backend.ts';
import { engine } from '../../models/kernel/engine.ts';
import { adam } from '../../models/rnn/adam.ts';
import { quantileLossTensor } from '../../models/rnn/loss.ts';
import { buildNetwork, initialWeights } from '../../models/rnn/network.ts';
import { randomFrom } from '../../models/rnn/random.ts';
import { trainStep } from '../../models/rnn/step.ts';
import { QUANTILES } from '../../models/series.ts';

const SHAPES = [
  { cell: 'gru', batch: 32, context: 24, width: 3, units: 16, layers: 1 },
  { cell: 'lstm', batch: 33, context: 7, width: 1, units: 13, layers: 2 },
  { cell: 'simpleRnn', batch: 1, context: 40, width: 2, units: 7, layers: 1 },
  { cell: 'gru', batch: 5, context: 1, width: 4, units: 1, layers: 3 },
  { cell: 'lstm', batch: 64, context: 12, width: 5, units: 32, layers: 1 },
] as const;
const HORIZON = 3;
/** Steps a network takes before the next shape's turn. */
const TURN = 10;

type Size = {
  step: number;
  tensors: number;
  tensorBytes: number;
  kernelUsed: number;
  kernelTotal: number;
  /** Bytes of the memory of tfjs's wasm backend, null on another backend, which has none. */
  wasmHeap: number | null;
};

/** @param args `--steps N`, 10,000 where it is not given */
export default async function memory(args: string[], json: boolean): Promise<void> {
  const text = args[args.indexOf('--steps') + 1];
  const steps = args.includes('--steps') ? Number(text) : 10_000;
  const round = SHAPES.length * TURN;
  if (!Number.isInteger(steps) || steps < 2 * round) {
    throw new Error(`--steps: found ${text}, expected a whole number from ${2 * round} on`);
  }
  await selectBackend();
  const sizes: Size[] = [];
  for (let step = 0; step < steps; step += TURN) {
    // The first round grows both memories to what the largest shape needs.
    if (step === round) sizes.push(sizeAt(step));
    train(SHAPES[(step / TURN) % SHAPES.length], Math.min(TURN, steps - step));
  }
  sizes.push(sizeAt(steps));
  const [first, last] = sizes;
  const grown =
    last.tensors > first.tensors || last.tensorBytes > first.tensorBytes || last.kernelUsed > first.kernelUsed;
  if (json) console.log(JSON.stringify({ rows: sizes }));
  else for (const size of sizes) console.log(describe(size));
  const isLarger = last.kernelTotal > first.kernelTotal || (last.wasmHeap ?? 0) > (first.wasmHeap ?? 0);
  if (grown || isLarger) throw new Error('memory has grown');
}

function train({ cell, batch, context, width, units, layers }: (typeof SHAPES)[number], steps: number): void {
  const network = buildNetwork({ cell, width, units, layers, outputs: HORIZON * QUANTILES.length, dropout: 0 });
  const random = randomFrom(1);
  const optimizer = adam(initialWeights(network, random), 1);
  const draw = (length: number): Float32Array => Float32Array.from({ length }, () => random.uniform() - 0.5);
  for (let step = 0; step < steps; step++) {
    // Every second step asks for all states, the others for the last ones.
    const all = Int32Array.from({ length: batch * context }, (_, row) => row);
    const rows = step % 2 === 0 ? all : all.filter((row) => row % context === context - 1);
    const truth = { horizon: HORIZON, targets: draw(rows.length * HORIZON), relative: new Uint8Array(rows.length) };
    const input = draw(batch * context * width);
    trainStep(network, optimizer, 1e-3, () =>
      quantileLossTensor(network.forward(tf.tensor3d(input, [batch, context, width]), rows), truth),
    );
  }
  network.dispose();
}

function sizeAt(step: number): Size {
  const { numTensors, numBytes } = tf.memory();
  const { used, total } = engine().memory();
  return {
    step,
    tensors: numTensors,
    tensorBytes: numBytes,
    kernelUsed: used,
    kernelTotal: total,
    wasmHeap: wasmHeap(),
  };
}

// tfjs has no word for it; the backend keeps Emscripten's module, whose view is made anew when the memory grows.
function wasmHeap(): number | null {
  const { wasm } = tf.backend() as tf.KernelBackend & { wasm?: { HEAPU8: Uint8Array } };
  return wasm ? wasm.HEAPU8.buffer.byteLength : null;
}

function describe({ step, tensors, tensorBytes, kernelUsed, kernelTotal, wasmHeap }: Size): string {
  const kernels = `kernels ${kernelUsed} bytes of ${mebibytes(kernelTotal)}`;
  const backend = wasmHeap === null ? `${tf.getBackend()}, no wasm heap` : `wasm heap ${mebibytes(wasmHeap)}`;
  return `after ${step} steps: tensors ${tensors} of ${tensorBytes} bytes, ${kernels}; tfjs's backend: ${backend}`;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
