import * as tf from '@tensorflow/tfjs-core';
import { type Application, engine, type Weights } from './engine.ts';
import { tensorOf, valuesOf } from './values.ts';

/** What a head multiplies. The last axis of `state` is its units and of `features` its width; the axes before count rows. */
export type HeadOperands = {
  /** Of all rows, or of the chosen ones alone. */
  state: tf.Tensor;
  /** Of all rows; constants: no gradient flows into them. */
  features: tf.Tensor;
  /** `[units, outputs]` */
  ofState: tf.Tensor2D;
  /** `[width, outputs]` */
  ofFeatures: tf.Tensor2D;
  /** `[outputs]` */
  bias: tf.Tensor1D;
};

/**
 * `state ofState + features ofFeatures + bias` at the chosen rows, differentiable in the state, the weights and the bias: one
 * tfjs operation on the recurrent layers' kernels. Made of tfjs's gather, scatter, products and sum, it took a quarter of a
 * training on monthly series. Rows nobody asks for cost nothing.
 *
 * @param rows the chosen ones, each at most once
 * @returns `[rows, outputs]`
 */
export function fusedHead(operands: HeadOperands, rows: Int32Array): tf.Tensor2D {
  const attributes: Attributes = { rows, isRecorded: tf.engine().isTapeOn(), record: null };
  return tf.engine().runKernel(KERNEL, operands, attributes as unknown as tf.NamedAttrMap) as unknown as tf.Tensor2D;
}

const KERNEL = 'TidecastHead';
type Attributes = { rows: Int32Array; isRecorded: boolean; record: Record | null };

/** What a recorded forward pass leaves for its gradient: saving the operands with tfjs would copy them again. */
type Record = {
  application: Application;
  /** `[rows, units + width]`: state and features side by side. */
  x: Float32Array;
  /** Kernel `[units + width, outputs]`. */
  weights: Weights;
  stateShape: number[];
  /** Rows of the state, in the order of x; null: they are x's. */
  stateRows: Int32Array | null;
};

for (const backendName of ['cpu', 'wasm', 'tensorflow', 'webgl', 'webgpu']) {
  tf.registerKernel({
    kernelName: KERNEL,
    backendName,
    kernelFunc: ({ inputs, attrs }) => {
      const { state, features, ofState, ofFeatures, bias } = inputs as unknown as HeadOperands;
      const attributes = attrs as unknown as Attributes;
      const { rows } = attributes;
      const units = ofState.shape[0];
      const width = ofFeatures.shape[0];
      const columns = units + width;
      const stateRows = state.size / units === rows.length ? null : rows;
      const x = new Float32Array(rows.length * columns);
      copyRows(valuesOf(state), units, stateRows, x, columns, 0);
      copyRows(valuesOf(features), width, rows, x, columns, units);
      const kernel = new Float32Array(columns * bias.size);
      kernel.set(valuesOf(ofState));
      kernel.set(valuesOf(ofFeatures), ofState.size);
      const weights = { kernel, recurrent: NONE, bias: valuesOf(bias).slice() };
      const application = denseApplication(rows.length, columns, bias.size);
      if (attributes.isRecorded) attributes.record = { application, x, weights, stateShape: state.shape, stateRows };
      const receive = (lent: Float32Array) => tensorOf(lent, [rows.length, bias.size]);
      return engine().forward(application, x, weights, false, receive).output;
    },
  });
}

tf.registerGradient({
  kernelName: KERNEL,
  inputsToSave: [],
  gradFunc: (dy, _saved, attrs) => {
    const { application, x, weights, stateShape, stateRows } = (attrs as unknown as Attributes).record as Record;
    const units = stateShape[stateShape.length - 1];
    const { features: columns, units: outputs } = application;
    let gradients: { state: tf.Tensor | null; kernel: Float32Array; bias: Float32Array } | undefined;
    // tfjs asks only for the gradients it needs, in the operands' order: the state's, if it is wanted, comes first.
    const compute = (wantsState: boolean) => {
      if (gradients === undefined || (wantsState && !gradients.state)) {
        const receive = wantsState
          ? (lent: Float32Array) => tensorOf(spreadRows(lent, columns, stateRows, stateShape), stateShape)
          : null;
        const { input, kernel, bias } = engine().backward(application, x, weights, valuesOf(dy as tf.Tensor), receive);
        gradients = { state: input, kernel, bias };
      }
      return gradients;
    };
    const split = units * outputs;
    return {
      state: () => compute(true).state as tf.Tensor,
      ofState: () => tf.tensor(compute(false).kernel.subarray(0, split), [units, outputs]),
      ofFeatures: () => tf.tensor(compute(false).kernel.subarray(split), [columns - units, outputs]),
      bias: () => tf.tensor(compute(false).bias, [outputs]),
    };
  },
});

const NONE = new Float32Array();

/** The dense cell: one step without state. */
function denseApplication(batch: number, features: number, units: number): Application {
  return { cell: 'dense', batch, steps: 1, features, units, sequence: false, starts: null };
}

/** Rows of `width` numbers, all where `rows` is null, to rows of `columns` numbers from column `first` on. */
function copyRows(
  from: Float32Array,
  width: number,
  rows: Int32Array | null,
  to: Float32Array,
  columns: number,
  first: number,
): void {
  const count = to.length / columns;
  for (let r = 0; r < count; r++) {
    const at = (rows ? rows[r] : r) * width;
    const target = r * columns + first;
    for (let i = 0; i < width; i++) to[target + i] = from[at + i];
  }
}

/** The way back for the first columns, which are the state's: to an array of its shape, 0 in the rows not named. */
function spreadRows(from: Float32Array, columns: number, rows: Int32Array | null, shape: number[]): Float32Array {
  const units = shape[shape.length - 1];
  const to = new Float32Array(shape.reduce((product, n) => product * n, 1));
  const count = from.length / columns;
  for (let r = 0; r < count; r++) {
    const target = (rows ? rows[r] : r) * units;
    for (let i = 0; i < units; i++) to[target + i] = from[r * columns + i];
  }
  return to;
}
