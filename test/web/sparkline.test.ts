import { describe, expect, it } from 'vitest';
import { path } from '../../web/sparkline.ts';

describe('the path of a sparkline', () => {
  it('goes from the first time to the last, high values above', () => {
    expect(path([0, 1, 2], [0, 10, 0])).toBe('M1 38L80 2L159 38');
  });

  it('is interrupted where a value is missing', () => {
    expect(path([0, 1, 2, 3], [1, null, 1, 2])).toBe('M1 38M106.3 38L159 2');
  });

  it('runs through the middle for a constant series, and is empty without values', () => {
    expect(path([0, 1], [5, 5])).toBe('M1 20L159 20');
    expect(path([5], [5])).toBe('M1 20');
    expect(path([], [])).toBe('');
    expect(path([0], [null])).toBe('');
  });
});
