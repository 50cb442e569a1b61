// One layer's work as the caller describes it, and where its parts lie in memory.
//
// Everything the kernels compute with is cut into *panels* of 8 batch rows, and a matrix over a panel is stored
// `[columns][8]`: the eight rows of a column are two vector registers. So the vector lanes run over batch rows: a
// product needs no horizontal sums, the gates of a unit lie beside each other, and no number of units needs padding
// beyond 4. Only the last panel of a batch has idle lanes; they hold zeros.

/** Batch rows in a panel: two vectors of four. */
export const ROWS: i32 = 8;
/** Bytes of one column of a panel. */
export const COLUMN: usize = 32;
/**
 * Panels worked on together, 32 batch rows. A block's gradient of the gates (64 KiB at 512 columns) stays in the
 * second-level cache while the three products that need it run, and each weight that is fetched serves four panels.
 */
export const BLOCK: i32 = 4;

/**
 * The caller's description, read in place: `fields` in models/kernel/engine.ts lists the same names in the same order.
 * Weights and their gradients are in Keras's layout, gates side by side: kernel `[features][gates * units]`,
 * recurrent `[units][gates * units]`, bias `[gates * units]`.
 */
@unmanaged
export class Problem {
  batch: i32;
  steps: i32;
  features: i32;
  units: i32;
  /** Units whose state is part of the operand: `units`, or 0 for the dense layer, which has none. */
  stateUnits: i32;
  /** 1: output and its gradient are `[batch][steps][units]`; 0: `[batch][units]`, the last step's. */
  sequence: i32;
  /** 1: keep what the backward pass needs for the whole batch; 0: one block's room is used again and again. */
  training: i32;
  /** 1: the backward pass also writes `inputGradient`. */
  wantsInputGradient: i32;
  /** `[batch][steps][features]` */
  input: usize;
  kernel: usize;
  recurrent: usize;
  bias: usize;
  /** `[batch]` of i32: the first step that counts for a row (left padding before it); 0 where there is no mask. */
  starts: usize;
  output: usize;
  outputGradient: usize;
  inputGradient: usize;
  kernelGradient: usize;
  recurrentGradient: usize;
  biasGradient: usize;
  /** What the forward pass leaves for the backward pass: `reserveBytes`. */
  reserve: usize;
  /** Room that matters during one call only: `scratchBytes`. */
  scratch: usize;
}

@inline export function roundUp4(n: i32): i32 {
  return (n + 3) & ~3;
}

/** Units with the idle ones: a tile of a product is 4 columns. Idle units have zero weights and so stay 0. */
@inline export function unitColumns(p: Problem): i32 {
  return roundUp4(p.units);
}

@inline export function stateColumns(p: Problem): i32 {
  return roundUp4(p.stateUnits);
}

/**
 * What multiplies the weights at a step: the columns `[state; input; 1]`. The 1 carries the bias, so one product does
 * input, state and bias together and the gradient of all three is one product as well.
 */
@inline export function operandColumns(p: Problem): i32 {
  return stateColumns(p) + p.features + 1;
}

/** The same, rounded up to whole tiles for the products that have the operand's columns as their result. */
@inline export function operandTiles(p: Problem): i32 {
  return roundUp4(operandColumns(p)) >> 2;
}

@inline export function panels(batch: i32): i32 {
  return (batch + ROWS - 1) / ROWS;
}

/** Bytes of one column of every panel of a block. */
@inline export function blockBytes(columns: i32): usize {
  return <usize>(columns * BLOCK) * COLUMN;
}

// The reserve: the operand of every step, `[panel][steps + 1][operand columns, rounded up][8]`, where a step writes the
// state it arrives at into the next operand; then, for cells with gates, records `[block][steps + 1][unit][panel][n][8]` of
// the n columns a unit keeps of a step, the first one for what holds before the first step.
// Records lie in the order they are written in: one stream, which the processor fetches ahead. (With a slot for each panel
// and step there were twenty streams, and the forward pass of the gates took 1.4 times as long.)
// Without training every block writes over the first block's part.

@inline export function operandBytes(p: Problem): usize {
  return <usize>(operandTiles(p) * 4) * COLUMN;
}

@inline export function operandAt(p: Problem, panel: i32, step: i32): usize {
  const index = p.training ? panel : panel % BLOCK;
  return p.reserve + <usize>(index * (p.steps + 1) + step) * operandBytes(p);
}

/** The records of a step: `step` 0 is before the first. `panel` is the first of its block, `kept` the n above. */
@inline export function recordsAt(p: Problem, panel: i32, step: i32, kept: i32): usize {
  const count = keptPanels(p);
  const block = p.training ? panel / BLOCK : 0;
  const operands = <usize>(count * (p.steps + 1)) * operandBytes(p);
  return p.reserve + operands + <usize>(block * (p.steps + 1) + step) * recordsBytes(p, kept);
}

@inline export function recordsBytes(p: Problem, kept: i32): usize {
  return blockBytes(unitColumns(p) * kept);
}

/** As f64: the caller must see a size beyond the memory's 4 GiB for what it is. */
@inline export function reserveBytes(p: Problem, kept: i32): f64 {
  const count = keptPanels(p);
  const blocks = (count + BLOCK - 1) / BLOCK;
  return <f64>(p.steps + 1) * (<f64>count * <f64>operandBytes(p) + <f64>blocks * <f64>recordsBytes(p, kept));
}

@inline function keptPanels(p: Problem): i32 {
  return p.training ? panels(p.batch) : min(panels(p.batch), BLOCK);
}
