/**
 * The proleptic Gregorian calendar on plain numbers: days count from 1970-01-01, milliseconds are those of a wall clock read
 * as if it were UTC. Date.UTC is not used because it reads the years 0 to 99 as 1900 to 1999 and accepts 31 February.
 */
export const DAY = 86_400_000;

/** Days from 1970-01-01; NaN where the calendar has no such day. Month 1-12. */
export function daysOf(year: number, month: number, day: number): number {
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return Number.NaN;
  // Counting years from March puts the leap day last, so that days before a month follow one formula.
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  return (
    era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
  );
}

/** [year, month 1-12, day] of a day counted from 1970-01-01. */
export function dateOf(days: number): [year: number, month: number, day: number] {
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1;
  return [yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day];
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** 0 (Monday) to 6. */
export function weekdayOf(days: number): number {
  return (((days + 3) % 7) + 7) % 7;
}

/** The day of weekday 1-7 of an ISO week; NaN where the year has no such week. */
export function dayOfWeek(weekYear: number, week: number, weekday: number): number {
  const monday = mondayOfFirstWeek(weekYear);
  const day = monday + (week - 1) * 7 + weekday - 1;
  if (week < 1 || weekday < 1 || weekday > 7 || monday + (week - 1) * 7 >= mondayOfFirstWeek(weekYear + 1)) {
    return Number.NaN;
  }
  return day;
}

/** [week-year, week, weekday 1-7] of a day by ISO 8601. */
export function weekOf(days: number): [weekYear: number, week: number, weekday: number] {
  const weekday = weekdayOf(days);
  const [year] = dateOf(days - weekday + 3);
  return [year, Math.floor((days - mondayOfFirstWeek(year)) / 7) + 1, weekday + 1];
}

function mondayOfFirstWeek(year: number): number {
  const fourth = daysOf(year, 1, 4);
  return fourth - weekdayOf(fourth);
}
