// Batch rows in and out of panels, and the rows that left padding switches off.
import { COLUMN, Problem, ROWS, operandColumns, operandTiles, stateColumns } from './problem';

/** Writes the input of one step, the constant 1 and idle zeros below the state's columns of an operand. */
export function packInput(p: Problem, operand: usize, panel: i32, step: i32): void {
  const input = operand + (<usize>stateColumns(p) << 5);
  const stride = <usize>(p.steps * p.features) << 2;
  const from = p.input + <usize>(panel * ROWS) * stride + (<usize>(step * p.features) << 2);
  const one = input + (<usize>p.features << 5);
  memory.fill(input, 0, <usize>p.features << 5);
  addRows(input, p.features, from, stride, rowsOf(p, panel));
  v128.store(one, f32x4.splat(1));
  v128.store(one, f32x4.splat(1), 16);
  memory.fill(one + COLUMN, 0, <usize>(operandTiles(p) * 4 - operandColumns(p)) << 5);
}

/** The state after `step`, `[units][8]`, to the output, if the output has that step. */
export function unpackOutput(p: Problem, state: usize, panel: i32, step: i32): void {
  if (!isOutput(p, step)) return;
  turnToRows(state, p.units, outputRow(p, p.output, panel, step), outputStride(p), rowsOf(p, panel));
}

/** Adds the output's gradient of `step`, if the output has that step, to the state's gradient `[units][8]`. */
export function addOutputGradient(p: Problem, stateGradient: usize, panel: i32, step: i32): void {
  if (!isOutput(p, step)) return;
  addRows(stateGradient, p.units, outputRow(p, p.outputGradient, panel, step), outputStride(p), rowsOf(p, panel));
}

/** The gradient of one step's input, `[features][8]`, to the caller's `[batch][steps][features]`. */
export function unpackInputGradient(p: Problem, gradient: usize, panel: i32, step: i32): void {
  const stride = <usize>(p.steps * p.features) << 2;
  const to = p.inputGradient + <usize>(panel * ROWS) * stride + (<usize>(step * p.features) << 2);
  turnToRows(gradient, p.features, to, stride, rowsOf(p, panel));
}

/**
 * Zeroes `count` columns, `stride` bytes apart, in the rows whose series has not begun at `step`. Going forward, a state
 * that starts as zero and is left alone until then equals one that is zeroed after each of those steps; going back, nothing
 * flows through them.
 */
export function dropPaddedRows(p: Problem, columns: usize, count: i32, stride: usize, panel: i32, step: i32): void {
  if (p.starts == 0) return;
  const rows = rowsOf(p, panel);
  for (let r = 0; r < rows; r++) {
    if (step >= load<i32>(p.starts + (<usize>(panel * ROWS + r) << 2))) continue;
    for (let column = 0; column < count; column++) store<f32>(columns + <usize>column * stride + (<usize>r << 2), 0);
  }
}

/**
 * A panel's columns `[width][8]` to `count` rows `[width]`, `stride` bytes apart. A whole panel goes by 4 x 4 transposes,
 * a quarter of the time of moving single numbers (52 against 243 ns for 64 columns).
 */
export function turnToRows(columns: usize, width: i32, rows: usize, stride: usize, count: i32): void {
  const turned = count == ROWS ? width & ~3 : 0;
  for (let half: usize = 0; half < COLUMN; half += 16) {
    let to = rows + (half >> 2) * stride;
    let from = columns + half;
    for (let column = 0; column < turned; column += 4, from += 128, to += 16) {
      turnFour(from, COLUMN, to, stride);
    }
  }
  for (let r = 0; r < count; r++) {
    const to = rows + <usize>r * stride;
    for (let column = turned; column < width; column++) {
      store<f32>(to + (<usize>column << 2), load<f32>(columns + (<usize>(column * ROWS + r) << 2)));
    }
  }
}

/** The way back: columns[width][8] += `count` rows of `width`, `stride` bytes apart. */
function addRows(columns: usize, width: i32, rows: usize, stride: usize, count: i32): void {
  const turned = count == ROWS ? width & ~3 : 0;
  for (let half: usize = 0; half < COLUMN; half += 16) {
    let from = rows + (half >> 2) * stride;
    let to = columns + half;
    for (let column = 0; column < turned; column += 4, from += 16, to += 128) {
      const r0 = v128.load(from), r1 = v128.load(from + stride);
      const r2 = v128.load(from + 2 * stride), r3 = v128.load(from + 3 * stride);
      const low01 = lowPairs(r0, r1), high01 = highPairs(r0, r1), low23 = lowPairs(r2, r3), high23 = highPairs(r2, r3);
      v128.store(to, f32x4.add(v128.load(to), firstHalves(low01, low23)));
      v128.store(to, f32x4.add(v128.load(to, 32), secondHalves(low01, low23)), 32);
      v128.store(to, f32x4.add(v128.load(to, 64), firstHalves(high01, high23)), 64);
      v128.store(to, f32x4.add(v128.load(to, 96), secondHalves(high01, high23)), 96);
    }
  }
  for (let r = 0; r < count; r++) {
    const from = rows + <usize>r * stride;
    for (let column = turned; column < width; column++) {
      const to = columns + (<usize>(column * ROWS + r) << 2);
      store<f32>(to, load<f32>(to) + load<f32>(from + (<usize>column << 2)));
    }
  }
}

/** Transposes 4 x 4 numbers, given and taken as vectors so many bytes apart. */
@inline export function turnFour(from: usize, fromStride: usize, to: usize, toStride: usize): void {
  const c0 = v128.load(from), c1 = v128.load(from + fromStride);
  const c2 = v128.load(from + 2 * fromStride), c3 = v128.load(from + 3 * fromStride);
  const low01 = lowPairs(c0, c1), high01 = highPairs(c0, c1), low23 = lowPairs(c2, c3), high23 = highPairs(c2, c3);
  v128.store(to, firstHalves(low01, low23));
  v128.store(to + toStride, secondHalves(low01, low23));
  v128.store(to + 2 * toStride, firstHalves(high01, high23));
  v128.store(to + 3 * toStride, secondHalves(high01, high23));
}

// The steps of a 4 x 4 transpose: interleave pairs of vectors, then join halves.
@inline function lowPairs(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 0, 4, 1, 5);
}
@inline function highPairs(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 2, 6, 3, 7);
}
@inline function firstHalves(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 0, 1, 4, 5);
}
@inline function secondHalves(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 2, 3, 6, 7);
}

/** Batch rows in a panel: fewer than 8 in the last one. */
@inline function rowsOf(p: Problem, panel: i32): i32 {
  return min(ROWS, p.batch - panel * ROWS);
}

@inline function isOutput(p: Problem, step: i32): bool {
  return p.sequence != 0 || step == p.steps - 1;
}

/** The row of a panel's first batch row in the output or its gradient. */
@inline function outputRow(p: Problem, base: usize, panel: i32, step: i32): usize {
  return base + <usize>(panel * ROWS) * outputStride(p) + (p.sequence ? <usize>(step * p.units) << 2 : 0);
}

@inline function outputStride(p: Problem): usize {
  return <usize>(p.sequence ? p.steps * p.units : p.units) << 2;
}
