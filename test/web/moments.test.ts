import { describe, expect, it } from 'vitest';
import { ago, duration, moment, timeFormat } from '../../web/moments.ts';

describe('timeFormat', () => {
  it('is as fine as the frequency', () => {
    const time = Date.UTC(2015, 6, 1);
    expect(timeFormat('P1Y', 'UTC')(time)).toBe('2015');
    expect(timeFormat('P3M', 'UTC')(time)).toBe('Q3 2015');
    expect(timeFormat('P1M', 'UTC')(time)).toBe('Jul 2015');
    expect(timeFormat('P1D', 'UTC')(time)).toBe('Wed, 1 Jul 2015');
    expect(timeFormat('PT1H', 'UTC')(time)).toBe('1 Jul 2015, 00:00 UTC');
    expect(timeFormat('1', 'UTC')(12345)).toBe('12345');
  });

  it('writes a time in the zone of the dataset', () => {
    // The first of the month in Tokyo begins when it is still the last of the month before in UTC.
    const time = Date.UTC(2015, 5, 30, 15);
    expect(timeFormat('P1M', 'Asia/Tokyo')(time)).toBe('Jul 2015');
    expect(timeFormat('P1M', 'UTC')(time)).toBe('Jun 2015');
  });

  it('tells the hour that a clock change repeats apart', () => {
    const write = timeFormat('PT1H', 'Europe/Berlin');
    const first = write(Date.UTC(2024, 9, 27, 0));
    const second = write(Date.UTC(2024, 9, 27, 1));
    expect(first).toContain('27 Oct 2024, 02:00');
    expect(second).toContain('27 Oct 2024, 02:00');
    expect(first).not.toBe(second);
  });

  it('writes times before 1970', () => {
    expect(timeFormat('P1M', 'UTC')(Date.UTC(1949, 0))).toBe('Jan 1949');
  });
});

describe('moment', () => {
  it('is a moment in the zone that is asked for', () => {
    expect(moment(Date.UTC(2026, 10, 23, 14, 5), 'UTC')).toBe('Mon, 23 Nov 2026, 14:05');
    expect(moment(Date.UTC(2026, 10, 23, 23, 5), 'Europe/Berlin')).toBe('Tue, 24 Nov 2026, 00:05');
  });
});

describe('ago', () => {
  it('says how far away a moment is in its largest unit', () => {
    const now = Date.UTC(2026, 0, 10);
    expect(ago(now - 3000, now)).toBe('just now');
    expect(ago(now - 300_000, now)).toBe('5 minutes ago');
    expect(ago(now + 3 * 86_400_000, now)).toBe('in 3 days');
    expect(ago(now - 400 * 86_400_000, now)).toBe('1 year ago');
  });
});

describe('duration', () => {
  it('keeps two units at most', () => {
    expect([0.84, 42, 60, 200, 3600, 3900].map(duration)).toEqual([
      '0.8 s',
      '42 s',
      '1 min',
      '3 min 20 s',
      '1 h',
      '1 h 5 min',
    ]);
  });

  it('never shows sixty seconds', () => {
    expect(duration(59.7)).toBe('1 min');
  });
});
