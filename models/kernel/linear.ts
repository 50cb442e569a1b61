import * as tf from '@tensorflow/tfjs-core';
import { type Application, engine, type Gradients, type Weights } from './engine.ts';
import { tensorOf, valuesOf } from './values.ts';

/**
 * `x w + b` on the rows of x, differentiable: a dense layer's product by the recurrent layers' kernels. A head of 126
 * outputs over every step has half the operations of the 64 LSTM units below it; by tfjs's products it took twice their time.
 *
 * @param x [rows, inputs]
 * @param w [inputs, outputs]
 * @param b [outputs]
 * @returns [rows, outputs]
 */
export function fusedLinear(x: tf.Tensor2D, w: tf.Tensor2D, b: tf.Tensor1D): tf.Tensor2D {
  return tf.engine().runKernel(KERNEL, { x, w, b }) as unknown as tf.Tensor2D;
}

const KERNEL = 'TidecastLinear';
type Operands = { x: tf.TensorInfo; w: tf.TensorInfo; b: tf.TensorInfo };

for (const backendName of ['cpu', 'wasm', 'tensorflow', 'webgl', 'webgpu']) {
  tf.registerKernel({
    kernelName: KERNEL,
    backendName,
    kernelFunc: ({ inputs }) => {
      const operands = inputs as unknown as Operands;
      const application = describe(operands);
      const shape = [application.batch, application.units];
      const receive = (lent: Float32Array) => tensorOf(lent, shape);
      return engine().forward(application, valuesOf(operands.x), weightsOf(operands), false, receive).output;
    },
  });
}

tf.registerGradient({
  kernelName: KERNEL,
  inputsToSave: ['x', 'w', 'b'],
  gradFunc: (dy, saved) => {
    const [x, w, b] = saved;
    const operands = { x, w, b };
    let gradients: Gradients<tf.Tensor> | undefined;
    // tfjs asks only for the gradients it needs, in the operands' order: x's, if it is wanted, comes first.
    const compute = (wantsInput: boolean): Gradients<tf.Tensor> => {
      if (gradients === undefined || (wantsInput && !gradients.input)) {
        const receive = wantsInput ? (lent: Float32Array) => tensorOf(lent, x.shape) : null;
        const weights = weightsOf(operands);
        gradients = engine().backward(describe(operands), valuesOf(x), weights, valuesOf(dy as tf.Tensor), receive);
      }
      return gradients;
    };
    return {
      x: () => compute(true).input as tf.Tensor,
      w: () => tf.tensor(compute(false).kernel, w.shape),
      b: () => tf.tensor(compute(false).bias, b.shape),
    };
  },
});

function describe({ x, w }: Operands): Application {
  const [batch, features] = x.shape;
  return { cell: 'dense', batch, steps: 1, features, units: w.shape[1], sequence: false, starts: null };
}

function weightsOf({ w, b }: Operands): Weights {
  return { kernel: valuesOf(w), recurrent: new Float32Array(), bias: valuesOf(b) };
}
