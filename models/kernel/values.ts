import * as tf from '@tensorflow/tfjs-core';

/**
 * A tensor's values for reading at once: on the wasm backend a view of its memory, elsewhere what the backend gives out.
 * Each copy of a batch's sequences that is saved here is some megabytes of fresh pages a step.
 */
export function valuesOf(tensor: tf.TensorInfo): Float32Array {
  const backend = tf.backend() as tf.KernelBackend & Partial<WasmHeap>;
  if (backend.typedArrayFromHeap) return backend.typedArrayFromHeap(tensor) as Float32Array;
  return tf.engine().readSync(tensor.dataId) as Float32Array;
}

/** A tensor of values that are only lent: the wasm backend copies them into its memory, others would keep the array. */
export function tensorOf(lent: Float32Array, shape: number[]): tf.Tensor {
  return tf.tensor('typedArrayFromHeap' in tf.backend() ? lent : lent.slice(), shape);
}

type WasmHeap = { typedArrayFromHeap(tensor: tf.TensorInfo): Float32Array | Int32Array | Uint8Array };
