import { wallClock } from './calendar.ts';
import type { Unit } from './series.ts';

type Clock = ReturnType<typeof wallClock>;

interface Cycle {
  readonly name: string;
  /** Where in the cycle a time lies, 0..1. */
  readonly at: (clock: Clock) => number;
  /** Steps for which the cycle says something: those shorter than it. */
  readonly units: readonly Unit[];
}

const SHORT: readonly Unit[] = ['second', 'minute', 'hour'];
const DAYS: readonly Unit[] = ['day', 'businessDay'];
const CYCLES: readonly Cycle[] = [
  { name: 'hour', at: ({ hour }) => hour / 24, units: SHORT },
  { name: 'weekday', at: ({ weekday, hour }) => (weekday + hour / 24) / 7, units: [...SHORT, ...DAYS] },
  { name: 'monthday', at: ({ day }) => (day - 1) / 31, units: DAYS },
  { name: 'yearday', at: ({ dayOfYear }) => (dayOfYear - 1) / 365.25, units: [...SHORT, ...DAYS, 'week'] },
  { name: 'month', at: ({ month }) => month / 12, units: ['month'] },
];

/** How many columns `calendarCycles` gives for steps of this unit. */
export const calendarColumns = (unit: Unit): number => 2 * cyclesOf(unit).length;

const cyclesOf = (unit: Unit) => CYCLES.filter(({ units }) => units.includes(unit));

/** Calendar features as columns, [times] each: two for each cycle, its sine and cosine, so that its end meets its start. */
export function calendarCycles(times: ArrayLike<number>, unit: Unit, zone: string): Map<string, Float64Array> {
  const cycles = cyclesOf(unit);
  const columns = new Map<string, Float64Array>();
  for (const { name } of cycles) {
    columns.set(`${name}_sin`, new Float64Array(times.length));
    columns.set(`${name}_cos`, new Float64Array(times.length));
  }
  // Series of a dataset share their times; the first row of each time is computed, the others copy it.
  const first = new Map<number, number>();
  for (let i = 0; i < times.length && cycles.length > 0; i++) {
    const same = first.get(times[i]);
    if (same !== undefined) {
      for (const column of columns.values()) column[i] = column[same];
      continue;
    }
    first.set(times[i], i);
    const clock = wallClock(times[i], zone);
    for (const { name, at } of cycles) {
      const angle = 2 * Math.PI * at(clock);
      columns.get(`${name}_sin`)![i] = Math.sin(angle);
      columns.get(`${name}_cos`)![i] = Math.cos(angle);
    }
  }
  return columns;
}
