import { describe, expect, it } from 'vitest';
import { addSteps, isZone, stepIndex, wallClock } from '../../models/calendar.ts';
import { parseFrequency } from '../../models/series.ts';

const at = (iso: string) => Date.parse(iso);
const steps = (from: string, n: number, frequency: string, zone = 'UTC') =>
  new Date(addSteps(at(from), n, parseFrequency(frequency), zone)).toISOString();

describe('steps along the calendar', () => {
  it('goes from month to month by the calendar, and from a month end to the next', () => {
    expect(steps('2024-01-01T00:00:00Z', 1, 'P1M')).toBe('2024-02-01T00:00:00.000Z');
    expect(steps('2024-01-31T00:00:00Z', 1, 'P1M')).toBe('2024-02-29T00:00:00.000Z');
    expect(steps('2024-02-29T00:00:00Z', 1, 'P1M')).toBe('2024-03-31T00:00:00.000Z');
    expect(steps('2024-01-15T00:00:00Z', -13, 'P1M')).toBe('2022-12-15T00:00:00.000Z');
  });

  it('crosses 1970 and the years before 100', () => {
    expect(steps('1970-01-01T00:00:00Z', -1, 'P3M')).toBe('1969-10-01T00:00:00.000Z');
    expect(steps('0001-01-01T00:00:00Z', 1, 'P1M')).toBe('0001-02-01T00:00:00.000Z');
    expect(steps('1811-01-01T00:00:00Z', 6, 'P1Y')).toBe('1817-01-01T00:00:00.000Z');
  });

  it('skips weekends on business days, both ways', () => {
    expect(steps('2024-03-01T00:00:00Z', 1, 'B')).toBe('2024-03-04T00:00:00.000Z');
    expect(steps('2024-03-04T00:00:00Z', -1, 'B')).toBe('2024-03-01T00:00:00.000Z');
    expect(steps('2024-03-01T00:00:00Z', 10, 'B')).toBe('2024-03-15T00:00:00.000Z');
  });

  it('gives a day 23 or 25 hours where the clocks of the zone change, and an hour always an hour', () => {
    expect(steps('2024-03-29T23:00:00Z', 1, 'P1D', 'Europe/Berlin')).toBe('2024-03-30T23:00:00.000Z');
    expect(steps('2024-03-30T23:00:00Z', 1, 'P1D', 'Europe/Berlin')).toBe('2024-03-31T22:00:00.000Z');
    expect(steps('2024-10-26T22:00:00Z', 1, 'P1D', 'Europe/Berlin')).toBe('2024-10-27T23:00:00.000Z');
    expect(steps('2024-03-31T00:00:00Z', 2, 'PT1H', 'Europe/Berlin')).toBe('2024-03-31T02:00:00.000Z');
  });

  it('counts whole integer steps without a calendar', () => {
    expect(addSteps(97, 8, parseFrequency('1'), 'UTC')).toBe(105);
    expect(stepIndex(1, 97, parseFrequency('1'), 'UTC')).toBe(96);
  });

  it.each([
    'PT5M',
    'PT1H',
    'P1D',
    'P1W',
    'B',
    'P1M',
    'P3M',
    'P1Y',
    '1',
  ])('%s: the index of the n-th step is n', (text) => {
    const frequency = parseFrequency(text);
    for (const zone of ['UTC', 'America/New_York']) {
      const start = text === '1' ? 5 : at('2019-12-31T05:00:00Z');
      for (const n of [-40, -1, 0, 1, 2, 7, 100, 400]) {
        expect(stepIndex(start, addSteps(start, n, frequency, zone), frequency, zone)).toBe(n);
      }
    }
  });

  it('puts a time between two steps with the earlier one', () => {
    expect(stepIndex(at('2024-01-01T00:00:00Z'), at('2024-02-29T23:59:00Z'), parseFrequency('P1M'), 'UTC')).toBe(1);
    expect(stepIndex(at('2024-01-01T00:00:00Z'), at('2023-12-31T23:59:00Z'), parseFrequency('P1D'), 'UTC')).toBe(-1);
    expect(stepIndex(at('2024-01-15T12:00:00Z'), at('2024-02-15T11:00:00Z'), parseFrequency('P1M'), 'UTC')).toBe(0);
  });

  it('tells the parts of the wall clock in the zone', () => {
    expect(wallClock(at('2024-03-03T23:30:00Z'), 'Europe/Berlin')).toEqual({
      hour: 0.5,
      weekday: 0,
      day: 4,
      dayOfYear: 64,
      month: 2,
    });
    expect(wallClock(at('1969-12-31T00:00:00Z'), 'UTC')).toEqual({
      hour: 0,
      weekday: 2,
      day: 31,
      dayOfYear: 365,
      month: 11,
    });
  });

  it('knows which zones there are', () => {
    expect([isZone('UTC'), isZone('Asia/Kathmandu'), isZone('Mars/Olympus')]).toEqual([true, true, false]);
  });
});
