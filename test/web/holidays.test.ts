import { describe, expect, it } from 'vitest';
import { holidayMarks, holidayNames } from '../../web/holidays.ts';

const day = (date: string, zone = 'Z') => Date.parse(`${date}T00:00:00${zone}`);
const CHRISTMAS = [
  { name: 'Christmas Day', from: day('2024-12-25'), to: day('2024-12-26') },
  { name: 'Boxing Day', from: day('2024-12-26'), to: day('2024-12-27') },
];

describe('holidayNames', () => {
  it('names the holiday of a day, and of each hour in it', () => {
    const ofDay = holidayNames(CHRISTMAS, 'P1D', 'UTC');
    expect(['2024-12-24', '2024-12-25', '2024-12-26', '2024-12-27'].map((date) => ofDay(day(date)))).toEqual([
      '',
      'Christmas Day',
      'Boxing Day',
      '',
    ]);
    const ofHour = holidayNames(CHRISTMAS, 'PT1H', 'UTC');
    expect([-1, 0, 23, 24].map((hour) => ofHour(day('2024-12-25') + hour * 3_600_000))).toEqual([
      '',
      'Christmas Day',
      'Christmas Day',
      'Boxing Day',
    ]);
  });

  it('names all holidays of a week and of a month, each once', () => {
    expect(holidayNames(CHRISTMAS, 'P1W', 'UTC')(day('2024-12-23'))).toBe('Christmas Day, Boxing Day');
    expect(holidayNames(CHRISTMAS, 'P1M', 'UTC')(day('2024-11-25'))).toBe('');
    expect(holidayNames([...CHRISTMAS, ...CHRISTMAS], 'P1M', 'UTC')(day('2024-12-01'))).toBe(
      'Christmas Day, Boxing Day',
    );
  });

  it('counts months by the clock of the zone', () => {
    const newYear = [{ name: "New Year's Day", from: day('2025-01-01', '+01:00'), to: day('2025-01-02', '+01:00') }];
    const names = holidayNames(newYear, 'P1M', 'Europe/Berlin');
    expect(names(day('2024-12-01', '+01:00'))).toBe('');
    expect(names(day('2025-01-01', '+01:00'))).toBe("New Year's Day");
  });
});

describe('holidayMarks', () => {
  it('are one place where a point stands for the day, and the whole day where points lie within it', () => {
    const [{ from, to }] = CHRISTMAS;
    expect(holidayMarks(CHRISTMAS.slice(0, 1), 'P1D')).toEqual([{ from, to: from }]);
    expect(holidayMarks(CHRISTMAS.slice(0, 1), 'PT15M')).toEqual([{ from, to }]);
  });
});
