/** A regular step as the wire writes it (`PT5M`, `P1M`, `B`, `1`), read for people and for scales. */
export type Unit = 'second' | 'minute' | 'hour' | 'day' | 'business day' | 'week' | 'month' | 'year' | 'step';

export interface Step {
  readonly unit: Unit;
  readonly count: number;
}

const MINUTE = 60_000;
const DAY = 86_400_000;
const LENGTH: Record<Unit, number> = {
  second: 1000,
  minute: MINUTE,
  hour: 60 * MINUTE,
  day: DAY,
  'business day': (DAY * 7) / 5,
  week: 7 * DAY,
  month: 30.436875 * DAY,
  year: 365.2425 * DAY,
  step: 1,
};
const DATE_UNITS: Record<string, Unit> = { D: 'day', W: 'week', M: 'month', Y: 'year' };
const TIME_UNITS: Record<string, Unit> = { H: 'hour', M: 'minute', S: 'second' };
const OFTEN: Partial<Record<Unit, string>> = {
  hour: 'hourly',
  day: 'daily',
  week: 'weekly',
  month: 'monthly',
  year: 'yearly',
  'business day': 'business days',
};

/** Reads a frequency; one that is not known is shown as single steps rather than breaking the page. */
export function stepOf(frequency: string): Step {
  const business = /^(\d*)B$/.exec(frequency);
  if (business) return { unit: 'business day', count: Number(business[1] || 1) };
  const date = /^P(\d+)([DWMY])$/.exec(frequency);
  if (date) return { unit: DATE_UNITS[date[2]], count: Number(date[1]) };
  const time = /^PT(\d+)([HMS])$/.exec(frequency);
  if (time) return { unit: TIME_UNITS[time[2]], count: Number(time[1]) };
  return { unit: 'step', count: Number(frequency) || 1 };
}

/** Whether times are dates; if not, they are integers on a plain axis. */
export function onCalendar(frequency: string): boolean {
  return stepOf(frequency).unit !== 'step';
}

/** How long a step lasts: ms on average, or 1 a step without a calendar. */
export function stepLength(frequency: string): number {
  const { unit, count } = stepOf(frequency);
  return LENGTH[unit] * count;
}

/** 'monthly', 'quarterly', 'every 5 minutes', 'numbered steps'. */
export function often(frequency: string): string {
  const { unit, count } = stepOf(frequency);
  if (unit === 'step') return 'numbered steps';
  if (unit === 'month' && count === 3) return 'quarterly';
  return count === 1 ? (OFTEN[unit] ?? `every ${unit}`) : `every ${count} ${unit}s`;
}

/** A number of steps in words: '12 months', '48 hours', '3 quarters', '6 steps'; whole hours rather than minutes. */
export function steps(frequency: string, n: number): string {
  const { unit, count } = stepOf(frequency);
  if (unit === 'month' && count === 3) return plural(n, 'quarter');
  if (unit === 'minute' && (n * count) % 60 === 0) return plural((n * count) / 60, 'hour');
  return plural(n * (unit === 'step' ? 1 : count), unit);
}

function plural(n: number, noun: string): string {
  return `${n.toLocaleString('en')} ${noun}${n === 1 ? '' : 's'}`;
}
