import { describe, expect, it } from 'vitest';
import { trackSeason } from '../../models/seasonal.ts';

const PATTERN = [3, -1, -4, 2];

describe('trackSeason', () => {
  it('finds an exact season, centred, once its phases are covered one and a half times', () => {
    const values = Array.from({ length: 24 }, (_, t) => 10 + 0.5 * t + PATTERN[t % 4]);
    const tracker = trackSeason(4);
    values.forEach((_, t) => {
      tracker.advance(values, t);
      // The ratio of step t is known at t + 2, the first at t = 4; six of them are there at t = 9.
      if (t < 9) expect(Array.from(tracker.indices)).toEqual([0, 0, 0, 0]);
    });
    tracker.indices.forEach((index, p) => {
      expect(index).toBeCloseTo(PATTERN[p], 8);
    });
    expect(tracker.shrink).toBeCloseTo(1, 8);
  });

  it('works for an odd cycle', () => {
    const week = [5, 1, 0, -1, -2, -2, -1];
    const values = Array.from({ length: 56 }, (_, t) => week[t % 7]);
    const tracker = trackSeason(7);
    values.forEach((_, t) => {
      tracker.advance(values, t);
    });
    tracker.indices.forEach((index, p) => {
      expect(index).toBeCloseTo(week[p], 8);
    });
  });

  it('shrinks what may be noise, and what is only noise almost to nothing', () => {
    const shrinkOf = (size: number) => {
      const values = Array.from({ length: 60 }, (_, t) => size * PATTERN[t % 4] + noise(t));
      const tracker = trackSeason(4);
      values.forEach((_, t) => {
        tracker.advance(values, t);
      });
      return tracker.shrink;
    };
    expect(shrinkOf(1)).toBeGreaterThan(0.95);
    expect(shrinkOf(0.05)).toBeLessThan(0.5);
    expect(shrinkOf(0.1)).toBeLessThan(shrinkOf(0.3));
  });

  it('gives recent cycles more weight, by the discount', () => {
    const values = Array.from({ length: 48 }, (_, t) => (t < 24 ? 1 : -1) * PATTERN[t % 4]);
    const run = (discount: number) => {
      const tracker = trackSeason(4, discount);
      values.forEach((_, t) => {
        tracker.advance(values, t);
      });
      return tracker.indices[0];
    };
    expect(run(0.3)).toBeLessThan(-2);
    expect(Math.abs(run(0.99))).toBeLessThan(1);
  });

  it('does not look ahead: the indices at a step are the same whatever follows', () => {
    const past = Array.from({ length: 20 }, (_, t) => PATTERN[t % 4] + noise(t));
    const at19 = (future: number) => {
      const values = [...past, ...new Array(20).fill(future)];
      const tracker = trackSeason(4);
      for (let t = 0; t < 20; t++) tracker.advance(values, t);
      return Array.from(tracker.indices);
    };
    expect(at19(1e6)).toEqual(at19(-7));
  });
});

const noise = (t: number) => Math.sin(t * t * 1.7) + Math.cos(t * 12.9898 * t);
