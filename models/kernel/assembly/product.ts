// The matrix products: four fifths of a training step's time at 128 units, three fifths at 64.
//
// The register tile is 4 columns x 8 rows: 8 accumulators, 2 vectors of the panel and one broadcast weight at a time fit
// the 15 vector registers V8 hands out, and 8 independent sums are what hides the latency of add (or multiply-add).
// The loops over k are not unrolled: V8 would hoist the loads, run out of registers and spill (unrolled by 4: 42 instead of
// 47 GFLOP/s).

import { multiplyAdd } from './madd';

/**
 * out[4][8] = sum over k of weights[k][4] x panel[k][8], added to what `out` holds if `add` says so.
 * `weights` is one tile of a packed matrix (weights.ts): it and the panel are read from end to end.
 */
export function multiplyTile(out: usize, weights: usize, panel: usize, k: i32, add: bool): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0), c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0), c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  if (add) {
    c00 = v128.load(out, 0);
    c01 = v128.load(out, 16);
    c10 = v128.load(out, 32);
    c11 = v128.load(out, 48);
    c20 = v128.load(out, 64);
    c21 = v128.load(out, 80);
    c30 = v128.load(out, 96);
    c31 = v128.load(out, 112);
  }
  const end = weights + ((<usize>k) << 4);
  for (; weights < end; weights += 16, panel += 32) {
    const a0 = v128.load(panel), a1 = v128.load(panel, 16);
    const w0 = v128.load_splat<f32>(weights, 0);
    c00 = multiplyAdd(w0, a0, c00);
    c01 = multiplyAdd(w0, a1, c01);
    const w1 = v128.load_splat<f32>(weights, 4);
    c10 = multiplyAdd(w1, a0, c10);
    c11 = multiplyAdd(w1, a1, c11);
    const w2 = v128.load_splat<f32>(weights, 8);
    c20 = multiplyAdd(w2, a0, c20);
    c21 = multiplyAdd(w2, a1, c21);
    const w3 = v128.load_splat<f32>(weights, 12);
    c30 = multiplyAdd(w3, a0, c30);
    c31 = multiplyAdd(w3, a1, c31);
  }
  v128.store(out, c00, 0);
  v128.store(out, c01, 16);
  v128.store(out, c10, 32);
  v128.store(out, c11, 48);
  v128.store(out, c20, 64);
  v128.store(out, c21, 80);
  v128.store(out, c30, 96);
  v128.store(out, c31, 112);
}

/** The same over the rows of k from `begin` on. */
@inline export function multiplyRows(out: usize, weights: usize, panel: usize, begin: i32, k: i32): void {
  multiplyTile(out, weights + (<usize>begin << 4), panel + (<usize>begin << 5), k - begin, false);
}

/**
 * The weights' gradient of one step of a block:
 * sum[columns][width] += sum over rows r of gradient[panel][columns][8][r] x rows[r][width].
 *
 * @param gradient `[count][columns][8]`, the panels of the gates' gradient; columns a multiple of 4
 * @param rows `[count * 8][width]`, the operand turned to rows; width a multiple of 4
 * @param beginTile number of the operand's first 4 columns that are not all 0
 */
export function addOuterProduct(sum: usize, gradient: usize, rows: usize, columns: i32, beginTile: i32, width: i32, count: i32): void {
  const stride = <usize>width << 2;
  const panelBytes = <usize>columns << 5;
  for (let column = 0; column < columns; column += 4) {
    const tileSum = sum + <usize>column * stride;
    const tileGradient = gradient + (<usize>column << 5);
    let at = (beginTile << 2) & ~7;
    for (; at + 8 <= width; at += 8) {
      addOuterTile8(tileSum + (<usize>at << 2), tileGradient, rows + (<usize>at << 2), stride, panelBytes, count);
    }
    if (at < width) {
      addOuterTile4(tileSum + (<usize>at << 2), tileGradient, rows + (<usize>at << 2), stride, panelBytes, count);
    }
  }
}

function addOuterTile8(sum: usize, gradient: usize, row: usize, stride: usize, panelBytes: usize, count: i32): void {
  const s1 = sum + stride, s2 = s1 + stride, s3 = s2 + stride;
  let c00 = v128.load(sum), c01 = v128.load(sum, 16);
  let c10 = v128.load(s1), c11 = v128.load(s1, 16);
  let c20 = v128.load(s2), c21 = v128.load(s2, 16);
  let c30 = v128.load(s3), c31 = v128.load(s3, 16);
  for (let panel = 0; panel < count; panel++) {
    const end = gradient + 32;
    for (let g = gradient; g < end; g += 4) {
      const a0 = v128.load(row), a1 = v128.load(row, 16);
      const g0 = v128.load_splat<f32>(g, 0);
      c00 = multiplyAdd(g0, a0, c00);
      c01 = multiplyAdd(g0, a1, c01);
      const g1 = v128.load_splat<f32>(g, 32);
      c10 = multiplyAdd(g1, a0, c10);
      c11 = multiplyAdd(g1, a1, c11);
      const g2 = v128.load_splat<f32>(g, 64);
      c20 = multiplyAdd(g2, a0, c20);
      c21 = multiplyAdd(g2, a1, c21);
      const g3 = v128.load_splat<f32>(g, 96);
      c30 = multiplyAdd(g3, a0, c30);
      c31 = multiplyAdd(g3, a1, c31);
      row += stride;
    }
    gradient += panelBytes;
  }
  v128.store(sum, c00);
  v128.store(sum, c01, 16);
  v128.store(s1, c10);
  v128.store(s1, c11, 16);
  v128.store(s2, c20);
  v128.store(s2, c21, 16);
  v128.store(s3, c30);
  v128.store(s3, c31, 16);
}

/** The last 4 of a width that is not a multiple of 8: half the speed, for at most one tile in a row of tiles. */
function addOuterTile4(sum: usize, gradient: usize, row: usize, stride: usize, panelBytes: usize, count: i32): void {
  const s1 = sum + stride, s2 = s1 + stride, s3 = s2 + stride;
  let c0 = v128.load(sum), c1 = v128.load(s1), c2 = v128.load(s2), c3 = v128.load(s3);
  for (let panel = 0; panel < count; panel++) {
    const end = gradient + 32;
    for (let g = gradient; g < end; g += 4) {
      const a = v128.load(row);
      c0 = multiplyAdd(v128.load_splat<f32>(g, 0), a, c0);
      c1 = multiplyAdd(v128.load_splat<f32>(g, 32), a, c1);
      c2 = multiplyAdd(v128.load_splat<f32>(g, 64), a, c2);
      c3 = multiplyAdd(v128.load_splat<f32>(g, 96), a, c3);
      row += stride;
    }
    gradient += panelBytes;
  }
  v128.store(sum, c0);
  v128.store(s1, c1);
  v128.store(s2, c2);
  v128.store(s3, c3);
}
