import * as tf from '@tensorflow/tfjs-core';
import { type Application, engine, type Gradients, type Reserve, type Weights } from './engine.ts';
import { tensorOf, valuesOf } from './values.ts';

/** The tensors of one application: input `[batch, steps, features]` and the weights in Keras's layout. */
export type Operands = { input: tf.Tensor3D; kernel: tf.Tensor2D; recurrent: tf.Tensor2D; bias: tf.Tensor1D };

/**
 * What a layer's last recorded forward pass keeps for its gradient. A layer has room for one: a gradient that comes later
 * than the layer's next recorded pass (a layer used twice in one model) computes its forward pass again.
 */
export type Tape = {
  keep(reserve: Reserve): void;
  /** Gives the reserve up for a backward pass; false where a later pass has replaced it. */
  take(reserve: Reserve): boolean;
  /** Frees what is kept. */
  drop(): void;
};

/** @param owner the layer: what is kept is freed when the layer is collected without having been disposed */
export function createTape(owner: object): Tape {
  const held: { reserve: Reserve | null } = { reserve: null };
  abandoned.register(owner, held);
  return {
    keep(reserve) {
      drop(held);
      held.reserve = reserve;
    },
    take(reserve) {
      if (held.reserve !== reserve) return false;
      held.reserve = null;
      return true;
    },
    drop: () => drop(held),
  };
}

const abandoned = new FinalizationRegistry<{ reserve: Reserve | null }>(drop);

function drop(held: { reserve: Reserve | null }): void {
  if (held.reserve) engine().release(held.reserve);
  held.reserve = null;
}

/**
 * One recurrent layer as one differentiable tfjs operation.
 *
 * It is a registered kernel rather than `tf.customGrad` because a registered gradient is asked for each operand apart: the
 * input's gradient, up to a third of the backward pass, is computed only where something trainable lies below.
 *
 * @returns the output: `[batch, units]`, or `[batch, steps, units]` where `sequence`
 */
export function applyFused(
  layer: Pick<Application, 'cell' | 'units' | 'sequence' | 'starts'>,
  operands: Operands,
  tape: Tape,
): tf.Tensor {
  const [batch, steps, features] = operands.input.shape;
  const attributes: Attributes = {
    application: { ...layer, batch, steps, features },
    // Inside the kernel tfjs has already stopped recording.
    tape: tf.engine().isTapeOn() ? tape : null,
    reserve: null,
  };
  return tf.engine().runKernel(KERNEL, operands, attributes as unknown as tf.NamedAttrMap) as unknown as tf.Tensor;
}

const KERNEL = 'TidecastRecurrent';
type Attributes = { application: Application; tape: Tape | null; reserve: Reserve | null };

for (const backendName of ['cpu', 'wasm', 'tensorflow', 'webgl', 'webgpu']) {
  tf.registerKernel({
    kernelName: KERNEL,
    backendName,
    kernelFunc: ({ inputs, attrs }) => {
      const attributes = attrs as unknown as Attributes;
      const { application, tape } = attributes;
      const { batch, steps, units, sequence } = application;
      const shape = sequence ? [batch, steps, units] : [batch, units];
      const { output, reserve } = run(application, inputs as unknown as Operands, tape !== null, (lent) =>
        tensorOf(lent, shape),
      );
      if (reserve) {
        tape?.keep(reserve);
        attributes.reserve = reserve;
      }
      return output;
    },
  });
}

tf.registerGradient({
  kernelName: KERNEL,
  inputsToSave: ['input', 'kernel', 'recurrent', 'bias'],
  gradFunc: (dy, saved, attrs) => {
    const { application, tape, reserve } = attrs as unknown as Attributes;
    const [input, kernel, recurrent, bias] = saved as [tf.Tensor3D, tf.Tensor2D, tf.Tensor2D, tf.Tensor1D];
    let gradients: Gradients<tf.Tensor> | undefined;
    // tfjs asks for the operands' gradients in the operands' order and only for those it needs: if the input's is asked
    // for, it is asked for first, and the one backward pass includes it.
    const compute = (wantsInput: boolean): Gradients<tf.Tensor> => {
      if (gradients === undefined || (wantsInput && !gradients.input)) {
        const isKept = reserve !== null && tape !== null && gradients === undefined && tape.take(reserve);
        const used = isKept
          ? reserve
          : (run(application, { input, kernel, recurrent, bias }, true, () => null).reserve as Reserve);
        const outputGradient = valuesOf(dy as tf.Tensor);
        gradients = engine().backward(
          application,
          used,
          weightsOf({ kernel, recurrent, bias }),
          outputGradient,
          wantsInput ? (lent) => tensorOf(lent, input.shape) : null,
        );
      }
      return gradients;
    };
    return {
      input: () => compute(true).input as tf.Tensor,
      kernel: () => tf.tensor(compute(false).kernel, kernel.shape),
      recurrent: () => tf.tensor(compute(false).recurrent, recurrent.shape),
      bias: () => tf.tensor(compute(false).bias, bias.shape),
    };
  },
});

function run<Output>(
  application: Application,
  operands: Operands,
  keep: boolean,
  receive: (output: Float32Array) => Output,
): { output: Output; reserve: Reserve | null } {
  return engine().forward(application, valuesOf(operands.input), weightsOf(operands), keep, receive);
}

function weightsOf({ kernel, recurrent, bias }: Omit<Operands, 'input'>): Weights {
  return { kernel: valuesOf(kernel), recurrent: valuesOf(recurrent), bias: valuesOf(bias) };
}
