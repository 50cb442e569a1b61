import { describe, expect, it } from 'vitest';
import { fillGaps } from '../../models/gaps.ts';

const gap = Number.NaN;

describe('fillGaps', () => {
  it('fills with the value one cycle earlier, or the last value in the first cycle, and marks what it made up', () => {
    const { dropped, values, observed } = fillGaps(Float64Array.of(gap, 1, 2, gap, 4, 5, gap, gap, gap), 4);
    expect(dropped).toBe(1);
    expect(Array.from(values)).toEqual([1, 2, 2, 4, 5, 2, 2, 4]);
    expect(Array.from(observed)).toEqual([1, 1, 0, 1, 1, 0, 0, 0]);
  });

  it('repeats the last value where there is no season', () => {
    expect(Array.from(fillGaps(Float64Array.of(3, gap, gap, 5), 1).values)).toEqual([3, 3, 3, 5]);
  });

  it('treats infinities as missing and leaves the input as it was', () => {
    const given = Float64Array.of(3, Number.POSITIVE_INFINITY, 4);
    expect(Array.from(fillGaps(given, 1).values)).toEqual([3, 3, 4]);
    expect(given[1]).toBe(Number.POSITIVE_INFINITY);
  });

  it('leaves nothing of a series without observations', () => {
    expect(fillGaps(Float64Array.of(gap, gap), 12)).toEqual({
      dropped: 2,
      values: new Float64Array(0),
      observed: new Uint8Array(0),
    });
  });
});
