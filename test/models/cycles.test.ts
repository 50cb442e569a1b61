import { describe, expect, it } from 'vitest';
import { calendarCycles } from '../../models/cycles.ts';

describe('calendarCycles', () => {
  it('knows which cycles a step can see', () => {
    const names = (unit: Parameters<typeof calendarCycles>[1]) => [...calendarCycles([0], unit, 'UTC').keys()];
    expect(names('month')).toEqual(['month_sin', 'month_cos']);
    expect(names('week')).toEqual(['yearday_sin', 'yearday_cos']);
    expect(names('day')).toEqual([
      'weekday_sin',
      'weekday_cos',
      'monthday_sin',
      'monthday_cos',
      'yearday_sin',
      'yearday_cos',
    ]);
    expect(names('year')).toEqual([]);
    expect(names('step')).toEqual([]);
  });

  it('reads the clock on the wall of the zone', () => {
    const noonInTokyo = Date.UTC(2024, 0, 1, 3);
    expect(calendarCycles([noonInTokyo], 'hour', 'Asia/Tokyo').get('hour_cos')![0]).toBeCloseTo(-1, 10);
    expect(calendarCycles([noonInTokyo], 'hour', 'UTC').get('hour_sin')![0]).toBeCloseTo(Math.SQRT1_2, 10);
  });
});
