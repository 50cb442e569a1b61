import { type ColumnProfile, keyAt } from './columns.ts';
import { repeatsDate, type TimeChoice } from './time-columns.ts';

/**
 * The columns whose cells name the series: those under which no time comes twice. Fewest columns first; names such as
 * series_id are taken at their word. `whole`: the sample is the whole file, else a column that never changes in it may still
 * be an identifier further down and is taken as one.
 */
export function findSeries(
  columns: readonly ColumnProfile[],
  time: readonly ColumnProfile[],
  whole: boolean,
): ColumnProfile[] {
  const rows = time[0].cells.length;
  const count = Math.min(rows, 50_000);
  const keys = Array.from({ length: count }, (_, i) => time.map((column) => column.cells[i]).join(' '));
  const candidates = columns.filter((column) => !time.includes(column) && mayName(column, rows));
  const numbers = columns.filter((column) => column.content === 'number' && !time.includes(column));
  // The only column of numbers holds the values, whatever its name.
  const chosen = candidates
    .filter((column) => STRONG.test(column.name) && numbers.some((other) => other !== column))
    .slice(0, 1);
  let repeats = repeatShare(keys, chosen);
  while (repeats > 0.01) {
    let best: { column: ColumnProfile; repeats: number } | undefined;
    for (const column of candidates) {
      if (chosen.includes(column)) continue;
      const left = repeatShare(keys, [...chosen, column]);
      const better =
        !best ||
        left < best.repeats - 1e-9 ||
        (left < best.repeats + 0.005 && WEAK.test(column.name) && !WEAK.test(best.column.name));
      if (better) best = { column, repeats: left };
    }
    if (!best || best.repeats > repeats * 0.9) break;
    chosen.push(best.column);
    repeats = best.repeats;
  }
  if (repeats > 0.01) {
    const open = numbers.filter((column) => !column.counter && !chosen.includes(column));
    // One of them has to hold the values.
    const numbered = open.length > 1 ? open.find((column) => tellsApart(column, chosen, keys, rows)) : undefined;
    if (numbered) {
      chosen.push(numbered);
      repeats = 0;
    }
  }
  // Times that repeat whatever is tried, or names that hardly do, are events, not series.
  const scattered = rows > 100 && countDistinct(chosen, count) > count / 4;
  if ((repeats > 0.5 || scattered) && !chosen.some((column) => STRONG.test(column.name))) return [];
  if (chosen.length === 0 && !whole) {
    const constant = candidates.find((column) => column.content === 'text' && new Set(column.filled).size <= 2);
    if (constant) return [constant];
  }
  return chosen.sort((a, b) => a.index - b.index);
}

/** Columns of few words that could tell series apart where the times alone cannot say. */
export function mayNameSeries(columns: readonly ColumnProfile[], time: readonly ColumnProfile[]): ColumnProfile[] {
  const rows = time[0].cells.length;
  return columns.filter(
    (column) =>
      !time.includes(column) && column.content === 'text' && mayName(column, rows) && new Set(column.filled).size > 1,
  );
}

/** The columns with values: numbers that are neither time nor name nor a count of the rows. */
export function findValues(
  columns: readonly ColumnProfile[],
  time: Pick<TimeChoice, 'columns' | 'format'>,
  series: readonly ColumnProfile[],
): ColumnProfile[] {
  const left = columns.filter((column) => !time.columns.includes(column) && !series.includes(column));
  const numbers = left.filter((column) => column.content === 'number');
  const values = numbers.filter(
    (column) =>
      !(column.counter && COUNTER.test(column.name)) &&
      !ID.test(column.name) &&
      !(numbers.length > 1 && repeatsDate(column, time)),
  );
  const found = values.length ? values : numbers.filter((column) => !ID.test(column.name));
  // In a wide file a column with a name is a series, though nothing was measured yet: left out, it would be missed in silence.
  const wide = series.length === 0 && found.length > 0;
  const empty = left.filter(
    (column) => column.content === 'empty' && (column.marked || (wide && !UNNAMED.test(column.name))),
  );
  return [...found, ...empty].sort((a, b) => a.index - b.index);
}

const SERIES = /^(?:series|series[_ -]?(?:id|name)|unique[_ -]?id|item[_ -]?id|ts[_ -]?id)$/i;
const STRONG =
  /^(?:series|series[_ -]?(?:id|name)|unique[_ -]?id|item[_ -]?id|ts[_ -]?id|symbol|ticker|sensor(?:[_ -]?id)?|meter(?:[_ -]?id)?|station(?:[_ -]?id)?|device(?:[_ -]?id)?)$/i;
const WEAK =
  /^(?:id|name|key|item|location|city|country|region|store|product|sku|site|entity|source|category|group|variable|metric|channel|state|customer|account|shop|dept|department|type)(?:[_ -]?(?:id|name|code|no|nr))?$/i;
const COUNTER = /^(?:no|nr|id|idx|index|row|rows|rownum|row[_ -]?(?:id|number)|#|n|x|unnamed: 0|column 1)$/i;
/** As `columnNames` calls a column whose head is empty. */
const UNNAMED = /^column \d+(?: \(\d+\))?$/;
const ID = /(?:^|[_ -])(?:id|zip|zip[_ -]?code|postcode)$/i;

function mayName(column: ColumnProfile, rows: number): boolean {
  if (column.blank > rows * 0.1) return false;
  const hinted = STRONG.test(column.name) || WEAK.test(column.name) || ID.test(column.name);
  // Measurements are all numbers and rarely whole; names that are numbers are whole, or stand among others that are words.
  if (SERIES.test(column.name) || (STRONG.test(column.name) && column.content !== 'number')) return true;
  if (column.filled.length < rows / 2 || column.counter) return false;
  if (column.content === 'number' && column.numberShare > 0.9 && !(hinted && column.whole)) return false;
  if (column.content === 'time' && !hinted) return false;
  // A name is shared by rows; a remark or a row's own number is not.
  return hinted ? true : new Set(column.filled).size <= rows / 2;
}

/**
 * Whether whole numbers whose name says nothing (a lane, a weekday, a zone) name series: with them no time comes twice, and
 * nearly each of them comes at nearly every time. What is measured does neither.
 */
function tellsApart(
  column: ColumnProfile,
  beside: readonly ColumnProfile[],
  keys: readonly string[],
  rows: number,
): boolean {
  if (!column.whole || column.filled.length < rows) return false;
  const names = countDistinct([...beside, column], keys.length);
  const times = new Set(keys).size;
  const full = names > 1 && times > 1 && keys.length >= FULL * names * times;
  return full && repeatShare(keys, [...beside, column]) === 0;
}

/** Share of all pairs of name and time that are there; series may begin late or end early. */
const FULL = 0.8;

function countDistinct(columns: readonly ColumnProfile[], rows: number): number {
  const seen = new Set<string>();
  for (let i = 0; i < rows; i++) seen.add(keyAt(columns, i));
  return seen.size;
}

// Share of the rows whose time and name came before.
function repeatShare(keys: readonly string[], columns: readonly ColumnProfile[]): number {
  const seen = new Set<string>();
  for (let i = 0; i < keys.length; i++)
    seen.add(columns.reduce((key, column) => `${key}\0${column.cells[i]}`, keys[i]));
  return keys.length ? 1 - seen.size / keys.length : 0;
}
