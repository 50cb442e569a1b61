import { describe, expect, it } from 'vitest';
import { bytes, counted, percent, valueFormat } from '../../web/numbers.ts';

describe('valueFormat', () => {
  it('keeps every digit of large whole numbers', () => {
    expect(valueFormat([135_450, 143_093])(135_762)).toBe('135,762');
  });

  it('shows as many places as tell the values apart', () => {
    expect(valueFormat([0.0123, 0.0456])(0.01234)).toBe('0.01234');
    expect(valueFormat([546.1, 557.9])(556.726)).toBe('556.73');
    expect(valueFormat([1_000_000.01, 1_000_000.02])(1_000_000.013)).toBe('1,000,000.013');
  });

  it('does not dress whole numbers up with zeros, but for a column that is to be aligned', () => {
    expect(valueFormat([0, 9])(5)).toBe('5');
    expect(valueFormat([86.88, 130.32], { aligned: true })(90.6)).toBe('90.60');
  });

  it('shows values that are extreme, negative, constant or missing', () => {
    expect(valueFormat([1e300, 2e300])(1.5e300)).toBe('1.5E300');
    expect(valueFormat([-5, 5])(-2.5)).toBe('-2.5');
    expect(valueFormat([5, 5])(5)).toBe('5');
    expect(valueFormat([0, 0])(0)).toBe('0');
    expect(valueFormat([null, 1])(null)).toBe('–');
    expect(valueFormat([])(3)).toBe('3');
  });
});

describe('counted', () => {
  it('puts the right number of the noun behind a count', () => {
    expect(counted(1, 'row')).toBe('1 row');
    expect(counted(2760, 'row')).toBe('2,760 rows');
    expect(counted(2, 'series', 'series')).toBe('2 series');
  });
});

describe('percent and bytes', () => {
  it('round to what a person reads', () => {
    expect(percent(0.7149)).toBe('71 %');
    expect(percent(null)).toBe('–');
    expect([900, 1800, 18_000, 3_400_000, 2e9].map(bytes)).toEqual(['900 B', '1.8 kB', '18 kB', '3.4 MB', '2.0 GB']);
  });
});
