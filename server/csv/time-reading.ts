import { DAY, dateOf, dayOfWeek, daysOf, weekdayOf } from './civil.ts';
import { type Language, monthIn } from './month-names.ts';
import { type Fields, MONTHS, OFFSETS, type Part, WEEKDAYS, WIDTH } from './time-pattern.ts';

/** What the text says by the parts: milliseconds of its wall clock read as UTC, less its offset where it has one; NaN where it does not fit. */
export function readPattern(parts: Part[], text: string): number {
  const f = cleared();
  if (readParts(parts, text, 0, f) !== text.length) return Number.NaN;
  if (f.half >= 0) {
    if (f.hour < 1 || f.hour > 12) return Number.NaN;
    f.hour = (f.hour % 12) + f.half * 12;
  }
  // 24:00 is the end of the day; a leap second has no number of its own and is refused.
  if (f.hour > 24 || f.minute > 59 || f.second > 59) return Number.NaN;
  if (f.hour === 24 && (f.minute || f.second || f.fraction)) return Number.NaN;
  let days = Number.isNaN(f.weekYear) ? daysOf(f.year, f.month, f.day) : dayOfWeek(f.weekYear, f.week, f.weekday);
  if (f.dayOfYear > 0) {
    days += f.dayOfYear - 1;
    if (dateOf(days)[0] !== f.year) return Number.NaN;
  }
  if (f.namedWeekday >= 0 && weekdayOf(days) !== f.namedWeekday) return Number.NaN;
  return days * DAY + ((f.hour * 60 + f.minute - f.offset) * 60 + f.second) * 1000 + f.fraction;
}

const FIXED = new Map([['yyyy', 0], ['MM', 1], ['dd', 2], ['HH', 3], ['mm', 4], ['ss', 5]]); // biome-ignore format: a table

/**
 * A reader for patterns of padded numbers alone, such as yyyy-MM-dd HH:mm:ss: nearly all files have one, and cutting at known
 * places takes a fifth of the time. It reads text[from, to); NaN where that is no time so written, which another way of
 * reading may still understand.
 */
export function fixedReader(parts: Part[]): ((text: string, from: number, to: number) => number) | undefined {
  const slots: number[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  const literals: [at: number, code: number][] = [];
  let length = 0;
  for (const part of parts) {
    const slot = FIXED.get(part.kind);
    if (part.kind === 'text')
      for (const character of part.text!.split('')) literals.push([length++, character.charCodeAt(0)]);
    else if (slot === undefined || slots.includes(slot)) return undefined;
    else {
      slots.push(slot);
      starts.push(length);
      length += part.kind.length;
      ends.push(length);
    }
  }
  if (!slots.includes(0)) return undefined;
  const numbers = [0, 1, 1, 0, 0, 0];
  return (text, from, to) => {
    if (to - from !== length) return Number.NaN;
    for (let i = 0; i < literals.length; i++)
      if (text.charCodeAt(from + literals[i][0]) !== literals[i][1]) return Number.NaN;
    for (let i = 0; i < slots.length; i++) {
      let value = 0;
      for (let at = from + starts[i]; at < from + ends[i]; at++) {
        const digit = text.charCodeAt(at) - 48;
        if (!(digit >= 0 && digit <= 9)) return Number.NaN;
        value = value * 10 + digit;
      }
      numbers[slots[i]] = value;
    }
    const [year, month, day, hour, minute, second] = numbers;
    if (hour > 23 || minute > 59 || second > 59) return Number.NaN;
    return daysOf(year, month, day) * DAY + ((hour * 60 + minute) * 60 + second) * 1000;
  };
}

// One record for all readings: a file has millions of times, and reading is never re-entered.
const scratch: Fields = {
  year: Number.NaN,
  month: 1,
  day: 1,
  dayOfYear: 0,
  weekYear: Number.NaN,
  week: 1,
  weekday: 1,
  namedWeekday: -1,
  hour: 0,
  half: -1,
  minute: 0,
  second: 0,
  fraction: 0,
  offset: 0,
};

function cleared(): Fields {
  scratch.year = Number.NaN;
  scratch.month = 1;
  scratch.day = 1;
  scratch.dayOfYear = 0;
  scratch.weekYear = Number.NaN;
  scratch.week = 1;
  scratch.weekday = 1;
  scratch.namedWeekday = -1;
  scratch.hour = 0;
  scratch.half = -1;
  scratch.minute = 0;
  scratch.second = 0;
  scratch.fraction = 0;
  scratch.offset = 0;
  return scratch;
}

// Returns the position after the parts, or -1 where the text does not fit.
function readParts(parts: Part[], text: string, from: number, f: Fields): number {
  let at = from;
  for (const part of parts) {
    if (part.parts) {
      const saved = { ...f };
      const after = readParts(part.parts, text, at, f);
      if (after === -1) Object.assign(f, saved);
      else at = after;
      continue;
    }
    if (part.kind === 'text') {
      if (!text.startsWith(part.text!, at)) return -1;
      at += part.text!.length;
      continue;
    }
    const width = WIDTH[part.kind];
    if (width === undefined) {
      if (part.kind === 'do') at = readOrdinal(text, at, f);
      else at = part.language ? readMonth(part.language, text, at, f) : readWord(part.kind, text, at, f);
      if (at === -1) return -1;
      continue;
    }
    let value = 0;
    let digits = 0;
    while (digits < width) {
      const c = text.charCodeAt(at + digits) - 48;
      if (!(c >= 0 && c <= 9)) break;
      value = value * 10 + c;
      digits++;
    }
    if (digits === 0 || (part.fixed && digits !== part.fixed)) return -1;
    if (!setNumber(part.kind, value, digits, f)) return -1;
    at += digits;
  }
  return at;
}

function setNumber(kind: string, value: number, digits: number, f: Fields): boolean {
  switch (kind) {
    case 'yyyy':
      f.year = value;
      return digits === 4;
    case 'yy':
      f.year = value + (value <= 68 ? 2000 : 1900);
      return digits === 2;
    case 'y':
      f.year = 1900 + value;
      return true;
    case 'MM':
    case 'M':
      f.month = value;
      return true;
    case 'dd':
    case 'd':
      f.day = value;
      return true;
    case 'DDD':
      f.dayOfYear = value;
      return value >= 1;
    case 'Q':
      f.month = value * 3 - 2;
      return value >= 1 && value <= 4;
    case 'kkkk':
      f.weekYear = value;
      return digits === 4;
    case 'WW':
      f.week = value;
      return true;
    case 'e':
      f.weekday = value;
      return true;
    case 'HH':
    case 'H':
    case 'hh':
    case 'h':
      f.hour = value;
      return true;
    case 'mm':
    case 'm':
      f.minute = value;
      return true;
    default:
      f.second = value;
      return true;
  }
}

const ORDINAL = /(\d{1,2})(?:st|nd|rd|th|er|[º°])?/iy;
const OFFSET = /Z|UTC|GMT|([+-])(\d\d)(?::?(\d\d))?/iy;
const HALF = /([ap])\.?m\.?/iy;
const FRACTION = /\d{1,9}/y;

function readWord(kind: string, text: string, at: number, f: Fields): number {
  if (kind === 'S' || kind === 'SSSSSS') {
    FRACTION.lastIndex = at;
    const digits = FRACTION.exec(text)?.[0];
    if (!digits) return -1;
    f.fraction = Math.floor(Number(`0.${digits}`) * 1000 + 1e-6);
    return at + digits.length;
  }
  if (kind === 'a') {
    HALF.lastIndex = at;
    const half = HALF.exec(text);
    if (!half) return -1;
    f.half = half[1].toLowerCase() === 'p' ? 1 : 0;
    return at + half[0].length;
  }
  if (OFFSETS.has(kind)) {
    OFFSET.lastIndex = at;
    const match = OFFSET.exec(text);
    if (!match) return -1;
    const [found, sign, hours, minutes = '0'] = match;
    f.offset = sign ? (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) : 0;
    return Math.abs(f.offset) > 18 * 60 ? -1 : at + found.length;
  }
  const names = kind.startsWith('M') ? MONTHS : WEEKDAYS;
  const word = /^[A-Za-z]+/.exec(text.slice(at, at + 12))?.[0].toLowerCase();
  if (!word || word.length < 3) return -1;
  // Sept is the one short form of four letters in common use.
  const index = names.findIndex(
    (name) => name === word || name.slice(0, 3) === word || (word === 'sept' && name === 'september'),
  );
  if (index === -1) return -1;
  if (names === MONTHS) f.month = index + 1;
  else f.namedWeekday = index;
  return at + word.length;
}

// With or without its ending: French writes 1er and 2.
function readOrdinal(text: string, at: number, f: Fields): number {
  ORDINAL.lastIndex = at;
  const match = ORDINAL.exec(text);
  if (!match) return -1;
  f.day = Number(match[1]);
  return at + match[0].length;
}

// With or without a point behind it: in one column a short form has it and a name that is short by itself has not.
function readMonth(language: Language, text: string, at: number, f: Fields): number {
  const word = /^[\p{L}\p{M}]+/u.exec(text.slice(at, at + 16))?.[0];
  const month = word === undefined ? undefined : monthIn(language, word);
  if (word === undefined || month === undefined) return -1;
  f.month = month;
  const after = at + word.length;
  return text[after] === '.' && text[after + 1] === ' ' ? after + 1 : after;
}
