/**
 * Numbers of 16 bits (IEEE 754 binary16: eleven significant bits, 6e-8 to 65504), in which shipped weights lie: half the bytes.
 */

/** The bits of the nearest one, ties to the even; infinite beyond the largest. */
export function toHalf(x: number): number {
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0;
  const size = Math.abs(x);
  if (Number.isNaN(x)) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  // Below the smallest normal number steps are as there.
  const exponent = Math.max(-14, Math.floor(Math.log2(size)));
  // A thousand steps to each power of two; those of the number's own power count as one of its exponent.
  return sign | (((exponent + 14) << 10) + nearestEven(size * 2 ** (10 - exponent)));
}

export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const steps = bits & 0x3ff;
  if (exponent === 0x1f) return steps === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? steps * 2 ** -24 : (1024 + steps) * 2 ** (exponent - 25));
}

/** The nearest numbers of 16 bits, as numbers of 32. */
export const inHalves = (values: Float32Array): Float32Array => values.map((x) => fromHalf(toHalf(x)));

// Doubles from 2 ** 52 on are whole, and sums are rounded to the even.
const nearestEven = (x: number) => x + 2 ** 52 - 2 ** 52;
