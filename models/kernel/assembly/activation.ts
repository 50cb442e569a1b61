// The logistic function and the hyperbolic tangent of four numbers, both from one exponential.
//
// exp(x) - 1 = 2^n (e^r - 1) + (2^n - 1) with n = round(x / ln 2), r = x - n ln 2. Keeping "minus one" apart from the
// start loses nothing to cancellation near 0, so tanh keeps its relative precision there. e^r - 1 is r + r^2 P(r) with P
// of degree 4, fitted to a relative error of 1.4e-8; what is left is float32 rounding: at most 1.7e-7 for either function.
//
// - Rounding by adding 1.5 * 2^23, whose sum carries n in its low bits: f32x4.nearest and the conversions are several
//   instructions each under V8, and the same sum gives 2^n by one shift.
// - Limits by pmin and pmax, one instruction each (min and max are five or more); their argument order keeps NaN.
// - Constants are loaded from a table: V8 would otherwise build each of them anew from an integer register.

import { multiplyAdd, subtractProduct } from './madd';

const CONSTANTS = memory.data<f32>([
  1.4426950408889634, // 0: 1 / ln 2
  12582912.0, // 4: 1.5 * 2^23
  0.693359375, // 8: ln 2, leading bits: n times it is exact
  -2.12194440e-4, // 12: ln 2, the rest
  0.4999999701976776, // 16: P
  0.16666539013385773, // 20
  0.04166722297668457, // 24
  0.008367180824279785, // 28
  0.0013882394414395094, // 32
  1.0, // 36 (as bits also the exponent of 2^0)
  2.0, // 40
  -87.0, // 44: exp(87) is still finite
  87.0, // 48
  -15.0, // 52: tanh is 1 in float32 from 9.1 on
  15.0, // 56
  1e-24, // 60
]);
/** Every bit but the sign. */
const MAGNITUDE = memory.data<u32>([0x7fffffff]);

@inline function constant(offset: usize): v128 {
  return v128.load_splat<f32>(CONSTANTS + offset);
}

@inline export function one(): v128 {
  return constant(36);
}

/** exp(x) / (1 + exp(x)) */
@inline export function sigmoid(x: v128): v128 {
  const limited = f32x4.pmax(f32x4.pmin(x, constant(48)), constant(44));
  const shifted = multiplyAdd(limited, constant(0), constant(4));
  const scale = powerOfTwo(shifted);
  const e = multiplyAdd(scale, remainderExpm1(limited, shifted), scale);
  return f32x4.div(e, f32x4.add(e, one()));
}

/** (exp(2x) - 1) / (exp(2x) + 1) */
@inline export function tanh(x: v128): v128 {
  const limited = f32x4.pmax(f32x4.pmin(x, constant(56)), constant(52));
  const twice = f32x4.add(limited, limited);
  const shifted = multiplyAdd(twice, constant(0), constant(4));
  const scale = powerOfTwo(shifted);
  const e = multiplyAdd(scale, remainderExpm1(twice, shifted), f32x4.sub(scale, one()));
  return f32x4.div(e, f32x4.add(e, constant(40)));
}

/**
 * tanh of 16 numbers that lie together. Each constant is loaded once for the four vectors, and with fewer instructions in
 * flight the processor looks further ahead: 2.6 ns a vector instead of the 4.1 of a loop over single ones.
 */
export function tanhFour(out: usize, x: usize): void {
  const a = tanh(v128.load(x)), b = tanh(v128.load(x, 16)), c = tanh(v128.load(x, 32)), d = tanh(v128.load(x, 48));
  v128.store(out, a);
  v128.store(out, b, 16);
  v128.store(out, c, 32);
  v128.store(out, d, 48);
}

/** The logistic function of 16 numbers that lie together, likewise. */
export function sigmoidFour(out: usize, x: usize): void {
  const a = sigmoid(v128.load(x)), b = sigmoid(v128.load(x, 16));
  const c = sigmoid(v128.load(x, 32)), d = sigmoid(v128.load(x, 48));
  v128.store(out, a);
  v128.store(out, b, 16);
  v128.store(out, c, 32);
  v128.store(out, d, 48);
}

/**
 * x, or 0 where |x| < 1e-24; NaN stays. Gradients fade through time and would end as denormal numbers, which cost this
 * kind of processor over a hundred cycles an operation (up to a third of a step's time). The limit leaves room
 * for the factors that follow, derivatives of gates and weights, so only what enters a step needs the test.
 */
@inline export function flushed(x: v128): v128 {
  return v128.andnot(x, f32x4.lt(v128.and(x, v128.load_splat<u32>(MAGNITUDE)), constant(60)));
}

/** 2^n from the sum whose low bits are n. */
@inline function powerOfTwo(shifted: v128): v128 {
  return i32x4.add(i32x4.shl(shifted, 23), one());
}

/** e^r - 1, where x = n ln 2 + r. */
@inline function remainderExpm1(x: v128, shifted: v128): v128 {
  const n = f32x4.sub(shifted, constant(4));
  const r = subtractProduct(subtractProduct(x, n, constant(8)), n, constant(12));
  let p = multiplyAdd(constant(32), r, constant(28));
  p = multiplyAdd(p, r, constant(24));
  p = multiplyAdd(p, r, constant(20));
  p = multiplyAdd(p, r, constant(16));
  return multiplyAdd(f32x4.mul(r, r), p, r);
}
