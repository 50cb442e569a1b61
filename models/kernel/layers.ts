import * as tf from '@tensorflow/tfjs-core';
import {
  type GRULayerArgs,
  type LayerVariable,
  type LSTMLayerArgs,
  layers,
  type RNN,
  type SimpleRNNLayerArgs,
} from '@tensorflow/tfjs-layers';
import { defineTensorMethods } from './chaining.ts';
import type { Cell } from './engine.ts';
import { applyFused, createTape, type Tape } from './gradient.ts';

/**
 * tfjs's recurrent layers with hand-fused WebAssembly inside: same weights, configuration and class name, so a saved model
 * loads into plain tfjs or Keras, and the same numbers to float32 rounding. What the kernels do not cover (dropout inside
 * the cell while training, other activations, carried or returned state, reversed time, masks other than left padding)
 * is computed by tfjs's own code.
 *
 * Input `[batch, steps, features]`; output `[batch, units]`, or `[batch, steps, units]` with `returnSequences`.
 * A mask `[batch, steps]` that is 0 then 1 in each row switches the zeros off: the state stays zero until the first 1.
 */

/** A simple recurrent layer, `h' = tanh(x W + h U + b)`. */
export function fusedSimpleRnn(args: SimpleRNNLayerArgs): RNN {
  return new FusedSimpleRnn(args);
}

/** A long short-term memory layer (Hochreiter & Schmidhuber 1997). Its gates are logistic; tfjs's default is not. */
export function fusedLstm(args: LSTMLayerArgs): RNN {
  return new FusedLstm({ recurrentActivation: 'sigmoid', ...args });
}

/** A gated recurrent unit, reset before the product (Cho et al. 2014). Its gates are logistic; tfjs's default is not. */
export function fusedGru(args: GRULayerArgs): RNN {
  return new FusedGru({ recurrentActivation: 'sigmoid', ...args });
}

defineTensorMethods();

type Arguments = ConstructorParameters<typeof RNN>[0];
type RecurrentClass<Args> = new (args: Args) => RNN;

// tfjs exports the classes' types but not the classes: an instance has its own at hand. The name keeps this instance from
// taking the first number of the automatic names.
const FusedSimpleRnn = fuse('simple', classOf<SimpleRNNLayerArgs>(layers.simpleRNN({ units: 1, name: 'pattern' })));
const FusedLstm = fuse('lstm', classOf<LSTMLayerArgs>(layers.lstm({ units: 1, name: 'pattern' })));
const FusedGru = fuse('gru', classOf<GRULayerArgs>(layers.gru({ units: 1, name: 'pattern' })));

function classOf<Args>(layer: object): RecurrentClass<Args> {
  return layer.constructor as RecurrentClass<Args>;
}

/** A subclass that differs in `call` alone, and in freeing the kernel's memory. */
function fuse<Args>(cell: Cell, Base: RecurrentClass<Args>): RecurrentClass<Args> {
  return class extends (Base as RecurrentClass<Arguments>) {
    readonly #tape: Tape = createTape(this);

    override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Call): tf.Tensor | tf.Tensor[] {
      const input = Array.isArray(inputs) ? inputs[0] : inputs;
      const starts = isFusible(this, inputs, kwargs) ? paddingEnds(kwargs?.mask, input) : 'unsupported';
      if (starts === 'unsupported') return super.call(inputs, kwargs ?? {});
      const { kernel, recurrentKernel, bias, units } = this.cell as unknown as FusibleCell;
      return tf.tidy(() =>
        applyFused(
          { cell, units, sequence: this.returnSequences, starts },
          {
            input: input as tf.Tensor3D,
            kernel: kernel.read() as tf.Tensor2D,
            recurrent: recurrentKernel.read() as tf.Tensor2D,
            bias: (bias?.read() ?? tf.zeros([kernel.shape[1] as number])) as tf.Tensor1D,
          },
          this.#tape,
        ),
      );
    }

    override dispose(): ReturnType<RNN['dispose']> {
      this.#tape.drop();
      return super.dispose();
    }
  } as unknown as RecurrentClass<Args>;
}

type Call = { mask?: tf.Tensor | tf.Tensor[] | null; training?: boolean; initialState?: unknown } | null | undefined;

type FusibleCell = {
  units: number;
  kernel: LayerVariable;
  recurrentKernel: LayerVariable;
  bias: LayerVariable | null;
  activation: { getClassName(): string } | null;
  recurrentActivation?: { getClassName(): string } | null;
  dropout: number;
  recurrentDropout: number;
};

function isFusible(layer: RNN, inputs: tf.Tensor | tf.Tensor[], call: Call): boolean {
  const cell = layer.cell as unknown as FusibleCell;
  const input = Array.isArray(inputs) ? inputs[0] : inputs;
  const drops = Boolean(call?.training) && (cell.dropout > 0 || cell.recurrentDropout > 0);
  return (
    !(Array.isArray(inputs) && inputs.length > 1) &&
    call?.initialState == null &&
    !(layer as unknown as { stateful: boolean }).stateful &&
    !layer.returnState &&
    !layer.goBackwards &&
    !drops &&
    cell.activation?.getClassName() === 'tanh' &&
    (cell.recurrentActivation === undefined || cell.recurrentActivation?.getClassName() === 'sigmoid') &&
    input.dtype === 'float32' &&
    input.size > 0
  );
}

/** First step of each row that counts, null without a mask, 'unsupported' where the mask is not left padding. */
function paddingEnds(
  mask: tf.Tensor | tf.Tensor[] | null | undefined,
  input: tf.Tensor,
): Int32Array | null | 'unsupported' {
  const only = Array.isArray(mask) ? mask[0] : mask;
  if (only == null) return null;
  const [batch, steps] = input.shape;
  if (only.size !== batch * steps) return 'unsupported';
  const values = only.dataSync();
  const starts = new Int32Array(batch);
  for (let row = 0; row < batch; row++) {
    const flags = values.subarray(row * steps, (row + 1) * steps);
    const first = flags.findIndex((flag) => flag !== 0);
    starts[row] = first < 0 ? steps : first;
    if (first >= 0 && flags.indexOf(0, first) >= 0) return 'unsupported';
  }
  return starts;
}
