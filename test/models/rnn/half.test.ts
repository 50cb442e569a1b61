import { describe, expect, it } from 'vitest';
import { fromHalf, inHalves, toHalf } from '../../../models/rnn/half.ts';
import { randomFrom } from '../../../models/rnn/random.ts';

describe('numbers of 16 bits', () => {
  it.each<[number, number]>([
    [0, 0x0000],
    [-0, 0x8000],
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [65519, 0x7bff],
    [65520, 0x7c00],
    [Number.NEGATIVE_INFINITY, 0xfc00],
    [Number.NaN, 0x7e00],
    // The smallest normal number, the one below it, the smallest of all, and half of that, which is rounded to the even.
    [2 ** -14, 0x0400],
    [2 ** -14 - 2 ** -24, 0x03ff],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    // Halfway between two: to the even one.
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [2 - 2 ** -12, 0x4000],
  ])('%d is %d', (x, bits) => {
    expect(toHalf(x)).toBe(bits);
  });

  it('are all given back as they were', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const x = fromHalf(bits);
      if (Number.isNaN(x)) expect(bits & 0x7c00).toBe(0x7c00);
      else if (toHalf(x) !== bits) expect.fail(`${bits} is ${x}, which is ${toHalf(x)}`);
    }
  });

  it('are the nearest there are', () => {
    const random = randomFrom(3);
    const values = Float32Array.from({ length: 2000 }, () => random.normal() * 10 ** (4 * random.uniform() - 3));
    inHalves(values).forEach((half, i) => {
      const bits = toHalf(values[i]) & 0x7fff;
      const distance = Math.abs(half - values[i]);
      for (const beside of [bits - 1, bits + 1]) {
        expect(Math.abs(fromHalf(beside) - Math.abs(values[i]))).toBeGreaterThanOrEqual(distance);
      }
    });
  });
});
