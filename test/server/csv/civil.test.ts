import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DAY, dateOf, dayOfWeek, daysOf, weekdayOf, weekOf } from '../../../server/csv/civil.ts';

test('days and dates agree with the calendar of JavaScript, years below 100 included', () => {
  fc.assert(
    fc.property(fc.integer({ min: -719_162, max: 2_932_896 }), (days) => {
      const date = new Date(days * DAY);
      const parts = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()] as [number, number, number];
      expect(dateOf(days)).toEqual(parts);
      expect(daysOf(...parts)).toBe(days);
      expect(weekdayOf(days)).toBe((date.getUTCDay() + 6) % 7);
      expect(dayOfWeek(...weekOf(days))).toBe(days);
    }),
    { seed: 1, numRuns: 5000 },
  );
});

test.each([
  [2020, 12, 31, [2020, 53, 4]],
  [2021, 1, 3, [2020, 53, 7]],
  [2021, 1, 4, [2021, 1, 1]],
  [2018, 12, 31, [2019, 1, 1]],
])('%i-%i-%i is in ISO week %j', (year, month, day, week) => {
  expect(weekOf(daysOf(year, month, day))).toEqual(week);
});

test('days that the calendar does not have are none', () => {
  expect([daysOf(2021, 2, 29), daysOf(2020, 2, 29), daysOf(2021, 13, 1), dayOfWeek(2021, 53, 1)]).toEqual([
    Number.NaN,
    18_321,
    Number.NaN,
    Number.NaN,
  ]);
});
