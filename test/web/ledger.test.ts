import { describe, expect, it } from 'vitest';
import { offPromise } from '../../web/ledger.ts';

describe('offPromise', () => {
  it('names an interval that kept less or more than it promised', () => {
    expect(offPromise(0.71, 0.8, 828)).toBe('too narrow');
    expect(offPromise(0.89, 0.8, 828)).toBe('too wide');
  });

  it('lets a difference pass that few steps explain', () => {
    expect(offPromise(0, 0.5, 3)).toBeNull();
    expect(offPromise(0.67, 0.8, 3)).toBeNull();
    expect(offPromise(0.2, 0.8, 12)).toBe('too narrow');
  });

  it('lets less than five points pass, however many steps there are', () => {
    expect(offPromise(0.76, 0.8, 1_000_000)).toBeNull();
    expect(offPromise(0.74, 0.8, 1_000_000)).toBe('too narrow');
  });
});
