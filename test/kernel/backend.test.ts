import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { selectBackend } from '../../models/kernel/backend.ts';

describe('the choice of a backend', () => {
  it('sets a backend that computes, and says why it was chosen', async () => {
    const { backend, reason } = await selectBackend();
    expect(['wasm', 'tensorflow']).toContain(backend);
    expect(tf.getBackend()).toBe(backend);
    expect(reason).toMatch(/tfjs-node is not installed|a training step took/);
    expect([...tf.matMul(tf.tensor2d([[1, 2]]), tf.tensor2d([[3], [4]])).dataSync()]).toEqual([11]);
  });

  it('is made once a process', async () => {
    expect(await selectBackend()).toBe(await selectBackend());
  });
});
