import { createArena } from './arena.ts';
import { compileKernels } from './module.ts';

/** `dense` is x W + b: one step without state, for which `recurrent` is empty. */
export type Cell = 'simple' | 'lstm' | 'gru' | 'dense';

/** One application of a layer, from the zero state. */
export type Application = {
  cell: Cell;
  batch: number;
  steps: number;
  features: number;
  units: number;
  /** True: the output is `[batch, steps, units]`; false: `[batch, units]`, after the last step. */
  sequence: boolean;
  /** First step of each row that counts, `[batch]`; what comes before is left padding. Null: all count. */
  starts: Int32Array | null;
};

/** Keras's: kernel `[features, gates * units]`, recurrent `[units, gates * units]`, bias `[gates * units]`. */
export type Weights = { kernel: Float32Array; recurrent: Float32Array; bias: Float32Array };

/** What a forward pass leaves in the engine's memory for its backward pass. `backward` or `release` frees it. */
export type Reserve = { address: number };

export type Gradients<Input> = Weights & { input: Input | null };

export type Engine = {
  /**
   * Runs a layer forward.
   *
   * @param input `[batch, steps, features]`
   * @param keep whether a backward pass will follow; if not, memory for one block of 32 rows suffices
   * @param receive takes the output, which is only lent for the call
   * @returns what `receive` made of the output, and the reserve if `keep`
   * @throws code KERNEL_MEMORY where the sequence does not fit into a WebAssembly memory
   */
  forward<Output>(
    application: Application,
    input: Float32Array,
    weights: Weights,
    keep: boolean,
    receive: (output: Float32Array) => Output,
  ): { output: Output; reserve: Reserve | null };
  /**
   * Back-propagates through time what `forward` left in its reserve, and frees that.
   *
   * @param origin the reserve; for the dense cell the input, which is all its gradient needs
   * @param outputGradient of the shape of the output
   * @param receiveInput takes the gradient of the input, which is only lent for the call; null: it is not computed
   */
  backward<Input>(
    application: Application,
    origin: Reserve | Float32Array,
    weights: Weights,
    outputGradient: Float32Array,
    receiveInput: ((inputGradient: Float32Array) => Input) | null,
  ): Gradients<Input>;
  /** Frees a reserve that no backward pass will use. */
  release(reserve: Reserve): void;
  /** Bytes in use (reserves that wait for a backward pass, and a record of 84) and in all. Memory never shrinks. */
  memory(): { used: number; total: number };
};

let own: Engine | undefined;

/** This process's engine, made at the first use. Processes share nothing, so each may train on a core of its own. */
export function engine(): Engine {
  own ??= createEngine(compileKernels());
  return own;
}

/** An engine with a memory of its own. Everything else is deterministic: the same arguments give the same bits. */
export function createEngine(module: WebAssembly.Module): Engine {
  const { exports } = new WebAssembly.Instance(module, {});
  const memory = exports.memory as WebAssembly.Memory;
  const arena = createArena(memory, (exports.heapBase as WebAssembly.Global).value);
  const record = arena.allocate(FIELDS.length * 4);

  function call(part: Part, cell: Cell, problem: Problem): number {
    const words = new Uint32Array(memory.buffer, record, FIELDS.length);
    for (const [i, field] of FIELDS.entries()) words[i] = problem[field] ?? 0;
    return (exports[`${cell}${part}`] as (record: number) => number)(record);
  }

  /** Copies the operands in, runs one part of the cell, and lends the results (name -> length) to `receive`. */
  function run<Result extends Field, Received>(
    part: 'Forward' | 'Backward',
    application: Application,
    problem: Problem,
    operands: Partial<Record<Field, Float32Array>>,
    results: Partial<Record<Result, number>>,
    receive: (results: Record<Result, Float32Array>) => Received,
  ): Received {
    const { cell, starts } = application;
    const inputs = Object.entries(operands) as [Field, Float32Array][];
    const outputs = Object.entries(results) as [Result, number][];
    const pieces: number[] = [];
    const allocate = (bytes: number): number => {
      const address = arena.allocate(bytes);
      pieces.push(address);
      return address;
    };
    try {
      // All pieces before the first view: growth detaches views.
      problem.scratch = allocate(call('ScratchBytes', cell, problem));
      for (const [field, values] of inputs) problem[field] = allocate(values.byteLength);
      for (const [field, length] of outputs) problem[field] = allocate(length * 4);
      if (starts) problem.starts = allocate(starts.byteLength);
      for (const [field, values] of inputs) new Float32Array(memory.buffer, problem[field], values.length).set(values);
      if (starts) new Int32Array(memory.buffer, problem.starts, starts.length).set(starts);

      call(part, cell, problem);
      const views = outputs.map(([field, length]) => {
        return [field, new Float32Array(memory.buffer, problem[field], length)] as const;
      });
      return receive(Object.fromEntries(views) as Record<Result, Float32Array>);
    } finally {
      for (const address of pieces) arena.free(address);
    }
  }

  const release = ({ address }: Reserve): void => arena.free(address);

  return {
    forward(application, input, weights, keep, receive) {
      const { batch, steps, units, sequence } = application;
      const problem = describe(application, keep);
      const reserve = { address: arena.allocate(call('ReserveBytes', application.cell, problem)) };
      problem.reserve = reserve.address;
      let isKept = false;
      try {
        const length = batch * units * (sequence ? steps : 1);
        const output = run('Forward', application, problem, { input, ...weights }, { output: length }, (lent) =>
          receive(lent.output),
        );
        isKept = keep;
        return { output, reserve: keep ? reserve : null };
      } finally {
        if (!isKept) release(reserve);
      }
    },

    backward(application, origin, weights, outputGradient, receiveInput) {
      const { batch, steps, features } = application;
      const problem = describe(application, true);
      const isInput = origin instanceof Float32Array;
      if (!isInput) problem.reserve = origin.address;
      problem.wantsInputGradient = receiveInput ? 1 : 0;
      const lengths = {
        kernelGradient: weights.kernel.length,
        recurrentGradient: weights.recurrent.length,
        biasGradient: weights.bias.length,
        ...(receiveInput ? { inputGradient: batch * steps * features } : {}),
      };
      try {
        const operands = { ...weights, outputGradient, ...(isInput ? { input: origin } : {}) };
        return run('Backward', application, problem, operands, lengths, (lent) => ({
          input: receiveInput && lent.inputGradient ? receiveInput(lent.inputGradient) : null,
          kernel: lent.kernelGradient.slice(),
          recurrent: lent.recurrentGradient.slice(),
          bias: lent.biasGradient.slice(),
        }));
      } finally {
        if (!isInput) release(origin);
      }
    },

    release,
    memory: () => arena.usage(),
  };
}

// The fields of Problem in assembly/problem.ts, in the same order, each 32 bits.
const FIELDS = [
  'batch',
  'steps',
  'features',
  'units',
  'stateUnits',
  'sequence',
  'training',
  'wantsInputGradient',
  'input',
  'kernel',
  'recurrent',
  'bias',
  'starts',
  'output',
  'outputGradient',
  'inputGradient',
  'kernelGradient',
  'recurrentGradient',
  'biasGradient',
  'reserve',
  'scratch',
] as const;
type Field = (typeof FIELDS)[number];
type Problem = Partial<Record<Field, number>>;
type Part = 'Forward' | 'Backward' | 'ReserveBytes' | 'ScratchBytes';

function describe({ cell, batch, steps, features, units, sequence }: Application, training: boolean): Problem {
  const stateUnits = cell === 'dense' ? 0 : units;
  return { batch, steps, features, units, stateUnits, sequence: sequence ? 1 : 0, training: training ? 1 : 0 };
}
