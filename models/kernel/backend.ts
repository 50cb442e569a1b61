import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { fusedGru } from './layers.ts';

export type BackendName = 'wasm' | 'cpu' | 'tensorflow';

export type BackendChoice = {
  backend: BackendName;
  /** One sentence for the log: why this one, with the measured times where there was a choice. */
  reason: string;
};

let chosen: Promise<BackendChoice> | undefined;

/**
 * Chooses the tfjs backend that carries everything outside the fused recurrent layers (dense head, loss, optimiser),
 * once a process: every later call answers the first one's choice.
 *
 * `wasm` where it starts, else `cpu`. `tensorflow` where the optional package @tensorflow/tfjs-node loads, computes
 * a known product rightly, and takes less time than the other for a small training step.
 *
 * @param wasmFolder where the wasm files of @tensorflow/tfjs-backend-wasm are served from (a URL ending in `/`).
 *   Needed in a browser only: under Node the package finds the files beside itself.
 */
export function selectBackend(wasmFolder?: string): Promise<BackendChoice> {
  chosen ??= choose(wasmFolder);
  return chosen;
}

/**
 * Chooses `cpu` for a page that only forecasts: all but a little of that is in the kernels, and the wasm backend would be 0.4 MB
 * more to fetch. To be called before anything else is computed.
 */
export function selectCpu(): Promise<BackendChoice> {
  chosen ??= use('cpu').then(() => ({ backend: 'cpu', reason: 'nothing but forecasts is wanted' }));
  return chosen;
}

async function choose(wasmFolder: string | undefined): Promise<BackendChoice> {
  // Asked for only here, so that a bundle for a page that does not want it need not fetch it.
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  if (wasmFolder !== undefined) setWasmPaths(wasmFolder);
  const portable: BackendName = (await starts('wasm')) ? 'wasm' : 'cpu';
  await use(portable);
  const why = portable === 'wasm' ? 'WebAssembly is available' : 'the wasm backend did not start';
  if (!(await nativeIsThere())) return { backend: portable, reason: `${why}; @tensorflow/tfjs-node is not installed` };

  const portableMs = await stepMs();
  await use('tensorflow');
  const nativeMs = await stepMs();
  const figures = `a training step took ${nativeMs.toFixed(2)} ms on tensorflow, ${portableMs.toFixed(2)} ms on ${portable}`;
  if (nativeMs < portableMs) return { backend: 'tensorflow', reason: figures };
  await use(portable);
  return { backend: portable, reason: figures };
}

async function starts(name: BackendName): Promise<boolean> {
  try {
    return (await tf.setBackend(name)) && productIsRight();
  } catch {
    return false;
  }
}

async function use(name: BackendName): Promise<void> {
  await tf.setBackend(name);
  await tf.ready();
}

/** Loads the native package if it is installed; a broken native library counts as absent. */
async function nativeIsThere(): Promise<boolean> {
  // The name is in a variable so that neither the compiler nor a bundler demands the optional package.
  const optional = '@tensorflow/tfjs-node';
  if (!tf.env().getBool('IS_NODE')) return false;
  try {
    await import(/* @vite-ignore */ optional);
  } catch {
    return false;
  }
  return tf.findBackendFactory('tensorflow') != null && (await starts('tensorflow'));
}

function productIsRight(): boolean {
  return tf.tidy(() => {
    const product = tf.matMul(tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor2d([5, 6, 7, 8], [2, 2]));
    return [19, 22, 43, 50].every((expected, i) => product.dataSync()[i] === expected);
  });
}

/** Fastest of five small training steps, in ms: the shape of a monthly series, 32 windows x 24 steps, 16 units. */
async function stepMs(): Promise<number> {
  const model = sequential({ layers: [fusedGru({ units: 16, inputShape: [24, 1] }), layers.dense({ units: 12 })] });
  const optimizer = tf.train.adam(1e-3);
  model.compile({ optimizer, loss: 'meanSquaredError' });
  const x = tf.ones([32, 24, 1]);
  const y = tf.ones([32, 12]);
  let fastest = Number.POSITIVE_INFINITY;
  for (let trial = 0; trial < 6; trial++) {
    let step: Promise<unknown> = Promise.resolve();
    const { wallMs } = await tf.time(() => {
      step = model.trainOnBatch(x, y);
    });
    await step;
    // The first step builds and warms up.
    if (trial > 0 && wallMs !== undefined) fastest = Math.min(fastest, wallMs);
  }
  tf.dispose([x, y]);
  optimizer.dispose();
  model.dispose();
  return fastest;
}
