import { DAY, dateOf, daysOf, weekOf } from './civil.ts';
import { type Language, monthName } from './month-names.ts';
import { type Fields, flatten, MONTHS, type Part, WEEKDAYS } from './time-pattern.ts';

/** Milliseconds of a wall clock, read as UTC, taken apart; `offset` in minutes is carried along. */
export function fieldsOf(wall: number, offset: number): Fields {
  const days = Math.floor(wall / DAY);
  const inDay = wall - days * DAY;
  const [year, month, day] = dateOf(days);
  const [weekYear, week, weekday] = weekOf(days);
  return {
    year, month, day, weekYear, week, weekday, offset,
    dayOfYear: days - daysOf(year, 1, 1) + 1,
    namedWeekday: weekday - 1,
    hour: Math.floor(inDay / 3_600_000),
    half: inDay >= DAY / 2 ? 1 : 0,
    minute: Math.floor(inDay / 60_000) % 60,
    second: Math.floor(inDay / 1000) % 60,
    fraction: inDay % 1000,
  }; // biome-ignore format: the plain fields on one line
}

/** The fields as the parts write them. */
export function writeParts(parts: Part[], f: Fields): string {
  let text = '';
  for (const part of parts) {
    if (part.parts) text += isZero(part.parts, f) ? '' : writeParts(part.parts, f);
    else text += part.kind === 'text' ? part.text : writePart(part, f);
  }
  return text;
}

// An optional part is left out when its numbers are all zero, as the programs that leave it out do.
function isZero(parts: Part[], f: Fields): boolean {
  const values: Record<string, number> = {
    H: f.hour,
    HH: f.hour,
    m: f.minute,
    mm: f.minute,
    s: f.second,
    ss: f.second,
    S: f.fraction,
    SSSSSS: f.fraction,
  };
  return flatten(parts).every((part) => !values[part.kind]);
}

function writePart({ kind, language }: Part, f: Fields): string {
  if (kind === 'do') return f.day + ending(f.day, language);
  if (language) return monthName(language, f.month, kind === 'MMMM');
  const pad = (value: number, width: number) => String(value).padStart(width, '0');
  const name = (names: string[], index: number, full: boolean) => {
    const word = names[index][0].toUpperCase() + names[index].slice(1);
    return full ? word : word.slice(0, 3);
  };
  switch (kind) {
    case 'yyyy':
      return pad(f.year, 4);
    case 'yy':
      return pad(f.year % 100, 2);
    case 'y':
      return String(f.year - 1900);
    case 'MM':
      return pad(f.month, 2);
    case 'M':
      return String(f.month);
    case 'MMM':
    case 'MMMM':
      return name(MONTHS, f.month - 1, kind === 'MMMM');
    case 'dd':
      return pad(f.day, 2);
    case 'd':
      return String(f.day);
    case 'DDD':
      return pad(f.dayOfYear, 3);
    case 'EEE':
    case 'EEEE':
      return name(WEEKDAYS, f.namedWeekday, kind === 'EEEE');
    case 'Q':
      return String(Math.ceil(f.month / 3));
    case 'kkkk':
      return pad(f.weekYear, 4);
    case 'WW':
      return pad(f.week, 2);
    case 'e':
      return String(f.weekday);
    case 'HH':
      return pad(f.hour, 2);
    case 'H':
      return String(f.hour);
    case 'hh':
    case 'h':
      return pad(f.hour % 12 || 12, kind.length);
    case 'mm':
      return pad(f.minute, 2);
    case 'm':
      return String(f.minute);
    case 'ss':
      return pad(f.second, 2);
    case 's':
      return String(f.second);
    case 'S':
      return pad(f.fraction, 3);
    case 'SSSSSS':
      return `${pad(f.fraction, 3)}000`;
    case 'a':
      return f.half ? 'PM' : 'AM';
    default:
      return writeOffset(kind, f.offset);
  }
}

// Languages other than English give one to the first of a month alone, if at all.
function ending(day: number, language?: Language): string {
  if (language !== undefined) return day > 1 ? '' : (ENDINGS[language] ?? '');
  return day > 3 && day < 21 ? 'th' : (['th', 'st', 'nd', 'rd'][day % 10] ?? 'th');
}

const ENDINGS: Partial<Record<Language, string>> = { fr: 'er', es: 'º', it: 'º', pt: 'º' };

function writeOffset(kind: string, offset: number): string {
  if (offset === 0 && kind === 'X') return 'Z';
  if (offset === 0 && (kind === 'z' || kind === 'O')) return kind === 'z' ? 'UTC' : 'GMT';
  const minutes = Math.abs(offset);
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60].map((n) => String(n).padStart(2, '0'));
  return `${offset < 0 ? '-' : '+'}${hour}${kind === 'xx' ? '' : ':'}${minute}`;
}
