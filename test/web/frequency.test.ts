import { describe, expect, it } from 'vitest';
import { often, onCalendar, stepLength, steps } from '../../web/frequency.ts';

describe('often', () => {
  it('says every frequency of the wire in words', () => {
    expect(['PT30S', 'PT1M', 'PT5M', 'PT1H', 'PT4H', 'P1D', 'B', 'P1W', 'P1M', 'P3M', 'P1Y', '1'].map(often)).toEqual([
      'every 30 seconds',
      'every minute',
      'every 5 minutes',
      'hourly',
      'every 4 hours',
      'daily',
      'business days',
      'weekly',
      'monthly',
      'quarterly',
      'yearly',
      'numbered steps',
    ]);
  });
});

describe('steps', () => {
  it('says how far a number of steps reaches', () => {
    expect(steps('P1M', 12)).toBe('12 months');
    expect(steps('PT5M', 9)).toBe('45 minutes');
    expect(steps('PT10M', 96)).toBe('16 hours');
    expect(steps('P3M', 8)).toBe('8 quarters');
    expect(steps('P1Y', 1)).toBe('1 year');
    expect(steps('1', 8)).toBe('8 steps');
  });
});

describe('stepLength', () => {
  it('is in milliseconds on a calendar and in steps without one', () => {
    expect(stepLength('PT15M')).toBe(900_000);
    expect(stepLength('P1W')).toBe(604_800_000);
    expect(stepLength('1')).toBe(1);
  });
});

describe('onCalendar', () => {
  it('is false for integer steps alone', () => {
    expect(onCalendar('1')).toBe(false);
    expect(onCalendar('P1D')).toBe(true);
    expect(onCalendar('B')).toBe(true);
  });
});
