// The gated recurrent unit with the reset gate before the product, tfjs's form and the first paper's (Cho et al. 2014):
//   z, r = sigmoid(h W + x V + b), n = tanh((r h) Wn + x Vn + bn), h' = z h + (1 - z) n.
//
// A unit's record of a step: z, r, n. The candidate's operand [r h; x; 1] is made anew in the backward pass.
import { flushed, one, sigmoidFour, tanhFour } from './activation';
import { multiplyAdd, subtractProduct } from './madd';
import { addOutputGradient, dropPaddedRows, packInput, turnToRows, unpackInputGradient, unpackOutput } from './panel';
import { BLOCK, COLUMN, Problem, ROWS, blockBytes, operandBytes, operandColumns, operandTiles, panels, operandAt, recordsAt, reserveBytes, unitColumns } from './problem';
import { addOuterProduct, multiplyRows, multiplyTile } from './product';
import { packWeights, transposePacked, unpackGradient } from './weights';

/** Gates in Keras's layout: z, r, n. The first two are one product, n is another. */
const ALL: i32 = 3;
const GATES: i32 = 2;

const KEPT: i32 = 3;
const RECORD: usize = 3 * COLUMN;

export function gruReserveBytes(p: Problem): f64 {
  return reserveBytes(p, KEPT);
}

export function gruScratchBytes(p: Problem): f64 {
  const units = unitColumns(p), width = operandTiles(p) * 4;
  // Packed weights, transposed weights and their gradient for all three gates; then for a block: gradients of z and r,
  // of n, of the two operands, the two operands as rows, the candidate's operand, and a tile.
  return <f64>((<usize>(units * ALL * width * 3) << 2) + blockBytes(units * ALL + width * 5) + 4 * COLUMN);
}

export function gruForward(p: Problem): void {
  const units = unitColumns(p), k = operandColumns(p), width = operandTiles(p) * 4, count = panels(p.batch);
  const gateWeights = p.scratch, candidateWeights = gateWeights + (<usize>(units * GATES * width) << 2);
  const candidateOperand = candidateWeights + (<usize>(units * width) << 2);
  const sums = candidateOperand + blockBytes(width);
  packWeights(p, gateWeights, 0, GATES, ALL);
  packWeights(p, candidateWeights, GATES, 1, ALL);
  for (let first = 0; first < count; first += BLOCK) {
    const last = min(first + BLOCK, count);
    for (let panel = first; panel < last; panel++) memory.fill(operandAt(p, panel, 0), 0, <usize>units << 5);
    for (let step = 0; step < p.steps; step++) {
      const records = recordsAt(p, first, step + 1, KEPT);
      for (let panel = first; panel < last; panel++) {
        const operand = operandAt(p, panel, step), inputs = <usize>units << 5;
        packInput(p, operand, panel, step);
        memory.copy(candidateOperandOf(candidateOperand, panel - first, width) + inputs, operand + inputs, operandBytes(p) - inputs);
      }
      // The state before the first step is 0: only the input's columns count there.
      const begin = step > 0 ? 0 : units;
      for (let unit = 0; unit < units; unit += 2) {
        const tileWeights = gateWeights + (<usize>((unit >> 1) * k) << 4);
        for (let panel = first; panel < last; panel++) {
          const operand = operandAt(p, panel, step), reset = candidateOperandOf(candidateOperand, panel - first, width);
          // One tile is z and r of two units.
          multiplyRows(sums, tileWeights, operand, begin, k);
          for (let i = 0; i < 2; i++) {
            const column = <usize>(unit + i) << 5, record = records + <usize>((unit + i) * BLOCK + panel - first) * RECORD;
            squash(record, sums + <usize>i * GATES * COLUMN, operand + column, reset + column);
          }
        }
      }
      for (let unit = 0; unit < units; unit += 4) {
        const tileWeights = candidateWeights + (<usize>((unit >> 2) * k) << 4);
        for (let panel = first; panel < last; panel++) {
          const operand = operandAt(p, panel, step), next = operandAt(p, panel, step + 1);
          multiplyRows(sums, tileWeights, candidateOperandOf(candidateOperand, panel - first, width), begin, k);
          tanhFour(sums, sums);
          tanhFour(sums + 2 * COLUMN, sums + 2 * COLUMN);
          for (let i = 0; i < 4; i++) {
            const column = <usize>(unit + i) << 5, record = records + <usize>((unit + i) * BLOCK + panel - first) * RECORD;
            blend(record, sums + <usize>i * COLUMN, operand + column, next + column);
          }
        }
      }
      for (let panel = first; panel < last; panel++) {
        const next = operandAt(p, panel, step + 1);
        dropPaddedRows(p, next, units, COLUMN, panel, step);
        unpackOutput(p, next, panel, step);
      }
    }
  }
}

@inline function candidateOperandOf(base: usize, index: i32, width: i32): usize {
  return base + (<usize>(index * width) << 5);
}

/** One unit of a panel: z and r of its record from their sums `[2][8]`, and r h. */
@inline function squash(record: usize, sums: usize, state: usize, resetState: usize): void {
  sigmoidFour(record, sums);
  for (let at: usize = 0; at < COLUMN; at += 16) {
    v128.store(resetState + at, f32x4.mul(v128.load(record + at, 32), v128.load(state + at)));
  }
}

/** One unit of a panel: n to its record, and h' = n + z (h - n). */
@inline function blend(record: usize, candidate: usize, state: usize, nextState: usize): void {
  for (let at: usize = 0; at < COLUMN; at += 16) {
    const n = v128.load(candidate + at), z = v128.load(record + at);
    v128.store(record + at, n, 64);
    v128.store(nextState + at, multiplyAdd(z, f32x4.sub(v128.load(state + at), n), n));
  }
}

export function gruBackward(p: Problem): void {
  const units = unitColumns(p), tiles = operandTiles(p), width = tiles * 4, columns = units * GATES;
  const count = panels(p.batch);
  const gateBytes = <usize>(columns * width) << 2, candidateBytes = <usize>(units * width) << 2;
  const weights = p.scratch;
  const gateTransposed = weights + gateBytes, gateSum = gateTransposed + gateBytes;
  const candidateTransposed = gateSum + gateBytes, candidateSum = candidateTransposed + candidateBytes;
  const gateGradient = candidateSum + candidateBytes, candidateGradient = gateGradient + blockBytes(columns);
  const operandGradient = candidateGradient + blockBytes(units), resetGradient = operandGradient + blockBytes(width);
  const rows = resetGradient + blockBytes(width), resetRows = rows + blockBytes(width);
  const candidateOperand = resetRows + blockBytes(width);
  packWeights(p, weights, 0, GATES, ALL);
  transposePacked(p, weights, gateTransposed, columns);
  packWeights(p, weights, GATES, 1, ALL);
  transposePacked(p, weights, candidateTransposed, units);
  memory.fill(gateSum, 0, gateBytes);
  memory.fill(candidateSum, 0, candidateBytes);
  const endTile = p.wantsInputGradient ? tiles : units >> 2;

  for (let first = 0; first < count; first += BLOCK) {
    const last = min(first + BLOCK, count);
    memory.fill(operandGradient, 0, blockBytes(width));
    for (let step = p.steps - 1; step >= 0; step--) {
      // The state before the first step is a constant 0: only the input's columns are wanted there.
      const beginTile = step > 0 ? 0 : units >> 2;
      const records = recordsAt(p, first, step + 1, KEPT);
      for (let panel = first; panel < last; panel++) {
        const dOperand = operandGradient + (<usize>((panel - first) * width) << 5);
        addOutputGradient(p, dOperand, panel, step);
        dropPaddedRows(p, dOperand, units, COLUMN, panel, step);
      }
      for (let unit = 0; unit < units; unit++) {
        for (let index = 0; index < last - first; index++) {
          const column = <usize>(index * width + unit) << 5;
          candidateGradients(
            candidateGradient + (<usize>(index * units + unit) << 5),
            gateGradient + (<usize>(index * columns + unit * GATES) << 5),
            operandGradient + column,
            candidateOperand + column,
            records + <usize>(unit * BLOCK + index) * RECORD,
            operandAt(p, first + index, step) + (<usize>unit << 5),
          );
        }
      }
      for (let panel = first; panel < last; panel++) {
        const index = <usize>(panel - first), operand = operandAt(p, panel, step), inputs = <usize>units << 5;
        const panelOffset = (index * width) << 5, reset = candidateOperand + panelOffset;
        memory.copy(reset + inputs, operand + inputs, operandBytes(p) - inputs);
        turnToRows(operand, width, rows + panelOffset, <usize>width << 2, ROWS);
        turnToRows(reset, width, resetRows + panelOffset, <usize>width << 2, ROWS);
        const dCandidate = candidateGradient + ((index * units) << 5);
        for (let tile = 0; tile < endTile; tile++) {
          const out = resetGradient + panelOffset + (<usize>tile << 7);
          multiplyTile(out, candidateTransposed + (<usize>(tile * units) << 4), dCandidate, units, false);
        }
      }
      for (let unit = 0; unit < units; unit++) {
        for (let index = 0; index < last - first; index++) {
          const column = <usize>(index * width + unit) << 5;
          resetGradients(
            gateGradient + (<usize>(index * columns + unit * GATES) << 5),
            operandGradient + column,
            resetGradient + column,
            records + <usize>(unit * BLOCK + index) * RECORD,
            operandAt(p, first + index, step) + (<usize>unit << 5),
          );
        }
      }
      for (let panel = first; panel < last; panel++) {
        const index = <usize>(panel - first), inputs = <usize>units << 5;
        const dOperand = operandGradient + ((index * width) << 5), dReset = resetGradient + ((index * width) << 5);
        // The input's gradient comes through both operands.
        memory.copy(dOperand + inputs, dReset + inputs, operandBytes(p) - inputs);
        for (let tile = beginTile; tile < endTile; tile++) {
          const dGates = gateGradient + ((index * columns) << 5);
          multiplyTile(dOperand + (<usize>tile << 7), gateTransposed + (<usize>(tile * columns) << 4), dGates, columns, true);
        }
        if (p.wantsInputGradient) unpackInputGradient(p, dOperand + inputs, panel, step);
      }
      addOuterProduct(gateSum, gateGradient, rows, columns, beginTile, width, last - first);
      addOuterProduct(candidateSum, candidateGradient, resetRows, units, beginTile, width, last - first);
    }
  }
  unpackGradient(p, gateSum, 0, GATES, ALL);
  unpackGradient(p, candidateSum, GATES, 1, ALL);
}

/** One unit of a panel: gradients of the sums of n and z, r h, and the state's gradient's direct part, dh z, in place. */
@inline function candidateGradients(
  dCandidate: usize, dGates: usize, dState: usize, resetState: usize, record: usize, state: usize,
): void {
  for (let at: usize = 0; at < COLUMN; at += 16) {
    const z = v128.load(record + at), r = v128.load(record + at, 32), n = v128.load(record + at, 64);
    const h = v128.load(state + at), dh = flushed(v128.load(dState + at));
    const rest = f32x4.sub(one(), z), dhz = f32x4.mul(dh, z);
    v128.store(resetState + at, f32x4.mul(r, h));
    v128.store(dCandidate + at, f32x4.mul(f32x4.mul(dh, rest), subtractProduct(one(), n, n)));
    v128.store(dGates + at, f32x4.mul(f32x4.mul(dhz, rest), f32x4.sub(h, n)));
    v128.store(dState + at, dhz);
  }
}

/** One unit of a panel: the gradient of the sum of r from that of r h, and its part in the state's gradient. */
@inline function resetGradients(dGates: usize, dState: usize, dReset: usize, record: usize, state: usize): void {
  for (let at: usize = 0; at < COLUMN; at += 16) {
    const r = v128.load(record + at, 32), drhr = f32x4.mul(v128.load(dReset + at), r);
    v128.store(dGates + at, f32x4.mul(f32x4.mul(drhr, f32x4.sub(one(), r)), v128.load(state + at)), 32);
    v128.store(dState + at, f32x4.add(v128.load(dState + at), drhr));
  }
}
