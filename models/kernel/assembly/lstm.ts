// The long short-term memory cell with logistic gates, Keras's order input, forget, candidate, output:
//   i, f, o = sigmoid(h W + x V + b), g = tanh(h W + x V + b), c' = f c + i g, h' = o tanh(c').
//
// A unit's record of a step: i, f, g, o, c'. tanh(c') is h' / o again in the backward pass: a sixth of the record's traffic
// through the caches costs more than a division.
import { flushed, one, sigmoid, tanh } from './activation';
import { multiplyAdd, subtractProduct } from './madd';
import { addOutputGradient, dropPaddedRows, packInput, turnToRows, unpackInputGradient, unpackOutput } from './panel';
import { BLOCK, COLUMN, Problem, ROWS, blockBytes, operandColumns, operandTiles, panels, operandAt, recordsAt, recordsBytes, reserveBytes, unitColumns } from './problem';
import { addOuterProduct, multiplyRows, multiplyTile } from './product';
import { packWeights, transposePacked, unpackGradient } from './weights';

const GATES: i32 = 4;
const KEPT: i32 = 5;
const RECORD: usize = 5 * COLUMN;
// Where the last one stands in a record.
const CELL: usize = 4 * COLUMN;

export function lstmReserveBytes(p: Problem): f64 {
  return reserveBytes(p, KEPT);
}

export function lstmScratchBytes(p: Problem): f64 {
  const units = unitColumns(p), width = operandTiles(p) * 4;
  // packed weights, transposed weights, their gradient; gates' gradient, operand's gradient, operand as rows, c's gradient
  return <f64>((<usize>(units * GATES * width * 3) << 2) + blockBytes(units * GATES + width * 2 + units));
}

export function lstmForward(p: Problem): void {
  const units = unitColumns(p), k = operandColumns(p), count = panels(p.batch);
  const weights = p.scratch;
  packWeights(p, weights, 0, GATES, GATES);
  for (let first = 0; first < count; first += BLOCK) {
    const last = min(first + BLOCK, count);
    for (let panel = first; panel < last; panel++) memory.fill(operandAt(p, panel, 0), 0, <usize>units << 5);
    memory.fill(recordsAt(p, first, 0, KEPT), 0, recordsBytes(p, KEPT));
    for (let step = 0; step < p.steps; step++) {
      for (let panel = first; panel < last; panel++) packInput(p, operandAt(p, panel, step), panel, step);
      // The state before the first step is 0: only the input's columns count there.
      const begin = step > 0 ? 0 : units;
      const before = recordsAt(p, first, step, KEPT), records = recordsAt(p, first, step + 1, KEPT);
      for (let unit = 0; unit < units; unit++) {
        const unitWeights = weights + (<usize>(unit * k) << 4);
        const unitRecords = <usize>(unit * BLOCK) * RECORD;
        const endRecords = unitRecords + <usize>(last - first) * RECORD;
        // One tile is the four gates of a unit: they are squashed while still in the first-level cache.
        for (let at = unitRecords, panel = first; at < endRecords; at += RECORD, panel++) {
          multiplyRows(records + at, unitWeights, operandAt(p, panel, step), begin, k);
        }
        // Two passes: gates and c', then tanh(c'). In one, the 150 cycles of dependent operations of each vector
        // outlast what the processor looks ahead, and the gates take 1.8 times as long.
        for (let at = unitRecords; at < endRecords; at += RECORD) squashGates(records + at, before + at + CELL);
        for (let at = unitRecords, panel = first; at < endRecords; at += RECORD, panel++) {
          squashCell(records + at, operandAt(p, panel, step + 1) + (<usize>unit << 5));
        }
      }
      for (let panel = first; panel < last; panel++) {
        const state = operandAt(p, panel, step + 1);
        dropPaddedRows(p, state, units, COLUMN, panel, step);
        dropPaddedRows(p, records + <usize>(panel - first) * RECORD + CELL, units, BLOCK * RECORD, panel, step);
        unpackOutput(p, state, panel, step);
      }
    }
  }
}

/** One unit of a panel: the gates of its record from sums to values in place, then c'. */
@inline function squashGates(record: usize, cell: usize): void {
  for (let at: usize = 0; at < COLUMN; at += 16) {
    const i = sigmoid(v128.load(record + at));
    const f = sigmoid(v128.load(record + at, 32));
    const g = tanh(v128.load(record + at, 64));
    v128.store(record + at, sigmoid(v128.load(record + at, 96)), 96);
    v128.store(record + at, i);
    v128.store(record + at, f, 32);
    v128.store(record + at, g, 64);
    v128.store(record + at, multiplyAdd(f, v128.load(cell + at), f32x4.mul(i, g)), CELL);
  }
}

/** One unit of a panel: h' from its record. */
@inline function squashCell(record: usize, nextState: usize): void {
  for (let at: usize = 0; at < COLUMN; at += 16) {
    const t = tanh(v128.load(record + at, CELL));
    v128.store(nextState + at, f32x4.mul(v128.load(record + at, 96), t));
  }
}

export function lstmBackward(p: Problem): void {
  const units = unitColumns(p), tiles = operandTiles(p), width = tiles * 4, columns = units * GATES;
  const count = panels(p.batch);
  const weightBytes = <usize>(columns * width) << 2;
  const weights = p.scratch, transposed = weights + weightBytes, sum = transposed + weightBytes;
  const gateGradient = sum + weightBytes, operandGradient = gateGradient + blockBytes(columns);
  const rows = operandGradient + blockBytes(width), cellGradient = rows + blockBytes(width);
  packWeights(p, weights, 0, GATES, GATES);
  transposePacked(p, weights, transposed, columns);
  memory.fill(sum, 0, weightBytes);
  const endTile = p.wantsInputGradient ? tiles : units >> 2;

  for (let first = 0; first < count; first += BLOCK) {
    const last = min(first + BLOCK, count);
    memory.fill(operandGradient, 0, blockBytes(width));
    memory.fill(cellGradient, 0, blockBytes(units));
    for (let step = p.steps - 1; step >= 0; step--) {
      // The state before the first step is a constant: only the input's columns are wanted there.
      const beginTile = step > 0 ? 0 : units >> 2;
      for (let panel = first; panel < last; panel++) {
        const index = <usize>(panel - first);
        const dState = operandGradient + ((index * width) << 5);
        addOutputGradient(p, dState, panel, step);
        dropPaddedRows(p, dState, units, COLUMN, panel, step);
        dropPaddedRows(p, cellGradient + ((index * units) << 5), units, COLUMN, panel, step);
      }
      const before = recordsAt(p, first, step, KEPT), records = recordsAt(p, first, step + 1, KEPT);
      for (let unit = 0; unit < units; unit++) {
        for (let index = 0; index < last - first; index++) {
          const at = <usize>(unit * BLOCK + index) * RECORD;
          gateGradients(
            gateGradient + (<usize>(index * columns + unit * GATES) << 5),
            operandGradient + (<usize>(index * width + unit) << 5),
            cellGradient + (<usize>(index * units + unit) << 5),
            records + at,
            before + at + CELL,
            operandAt(p, first + index, step + 1) + (<usize>unit << 5),
          );
        }
      }
      for (let panel = first; panel < last; panel++) {
        const index = <usize>(panel - first);
        const dOperand = operandGradient + ((index * width) << 5), dGates = gateGradient + ((index * columns) << 5);
        turnToRows(operandAt(p, panel, step), width, rows + ((index * width) << 5), <usize>width << 2, ROWS);
        for (let tile = beginTile; tile < endTile; tile++) {
          multiplyTile(dOperand + (<usize>tile << 7), transposed + (<usize>(tile * columns) << 4), dGates, columns, false);
        }
        if (p.wantsInputGradient) unpackInputGradient(p, dOperand + (<usize>units << 5), panel, step);
      }
      addOuterProduct(sum, gateGradient, rows, columns, beginTile, width, last - first);
    }
  }
  unpackGradient(p, sum, 0, GATES, GATES);
}

/** One unit of a panel: the gradients of its gates' sums, `[4][8]`, and of c before the step (in place). */
@inline function gateGradients(
  out: usize, dState: usize, dCell: usize, record: usize, cell: usize, nextState: usize,
): void {
  for (let at: usize = 0; at < COLUMN; at += 16) {
    const i = v128.load(record + at), f = v128.load(record + at, 32);
    const g = v128.load(record + at, 64), o = v128.load(record + at, 96);
    const next = v128.load(nextState + at), t = f32x4.div(next, o), dh = flushed(v128.load(dState + at));
    const dho = f32x4.mul(dh, o);
    const dc = flushed(multiplyAdd(dho, complement(t, t), v128.load(dCell + at)));
    // sigmoid' = s (1 - s), tanh' = 1 - t^2
    v128.store(out + at, f32x4.mul(f32x4.mul(f32x4.mul(dc, g), i), f32x4.sub(one(), i)));
    v128.store(out + at, f32x4.mul(f32x4.mul(f32x4.mul(dc, v128.load(cell + at)), f), f32x4.sub(one(), f)), 32);
    v128.store(out + at, f32x4.mul(f32x4.mul(dc, i), complement(g, g)), 64);
    v128.store(out + at, f32x4.mul(f32x4.mul(dh, next), f32x4.sub(one(), o)), 96);
    v128.store(dCell + at, f32x4.mul(dc, f));
  }
}

/** 1 - a b */
@inline function complement(a: v128, b: v128): v128 {
  return subtractProduct(one(), a, b);
}
