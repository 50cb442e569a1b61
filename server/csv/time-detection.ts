import { languagesOf } from './month-names.ts';
import { compileTimeFormat, type TimeFormat } from './time-format.ts';

/** A reading of a column of times. */
export interface TimeFinding {
  /** The format that fits most cells, and among equals writes them back as they stand. */
  readonly format: string;
  /** Share of the cells it reads. */
  readonly share: number;
  /** Other formats that fit as many cells and read them differently (03/04): not for a program to choose between. */
  readonly rivals: string[];
  /** The notation alone says "time" (2021-03-01); false for digits that could be any number (2021, 20210301, 97). */
  readonly unmistakable: boolean;
}

/**
 * The time format of a column, decided on all its cells at once: `cells` are trimmed and not missing, in file order.
 * `dayFirst` settles 03/04. Undefined where nothing fits half of the cells.
 */
export function detectTimeFormat(cells: readonly string[], dayFirst?: boolean): TimeFinding | undefined {
  if (cells.length === 0) return undefined;
  const sample = spread(cells, 400);
  const proposals = new Set<string>();
  for (const cell of sample) for (const format of formatsOf(cell)) proposals.add(format);
  const ranked = [...proposals]
    .map((format) => ({ reader: compileTimeFormat(format), fits: 0 }))
    .map((candidate) => ({ ...candidate, fits: fitsOf(candidate.reader, sample) }))
    .filter(({ fits }) => fits >= sample.length / 2)
    .sort((a, b) => b.fits - a.fits);
  if (ranked.length === 0) return undefined;

  const unique = [...new Set(cells)];
  let best: { reader: TimeFormat; fits: number }[] = [];
  for (const { reader } of ranked) {
    if (dayFirst !== undefined && orderOf(reader.format) === (dayFirst ? 'MDY' : 'DMY')) continue;
    const fits = fitsOf(reader, unique);
    if (best.length === 0 || fits > best[0].fits) best = [{ reader, fits }];
    else if (fits === best[0].fits) best.push({ reader, fits });
    // Nothing can do better than all, and a year in front leaves no second reading; mar may be of any of five languages.
    const sure = orderOf(reader.format) === 'YMD' && !reader.format.includes('@');
    if (fits === unique.length && sure && best.length === 1) break;
  }
  if (best.length === 0 || best[0].fits < unique.length / 2) return undefined;

  let readers = best.map(({ reader }) => reader);
  if (readers.some((reader) => reader.format.startsWith('dd.MM.'))) {
    readers = readers.filter((reader) => !reader.format.startsWith('MM.dd.'));
  }
  // Year and month in two digits each (1-01) are the order in which the file runs one way; where both do, it is asked.
  if (readers.some((reader) => orderOf(reader.format) === 'YM')) readers = mostOrderly(readers, sample);
  const [first, ...others] = readers;
  const alike = others.filter((reader) => unique.every((cell) => Object.is(reader.read(cell), first.read(cell))));
  // A rival reads a cell that the first reads too, as another time.
  const rivals: TimeFormat[] = [];
  for (const reader of others)
    if (![first, ...rivals].some((known) => agree(known, reader, unique))) rivals.push(reader);
  return {
    format: mostFaithful(
      [...withFraction(first, unique), ...[first, ...alike].flatMap((reader) => variantsOf(reader.format))],
      spread(unique, 200),
    ),
    share: best[0].fits / unique.length,
    rivals: rivals.map((reader) => reader.format),
    unmistakable: !/^(?:yyyy|yyyyMM|yyyyMMdd|yyyyMMddHH(?:mm(?:ss)?)?|yyyy\.MM)$/.test(first.format),
  };
}

/** Whether the cell is a time of day alone (13:00, 1:00:00 pm), to be joined with a date in another column; its pattern. */
export function timeOfDayFormat(cell: string): string | undefined {
  const match = /^(\d{1,2}):(\d{2})(:\d{2})?([.,]\d{1,9})?( ?[ap]\.?m\.?)?$/i.exec(cell);
  return match ? clockPattern(match[1], ':', match[3], match[4], match[5], undefined) : undefined;
}

/** Whether the cell is written as a time in some format; bare digits count where they make a date. */
export function isTimeLike(cell: string): boolean {
  return formatsOf(cell).some((format) => !Number.isNaN(compileTimeFormat(format).read(cell)));
}

/** At most `count` cells, spread over the whole column with its first and last. */
export function spread<T>(cells: readonly T[], count: number): T[] {
  if (cells.length <= count) return [...cells];
  return Array.from({ length: count }, (_, i) => cells[Math.floor((i * (cells.length - 1)) / (count - 1))]);
}

function fitsOf(reader: TimeFormat, cells: readonly string[]): number {
  let fits = 0;
  for (const cell of cells) if (!Number.isNaN(reader.read(cell))) fits++;
  return fits;
}

function orderOf(format: string): 'DMY' | 'MDY' | 'YMD' | 'YM' {
  const day = format.search(/d/);
  const month = format.search(/M/);
  if (/^(?:y-|yy[-/]MM?$|MM?[-/]yy$)/.test(format)) return 'YM';
  if (day === -1 || /MMM/.test(format)) return 'YMD';
  if (/^yyyy/.test(format)) return 'YMD';
  return day < month ? 'DMY' : 'MDY';
}

// Whether no cell is read by both as two different times.
function agree(a: TimeFormat, b: TimeFormat, cells: readonly string[]): boolean {
  return cells.every((cell) => {
    const [one, other] = [a.read(cell), b.read(cell)];
    return one === other || Number.isNaN(one) || Number.isNaN(other);
  });
}

// Those under which most steps from cell to cell go the same way, forward or backward.
function mostOrderly(readers: TimeFormat[], cells: readonly string[]): TimeFormat[] {
  const scores = readers.map((reader) => {
    let [rising, falling] = [0, 0];
    for (let i = 1; i < cells.length; i++) {
      const [before, time] = [reader.read(cells[i - 1]), reader.read(cells[i])];
      if (time > before) rising++;
      else if (time < before) falling++;
    }
    return Math.max(rising, falling);
  });
  const most = Math.max(...scores);
  return readers.filter((_, i) => scores[i] === most);
}

// The same reading with numbers padded or not, months short or in full.
function variantsOf(format: string): string[] {
  const variants = [format];
  if (/MMM(?!M)/.test(format)) variants.push(format.replace('MMM', 'MMMM'));
  return variants.flatMap((variant) => [
    variant,
    variant.replace(/(?<![d@])d(?![do])/, 'dd').replace(/(?<!M)M(?!M)/, 'MM'),
    variant.replace(/(?<!d)dd(?!d)/, 'd').replace(/(?<!M)MM(?!M)/, 'M'),
    variant
      .replace(/(?<!d)dd(?!d)/, 'd')
      .replace(/(?<!M)MM(?!M)/, 'M')
      .replace('HH', 'H')
      .replace('hh', 'h'),
    variant.replace('HH', 'H').replace('hh', 'h'),
  ]);
}

// A fraction that every cell has is always written, in as many digits.
function withFraction({ format }: TimeFormat, cells: readonly string[]): string[] {
  const match = /\[([.,])S\]/.exec(format);
  if (!match) return [];
  return ['S', 'SSSSSS']
    .map((digits) => format.replace(match[0], match[1] + digits))
    .filter((variant) => fitsOf(compileTimeFormat(variant), cells) === cells.length);
}

function mostFaithful(formats: string[], cells: readonly string[]): string {
  let best = formats[0];
  let most = -1;
  for (const format of new Set(formats)) {
    const reader = compileTimeFormat(format);
    // Names of months are told apart by their letters: not every language has capitals, and a point behind short forms.
    const asWritten = format.includes('@')
      ? (text: string) => text.toLowerCase().replaceAll('.', '')
      : (text: string) => text;
    let same = 0;
    for (const cell of cells) {
      const time = reader.read(cell);
      if (!Number.isNaN(time) && asWritten(reader.write(time)) === asWritten(cell)) same++;
    }
    if (same > most) [best, most] = [format, same];
  }
  return best;
}

const CLOCK =
  /^(.*?\d[^:]*?)(, |[T ])(\d{1,2})([:.])(\d{2})(?:\4(\d{2}))?([.,]\d{1,9})?(\s?[ap]\.?m\.?)?(\s?(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?))?$/i;
const HOUR = /^(\d{4}([-/.])\d{1,2}\2\d{1,2}|\d{1,2}([-/.])\d{1,2}\3\d{4})([T ])(\d{1,2})$/;
const COMPACT = /^(\d{8})(T| |)(\d{2})(?:(\d{2})(\d{2})?)?(Z|[+-]\d{4})?$/;

const COMPACT_DATE = compileTimeFormat('yyyyMMdd');

// Every format that could have written the cell, likelier ones first.
function formatsOf(cell: string): string[] {
  if (cell.length > 60) return [];
  const compact = COMPACT.exec(cell);
  if (compact && !Number.isNaN(COMPACT_DATE.read(compact[1]))) {
    const [, date, separator, , minute, second, offset] = compact;
    // Ten digits are an hour only of the years around ours: others are seconds since 1970.
    if (minute || separator || /^(?:19|20)/.test(date))
      return [`yyyyMMdd${separator}HH${minute ? 'mm' : ''}${second ? 'ss' : ''}${offset ? offsetToken(offset) : ''}`];
  }
  const hour = HOUR.exec(cell);
  if (hour) return dateFormats(hour[1]).map((date) => `${date}${hour[4]}${hour[5].length === 1 ? 'H' : 'HH'}`);
  const clock = CLOCK.exec(cell);
  if (clock) {
    const [, date, separator, hours, mark, , second, fraction, half, offset] = clock;
    // A small t is no token of its own.
    const time = (separator === 't' ? "'t'" : separator) + clockPattern(hours, mark, second, fraction, half, offset);
    const dates = dateFormats(date);
    // Some programs leave the time off where it is midnight.
    if (dates.length) return [...dates.map((d) => d + time), ...dates.map((d) => `${d}[${time}]`)];
  }
  return dateFormats(cell);
}

function clockPattern(hour: string, mark: string, second?: string, fraction?: string, half?: string, offset?: string) {
  const hours = half ? (hour.length === 1 ? 'h' : 'hh') : hour.length === 1 ? 'H' : 'HH';
  const space = (text?: string) => (text?.startsWith(' ') ? ' ' : '');
  return (
    `${hours}${mark}mm${second ? `${mark}ss` : ''}${fraction ? `[${fraction[0]}S]` : ''}` +
    `${half ? `${space(half)}a` : ''}${offset ? `${space(offset)}${offsetToken(offset)}` : ''}`
  );
}

const offsetToken = (text: string) =>
  /z/i.test(text) ? 'X' : /utc/i.test(text) ? 'z' : /gmt/i.test(text) ? 'O' : text.includes(':') ? 'x' : 'xx';

const MONTH =
  /^(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)$/i;
const WEEKDAY = /^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*$/i;

// [shape, the formats it may be, given the groups]; named months are groups called m.
const SHAPES: [RegExp, (groups: string[]) => string[]][] = [
  [/^\d{4}([-/. ])\d{1,2}\1\d{1,2}$/, ([s]) => [`yyyy${s}MM${s}dd`]],
  // With points, the day comes first wherever people write dates so; the other order only where it alone fits.
  [/^\d{1,2}\.\d{1,2}\.(\d{4}|\d{2})$/, ([y]) => [`dd.MM.${years(y)}`, `MM.dd.${years(y)}`]],
  [/^\d{1,2}([-/ ])\d{1,2}\1\d{4}$/, ([s]) => [`dd${s}MM${s}yyyy`, `MM${s}dd${s}yyyy`]],
  [/^\d{1,2}([-/])\d{1,2}\1\d{2}$/, ([s]) => [`dd${s}MM${s}yy`, `MM${s}dd${s}yy`, `yy${s}MM${s}dd`]],
  [/^\d{8}$/, () => ['yyyyMMdd']],
  [/^\d{6}$/, () => ['yyyyMM']],
  [/^\d{4}([-/ ])\d{1,2}$/, ([s]) => [`yyyy${s}MM`]],
  [/^\d{4}\.\d{2}$/, () => ['yyyy.MM']],
  [/^\d{1,2}([-/. ])\d{4}$/, ([s]) => [`MM${s}yyyy`]],
  // Years are counted where they begin with one digit; 01-02 has years of two.
  [/^\d-\d{1,2}$/, () => ['y-MM', 'MM-yy']],
  [/^\d{1,2}([-/])\d{1,2}$/, ([s]) => [`yy${s}MM`, `MM${s}yy`]],
  [/^\d{4}$/, () => ['yyyy']],
  [/^\d{4}-\d{3}$/, () => ['yyyy-DDD']],
  [/^\d{4}([-/: ]?)([Qq])[1-4]$/, ([s, q]) => [`yyyy${s}'${q}'Q`]],
  [/^([Qq])[1-4]([-/ ]?)\d{4}$/, ([q, s]) => [`'${q}'Q${s}yyyy`]],
  [/^[1-4]([Qq])([-/ ]?)\d{4}$/, ([q, s]) => [`Q'${q}'${s}yyyy`]],
  [/^\d{4}([- ]?)[Mm]\d{1,2}$/, ([s]) => [`yyyy${s}'M'MM`]],
  [/^\d{4}([- ]?)W\d{1,2}$/, ([s]) => [`kkkk${s}'W'WW`]],
  [/^\d{4}([- ]?)W\d{1,2}([- ]?)[1-7]$/, ([s, t]) => [`kkkk${s}'W'WW${t}e`]],
  [/^(?<m>\p{L}+) \d{1,2}(?:st|nd|rd|th)(,? )\d{4}$/iu, ([, s]) => [`MMM do${s}yyyy`]],
  [
    /^\d{1,2}(?:st|nd|rd|th|er|[º°]) (of |de |)(?<m>\p{L}+)\.?(,? | de )\d{4}$/iu,
    ([of, , s]) => [`do ${quoted(of)}MMM${quoted(s)}yyyy`],
  ],
  [/^(?<m>\p{L}+)([-/. ])\d{1,2}(, ?|[-/. ])(\d{4}|\d{2})$/u, ([, s, t, y]) => [`MMM${s}d${t}${years(y)}`]],
  [/^\d{1,2}(\. ?|[-/ ]|)(?<m>\p{L}+)(\.? |[-/.]|)(\d{4}|\d{2})$/u, ([s, , t, y]) => [`d${s}MMM${t}${years(y)}`]],
  [/^(?<m>\p{L}+)(, | '|[-/ .']|)(\d{4}|\d{2})$/u, ([, s, y]) => [`MMM${s.replace("'", "''")}${years(y)}`]],
  [/^\d{4}([-/ ]|)(?<m>\p{L}+)$/u, ([s]) => [`yyyy${s}MMM`]],
  [/^\d{4}([-/ ])(?<m>\p{L}+)\1\d{1,2}$/u, ([s]) => [`yyyy${s}MMM${s}d`]],
  [/^\d{1,2} de (?<m>\p{L}+)\.? de (\d{4})$/u, () => ["d 'de' MMM 'de' yyyy"]],
  [/^(?<m>\p{L}+)\.? de (\d{4})$/u, () => ["MMM 'de' yyyy"]],
];

const quoted = (text: string) => text.replace(/[a-z]+/i, "'$&'");
const years = (digits: string) => (digits.length === 4 ? 'yyyy' : 'yy');

function dateFormats(text: string): string[] {
  const named = /^([A-Za-z]{3,9})(,? )(.+)$/.exec(text);
  if (named && WEEKDAY.test(named[1])) {
    const day = named[1].length === 3 ? 'EEE' : 'EEEE';
    return dateFormats(named[3]).map((format) => `${day}${named[2]}${format}`);
  }
  for (const [shape, formats] of SHAPES) {
    const match = shape.exec(text);
    if (!match) continue;
    const { m } = match.groups ?? {};
    const found = formats(match.slice(1));
    if (m === undefined) return found;
    const inLanguages = languagesOf(m).flatMap((language) =>
      found.map((format) => format.replace(/MMM(\.(?= ))?/, `MMM@${language}`).replace('do', `do@${language}`)),
    );
    if (MONTH.test(m)) return [...found, ...inLanguages];
    if (inLanguages.length > 0) return inLanguages;
  }
  return [];
}
