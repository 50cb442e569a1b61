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

/** What may be chosen beside `cpu`, which is always there: how each gets registered with tfjs. Rejects where it cannot. */
export type Candidates = { wasm: () => Promise<unknown>; tensorflow: () => Promise<unknown> };

let chosen: Promise<BackendChoice> | undefined;

/**
 * Chooses the tfjs backend that carries everything outside the fused recurrent layers (dense head, loss, optimiser),
 * once a process: every later call answers the first one's choice.
 *
 * @param wasmFolder where the wasm files of @tensorflow/tfjs-backend-wasm are served from (a URL ending in `/`).
 *   Needed in a browser only: under Node the package finds the files beside itself.
 */
export function selectBackend(wasmFolder?: string): Promise<BackendChoice> {
  chosen ??= chooseBackend({ wasm: () => loadWasm(wasmFolder), tensorflow: loadNative });
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

/**
 * The choice itself, made anew at each call: `wasm` where it starts, else `cpu`; `tensorflow` where the optional package
 * @tensorflow/tfjs-node loads, computes a known product rightly, and takes less time than the other for a small training
 * step. What is chosen is tfjs's backend afterwards, whatever loading a candidate has set.
 *
 * @param measure answers the time of a training step on tfjs's present backend, in ms
 */
export async function chooseBackend(candidates: Candidates, measure = stepMs): Promise<BackendChoice> {
  const wasmFault = await faultOf('wasm', candidates.wasm);
  const portable: BackendName = wasmFault === null ? 'wasm' : 'cpu';
  const why = wasmFault === null ? 'WebAssembly is available' : `the wasm backend ${wasmFault}`;
  const nativeFault = await faultOf('tensorflow', candidates.tensorflow);
  await use(portable);
  if (nativeFault !== null) return { backend: portable, reason: `${why}; @tensorflow/tfjs-node ${nativeFault}` };

  const portableMs = await measure();
  await use('tensorflow');
  let nativeMs = Number.POSITIVE_INFINITY;
  try {
    nativeMs = await measure();
  } catch {
    // A native library may lack what a training step needs: that is no reason not to train.
  }
  const backend = nativeMs < portableMs ? 'tensorflow' : portable;
  await use(backend);
  const native = Number.isFinite(nativeMs) ? `took ${nativeMs.toFixed(2)} ms` : 'failed';
  return { backend, reason: `a training step ${native} on tensorflow, ${portableMs.toFixed(2)} ms on ${portable}` };
}

/** What keeps a backend from being used, null where it starts and computes. Leaves tfjs's backend as it came out. */
async function faultOf(name: BackendName, load: () => Promise<unknown>): Promise<string | null> {
  try {
    await load();
  } catch {
    return 'is not installed or does not load';
  }
  try {
    if (!(await tf.setBackend(name))) return 'does not start';
    return productIsRight() ? null : 'computes wrongly';
  } catch {
    return 'does not start';
  }
}

async function use(name: BackendName): Promise<void> {
  await tf.setBackend(name);
  await tf.ready();
}

async function loadWasm(folder: string | undefined): Promise<void> {
  // Asked for only here, so that a bundle for a page that does not want it need not fetch it.
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  if (folder !== undefined) setWasmPaths(folder);
}

async function loadNative(): Promise<void> {
  if (!tf.env().getBool('IS_NODE')) throw new Error('native code needs Node');
  // The name is in a variable so that neither the compiler nor a bundler demands the optional package.
  const optional = '@tensorflow/tfjs-node';
  await import(/* @vite-ignore */ optional);
}

function productIsRight(): boolean {
  return tf.tidy(() => {
    const product = tf.matMul(tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor2d([5, 6, 7, 8], [2, 2]));
    return [19, 22, 43, 50].every((expected, i) => product.dataSync()[i] === expected);
  });
}

/** Fastest of five small training steps, in ms: the shape of a monthly series, 32 windows x 24 steps, 16 units. */
async function stepMs(): Promise<number> {
  // The default orthogonal weights would cost more than all steps.
  const gru = fusedGru({ units: 16, inputShape: [24, 1], recurrentInitializer: 'glorotUniform' });
  const model = sequential({ layers: [gru, layers.dense({ units: 12 })] });
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
