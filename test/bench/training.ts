// One training step (forward, back-propagation through time, Dense(24) head, mean squared error, Adam) of the product's
// recurrent layers and optimiser, beside PyTorch's on one thread where the system's own python3 has torch
// (apt-get install python3-torch libopenblas0-pthread). The two alternate, so that a busy spell of the machine hits both.
import { type ChildProcess, spawn } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { layers, type RNN } from '@tensorflow/tfjs-layers';
import { selectBackend } from '../../models/kernel/backend.ts';
import { engine } from '../../models/kernel/engine.ts';
import { fusedGru, fusedLstm, fusedSimpleRnn } from '../../models/kernel/layers.ts';
import { adam } from '../../models/rnn/adam.ts';

type Case = { cell: 'rnn' | 'lstm' | 'gru'; batch: number; context: number; features: number; units: number };
type Row = Case & { ms: number; gflops: number; torchMs: number | null; ratio: number | null };

const SHAPES = [
  { batch: 32, context: 48, features: 1, units: 32 },
  { batch: 64, context: 96, features: 1, units: 64 },
  { batch: 256, context: 96, features: 8, units: 128 },
];
const CELLS = ['rnn', 'lstm', 'gru'] as const;
const LAYERS = { rnn: fusedSimpleRnn, lstm: fusedLstm, gru: fusedGru };
const GATES = { rnn: 1, lstm: 4, gru: 3 };
const OUTPUTS = 24;
const TRIALS = 5;

/** @param args cells to run, all where empty */
export default async function training(args: string[], json: boolean): Promise<void> {
  const { backend, reason } = await selectBackend();
  const torch = await startTorch();
  const say = json ? console.error : console.log;
  say(
    `${cpus()[0].model}, ${availableParallelism()} cores, Node ${process.version}; tfjs backend ${backend} (${reason})`,
  );
  say(
    torch
      ? 'PyTorch: one thread, alternating with ours'
      : 'PyTorch: /usr/bin/python3 has no torch; ratios are left out',
  );
  const rows: Row[] = [];
  try {
    for (const cell of CELLS.filter((name) => args.length === 0 || args.includes(name))) {
      for (const shape of SHAPES) {
        const row = await measure({ cell, ...shape }, torch);
        rows.push(row);
        say(describe(row));
      }
    }
  } finally {
    torch?.stop();
  }
  const { used, total } = engine().memory();
  say(
    `kernel memory: ${used} bytes in use, ${(total / 2 ** 20).toFixed(0)} MiB in all; tensors: ${tf.memory().numTensors}`,
  );
  if (json) console.log(JSON.stringify({ rows }));
}

async function measure(item: Case, torch: Torch | null): Promise<Row> {
  const { step, dispose } = prepare(item);
  try {
    // Enough for V8 to have compiled everything with its optimising compiler.
    const warm = time(step, 1) < 20 ? 40 : 3;
    time(step, warm);
    const repeats = Math.max(3, Math.min(100, Math.round(200 / time(step, 3))));
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let trial = 0; trial < TRIALS; trial++) {
      ours.push(time(step, repeats));
      if (torch) theirs.push(await torch.step({ ...item, outputs: OUTPUTS, repeats }));
    }
    const ms = median(ours);
    const torchMs = torch ? median(theirs) : null;
    return {
      ...item,
      ms: round(ms),
      gflops: round(flops(item) / ms / 1e6),
      torchMs: torchMs && round(torchMs),
      ratio: torchMs && round(ms / torchMs),
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
  const recurrent: RNN = LAYERS[cell]({ units, recurrentInitializer: 'glorotNormal' });
  const head = layers.dense({ units: OUTPUTS });
  const x = tf.randomUniform([batch, context, features], -0.5, 0.5, 'float32', 1);
  const y = tf.randomUniform([batch, OUTPUTS], -0.5, 0.5, 'float32', 2);
  const loss = (): tf.Scalar => {
    const error = tf.sub(head.apply(recurrent.apply(x)) as tf.Tensor, y);
    return tf.mean(tf.mul(error, error)) as tf.Scalar;
  };
  tf.tidy(() => void loss());
  const variables = [...recurrent.trainableWeights, ...head.trainableWeights].map(
    (weight) => weight.read() as tf.Variable,
  );
  const size = variables.reduce((sum, variable) => sum + variable.size, 0);
  const initial = new Float32Array(size);
  each((variable, at) => initial.set(variable.dataSync(), at));
  const optimizer = adam(initial, 1);
  const gradient = new Float32Array(size);

  function each(visit: (variable: tf.Variable, at: number) => void): void {
    let at = 0;
    for (const variable of variables) {
      visit(variable, at);
      at += variable.size;
    }
  }

  return {
    step: () =>
      tf.tidy(() => {
        const { value, grads } = tf.variableGrads(loss, variables);
        value.dataSync();
        each((variable, at) => gradient.set(grads[variable.name].dataSync(), at));
        optimizer.step(gradient, 1e-3);
        each((variable, at) => {
          variable.assign(tf.tensor(optimizer.weights.slice(at, at + variable.size), variable.shape));
        });
      }),
    dispose: () => {
      recurrent.dispose();
      head.dispose();
      tf.dispose([x, y]);
    },
  };
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

type Torch = { step(request: Case & { outputs: number; repeats: number }): Promise<number>; stop(): void };

/** PyTorch in a process of its own, or null where it is not installed. */
async function startTorch(): Promise<Torch | null> {
  const python = spawn('/usr/bin/python3', [fileURLToPath(new URL('torch_step.py', import.meta.url))], {
    env: { ...process.env, OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1' },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const lines = answers(python);
  const torch: Torch = {
    async step(request) {
      python.stdin?.write(`${JSON.stringify(request)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error('the PyTorch process ended');
      return JSON.parse(value).ms;
    },
    stop: () => void python.stdin?.end(),
  };
  try {
    await torch.step({ cell: 'rnn', batch: 1, context: 1, features: 1, units: 1, outputs: 1, repeats: 1 });
    return torch;
  } catch {
    return null;
  }
}

async function* answers(python: ChildProcess): AsyncGenerator<string, void> {
  // A missing program or package shows as a stream that ends without an answer.
  python.on('error', () => {});
  python.stdin?.on('error', () => {});
  yield* createInterface({ input: python.stdout as NodeJS.ReadableStream });
}

function describe({ cell, batch, context, features, units, ms, gflops, torchMs, ratio }: Row): string {
  const name = `${cell} ${batch}x${context}x${features}, ${units}`.padEnd(22);
  const beside = torchMs === null ? '' : `   PyTorch ${torchMs.toFixed(2).padStart(7)} ms   ratio ${ratio?.toFixed(2)}`;
  return `${name}${ms.toFixed(2).padStart(8)} ms ${gflops.toFixed(1).padStart(6)} GFLOP/s${beside}`;
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
