// One training step (forward, back-propagation through time, a head of 24 outputs at the last step, mean squared error, Adam)
// by the product's own network and training step, beside PyTorch's where the system's own python3 has torch
// (apt-get install python3-torch libopenblas0-pthread). Both are timed on one thread and on as many as there are cores; the ratio is
// that of the better times, `ratioOneThread` that on one. They alternate, so that a busy spell of the machine hits all.
// Only the loss is the benchmark's, and ours does a little more: the network's direct path from features to outputs, clipping,
// and the average of the weights.
import { type ChildProcess, spawn } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { selectBackend } from '../../models/kernel/backend.ts';
import { engine } from '../../models/kernel/engine.ts';
import { spareCores, tellIdle } from '../../models/kernel/threads.ts';
import { adam } from '../../models/rnn/adam.ts';
import { lossTensor } from '../../models/rnn/loss.ts';
import { buildNetwork, initialWeights } from '../../models/rnn/network.ts';
import { randomFrom } from '../../models/rnn/random.ts';
import { trainStep } from '../../models/rnn/step.ts';
import { hireHelpers } from '../../server/kernel-threads.ts';

type Case = { cell: 'rnn' | 'lstm' | 'gru'; batch: number; context: number; features: number; units: number };
type Row = Case & {
  /** On all cores, and on one. */
  ms: number;
  msOneThread: number;
  gflops: number;
  /** The better of PyTorch's two, and on how many threads it was had. */
  torchMs: number | null;
  torchThreads: number | null;
  torchMsOneThread: number | null;
  ratio: number | null;
  ratioOneThread: number | null;
};

const SHAPES = [
  { batch: 32, context: 48, features: 1, units: 32 },
  { batch: 64, context: 96, features: 1, units: 64 },
  { batch: 256, context: 96, features: 8, units: 128 },
];
const CELLS = ['rnn', 'lstm', 'gru'] as const;
const CELL = { rnn: 'simpleRnn', lstm: 'lstm', gru: 'gru' } as const;
const GATES = { rnn: 1, lstm: 4, gru: 3 };
const OUTPUTS = 24;
const TRIALS = 5;
const CORES = availableParallelism();
/** Switches helpers on and off. */
const spare = spareCores(0);
/** Where the library's name is not known: GFLOP/s of processor time that no optimised BLAS misses. */
const OPTIMISED_GFLOPS = 8;
const SLOW_BLAS = `
WARNING: PyTorch multiplies matrices here without an optimised BLAS. Its times are too long and the ratios flatter ours:
they mean nothing. Install one (apt-get install libopenblas0-pthread) and run this again.
`;

/** @param args cells to run, all where empty */
export default async function training(args: string[], json: boolean): Promise<void> {
  hireHelpers(CORES - 1, spare);
  const { backend, reason } = await selectBackend();
  const torches = (await Promise.all([1, CORES].slice(0, CORES).map(startTorch))).flatMap((one) => one ?? []);
  const say = json ? console.error : console.log;
  say(`${cpus()[0].model}, ${CORES} cores, Node ${process.version}; tfjs backend ${backend} (${reason})`);
  if (torches.length === 0) say('PyTorch: /usr/bin/python3 has no torch; ratios are left out');
  for (const { version, threads, blas, gflops } of torches) {
    const product = `BLAS ${blas ?? 'unknown'}, ${gflops.toFixed(1)} GFLOP/s`;
    say(`PyTorch ${version}: ${threads} ${threads === 1 ? 'thread' : 'threads'}, alternating with ours; ${product}`);
  }
  if (!torches.every(isOptimised)) console.error(SLOW_BLAS);
  const rows: Row[] = [];
  try {
    for (const cell of CELLS.filter((name) => args.length === 0 || args.includes(name))) {
      for (const shape of SHAPES) {
        const row = await measure({ cell, ...shape }, torches);
        rows.push(row);
        say(describe(row));
      }
    }
  } finally {
    for (const torch of torches) torch.stop();
  }
  const { used, total } = engine().memory();
  say(
    `kernel memory: ${used} bytes in use, ${(total / 2 ** 20).toFixed(0)} MiB in all; tensors: ${tf.memory().numTensors}`,
  );
  if (json) console.log(JSON.stringify({ rows }));
}

async function measure(item: Case, torches: readonly Torch[]): Promise<Row> {
  const { step, dispose } = prepare(item);
  try {
    // Enough for V8 to have compiled everything with its optimising compiler.
    const warm = time(step, 1) < 20 ? 40 : 3;
    time(step, warm);
    const repeats = Math.max(3, Math.min(100, Math.round(200 / time(step, 3))));
    const ours: number[][] = [[], []];
    const theirs: number[][] = torches.map(() => []);
    for (let trial = 0; trial < TRIALS; trial++) {
      for (const [i, helpers] of [0, CORES - 1].entries()) {
        tellIdle(spare, helpers);
        ours[i].push(time(step, repeats));
      }
      for (const [i, torch] of torches.entries()) {
        theirs[i].push(await torch.step({ ...item, outputs: OUTPUTS, repeats }));
      }
    }
    const [msOneThread, ms] = ours.map(median);
    const times = theirs.map(median);
    const torchMs = times.length > 0 ? Math.min(...times) : null;
    return {
      ...item,
      ms: round(ms),
      msOneThread: round(msOneThread),
      gflops: round(flops(item) / ms / 1e6),
      torchMs: torchMs && round(torchMs),
      torchThreads: torchMs && torches[times.indexOf(torchMs)].threads,
      torchMsOneThread: times.length > 0 ? round(times[0]) : null,
      ratio: torchMs && round(ms / torchMs),
      ratioOneThread: times.length > 0 ? round(msOneThread / times[0]) : null,
    };
  } finally {
    dispose();
  }
}

/** Floating point operations of the matrix products of a step: forward once, backward twice. */
function flops({ cell, batch, context, features, units }: Case): number {
  return 6 * batch * (context * GATES[cell] * units * (features + units) + units * OUTPUTS);
}

function prepare({ cell, batch, context, features, units }: Case): { step: () => void; dispose: () => void } {
  const network = buildNetwork({
    cell: CELL[cell],
    width: features,
    units,
    layers: 1,
    outputs: OUTPUTS,
    dropout: 0,
  });
  const random = randomFrom(1);
  const draw = (length: number): Float32Array => Float32Array.from({ length }, () => random.uniform() - 0.5);
  const input = draw(batch * context * features);
  const targets = draw(batch * OUTPUTS);
  const lastSteps = Int32Array.from({ length: batch }, (_, window) => (window + 1) * context - 1);
  const optimizer = adam(initialWeights(network, random), 1);
  return {
    step: () => {
      trainStep(network, optimizer, 1e-3, () => {
        const x = tf.tensor3d(input, [batch, context, features]);
        return lossTensor(network.forward(x, lastSteps), (predicted) => squaredError(predicted, targets));
      });
    },
    dispose: () => network.dispose(),
  };
}

function squaredError(predicted: Float32Array, targets: Float32Array): { loss: number; gradient: Float32Array } {
  const gradient = predicted.map((value, i) => (2 / targets.length) * (value - targets[i]));
  const loss = predicted.reduce((sum, value, i) => sum + (value - targets[i]) ** 2, 0) / targets.length;
  return { loss, gradient };
}

/** Median of the times of `repeats` steps, in ms. */
function time(step: () => void, repeats: number): number {
  const times: number[] = [];
  for (let i = 0; i < repeats; i++) {
    const start = performance.now();
    step();
    times.push(performance.now() - start);
  }
  return median(times);
}

type Torch = {
  version: string;
  threads: number;
  /** Path of the library that multiplies matrices, null where the system does not tell. */
  blas: string | null;
  /** What a product of 512 x 512 reaches with it. */
  gflops: number;
  step(request: Case & { outputs: number; repeats: number }): Promise<number>;
  stop(): void;
};

function isOptimised({ blas, gflops }: Torch): boolean {
  return blas === null ? gflops >= OPTIMISED_GFLOPS : /openblas|mkl|blis|atlas/.test(blas);
}

/** PyTorch on so many threads in a process of its own, or null where it is not installed. */
async function startTorch(threads: number): Promise<Torch | null> {
  const program = fileURLToPath(new URL('torch_step.py', import.meta.url));
  const python = spawn('/usr/bin/python3', [program, String(threads)], {
    env: { ...process.env, OPENBLAS_NUM_THREADS: String(threads), OMP_NUM_THREADS: String(threads) },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const lines = answers(python);
  const first = await lines.next();
  if (first.done) return null;
  return {
    ...JSON.parse(first.value),
    threads,
    async step(request) {
      python.stdin?.write(`${JSON.stringify(request)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error('the PyTorch process ended');
      return JSON.parse(value).ms;
    },
    stop: () => void python.stdin?.end(),
  };
}

async function* answers(python: ChildProcess): AsyncGenerator<string, void> {
  // A missing program or package shows as a stream that ends without an answer.
  python.on('error', () => {});
  python.stdin?.on('error', () => {});
  yield* createInterface({ input: python.stdout as NodeJS.ReadableStream });
}

function describe(row: Row): string {
  const { cell, batch, context, features, units, ms, msOneThread, gflops, torchMs, torchThreads } = row;
  const name = `${cell} ${batch}x${context}x${features}, ${units}`.padEnd(22);
  const ours = `${ms.toFixed(2).padStart(8)} ms ${gflops.toFixed(1).padStart(6)} GFLOP/s (one thread ${msOneThread.toFixed(2)} ms)`;
  if (torchMs === null) return name + ours;
  const theirs = `PyTorch ${torchMs.toFixed(2).padStart(7)} ms on ${torchThreads}`;
  return `${name}${ours}   ${theirs}   ratio ${row.ratio?.toFixed(2)} (one thread ${row.ratioOneThread?.toFixed(2)})`;
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
