// The dense layer, y = x W + b, as one step without state. A head of 126 outputs over every step has half the operations of
// the 64 LSTM units below it; by tfjs's products it took twice their time.
import { addOutputGradient, packInput, turnToRows, unpackInputGradient, unpackOutput } from './panel';
import { BLOCK, Problem, ROWS, blockBytes, operandColumns, operandTiles, panels, unitColumns } from './problem';
import { addOuterProduct, multiplyTile } from './product';
import { packWeights, transposePacked, unpackGradient } from './weights';

/** Nothing: the backward pass packs the input anew, which moves each number once where the products use it hundreds of times. */
export function denseReserveBytes(p: Problem): f64 {
  return 0;
}

export function denseScratchBytes(p: Problem): f64 {
  const units = unitColumns(p), width = operandTiles(p) * 4;
  // Packed weights, transposed weights, their gradient; for a block the output or its gradient, the operand, its gradient,
  // and it as rows.
  return <f64>((<usize>(units * width * 3) << 2) + blockBytes(units + width * 3));
}

export function denseForward(p: Problem): void {
  const units = unitColumns(p), k = operandColumns(p), count = panels(p.batch);
  const width = operandTiles(p) * 4;
  const weights = p.scratch, output = weights + (<usize>(units * width) << 2), operands = output + blockBytes(units);
  packWeights(p, weights, 0, 1, 1);
  for (let first = 0; first < count; first += BLOCK) {
    const last = min(first + BLOCK, count);
    for (let panel = first; panel < last; panel++) {
      packInput(p, operands + (<usize>((panel - first) * width) << 5), panel, 0);
    }
    for (let tile = 0; tile < units >> 2; tile++) {
      for (let panel = first; panel < last; panel++) {
        const index = panel - first, out = output + (<usize>(index * units + tile * 4) << 5);
        multiplyTile(out, weights + (<usize>(tile * k) << 4), operands + (<usize>(index * width) << 5), k, false);
      }
    }
    for (let panel = first; panel < last; panel++) {
      unpackOutput(p, output + (<usize>((panel - first) * units) << 5), panel, 0);
    }
  }
}

export function denseBackward(p: Problem): void {
  const units = unitColumns(p), tiles = operandTiles(p), width = tiles * 4, count = panels(p.batch);
  const weightBytes = <usize>(units * width) << 2;
  const weights = p.scratch, transposed = weights + weightBytes, sum = transposed + weightBytes;
  const gradient = sum + weightBytes, operandGradient = gradient + blockBytes(units);
  const rows = operandGradient + blockBytes(width), operand = rows + blockBytes(width);
  packWeights(p, weights, 0, 1, 1);
  transposePacked(p, weights, transposed, units);
  memory.fill(sum, 0, weightBytes);
  for (let first = 0; first < count; first += BLOCK) {
    const last = min(first + BLOCK, count);
    memory.fill(gradient, 0, blockBytes(units));
    for (let panel = first; panel < last; panel++) {
      const index = <usize>(panel - first), dOutput = gradient + ((index * units) << 5);
      addOutputGradient(p, dOutput, panel, 0);
      packInput(p, operand, panel, 0);
      turnToRows(operand, width, rows + ((index * width) << 5), <usize>width << 2, ROWS);
      if (!p.wantsInputGradient) continue;
      const dOperand = operandGradient + ((index * width) << 5);
      for (let tile = 0; tile < tiles; tile++) {
        multiplyTile(dOperand + (<usize>tile << 7), transposed + (<usize>(tile * units) << 4), dOutput, units, false);
      }
      unpackInputGradient(p, dOperand, panel, 0);
    }
    addOuterProduct(sum, gradient, rows, units, 0, width, last - first);
  }
  unpackGradient(p, sum, 0, 1, 1);
}
