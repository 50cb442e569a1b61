// The simple recurrent cell: h' = tanh(h Wh + x Wx + b).
//
// The state after a step is the next operand's beginning, and tanh's derivative needs nothing else: there are no records.
import { flushed, one, tanhFour } from './activation';
import { subtractProduct } from './madd';
import { addOutputGradient, dropPaddedRows, packInput, turnToRows, unpackInputGradient, unpackOutput } from './panel';
import { BLOCK, COLUMN, Problem, ROWS, blockBytes, operandColumns, operandTiles, panels, operandAt, reserveBytes, unitColumns } from './problem';
import { addOuterProduct, multiplyRows, multiplyTile } from './product';
import { packWeights, transposePacked, unpackGradient } from './weights';

const GATES: i32 = 1;

export function simpleReserveBytes(p: Problem): f64 {
  return reserveBytes(p, 0);
}

export function simpleScratchBytes(p: Problem): f64 {
  const units = unitColumns(p), width = operandTiles(p) * 4;
  // packed weights, transposed weights, their gradient; then gates' gradient, operand's gradient, operand as rows
  return <f64>((<usize>(units * GATES * width * 3) << 2) + blockBytes(units * GATES) + 2 * blockBytes(width));
}

export function simpleForward(p: Problem): void {
  const units = unitColumns(p), k = operandColumns(p), count = panels(p.batch);
  const weights = p.scratch;
  packWeights(p, weights, 0, GATES, GATES);
  for (let first = 0; first < count; first += BLOCK) {
    const last = min(first + BLOCK, count);
    for (let panel = first; panel < last; panel++) {
      memory.fill(operandAt(p, panel, 0), 0, <usize>units << 5);
    }
    for (let step = 0; step < p.steps; step++) {
      for (let panel = first; panel < last; panel++) packInput(p, operandAt(p, panel, step), panel, step);
      // The state before the first step is 0: only the input's columns count there.
      const begin = step > 0 ? 0 : units;
      for (let tile = 0; tile < units >> 2; tile++) {
        const tileWeights = weights + (<usize>(tile * k) << 4);
        for (let panel = first; panel < last; panel++) {
          const state = operandAt(p, panel, step + 1) + (<usize>tile << 7);
          multiplyRows(state, tileWeights, operandAt(p, panel, step), begin, k);
          tanhFour(state, state);
          tanhFour(state + 64, state + 64);
        }
      }
      for (let panel = first; panel < last; panel++) {
        const state = operandAt(p, panel, step + 1);
        dropPaddedRows(p, state, units, COLUMN, panel, step);
        unpackOutput(p, state, panel, step);
      }
    }
  }
}

export function simpleBackward(p: Problem): void {
  const units = unitColumns(p), k = operandColumns(p), tiles = operandTiles(p), width = tiles * 4;
  const count = panels(p.batch);
  const weightBytes = <usize>(units * GATES * width) << 2;
  const weights = p.scratch, transposed = weights + weightBytes, sum = transposed + weightBytes;
  const gateGradient = sum + weightBytes, operandGradient = gateGradient + blockBytes(units * GATES);
  const rows = operandGradient + blockBytes(width);
  packWeights(p, weights, 0, GATES, GATES);
  transposePacked(p, weights, transposed, units * GATES);
  memory.fill(sum, 0, weightBytes);
  const endTile = p.wantsInputGradient ? tiles : units >> 2;

  for (let first = 0; first < count; first += BLOCK) {
    const last = min(first + BLOCK, count);
    memory.fill(operandGradient, 0, blockBytes(width));
    for (let step = p.steps - 1; step >= 0; step--) {
      // The state before the first step is a constant: only the input's columns are wanted there.
      const beginTile = step > 0 ? 0 : units >> 2;
      for (let panel = first; panel < last; panel++) {
        const index = <usize>(panel - first);
        const stateGradient = operandGradient + ((index * width) << 5);
        addOutputGradient(p, stateGradient, panel, step);
        dropPaddedRows(p, stateGradient, units, COLUMN, panel, step);
        const gradient = gateGradient + ((index * units) << 5);
        gateGradients(gradient, stateGradient, operandAt(p, panel, step + 1), units);
        turnToRows(operandAt(p, panel, step), width, rows + ((index * width) << 5), <usize>width << 2, ROWS);
        for (let tile = beginTile; tile < endTile; tile++) {
          const out = stateGradient + (<usize>tile << 7);
          multiplyTile(out, transposed + (<usize>(tile * units * GATES) << 4), gradient, units * GATES, false);
        }
        if (p.wantsInputGradient) unpackInputGradient(p, stateGradient + (<usize>units << 5), panel, step);
      }
      addOuterProduct(sum, gateGradient, rows, units * GATES, beginTile, width, last - first);
    }
  }
  unpackGradient(p, sum, 0, GATES, GATES);
}

/** dz = dh (1 - h^2), over `[units][8]`. */
function gateGradients(out: usize, stateGradient: usize, state: usize, units: i32): void {
  const bytes = <usize>units << 5;
  for (let at: usize = 0; at < bytes; at += 16) {
    const h = v128.load(state + at);
    v128.store(out + at, f32x4.mul(flushed(v128.load(stateGradient + at)), subtractProduct(one(), h, h)));
  }
}
