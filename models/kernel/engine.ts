import { createArena } from './arena.ts';
import { createMachine, type Machine } from './module.ts';

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

/** What a forward pass leaves in the engine's memory for its backward pass, a piece for each part. `backward` or `release` frees it. */
export type Reserve = { readonly addresses: readonly number[] };

export type Gradients<Input> = Weights & { input: Input | null };

export type Engine = {
  /**
   * Runs a layer forward.
   *
   * @param input `[batch, steps, features]`
   * @param keep whether a backward pass will follow; if not, memory for one block of 32 rows of each part suffices
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
  /** Bytes in use (reserves that wait for a backward pass, and the records) and in all. Memory never shrinks. */
  memory(): { used: number; total: number };
};

let own: Engine | undefined;

/** This thread's engine, made at the first use. */
export function engine(): Engine {
  own ??= createEngine();
  return own;
}

/** Whether this thread has an engine, which may keep something in its memory. */
export const isInUse = (): boolean => own !== undefined;

/** Has this thread's engine work on the machine. Throws where it has one. */
export function equip(machine: Machine): void {
  if (isInUse()) throw new Error('the engine of this thread is in use already');
  own = createEngine(machine);
}

/**
 * An engine. It cuts a batch into parts of some rows (`cut`), which are computed apart, and adds up their gradients in order. How
 * it cuts depends on the shapes alone, so the same arguments give the same bits, however many threads compute the parts.
 */
export function createEngine(machine: Machine = createMachine()): Engine {
  const { memory } = machine;
  const arena = createArena(memory, machine.heapBase);
  const records = Array.from({ length: MOST_PARTS }, () => arena.allocate(FIELDS.length * 4));

  function write(problem: Problem, record: number): number {
    const words = new Uint32Array(memory.buffer, record, FIELDS.length);
    for (const [i, field] of FIELDS.entries()) words[i] = problem[field] ?? 0;
    return record;
  }

  const sizeOf = (what: 'ReserveBytes' | 'ScratchBytes', cell: Cell, problem: Problem): number =>
    machine.call(`${cell}${what}`, write(problem, records[0]));

  /** Copies the operands in, runs one pass of the cell over all parts, and lends the results to `receive`. */
  function run<Result extends Field, Received>(
    pass: 'Forward' | 'Backward',
    application: Application,
    parts: readonly Part[],
    operands: Partial<Record<Field, Float32Array>>,
    results: { [R in Result]?: number },
    receive: (results: Record<Result, Float32Array>) => Received,
  ): Received {
    const { cell, starts } = application;
    const pieces: number[] = [];
    const allocate = (bytes: number): number => {
      const address = arena.allocate(bytes);
      pieces.push(address);
      return address;
    };
    try {
      // All pieces before the first view: growth detaches views.
      const given = entries(operands).map(([field, values]) => [field, values, allocate(values.byteLength)] as const);
      const wanted = entries(results).map(([field, length]) => [field, length, allocate(length * 4)] as const);
      const startsAt = starts ? allocate(starts.byteLength) : 0;
      const problems = parts.map(({ first, shape, reserve }): Problem => {
        const own: Problem = { ...shape, reserve, scratch: allocate(sizeOf('ScratchBytes', cell, shape)) };
        const ofRows = (field: Field) => 4 * first * columnsOf(application, field);
        for (const [field, , address] of given) own[field] = address + ofRows(field);
        for (const [field, length, address] of wanted) {
          // Gradients of weights: the first part's where the sum is wanted, the others' beside.
          own[field] = first > 0 && isSum(field) ? allocate(length * 4) : address + ofRows(field);
        }
        if (starts) own.starts = startsAt + ofRows('starts');
        return own;
      });
      const view = (address: number, length: number) => new Float32Array(memory.buffer, address, length);
      for (const [, values, address] of given) view(address, values.length).set(values);
      if (starts) new Int32Array(memory.buffer, startsAt, starts.length).set(starts);

      machine.callAll(
        `${cell}${pass}`,
        problems.map((problem, i) => write(problem, records[i])),
      );
      const lent = wanted.map(([field, length, address]) => {
        const values = view(address, length);
        if (isSum(field)) for (const other of problems.slice(1)) addTo(values, view(other[field] as number, length));
        return [field, values] as const;
      });
      return receive(Object.fromEntries(lent) as Record<Result, Float32Array>);
    } finally {
      for (const address of pieces) arena.free(address);
    }
  }

  const release = ({ addresses }: Reserve): void => {
    for (const address of addresses) arena.free(address);
  };

  return {
    forward(application, input, weights, keep, receive) {
      const { batch, steps, units, sequence } = application;
      const addresses: number[] = [];
      let isKept = false;
      try {
        const parts = cut(application, keep).map((part): Part => {
          const address = arena.allocate(sizeOf('ReserveBytes', application.cell, part.shape));
          addresses.push(address);
          return { ...part, reserve: address };
        });
        const length = batch * units * (sequence ? steps : 1);
        const output = run('Forward', application, parts, { input, ...weights }, { output: length }, (lent) =>
          receive(lent.output),
        );
        isKept = keep;
        return { output, reserve: keep ? { addresses } : null };
      } finally {
        if (!isKept) release({ addresses });
      }
    },

    backward(application, origin, weights, outputGradient, receiveInput) {
      const { batch, steps, features } = application;
      const isInput = origin instanceof Float32Array;
      const parts = cut(application, true).map(
        (part, i): Part => ({
          ...part,
          shape: { ...part.shape, wantsInputGradient: receiveInput ? 1 : 0 },
          reserve: isInput ? 0 : origin.addresses[i],
        }),
      );
      const lengths = {
        kernelGradient: weights.kernel.length,
        recurrentGradient: weights.recurrent.length,
        biasGradient: weights.bias.length,
        ...(receiveInput ? { inputGradient: batch * steps * features } : {}),
      };
      try {
        const operands = { ...weights, outputGradient, ...(isInput ? { input: origin } : {}) };
        return run('Backward', application, parts, operands, lengths, (lent) => ({
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

/** Rows of a batch that are computed apart from the others, from `first` on, and where their reserve lies, 0 for none. */
type Part = { readonly first: number; readonly shape: Problem; readonly reserve: number };

/**
 * Parts of a batch, of about as many rows each, in whole panels of 8. Weights are packed for each anew, and products of less than
 * 32 rows fetch them more often: one after the other, two parts of 16 rows take 2 to 5 % longer than 32 rows, two of 32 rows 1 %
 * longer than 64.
 */
function cut(application: Application, training: boolean): Pick<Part, 'first' | 'shape'>[] {
  const { cell, batch, steps, features, units, sequence } = application;
  const stateUnits = cell === 'dense' ? 0 : units;
  const products = batch * steps * GATES[cell] * units * (stateUnits + features + 1);
  const byRows = batch >= 32 ? Math.max(2, Math.floor(batch / 32)) : 1;
  const count = Math.max(1, Math.min(MOST_PARTS, byRows, Math.floor(products / LEAST_PRODUCTS)));
  const rows = Math.ceil(batch / count / 8) * 8;
  const shape = { steps, features, units, stateUnits, sequence: sequence ? 1 : 0, training: training ? 1 : 0 };
  return Array.from({ length: Math.ceil(batch / rows) }, (_, i) => {
    const first = i * rows;
    return { first, shape: { ...shape, batch: Math.min(rows, batch - first) } };
  });
}

/** The most parts a batch is cut into, so the most threads that compute it. */
export const MOST_PARTS = 8;
/** Multiplications of a part, at the least: a third of a millisecond, in which hearing of it and packing weights for it are little. */
const LEAST_PRODUCTS = 6e6;
const GATES: Record<Cell, number> = { simple: 1, lstm: 4, gru: 3, dense: 1 };

/** Numbers of a field that belong to one row of the batch; 0 where the field is of all rows together. */
function columnsOf({ steps, features, units, sequence }: Application, field: Field): number {
  switch (field) {
    case 'input':
    case 'inputGradient':
      return steps * features;
    case 'output':
    case 'outputGradient':
      return units * (sequence ? steps : 1);
    case 'starts':
      return 1;
    default:
      return 0;
  }
}

/** Whether a result is a sum over all rows. */
const isSum = (field: Field): boolean => /^(?:kernel|recurrent|bias)Gradient$/.test(field);

function addTo(sum: Float32Array, values: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] += values[i];
}

const entries = Object.entries as <F extends Field, T>(fields: Partial<Record<F, T>>) => [F, T][];

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
