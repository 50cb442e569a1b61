import { DAY } from './civil.ts';
import { plainNumber } from './plain-number.ts';
import { flatten, OFFSETS, tokenize, usable } from './time-pattern.ts';
import { fixedReader, readPattern } from './time-reading.ts';
import { fieldsOf, writeParts } from './time-writing.ts';

/**
 * How times are written in a file, as a pattern of tokens; one pattern both reads a column and writes forecasts in the
 * column's own notation.
 *
 *   yyyy yy y    year; two digits (00-68 are 2000-2068); a counted year (1 is 1901, the habit for series without a start)
 *   MM M MMM MMMM  month; English names, short and full; MMM@de MMMM@fr in another language (de fr es it pt nl)
 *   dd d DDD     day of the month; of the year          EEE EEEE  weekday name, checked against the date
 *   do           day of the month with its ending, 1st 2nd 3rd; do@fr 1er, do@it 1º, and 2 as it is
 *   Q            quarter 1-4       kkkk WW e   ISO week-year, week, weekday
 *   HH H hh h mm m ss s a   hour 0-24, hour 1-12, minute, second, AM or PM
 *   S SSSSSS     fraction of a second, of any length; written with three or six digits
 *   X x xx z O   Z, UTC, GMT or an offset such as +01:00, +0100, +01; written as Z or +01:00, +01:00, +0100, UTC, GMT
 *   'text' ''    text as it stands; '    [ ]   a part that may be absent (and is left out when it is zero)
 *
 * Numbers may be written shorter than their token (1/2/2021 fits dd/MM/yyyy) unless another number follows at once.
 * Besides patterns: `epoch s`, `epoch ms`, `epoch us`, `epoch ns`, `excel` (serial days), `integer` (steps).
 */
export interface TimeFormat {
  readonly format: string;
  /** Integer steps: times are the integers themselves and no calendar applies. */
  readonly steps: boolean;
  /** Times carry their own offset from UTC, so the zone of the dataset does not enter into reading. */
  readonly absolute: boolean;
  /** Times are dates without a time of day: each stands for its whole day. */
  readonly dated: boolean;
  /** Of `absolute` formats whose offset may be left out: whether the text leaves it out and so is on the wall clock. */
  leavesOffset?(text: string): boolean;
  /**
   * Milliseconds of the wall clock read as UTC; of UTC itself where `absolute`; the integer where `steps`.
   * NaN where the text does not fit.
   */
  read(text: string): number;
  /** The same of text[from, to), without cutting it out; NaN also where only `read` can tell. Absent where there is no such way. */
  readAt?(text: string, from: number, to: number): number;
  /** Writes what `read` returns; `offset` in minutes is used by patterns with `X`. */
  write(time: number, offset?: number): string;
}

/** Whether `compileTimeFormat` accepts the text. */
export function isTimeFormat(format: string): boolean {
  return WHOLE_FORMATS[format] !== undefined || usable(tokenize(format));
}

/** Throws RangeError on a pattern that is none, or that cannot tell a date. */
export function compileTimeFormat(format: string): TimeFormat {
  const whole = WHOLE_FORMATS[format];
  if (whole) return { format, ...whole };
  const parts = tokenize(format);
  if (!usable(parts))
    throw new RangeError(`found time format "${format}", expected tokens such as yyyy-MM-dd HH:mm:ss`);
  const kinds = flatten(parts).map((part) => part.kind);
  const absolute = kinds.some((kind) => OFFSETS.has(kind));
  const always = parts.filter((part) => !part.parts);
  const readAt = fixedReader(parts);
  return {
    format,
    steps: false,
    absolute,
    dated: !kinds.some((kind) => /^(?:HH?|hh?)$/.test(kind)),
    ...(absolute && !always.some((part) => OFFSETS.has(part.kind))
      ? { leavesOffset: (text: string) => !Number.isNaN(readPattern(always, text)) }
      : {}),
    read(text) {
      const time = readAt ? readAt(text, 0, text.length) : Number.NaN;
      return Number.isNaN(time) ? readPattern(parts, text) : time;
    },
    ...(readAt ? { readAt } : {}),
    write: (time, offset = 0) => writeParts(parts, fieldsOf(absolute ? time + offset * 60_000 : time, offset)),
  };
}

const INTEGER = /^[+-]?\d{1,15}$/;
const NUMERIC = /^[+-]?\d{1,19}(?:[.,]\d*)?$/;

// The calendar of JavaScript ends 100 million days from 1970 on either side.
const within = (time: number) => (Math.abs(time) <= 8.64e15 ? time : Number.NaN);

// `perMillisecond`: how many of the unit make a millisecond. Finer units lose what is below the millisecond, downwards.
const epoch = (perMillisecond: number): Omit<TimeFormat, 'format'> => ({
  steps: false,
  absolute: true,
  dated: false,
  read(text) {
    if (!NUMERIC.test(text)) return Number.NaN;
    const count = Number(text.replace(',', '.'));
    return within(perMillisecond < 1 ? Math.round(count * 1000) : Math.floor(count / perMillisecond));
  },
  write: (time) =>
    perMillisecond > 1
      ? `${time}${'0'.repeat(Math.log10(perMillisecond))}`
      : String(perMillisecond < 1 ? time / 1000 : time),
});

const EXCEL_EPOCH = 25_569;
const WHOLE_FORMATS: Record<string, Omit<TimeFormat, 'format'> | undefined> = {
  'epoch s': epoch(1 / 1000),
  'epoch ms': epoch(1),
  'epoch us': epoch(1000),
  'epoch ns': epoch(1_000_000),
  // A serial keeps about a hundred-thousandth of a second; rounded to the second, 08:00 is 08:00 again.
  excel: {
    steps: false,
    absolute: false,
    dated: false,
    read: (text) =>
      NUMERIC.test(text)
        ? within(Math.round((Number(text.replace(',', '.')) - EXCEL_EPOCH) * 86_400) * 1000)
        : Number.NaN,
    write: (time) => String(Number((time / DAY + EXCEL_EPOCH).toFixed(6))),
  },
  integer: {
    steps: true,
    absolute: true,
    dated: false,
    read: (text) => (INTEGER.test(text) ? Number(text) : Number.NaN),
    readAt: (text, from, to) => plainNumber(text, from, to, -1),
    write: (time) => String(time),
  },
};
