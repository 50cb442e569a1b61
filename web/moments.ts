import { stepOf } from './frequency.ts';

/** Times of data and moments of the clock, in words. Times are epoch ms UTC, or integers of numbered steps. */

const LOCALE = 'en-GB';

/** How a dataset's times are written: as fine as its frequency needs, in its own zone. */
export function timeFormat(frequency: string, zone: string): (time: number) => string {
  const { unit, count } = stepOf(frequency);
  switch (unit) {
    case 'step':
      return (time) => time.toLocaleString('en', { useGrouping: false });
    case 'year':
      return formatter({ year: 'numeric' }, zone);
    case 'month':
      return count === 3 ? quarterFormat(zone) : formatter({ month: 'short', year: 'numeric' }, zone);
    case 'week':
    case 'day':
    case 'business day':
      return formatter({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }, zone);
    case 'hour':
    case 'minute':
      // The zone's short name tells the two 02:30 of an autumn night apart.
      return formatter({ ...DAY, hour: '2-digit', minute: '2-digit', timeZoneName: 'short' }, zone);
    case 'second':
      return formatter({ ...DAY, hour: '2-digit', minute: '2-digit', second: '2-digit', timeZoneName: 'short' }, zone);
  }
}

/** A moment of the clock in a zone, by default the reader's own: 'Mon, 23 Nov 2026, 14:05'. */
export function moment(at: number, zone?: string): string {
  return formatter({ weekday: 'short', ...DAY, hour: '2-digit', minute: '2-digit' }, zone)(at);
}

/** How long ago or how far ahead: 'in 3 days', '5 minutes ago', 'just now'. */
export function ago(at: number, now: number): string {
  const seconds = Math.round((at - now) / 1000);
  const size = Math.abs(seconds);
  if (size < 10) return 'just now';
  const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always' });
  for (const [unit, length] of SPANS) {
    if (size >= length) return relative.format(Math.trunc(seconds / length), unit);
  }
  return relative.format(seconds, 'second');
}

/** A duration: '0.8 s', '42 s', '3 min 20 s', '1 h 5 min'. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${whole % 60} s`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** The zone of the reader's browser. */
export const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Every zone the browser knows, UTC first. */
export const zones = (): string[] => ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];

const DAY = { day: 'numeric', month: 'short', year: 'numeric' } as const;
const SPANS = [
  ['year', 31_556_952],
  ['month', 2_629_746],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const;

function formatter(options: Intl.DateTimeFormatOptions, zone?: string): (time: number) => string {
  const format = new Intl.DateTimeFormat(LOCALE, { ...options, timeZone: zone });
  return (time) => format.format(time);
}

function quarterFormat(zone: string): (time: number) => string {
  const parts = new Intl.DateTimeFormat(LOCALE, { month: 'numeric', year: 'numeric', timeZone: zone });
  return (time) => {
    const found = Object.fromEntries(parts.formatToParts(time).map(({ type, value }) => [type, value]));
    return `Q${Math.ceil(Number(found.month) / 3)} ${found.year}`;
  };
}
