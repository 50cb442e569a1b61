import { describe, expect, it } from 'vitest';
import { defaultHorizon, defaultSeason, formatFrequency, parseFrequency } from '../../models/series.ts';

describe('frequency', () => {
  it.each([
    ['PT10S', 'second', 10, 8640],
    ['PT5M', 'minute', 5, 288],
    ['PT30M', 'minute', 30, 48],
    ['PT1H', 'hour', 1, 24],
    ['PT4H', 'hour', 4, 6],
    ['P1D', 'day', 1, 7],
    ['B', 'businessDay', 1, 5],
    ['P1W', 'week', 1, 52],
    ['P1M', 'month', 1, 12],
    ['P3M', 'month', 3, 4],
    ['P1Y', 'year', 1, 1],
    ['1', 'step', 1, 1],
  ] as const)('%s is read, written the same, and has its natural season', (text, unit, count, season) => {
    const frequency = parseFrequency(text);
    expect(frequency).toEqual({ unit, count });
    expect(formatFrequency(frequency)).toBe(text);
    expect(defaultSeason(frequency)).toBe(season);
    expect(defaultHorizon(frequency)).toBeGreaterThanOrEqual(6);
  });

  it.each([
    '',
    'P',
    'PT0H',
    '1M',
    'P1H',
    'PT1D',
    'hourly',
    '-1',
    'P1.5D',
  ])('"%s" is refused with what was expected', (text) => {
    expect(() => parseFrequency(text)).toThrow(/found frequency ".*", expected an ISO 8601 duration/);
  });

  it('has no season where the steps do not divide the cycle', () => {
    expect(defaultSeason({ unit: 'hour', count: 5 })).toBe(1);
    expect(defaultSeason({ unit: 'day', count: 2 })).toBe(1);
  });
});
