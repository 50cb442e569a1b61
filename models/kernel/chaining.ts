import * as tf from '@tensorflow/tfjs-core';

/**
 * Gives tensors the methods that tfjs-layers' orthogonal initialiser, the default of every recurrent kernel, calls on them.
 * In Node only the union package @tensorflow/tfjs defines them, and it carries two backends and a converter that are not
 * used here; without them building a layer with its default initialiser ends in "rMat.flatten is not a function".
 */
export function defineTensorMethods(): void {
  const methods = {
    flatten: (x: tf.Tensor) => tf.reshape(x, [x.size]),
    reshape: (x: tf.Tensor, shape: number[]) => tf.reshape(x, shape),
    sign: (x: tf.Tensor) => tf.sign(x),
    stridedSlice: (x: tf.Tensor, begin: number[], end: number[], strides: number[]) =>
      tf.stridedSlice(x, begin, end, strides),
    transpose: (x: tf.Tensor, order?: number[]) => tf.transpose(x, order),
  };
  for (const [name, method] of Object.entries(methods)) {
    if (name in tf.Tensor.prototype) continue;
    Object.defineProperty(tf.Tensor.prototype, name, {
      configurable: true,
      writable: true,
      value(this: tf.Tensor, ...args: unknown[]) {
        return (method as (x: tf.Tensor, ...rest: unknown[]) => tf.Tensor)(this, ...args);
      },
    });
  }
}
