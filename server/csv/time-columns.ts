import type { ColumnProfile } from './columns.ts';
import { timeOfDayFormat } from './time-detection.ts';
import { compileTimeFormat } from './time-format.ts';
import { namesTime } from './time-name.ts';
import { fieldsOf } from './time-writing.ts';

export interface TimeChoice {
  readonly columns: ColumnProfile[];
  readonly format: string;
  /** Other formats the cells fit as well, read differently: the user must choose. */
  readonly rivals: string[];
}

/**
 * The column, or the columns, that hold the time: a date split over several columns by their names, a date beside a time of
 * day, the column whose notation says so, and last numbers (years, epochs, Excel serials, counted steps) by name and range.
 */
export function findTime(columns: readonly ColumnProfile[]): TimeChoice | undefined {
  const dated = columns
    .filter((column) => column.time?.unmistakable && column.time.share >= 0.5)
    .sort((a, b) => score(b) - score(a));
  return withTimeOfDay(dated, columns) ?? single(dated) ?? splitDate(columns) ?? numeric(columns);
}

/** A format for a column chosen by hand. */
export function formatOfColumns(chosen: readonly ColumnProfile[]): TimeChoice | undefined {
  if (chosen.length === 1) {
    const [column] = chosen;
    if (column.time && (column.time.unmistakable || isNamed(column))) return choice([column]);
    return numeric([column], true) ?? (column.time ? choice([column]) : undefined);
  }
  return withTimeOfDay([chosen[0]], chosen) ?? splitDate(chosen);
}

const STEP_HINT = /^(?:ds|t|x|time|step|steps|tick|index|idx|period|n|no|nr|#|i|obs|observation|seq|sequence)$/i;

export const isNamed = (column: ColumnProfile): boolean => namesTime(column.name);
const score = (column: ColumnProfile) => (isNamed(column) ? 1 : 0) + column.time!.share;

function choice(columns: ColumnProfile[]): TimeChoice {
  const [{ time }] = columns;
  return { columns, format: time!.format, rivals: time!.rivals };
}

const single = (dated: ColumnProfile[]): TimeChoice | undefined => (dated.length ? choice([dated[0]]) : undefined);

// A date without a time of day, and that time in a column of its own (13:00) or an hour (13).
function withTimeOfDay(dated: readonly ColumnProfile[], columns: readonly ColumnProfile[]): TimeChoice | undefined {
  const day = dated.find((column) => /d/i.test(column.time?.format ?? '') && !/[Hh]/.test(column.time!.format));
  if (!day || day !== dated[0]) return undefined;
  for (const column of columns) {
    if (column === day || column.filled.length < day.filled.length / 2) continue;
    const clock = timeOfDayFormat(column.filled[0]);
    if (clock && column.filled.every((cell) => timeOfDayFormat(cell) !== undefined)) return joined(day, column, clock);
    // 0530 under "time" is half past five.
    if (
      /^(?:time|hhmm|hour|uhrzeit|zeit|heure|hora|ora)$/i.test(column.name) &&
      column.filled.every((cell) => HHMM.test(cell))
    )
      return joined(day, column, 'HHmm');
    const isHour = /^(?:hour|hr|hh|he|stunde|hora|heure)$/i.test(column.name) && column.whole;
    if (isHour && within(column, 0, 24)) return joined(day, column, 'H');
  }
  return undefined;
}

function joined(day: ColumnProfile, clock: ColumnProfile, format: string): TimeChoice {
  return {
    columns: [day, clock],
    format: `${day.time!.format} ${format}`,
    rivals: day.time!.rivals.map((rival) => `${rival} ${format}`),
  };
}

const HHMM = /^(?:[01]\d|2[0-3])[0-5]\d$|^2400$/;

const PARTS: [token: string, names: RegExp, low: number, high: number][] = [
  ['yyyy', /^(?:year|yr|yyyy|jahr|a[ñn]o|ann[ée]e|anno)$/i, 1000, 2999],
  ['Q', /^(?:quarter|qtr|quartal|q)$/i, 1, 4],
  ['M', /^(?:month|mon|mo|mm|monat|mes|mois|mese)$/i, 1, 12],
  ['d', /^(?:day|dd|dom|mday|tag|d[ií]a|jour|giorno|day[_ ]of[_ ]month)$/i, 1, 31],
  ['H', /^(?:hour|hr|hh|stunde|hora|heure|ora)$/i, 0, 24],
  ['m', /^(?:minute|min|mi)$/i, 0, 59],
  ['s', /^(?:second|sec|ss)$/i, 0, 59],
];

/**
 * Whether a column beside the times only repeats a part of them, such as their month, and is no value. The name alone does
 * not say so: `min` may be a minimum. Of times with an offset it is not known which hour their clock showed.
 */
export function repeatsDate(
  column: ColumnProfile,
  { columns, format }: Pick<TimeChoice, 'columns' | 'format'>,
): boolean {
  if (!column.whole) return false;
  if (COUNTED.test(column.name)) return within(column, 0, 366);
  const [token, , low, high] = PARTS.find(([, names]) => names.test(column.name)) ?? [];
  if (token === undefined) return false;
  const reader = compileTimeFormat(format);
  if (reader.steps || (reader.absolute && /[dH]/.test(token))) return within(column, low!, high!);
  let [same, seen] = [0, 0];
  for (let i = 0; i < column.cells.length && seen < 1000; i++) {
    const time = reader.read(columns.map((part) => part.cells[i]).join(' '));
    if (Number.isNaN(time) || column.cells[i] === '') continue;
    seen++;
    if (partOf(time, token) === Number(column.cells[i])) same++;
  }
  return same >= seen * 0.95;
}

function partOf(time: number, token: string): number {
  const { year, month, day, hour, minute, second } = fieldsOf(time, 0);
  const parts: Record<string, number> = {
    ...{ yyyy: year, Q: Math.ceil(month / 3), M: month, d: day, H: hour, m: minute, s: second },
  };
  return parts[token];
}

const WEEK = /^(?:week|wk|kw|woche|semaine|semana|settimana|(?:iso)?[_ ]?week[_ ]?(?:no|nr|number|of[_ ]?year)?)$/i;
const DAY_OF_YEAR = /^(?:doy|yday|day[_ ]?of[_ ]?(?:the[_ ]?)?year)$/i;
const COUNTED = /^(?:week|weekday|day[_ ]?of[_ ]?(?:week|year)|doy|dow|yday|wday)$/i;

function splitDate(columns: readonly ColumnProfile[]): TimeChoice | undefined {
  const parts: { column: ColumnProfile; token: string }[] = [];
  for (const [token, names, low, high] of PARTS) {
    const column = columns.find((candidate) => names.test(candidate.name) && candidate.content !== 'empty');
    if (!column) continue;
    if (token === 'M' && column.filled.every((cell) => /^[A-Za-z]{3,9}$/.test(cell)))
      parts.push({ column, token: 'MMM' });
    else if (token === 'Q' && column.filled.every((cell) => /^Q[1-4]$/.test(cell)))
      parts.push({ column, token: "'Q'Q" });
    else if (column.whole && within(column, low, high)) parts.push({ column, token });
  }
  const tokens = parts.map((part) => part.token);
  const monthly = tokens.some((token) => /[MQ]/.test(token));
  if (tokens[0] !== 'yyyy') return undefined;
  if (!monthly) return countedFrom(parts[0].column, columns);
  // A chain ends where a part is absent: an hour without a day is no time.
  const chain = ['yyyy', tokens.some((token) => token[0] === 'M') ? 'M' : 'Q', 'd', 'H', 'm', 's'];
  const kept: typeof parts = [];
  for (const token of chain) {
    const part = parts.find(
      (candidate) =>
        candidate.token === token ||
        (token === 'M' && candidate.token === 'MMM') ||
        (token === 'Q' && candidate.token === "'Q'Q"),
    );
    if (!part) break;
    kept.push(part);
  }
  const padded = kept.map(({ token, column }) =>
    token.length === 1 && token !== 'Q' && column.filled.every((cell) => cell.length === 2) ? token + token : token,
  );
  return { columns: kept.map((part) => part.column), format: padded.join(' '), rivals: [] };
}

// A year beside a week or a day that is counted in it.
function countedFrom(year: ColumnProfile, columns: readonly ColumnProfile[]): TimeChoice | undefined {
  const counted = (names: RegExp, high: number) =>
    columns.find((column) => names.test(column.name) && column.whole && within(column, 1, high));
  const week = counted(WEEK, 53);
  if (week) return { columns: [year, week], format: 'kkkk WW', rivals: [] };
  const day = counted(DAY_OF_YEAR, 366);
  return day && { columns: [year, day], format: 'yyyy DDD', rivals: [] };
}

function numeric(columns: readonly ColumnProfile[], chosen = false): TimeChoice | undefined {
  const candidates = columns.filter((column) => column.content === 'number' && column.numberShare > 0.9);
  const others = columns.some((column) => column.content === 'number' && !candidates.includes(column));
  let best: { choice: TimeChoice; score: number } | undefined;
  for (const column of candidates) {
    const found = numericFormat(column, chosen);
    if (!found) continue;
    // Where everything is a number, the time comes first.
    const rank = found.score - column.index * 1e-3;
    if (!best || rank > best.score) best = { choice: { columns: [column], ...found }, score: rank };
  }
  if (!best) return undefined;
  const alone = candidates.length === 1 && !others && !chosen;
  return alone && best.score < 2 ? undefined : best.choice;
}

// The formats bare numbers can be; a higher score is a surer reading.
function numericFormat(
  column: ColumnProfile,
  chosen: boolean,
): { format: string; rivals: string[]; score: number } | undefined {
  const values = column.filled.map((cell) => Number(cell.replace(',', '.')));
  const named = isNamed(column);
  const rising = isRising(values);
  const low = Math.min(...spreadOf(values));
  const high = Math.max(...spreadOf(values));
  const sure = (format: string, base: number) => ({
    format,
    rivals: [],
    score: base + (named ? 3 : 0) + (rising ? 0.5 : 0),
  });
  const fits = column.time && column.time.share >= 0.98 ? column.time.format : undefined;
  if ((column.whole || fits === 'yyyy.MM') && fits && fits !== 'yyyy')
    return named || rising || chosen ? sure(fits, 3) : undefined;
  if (column.whole && fits === 'yyyy' && low >= 1200 && high <= 2300 && (named || rising || chosen))
    return sure('yyyy', 2);
  if (named || chosen || rising) {
    const scale = [
      ['epoch s', 1e8, 5e9],
      ['epoch ms', 1e11, 5e12],
      ['epoch us', 1e14, 5e15],
      ['epoch ns', 1e17, 5e18],
    ] as const;
    for (const [format, from, to] of scale) if (low >= from && high <= to) return sure(format, 2);
    const dateNamed = named && !STEP_HINT.test(column.name);
    if (low >= 20_000 && high <= 80_000 && (dateNamed || (!column.whole && rising))) return sure('excel', 2);
    if (low >= 30_000 && high <= 60_000 && column.whole && rising && !STEP_HINT.test(column.name)) {
      return { format: 'excel', rivals: ['integer'], score: 1 };
    }
  }
  // A number that tells things apart is no time, even where it counts.
  if (!column.whole || (!chosen && /(?:^|[_ -])(?:id|code|key)$/i.test(column.name))) return undefined;
  // Whole hours around 1970, or from the start of a measurement: a name that says so settles it, else the person does.
  const clock = STEP_HINT.test(column.name) && !named ? undefined : clockOf(stepOf(values), low, high);
  if (clock && EPOCH_HINT.test(column.name)) return sure(clock, 2);
  if (clock && (named || chosen || rising)) return { ...sure(clock, 0.5), rivals: ['integer'] };
  if (((named || STEP_HINT.test(column.name)) && rising) || chosen) return sure('integer', column.counter ? 1 : 0.5);
  return column.counter || stepOf(values) > 0 ? sure('integer', 0) : undefined;
}

function within(column: ColumnProfile, low: number, high: number): boolean {
  return column.filled.length > 0 && column.filled.every((cell) => Number(cell) >= low && Number(cell) <= high);
}

// Math.min over a long array would overflow the stack.
const spreadOf = (values: number[]): number[] => [
  values.reduce((a, b) => Math.min(a, b)),
  values.reduce((a, b) => Math.max(a, b)),
];

// Mostly rising: long files start again with each series.
function isRising(values: readonly number[]): boolean {
  let up = 0;
  for (let i = 1; i < values.length; i++) if (values[i] >= values[i - 1]) up++;
  return values.length > 1 && up >= (values.length - 1) * 0.8 && values[values.length - 1] !== values[0];
}

// The step by which the values rise nearly always; 0 for none.
function stepOf(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (let i = 1; i < values.length; i++)
    counts.set(values[i] - values[i - 1], (counts.get(values[i] - values[i - 1]) ?? 0) + 1);
  const [step, most] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), [0, 0]);
  return values.length > 3 && step > 0 && most >= (values.length - 1) * 0.9 ? step : 0;
}

const EPOCH_HINT = /^(?:epoch|unix|posix)/i;

// Nothing but a clock counts by 3,600 or 86,400, as far as the epochs above leave it open.
function clockOf(step: number, low: number, high: number): string | undefined {
  if (step === 0) return undefined;
  if (step % 3_600_000 === 0 && low >= -5e12 && high <= 5e12) return 'epoch ms';
  return step % 3600 === 0 && low >= -5e9 && high <= 5e9 ? 'epoch s' : undefined;
}
