import { describe, expect, it } from 'vitest';
import { randomFrom } from '../../../models/rnn/random.ts';

describe('randomFrom', () => {
  it('repeats itself for a seed and differs for the next', () => {
    const draw = (seed: number) => Array.from({ length: 5 }, randomFrom(seed).uniform);
    expect(draw(3)).toEqual(draw(3));
    expect(draw(3)).not.toEqual(draw(4));
  });

  it('is uniform and normal as promised', () => {
    const random = randomFrom(1);
    const n = 20_000;
    const uniform = Array.from({ length: n }, random.uniform);
    const normal = Array.from({ length: n }, random.normal);
    const mean = (x: number[]) => x.reduce((a, b) => a + b, 0) / n;
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...uniform)).toBeLessThan(1);
    expect(mean(uniform)).toBeCloseTo(0.5, 1);
    expect(mean(uniform.map((u) => u * u))).toBeCloseTo(1 / 3, 1);
    expect(Math.abs(mean(normal))).toBeLessThan(0.03);
    expect(mean(normal.map((z) => z * z))).toBeCloseTo(1, 1);
  });

  it('shuffles without losing or doubling anything', () => {
    const items = Array.from({ length: 50 }, (_, i) => i);
    const shuffled = randomFrom(2).shuffle([...items]);
    expect(shuffled).not.toEqual(items);
    expect(shuffled.sort((a, b) => a - b)).toEqual(items);
  });
});
