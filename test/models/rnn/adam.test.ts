import { describe, expect, it } from 'vitest';
import { adam, learningRateAt } from '../../../models/rnn/adam.ts';

describe('adam', () => {
  it('takes the steps of the paper: the first is the learning rate against the sign of the gradient', () => {
    const optimizer = adam(Float32Array.of(1, 1, 1), 1e9);
    optimizer.step(Float32Array.of(0.5, -3, 0), 0.1);
    [0.9, 1.1, 1].forEach((w, i) => {
      expect(optimizer.weights[i]).toBeCloseTo(w, 5);
    });
    optimizer.step(Float32Array.of(-1, -3, 0), 0.1);
    // m = 0.9 * 0.05 - 0.1, v = 0.999 * 0.00025 + 0.001, both corrected for two steps.
    const moved = (0.1 * ((0.9 * 0.05 - 0.1) / 0.19)) / Math.sqrt((0.999 * 0.00025 + 0.001) / (1 - 0.999 ** 2));
    expect(optimizer.weights[0]).toBeCloseTo(0.9 - moved, 5);
  });

  it('clips a gradient by its global norm, which keeps its direction', () => {
    const [clipped, short] = [adam(Float32Array.of(0, 0), 1), adam(Float32Array.of(0, 0), 1)];
    expect(clipped.step(Float32Array.of(30, 40), 0.1)).toBe(50);
    short.step(Float32Array.of(0.6, 0.8), 0.1);
    clipped.step(Float32Array.of(0.1, 0), 0.1);
    short.step(Float32Array.of(0.1, 0), 0.1);
    expect(clipped.weights[0]).toBeCloseTo(short.weights[0], 6);
  });

  it('leaves out a gradient that is not finite', () => {
    const optimizer = adam(Float32Array.of(1), 1);
    optimizer.step(Float32Array.of(Number.NaN), 0.1);
    optimizer.step(Float32Array.of(Number.POSITIVE_INFINITY), 0.1);
    expect(Array.from(optimizer.weights)).toEqual([1]);
  });

  it('finds the bottom of a bowl, and its average lies there too', () => {
    const optimizer = adam(Float32Array.of(3, -2), 10);
    for (let s = 0; s < 800; s++) {
      optimizer.step(
        optimizer.weights.map((w, i) => w - (i + 1)),
        learningRateAt(s, 800, 0.05),
      );
    }
    expect(optimizer.weights[0]).toBeCloseTo(1, 2);
    expect(optimizer.weights[1]).toBeCloseTo(2, 2);
    expect(optimizer.average[1]).toBeCloseTo(2, 2);
  });
});

describe('learningRateAt', () => {
  it('warms up over the first twentieth, then falls along a cosine to a fiftieth', () => {
    expect(learningRateAt(0, 100, 1)).toBeCloseTo(0.2, 10);
    expect(learningRateAt(4, 100, 1)).toBeCloseTo(1, 10);
    expect(learningRateAt(5, 100, 1)).toBeCloseTo(1, 10);
    expect(learningRateAt(52, 100, 1)).toBeCloseTo(0.52, 1);
    expect(learningRateAt(100, 100, 1)).toBeCloseTo(0.02, 10);
  });
});
