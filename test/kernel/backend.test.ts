import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it } from 'vitest';
import { chooseBackend, selectBackend } from '../../models/kernel/backend.ts';

const wasm = () => import('@tensorflow/tfjs-backend-wasm');
const absent = () => Promise.reject(new Error('Cannot find module'));

afterEach(() => {
  if (tf.findBackendFactory('tensorflow')) tf.removeBackend('tensorflow');
});

describe('the choice of a backend', () => {
  it('is made once a process, of the packages there are', async () => {
    const choice = await selectBackend();
    expect(tf.getBackend()).toBe(choice.backend);
    await tf.setBackend('cpu');
    expect(await selectBackend()).toBe(choice);
    expect(tf.getBackend()).toBe('cpu');
  });

  it('is wasm where no native package is installed', async () => {
    expect(await chooseBackend({ wasm, tensorflow: absent })).toEqual({
      backend: 'wasm',
      reason: 'WebAssembly is available; @tensorflow/tfjs-node is not installed or does not load',
    });
    expect([tf.getBackend(), product()]).toEqual(['wasm', [11]]);
  });

  it('is cpu where wasm cannot be loaded', async () => {
    expect(await chooseBackend({ wasm: absent, tensorflow: absent })).toEqual({
      backend: 'cpu',
      reason:
        'the wasm backend is not installed or does not load; @tensorflow/tfjs-node is not installed or does not load',
    });
    expect([tf.getBackend(), product()]).toEqual(['cpu', [11]]);
  });

  it('is cpu where wasm is loaded and does not start', async () => {
    const factory = tf.findBackendFactory('wasm');
    tf.removeBackend('wasm');
    const broken = async () => void tf.registerBackend('wasm', () => Promise.reject(new Error('no SIMD')));
    const choice = await chooseBackend({ wasm: broken, tensorflow: absent });
    tf.removeBackend('wasm');
    tf.registerBackend('wasm', factory);
    expect(choice).toEqual({
      backend: 'cpu',
      reason: 'the wasm backend does not start; @tensorflow/tfjs-node is not installed or does not load',
    });
    expect([tf.getBackend(), product()]).toEqual(['cpu', [11]]);
  });

  it('is the native package where that takes less time for a step', async () => {
    const choice = await chooseBackend({ wasm, tensorflow: native() }, taking({ wasm: 3, tensorflow: 2.5 }));
    expect(choice).toEqual({
      backend: 'tensorflow',
      reason: 'a training step took 2.50 ms on tensorflow, 3.00 ms on wasm',
    });
    expect([tf.getBackend(), product()]).toEqual(['tensorflow', [11]]);
  });

  it('is measured against cpu where there is no wasm', async () => {
    const choice = await chooseBackend({ wasm: absent, tensorflow: native() }, taking({ cpu: 2, tensorflow: 3 }));
    expect(choice).toEqual({ backend: 'cpu', reason: 'a training step took 3.00 ms on tensorflow, 2.00 ms on cpu' });
    expect([tf.getBackend(), product()]).toEqual(['cpu', [11]]);
  });

  it('stays with wasm where the native package is slower, as measured by training steps', async () => {
    const slowly: tf.KernelFunc = (args) => {
      const start = performance.now();
      while (performance.now() - start < 40);
      return multiply(args);
    };
    const { backend, reason } = await chooseBackend({ wasm, tensorflow: native(slowly) });
    expect(backend).toBe('wasm');
    const times = /^a training step took (\S+) ms on tensorflow, (\S+) ms on wasm$/.exec(reason) ?? [];
    // The gradients of the dense head's weights and of what is below are a product each.
    expect(Number(times[1])).toBeGreaterThan(80);
    expect(Number(times[2])).toBeGreaterThan(0);
    expect([tf.getBackend(), product()]).toEqual(['wasm', [11]]);
  });

  it('stays with wasm where the native package computes wrongly, however fast', async () => {
    const wrongly: tf.KernelFunc = ({ backend, inputs, ...rest }) =>
      multiply({ ...rest, backend, inputs: { ...inputs, b: inputs.a } });
    const choice = await chooseBackend({ wasm, tensorflow: native(wrongly) }, taking({ wasm: 3, tensorflow: 1 }));
    expect(choice).toEqual({
      backend: 'wasm',
      reason: 'WebAssembly is available; @tensorflow/tfjs-node computes wrongly',
    });
    expect([tf.getBackend(), product()]).toEqual(['wasm', [11]]);
  });

  it('stays with wasm where the native package cannot do a training step', async () => {
    const measure = async () => {
      if (tf.getBackend() === 'tensorflow') throw new Error("Kernel 'Tanh' not registered for backend 'tensorflow'");
      return 3;
    };
    expect(await chooseBackend({ wasm, tensorflow: native() }, measure)).toEqual({
      backend: 'wasm',
      reason: 'a training step failed on tensorflow, 3.00 ms on wasm',
    });
    expect([tf.getBackend(), product()]).toEqual(['wasm', [11]]);
  });
});

/** Loads a native package as @tensorflow/tfjs-node does: `tensorflow` is registered and set. It computes as `cpu` does. */
function native(batchMatMul: tf.KernelFunc = multiply): () => Promise<void> {
  return async () => {
    for (const kernel of tf.getKernelsForBackend('cpu')) {
      const { kernelName } = kernel;
      const kernelFunc = kernelName === 'BatchMatMul' ? batchMatMul : kernel.kernelFunc;
      if (tf.getKernel(kernelName, 'tensorflow')) tf.unregisterKernel(kernelName, 'tensorflow');
      tf.registerKernel({ ...kernel, kernelFunc, backendName: 'tensorflow' });
    }
    tf.registerBackend('tensorflow', tf.findBackendFactory('cpu'), 3);
    tf.setBackend('tensorflow');
  };
}

function multiply(args: Parameters<tf.KernelFunc>[0]): ReturnType<tf.KernelFunc> {
  return (tf.getKernel('BatchMatMul', 'cpu') as tf.KernelConfig).kernelFunc(args);
}

/** Stands for the measurement: what a step takes on each backend, in ms. */
function taking(times: Record<string, number>): () => Promise<number> {
  return async () => times[tf.getBackend()];
}

/** [1, 2] x [3, 4] by tfjs's present backend. */
function product(): number[] {
  return tf.tidy(() => [...tf.matMul(tf.tensor2d([[1, 2]]), tf.tensor2d([[3], [4]])).dataSync()]);
}
