// Weights between Keras's layout and the tiles the products read.
//
// A packed matrix is `[tiles][operand columns][4]`: a tile is 4 columns of gates, its rows are the operand's columns
// `[state; input; 1]` (problem.ts). A cell names the gates that are packed together: `gates` of them from `first` on,
// of `all` in Keras's layout, interleaved by unit, so that column q is gate q % gates of unit q / gates.
// These loops touch each weight once a call. They go through Keras's matrices row by row: down a column of 64 units every
// weight would be on a cache line of its own and all lines in the same four sets, which took 2 % of a step.
import { Problem, operandColumns, operandTiles, stateColumns, unitColumns } from './problem';
import { turnFour } from './panel';

export function packWeights(p: Problem, out: usize, first: i32, gates: i32, all: i32): void {
  const features = p.features, k = operandColumns(p), inputAt = stateColumns(p);
  const rowBytes = <usize>(all * p.units) << 2, from = <usize>(first * p.units) << 2;
  memory.fill(out, 0, <usize>(unitColumns(p) * gates * k) << 2);
  for (let i = 0; i < p.stateUnits; i++) packRow(p, p.recurrent + from + <usize>i * rowBytes, out, i, gates);
  for (let f = 0; f < features; f++) packRow(p, p.kernel + from + <usize>f * rowBytes, out, inputAt + f, gates);
  packRow(p, p.bias + from, out, inputAt + features, gates);
}

/** Row i of the packed matrix from `gates` runs of `units` weights. */
function packRow(p: Problem, from: usize, out: usize, i: i32, gates: i32): void {
  const units = p.units, k = operandColumns(p);
  for (let gate = 0; gate < gates; gate++) {
    for (let unit = 0, q = gate; unit < units; unit++, q += gates) move(from, gate * units + unit, out, packedAt(q, i, k));
  }
}

/** Where column q and row i of a packed matrix of k rows stand. */
@inline function packedAt(q: i32, i: i32, k: i32): i32 {
  return ((q >> 2) * k + i) * 4 + (q & 3);
}

/** Packed weights `[tiles][k][4]` to those of the transposed product, `[k / 4, rounded up][columns][4]`. */
export function transposePacked(p: Problem, packed: usize, out: usize, columns: i32): void {
  const k = operandColumns(p), whole = k & ~3;
  for (let tile = 0; tile < columns >> 2; tile++) {
    const from = packed + ((<usize>(tile * k)) << 4);
    for (let i = 0; i < whole; i += 4) turnFour(from + (<usize>i << 4), 16, out + (<usize>(i * columns + tile * 16) << 2), 16);
    if (whole == k) continue;
    const last = out + (<usize>(whole * columns + tile * 16) << 2);
    memory.fill(last, 0, 64);
    for (let i = whole; i < k; i++) {
      for (let lane = 0; lane < 4; lane++) move(from, i * 4 + lane, last, lane * 4 + i - whole);
    }
  }
}

/** The gradient `[columns][k, rounded up to 4]` that addOuterProduct summed, to the three in Keras's layout. */
export function unpackGradient(p: Problem, sum: usize, first: i32, gates: i32, all: i32): void {
  const features = p.features, inputAt = stateColumns(p);
  const rowBytes = <usize>(all * p.units) << 2, to = <usize>(first * p.units) << 2;
  for (let i = 0; i < p.stateUnits; i++) unpackRow(p, sum, i, p.recurrentGradient + to + <usize>i * rowBytes, gates);
  for (let f = 0; f < features; f++) unpackRow(p, sum, inputAt + f, p.kernelGradient + to + <usize>f * rowBytes, gates);
  unpackRow(p, sum, inputAt + features, p.biasGradient + to, gates);
}

/** Operand column i of the gradient to `gates` runs of `units` weights. */
function unpackRow(p: Problem, sum: usize, i: i32, to: usize, gates: i32): void {
  const units = p.units, width = operandTiles(p) * 4;
  for (let gate = 0; gate < gates; gate++) {
    for (let unit = 0, q = gate; unit < units; unit++, q += gates) move(sum, q * width + i, to, gate * units + unit);
  }
}

@inline function move(from: usize, fromIndex: i32, to: usize, toIndex: i32): void {
  store<f32>(to + (<usize>toIndex << 2), load<f32>(from + (<usize>fromIndex << 2)));
}
