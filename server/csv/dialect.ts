import { AppError } from '../errors.ts';
import { createMissingTest } from './missing.ts';
import { observeNumber } from './numbers.ts';
import { MISSING_MARKERS, MOST_COLUMNS, type Recipe } from './recipe.ts';
import { createRecordReader, LONGEST_LINE } from './records.ts';
import { isTimeLike } from './time-detection.ts';
import { namesTime } from './time-name.ts';

export interface SampleRecord {
  readonly fields: string[];
  readonly line: number;
}

/** How a text is cut into cells, and which line names the columns. */
export interface Dialect extends Pick<Recipe, 'delimiter' | 'headerLine' | 'hasHeader'> {
  readonly names: string[];
  /** The rows below the header. */
  readonly rows: SampleRecord[];
}

const DELIMITERS = [',', ';', '\t', '|'] as const;

/**
 * The delimiter under which most records have the same number of cells and most cells are numbers, times or missing; then
 * the header: the first row of full width, where its cells are words above numbers. Title lines and notes stand above it.
 * `known` fixes what a person has answered. Throws AppError `unreadable` where header and rows do not have the same width.
 */
export function detectDialect(
  text: string,
  whole: boolean,
  known: Partial<Pick<Recipe, 'delimiter' | 'headerLine' | 'hasHeader'>> = {},
): Dialect {
  const head = text.length > 65_536 ? text.slice(0, 65_536) : text;
  const headWhole = whole && head.length === text.length;
  const delimiter = known.delimiter ?? bestDelimiter(head, headWhole);
  const records = readSample(text, delimiter, whole);
  if (records.length === 0) {
    throw new AppError('empty_file', 'the file has no line with text in it: expected rows with a time and a value');
  }
  if (!whole && records.length < 2) {
    const line = records.length + 1;
    throw new AppError('unreadable', `line ${line} has more than ${LONGEST_LINE} characters, expected rows of a table`);
  }
  const first = known.headerLine
    ? records.findIndex((record) => record.line >= known.headerLine!)
    : firstFullRow(records);
  const top = records[Math.max(0, first)];
  const body = records.slice(Math.max(0, first) + 1);
  if (top.fields.length > MOST_COLUMNS) {
    throw new AppError(
      'unreadable',
      `line ${top.line} has ${top.fields.length} cells, expected at most ${MOST_COLUMNS}`,
    );
  }
  const hasHeader = known.hasHeader ?? isHeader(top.fields, body.slice(0, 100));
  const rows = hasHeader ? body : [top, ...body];
  const width = hasHeader ? top.fields.length : modalWidth(rows);
  return {
    delimiter,
    headerLine: top.line,
    hasHeader,
    names: columnNames(hasHeader ? top.fields : Array.from({ length: width }, () => '')),
    rows,
  };
}

/** Names of columns as the recipe knows them: trimmed, `column 3` where there is none, `y (2)` for the second y. */
export function columnNames(header: readonly string[]): string[] {
  const taken = new Set<string>();
  const repeats = new Map<string, number>();
  return header.map((cell, i) => {
    const base = cell.trim().replace(/\s+/g, ' ') || `column ${i + 1}`;
    let name = base;
    while (taken.has(name)) {
      const n = (repeats.get(base) ?? 1) + 1;
      repeats.set(base, n);
      name = `${base} (${n})`;
    }
    taken.add(name);
    return name;
  });
}

const isMissing = createMissingTest(MISSING_MARKERS);

function readSample(text: string, delimiter: string, whole: boolean): SampleRecord[] {
  const records: SampleRecord[] = [];
  const reader = createRecordReader(delimiter);
  const keep = (fields: string[], line: number, unclosed: boolean) => {
    if (!unclosed && fields.some((field) => field.trim() !== '')) records.push({ fields, line });
  };
  reader.push(text, keep);
  // The last record of a sample may be cut short: a number would be read with digits missing.
  if (whole) reader.end(keep);
  return records;
}

function bestDelimiter(head: string, whole: boolean): Recipe['delimiter'] {
  let best: Recipe['delimiter'] = ',';
  let most = 0;
  for (const delimiter of DELIMITERS) {
    if (!head.includes(delimiter)) continue;
    let records = readSample(head, delimiter, whole).slice(0, 200);
    // One row longer than the sample is still a row.
    if (records.length === 0) records = readSample(head, delimiter, true);
    const width = modalWidth(records);
    if (width < 2) continue;
    const even = records.filter((record) => record.fields.length === width);
    const cells = even.slice(even.length > 1 ? 1 : 0).flatMap((record) => record.fields.map((field) => field.trim()));
    const typed = cells.filter((cell) => isTyped(cell)).length / Math.max(1, cells.length);
    const score = (even.length / records.length) * (0.3 + 0.7 * typed);
    if (score > most + 1e-9) [best, most] = [delimiter, score];
  }
  return best;
}

// The most frequent width of two cells and more; of equally frequent ones the widest.
function modalWidth(records: readonly SampleRecord[]): number {
  const counts = new Map<number, number>();
  for (const { fields } of records)
    if (fields.length > 1) counts.set(fields.length, (counts.get(fields.length) ?? 0) + 1);
  let [width, most] = [1, 0];
  for (const [n, count] of counts) if (count > most || (count === most && n > width)) [width, most] = [n, count];
  return width;
}

const isTyped = (cell: string) => isMissing(cell) || observeNumber(cell) || isTimeLike(cell);
const isWord = (cell: string) => !isTyped(cell.trim());

function firstFullRow(records: readonly SampleRecord[]): number {
  const width = modalWidth(records.slice(0, 5000));
  const first = records.findIndex((record) => record.fields.length === width);
  // A title with a delimiter in it, or Excel's "sep=;", above a header of words.
  const next = records[first + 1];
  if (next && !records[first].fields.every(isWord) && next.fields.length === width && next.fields.every(isWord)) {
    return first + 1;
  }
  const header = lowestHeader(records, first, width);
  if (header > first) return header;
  if (first <= 0) return Math.max(0, first);
  const above = records[first - 1];
  const rowsAreData = records[first].fields.some((cell) => !isWord(cell));
  if (!rowsAreData || above.fields.length < 2 || !above.fields.every((cell) => cell.trim() === '' || isWord(cell)))
    return first;
  // Words above data: a header, but of another width.
  if (above.fields.length > width) return first - 1;
  const filled = above.fields.filter((cell) => cell.trim() !== '').length;
  if (filled < 2) return first;
  // Rows that all end in a delimiter have no more cells than the header has names.
  const surplus = records.slice(first).flatMap((record) => record.fields.slice(above.fields.length));
  if (surplus.every((cell) => cell.trim() === '')) return first - 1;
  throw new AppError(
    'unreadable',
    `line ${above.line} names ${above.fields.length} columns, but the rows from line ${records[first].line} have ${width} cells: ` +
      'expected as many names as cells (a decimal comma in a comma-separated file must be quoted)',
    { details: { line: above.line, found: above.fields.length, expected: width } },
  );
}

// Title lines may have as many commas as the table has: then the header is the row that calls the times date, time or the like,
// or the row of words below lines of one cell, which spreadsheets fill up with delimiters.
function lowestHeader(records: readonly SampleRecord[], first: number, width: number): number {
  const most = Math.min(records.length - 1, first + 10);
  for (let at = most - 1; at > first; at--) {
    const { fields } = records[at];
    const below = records.slice(at + 1, at + 51).filter((record) => record.fields.length === width);
    // The last rows of a short table may be a footer.
    const times = fields.findIndex((_, i) => {
      const timed = below.filter((record) => isTimeLike(record.fields[i]?.trim() ?? ''));
      return timed.length > below.length / 2 && timed[0] === below[0];
    });
    if (times === -1 || fields.length !== width || !fields.every(isWord)) continue;
    if (!namesTime(fields[times].trim()) && records[first].fields.filter((cell) => cell.trim() !== '').length > 1)
      continue;
    const above = records.slice(first, at).map((record) => record.fields[times]?.trim() ?? '');
    return above.some((cell) => isTimeLike(cell) || namesTime(cell)) ? first : at;
  }
  return first;
}

// Words above numbers or times make a header; a first row of the same make as the rest does not. What stands above the
// times decides, because numbers may well have years for their names.
function isHeader(top: readonly string[], body: readonly SampleRecord[]): boolean {
  if (body.length === 0) return top.every((cell) => isWord(cell));
  let above = 0;
  let same = 0;
  for (let i = 0; i < top.length; i++) {
    const below = body.map((record) => record.fields[i]?.trim() ?? '').filter((cell) => !isMissing(cell));
    const typed = below.filter((cell) => isTyped(cell)).length;
    if (below.length === 0 || typed < below.length / 2) continue;
    const cell = top[i].trim();
    const timed = below.filter((text) => isTimeLike(text) && !observeNumber(text)).length > below.length / 2;
    if (timed && !isMissing(cell)) return isWord(cell);
    if (isWord(cell)) above++;
    else if (!isMissing(cell)) same++;
  }
  return above > 0 ? above >= same : same === 0;
}
