// Weights between Keras's layout and the tiles the products read.
//
// A packed matrix is `[tiles][operand columns][4]`: a tile is 4 columns of gates, its rows are the operand's columns
// `[state; input; 1]` (problem.ts). A cell names the gates that are packed together: `gates` of them from `first` on,
// of `all` in Keras's layout, interleaved by unit, so that column q is gate q % gates of unit q / gates.
// These loops touch each weight once a call, 0.2 % of a step at 128 units and batch 256: they are plain.
import { Problem, operandColumns, roundUp4, stateColumns, unitColumns } from './problem';

export function packWeights(p: Problem, out: usize, first: i32, gates: i32, all: i32): void {
  const units = p.units, features = p.features, inputAt = stateColumns(p);
  const columns = unitColumns(p) * gates;
  const k = operandColumns(p);
  const row = all * units;
  memory.fill(out, 0, <usize>(columns * k) << 2);
  for (let q = 0; q < columns; q++) {
    const unit = q / gates;
    if (unit >= units) continue;
    const column = (first + (q % gates)) * units + unit;
    const tile = out + (<usize>((q >> 2) * k * 4 + (q & 3)) << 2);
    for (let i = 0; i < p.stateUnits; i++) move(p.recurrent, i * row + column, tile, i * 4);
    for (let f = 0; f < features; f++) move(p.kernel, f * row + column, tile, (inputAt + f) * 4);
    move(p.bias, column, tile, (inputAt + features) * 4);
  }
}

/** Packed weights `[tiles][k][4]` to those of the transposed product, `[k / 4, rounded up][columns][4]`. */
export function transposePacked(p: Problem, packed: usize, out: usize, columns: i32): void {
  const k = operandColumns(p), rounded = roundUp4(k);
  for (let tile = 0; tile < columns >> 2; tile++) {
    const from = packed + ((<usize>(tile * k)) << 4);
    for (let i = 0; i < rounded; i++) {
      const to = out + (<usize>(((i >> 2) * columns + tile * 4) * 4 + (i & 3)) << 2);
      for (let lane = 0; lane < 4; lane++) {
        store<f32>(to + (<usize>lane << 4), i < k ? load<f32>(from + (<usize>(i * 4 + lane) << 2)) : 0);
      }
    }
  }
}

/** The gradient `[columns][k, rounded up to 4]` that addOuterProduct summed, to the three in Keras's layout. */
export function unpackGradient(p: Problem, sum: usize, first: i32, gates: i32, all: i32): void {
  const units = p.units, features = p.features, inputAt = stateColumns(p);
  const width = roundUp4(operandColumns(p));
  const row = all * units;
  for (let unit = 0; unit < units; unit++) {
    for (let gate = 0; gate < gates; gate++) {
      const column = (first + gate) * units + unit;
      const from = sum + (<usize>((unit * gates + gate) * width) << 2);
      for (let i = 0; i < p.stateUnits; i++) move(from, i, p.recurrentGradient, i * row + column);
      for (let f = 0; f < features; f++) move(from, inputAt + f, p.kernelGradient, f * row + column);
      move(from, inputAt + features, p.biasGradient, column);
    }
  }
}

@inline function move(from: usize, fromIndex: i32, to: usize, toIndex: i32): void {
  store<f32>(to + (<usize>toIndex << 2), load<f32>(from + (<usize>fromIndex << 2)));
}
