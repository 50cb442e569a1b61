import { DateTime } from 'luxon';
import type { Frequency } from './series.ts';

/**
 * Steps along a calendar. Steps shorter than a day are spans of absolute time; days and longer follow the calendar of the
 * zone, so that a day has 23 or 25 hours where the clock changes. UTC takes a fast path without luxon (a hundred times
 * faster, and most data is UTC).
 */
const ABSOLUTE: Partial<Record<Frequency['unit'], number>> = { second: 1000, minute: 60_000, hour: 3_600_000 };
const DAY = 86_400_000;

/** The time `n` steps after `time` (before it for n < 0). Epoch ms in and out; integers for steps. */
export function addSteps(time: number, n: number, { unit, count }: Frequency, zone: string): number {
  const steps = n * count;
  if (unit === 'step') return time + steps;
  const span = ABSOLUTE[unit];
  if (span !== undefined) return time + steps * span;
  const local = toWall(time, zone);
  return fromWall(addWall(local, steps, unit), zone);
}

/**
 * The number of whole steps from `start` to `time`: 0 at `start`, negative before it. A time between two steps belongs to
 * the earlier one, so `addSteps(start, stepIndex(start, time)) <= time`.
 */
export function stepIndex(start: number, time: number, { unit, count }: Frequency, zone: string): number {
  if (unit === 'step') return Math.floor((time - start) / count);
  const span = ABSOLUTE[unit];
  if (span !== undefined) return Math.floor((time - start) / (span * count));
  const from = toWall(start, zone);
  const to = toWall(time, zone);
  switch (unit) {
    case 'day':
      return Math.floor((to - from) / (DAY * count));
    case 'week':
      return Math.floor((to - from) / (7 * DAY * count));
    case 'businessDay':
      return Math.floor((businessDays(to) - businessDays(from)) / count);
    default: {
      const months = monthsOf(to) - monthsOf(from) - (intoMonth(to) < intoMonth(from) && !endsMonth(to) ? 1 : 0);
      return Math.floor(months / (unit === 'year' ? 12 * count : count));
    }
  }
}

/**
 * The time from which the steps of a series are counted: its first, or where that would put two observations of months or
 * years on one step, the start of the first one's month: the last business days of January and February are the 29th and the
 * 26th. `times` rising.
 */
export function gridStart(times: ArrayLike<number>, frequency: Frequency, zone: string): number {
  const first = times[0];
  if (frequency.unit !== 'month' && frequency.unit !== 'year') return first;
  const shares = (start: number) => {
    let last = -1;
    for (let i = 0; i < times.length; i++) {
      const index = stepIndex(start, times[i], frequency, zone);
      if (index === last) return true;
      last = index;
    }
    return false;
  };
  if (!shares(first)) return first;
  const wall = toWall(first, zone);
  const monthStart = fromWall(wall - intoMonth(wall), zone);
  return shares(monthStart) ? first : monthStart;
}

/** What is added to a reading's time so that it lies in its step: half a step of seconds to hours, whose nearest it counts for. */
export function halfStep({ unit, count }: Frequency): number {
  return ((ABSOLUTE[unit] ?? 0) * count) / 2;
}

/** The parts of a time on the wall clock of its zone, for calendar features: hour 0-23 with fraction, weekday 0 (Monday) - 6, day of month 1-31, day of year 1-366, month 0-11. */
export function wallClock(
  time: number,
  zone: string,
): { hour: number; weekday: number; day: number; dayOfYear: number; month: number } {
  const wall = toWall(time, zone);
  const date = new Date(wall);
  return {
    hour: (wall - Math.floor(wall / DAY) * DAY) / 3_600_000,
    weekday: (date.getUTCDay() + 6) % 7,
    day: date.getUTCDate(),
    dayOfYear: Math.floor((wall - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY) + 1,
    month: date.getUTCMonth(),
  };
}

/** Whether this program knows the IANA zone. */
export function isZone(zone: string): boolean {
  return DateTime.utc().setZone(zone).isValid;
}

// Wall-clock time as if it were UTC: calendar arithmetic then needs no zone.
function toWall(time: number, zone: string): number {
  if (zone === 'UTC') return time;
  return time + DateTime.fromMillis(time, { zone }).offset * 60_000;
}

// A missing local time (clocks go forward) moves forward by the gap; of a repeated one the first is taken, as luxon does.
function fromWall(wall: number, zone: string): number {
  if (zone === 'UTC') return wall;
  return DateTime.fromMillis(wall, { zone: 'utc' }).setZone(zone, { keepLocalTime: true }).toMillis();
}

function addWall(wall: number, steps: number, unit: Frequency['unit']): number {
  switch (unit) {
    case 'day':
      return wall + steps * DAY;
    case 'week':
      return wall + steps * 7 * DAY;
    case 'businessDay':
      return fromBusinessDays(businessDays(wall) + steps) + (wall - Math.floor(wall / DAY) * DAY);
    default:
      return addMonths(wall, unit === 'year' ? steps * 12 : steps);
  }
}

// The last day of a month steps to the last day of the next: month-end data stays at the month's end.
function addMonths(wall: number, months: number): number {
  const date = new Date(wall);
  const target = date.getUTCFullYear() * 12 + date.getUTCMonth() + months;
  const [year, month] = [Math.floor(target / 12), ((target % 12) + 12) % 12];
  const last = lastDay(year, month);
  const day = endsMonth(wall) ? last : Math.min(date.getUTCDate(), last);
  return utc(year, month, day) + (wall - Math.floor(wall / DAY) * DAY);
}

function endsMonth(wall: number): boolean {
  const date = new Date(wall);
  return date.getUTCDate() === lastDay(date.getUTCFullYear(), date.getUTCMonth());
}

const lastDay = (year: number, month: number) => new Date(utc(year, month + 1, 0)).getUTCDate();

// Date.UTC reads years 0-99 as 1900-1999; setUTCFullYear does not.
function utc(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  return date.getTime();
}

function monthsOf(wall: number): number {
  const date = new Date(wall);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

function intoMonth(wall: number): number {
  const date = new Date(wall);
  return wall - utc(date.getUTCFullYear(), date.getUTCMonth(), 1);
}

// Days counted from Monday 1969-12-29, weekends folded onto the Friday before.
function businessDays(wall: number): number {
  const days = Math.floor(wall / DAY) + 3;
  const weeks = Math.floor(days / 7);
  return weeks * 5 + Math.min(days - weeks * 7, 4);
}

function fromBusinessDays(count: number): number {
  const weeks = Math.floor(count / 5);
  return (weeks * 7 + (count - weeks * 5) - 3) * DAY;
}
