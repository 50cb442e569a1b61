import { type AttributeReader, createAttributeReader } from './attribute-cells.ts';
import { type Batch, createBuffer } from './batch.ts';
import { textOf, utf8 } from './bytes.ts';
import { type CovariateReader, createCovariateReader } from './covariate-cells.ts';
import { excerpt } from './excerpt.ts';
import { createTableStart } from './header.ts';
import { createMissingTest } from './missing.ts';
import { measuredColumns, stylesOf } from './number-styles.ts';
import { expectedNumber, isRounded, readNumber, signsOf } from './numbers.ts';
import { createPlainReader, type PlainReader } from './plain-rows.ts';
import { type Recipe, SERIES_SEPARATOR } from './recipe.ts';
import { createRecordReader } from './records.ts';
import { newSummary, type Problem, type RowSummary } from './row-summary.ts';
import { compileTimeFormat } from './time-format.ts';
import { createPlacer } from './zone.ts';

export interface RowParser {
  readonly summary: RowSummary;
  /** Columns of the file, once the header has been read. */
  readonly columns: readonly string[];
  push(text: string): void;
  end(): void;
  /** What has been read since the last call. */
  take(): Batch;
  /** Observations waiting to be taken. */
  readonly waiting: number;
}

export const REJECTED_KEPT = 1000;

/** The apostrophe that exports put before a name that a spreadsheet would run as a formula. */
const SAFE_FORMULA = /^'(?='*[=+\-@\t\r])/;

/**
 * Text to observations by a recipe: the one parser behind preview, import and forecasts from a file.
 *
 * Times without an offset are placed in the recipe's zone. A time in the repeated hour is the first of the two, unless that
 * would not go on in the direction in which the series runs: then it is the second. A time in the missing hour is rejected;
 * a day whose midnight is in it begins when the clock goes on.
 *
 * A row with more cells than columns is rejected whole (an unquoted decimal comma shifts every cell after it); a row with
 * fewer keeps the cells it has, and the first absent one is reported.
 * `linesAbove` is how many lines the text has above those of the file: line numbers are the file's.
 * `isBroken` says whether the text has U+FFFD in it that stand for bytes of another encoding: names with one are rejected, since
 * two names could become one.
 * `guessed`: the attribute columns were detected in the first part of the file, and the rest may say otherwise.
 * `missingToo` hands over missing values as NaN instead of leaving them out: their times tell of the frequency too.
 * Throws AppError `recipe_mismatch` where the header lacks a column of the recipe.
 */
export function createRowParser(
  recipe: Recipe,
  options: { missingToo?: boolean; linesAbove?: number; guessed?: boolean; isBroken?: () => boolean } = {},
): RowParser {
  const { guessed } = options;
  const records = createRecordReader(recipe.delimiter, onPlain);
  const isMissing = createMissingTest(recipe.missingMarkers);
  const format = compileTimeFormat(recipe.timeFormat);
  let local = !format.absolute && recipe.zone !== 'UTC';
  const place = createPlacer(recipe.zone);
  const buffer = createBuffer();
  const summary = newSummary();
  const tableStart = createTableStart(recipe, format);
  let columns: string[] = [];
  let width = 0;
  let timeAt: number[] = [];
  let nameAt: number[] = [];
  let valueAt: number[] = [];
  const styles = stylesOf(recipe, measuredColumns(recipe));
  let covariates: CovariateReader | undefined;
  let attributes: AttributeReader | undefined;
  let plain: PlainReader | undefined;
  let pendingFooter: Problem[] = [];

  // What is known of each row's name: the numbers of its series, and the last two times for the repeated hour.
  interface Known {
    series: Int32Array;
    last: number;
    rising: boolean;
  }
  const knownByName = new Map<string, Known>();
  let lastName = '';
  let lastKnown: Known | undefined;
  let lastCell = '';
  let lastTime = Number.NaN;
  const expectedTime = `a time written as ${recipe.timeFormat}`;
  const expectedClock = `a time that the clock shows in ${recipe.zone}`;
  const expectedCells = () => `${width} cells, as many as there are columns`;

  function start(found: string[]): void {
    columns = found;
    width = columns.length;
    const at = new Map(columns.map((name, i) => [name, i]));
    timeAt = recipe.timeColumns.map((name) => at.get(name)!);
    nameAt = recipe.seriesColumns.map((name) => at.get(name)!);
    valueAt = recipe.valueColumns.map((name) => at.get(name)!);
    const aheadAt = (recipe.covariateColumns ?? []).map((name) => at.get(name)!);
    const known = { at: aheadAt, styles: styles.slice(valueAt.length) };
    if (aheadAt.length > 0) covariates = createCovariateReader(recipe, known, isMissing, reject);
    const { attributeColumns = [] } = recipe;
    const fixedAt = attributeColumns.map((name) => at.get(name));
    if (fixedAt.length > 0)
      attributes = createAttributeReader(recipe, fixedAt, summary, { guessed, isMissing, reject });
    const fixed = fixedAt.filter((place) => place !== undefined);
    const value = [...valueAt, ...aheadAt];
    plain = createPlainReader(recipe, format, { width, time: timeAt, name: nameAt, value, styles, fixed });
  }

  function onRecord(fields: string[], line: number, unclosed: boolean): void {
    if (width === 0) {
      const found = tableStart.columns(fields, line);
      if (found) start(found);
      if (!found || recipe.hasHeader) return;
    }
    if (unclosed) {
      summary.rows++;
      reject({ line, column: columns[0], found: excerpt(fields[0]), expected: 'a closing quote' });
      return;
    }
    let count = fields.length;
    while (count > width && fields[count - 1].trim() === '') count--;
    if (count < width || count > width) {
      if (fields.every((field) => field.trim() === '')) return;
      if (count > width) {
        summary.rows++;
        reject({ line, column: columns[width - 1], found: `${count} cells`, expected: expectedCells() });
        return;
      }
    }
    const cell =
      timeAt.length === 1 ? (fields[timeAt[0]] ?? '') : timeAt.map((at) => (fields[at] ?? '').trim()).join(' ');
    let time = lastTime;
    if (cell !== lastCell || Number.isNaN(time)) {
      time = format.read(cell.trim());
      lastCell = cell;
      lastTime = time;
      if (format.leavesOffset) local = recipe.zone !== 'UTC' && format.leavesOffset(cell.trim());
    }
    if (Number.isNaN(time)) {
      if (fields.every((field) => field.trim() === '')) return;
      const problem = { line, column: recipe.timeColumns[0], found: excerpt(cell.trim()), expected: expectedTime };
      // A line with too few cells and no time may be a footer; what follows decides.
      if (count < width) {
        pendingFooter.push(problem);
        if (pendingFooter.length > 20) flushFooter();
        return;
      }
      flushFooter();
      summary.rows++;
      summary.badTimes++;
      reject(problem);
      return;
    }
    if (pendingFooter.length) flushFooter();
    summary.rows++;
    const known = knownOf(fields, line);
    if (!known) return;
    attributes?.read(fields, line, known.series);
    plain?.remember(fields);
    time = settle(time, known);
    if (Number.isNaN(time)) {
      summary.missingHours++;
      reject({ line, column: recipe.timeColumns[0], found: cell.trim(), expected: expectedClock });
      return;
    }
    const said = covariates?.read(fields, line, known.series, time);
    let absent = false;
    for (let i = 0; i < valueAt.length; i++) {
      const raw = fields[valueAt[i]];
      if (raw === undefined) {
        if (!absent) reject({ line, column: columns[valueAt[i]], found: `${count} cells`, expected: expectedCells() });
        absent = true;
        continue;
      }
      const text = raw.trim();
      if (isMissing(text)) {
        summary.missing++;
        if (said) covariates?.empty(known.series[i]);
        if (options.missingToo) buffer.add(known.series[i], time, Number.NaN);
        continue;
      }
      const value = readNumber(text, styles[i]);
      if (Number.isNaN(value)) {
        summary.badValues++;
        reject({ line, column: columns[valueAt[i]], found: excerpt(text), expected: expectedNumber(text, styles[i]) });
        continue;
      }
      if (isRounded(text, value)) summary.rounded++;
      for (const sign of signsOf(text))
        if (!summary.signs.includes(sign) && summary.signs.length < 20) summary.signs.push(sign);
      covariates?.full(known.series[i]);
      buffer.add(known.series[i], time, value);
    }
  }

  function onPlain(text: string, from: number, to: number): boolean {
    if (!plain || !lastKnown || !plain.read(text, from, to) || !plain.hasName(text, lastName)) return false;
    const time = settle(plain.time, lastKnown);
    if (Number.isNaN(time)) return false;
    if (pendingFooter.length) flushFooter();
    summary.rows++;
    for (let i = 0; i < valueAt.length; i++) buffer.add(lastKnown.series[i], time, plain.values[i]);
    covariates?.readPlain(plain.values, valueAt.length, lastKnown.series, time);
    return true;
  }

  // The moment of a time on the wall clock; NaN where the clock leaves it out. What is known of the series moves on to it.
  function settle(wall: number, known: Known): number {
    let time = wall;
    if (local) {
      const placed = place(wall);
      // Where the clock leaves out midnight, the day begins later.
      if (placed.clock === 'missing' && !format.dated) return Number.NaN;
      if (placed.clock === 'repeated') summary.repeatedHours++;
      time = placed.clock === 'missing' ? placed.next : placed.time;
      // The same wall time in the next cell may be the second of the two: only its reading is remembered.
      if (placed.clock === 'repeated' && (known.rising ? placed.time <= known.last : placed.later < known.last)) {
        time = placed.later;
      }
    }
    if (time !== known.last) {
      known.rising = !(time < known.last);
      known.last = time;
    }
    return time;
  }

  function knownOf(fields: string[], line: number): Known | undefined {
    let name = '';
    if (nameAt.length === 1) name = fields[nameAt[0]] ?? '';
    else if (nameAt.length > 1) name = nameAt.map((at) => (fields[at] ?? '').trim()).join(SERIES_SEPARATOR);
    if (lastKnown && name === lastName) return lastKnown;
    const trimmed = name.trim();
    if (nameAt.length > 0 && (trimmed === '' || nameAt.some((at) => (fields[at] ?? '').trim() === ''))) {
      reject({ line, column: recipe.seriesColumns[0], found: excerpt(trimmed), expected: 'the name of a series' });
      return undefined;
    }
    const plainName = trimmed.charCodeAt(0) === 39 ? trimmed.replace(SAFE_FORMULA, '') : trimmed;
    let known = knownByName.get(plainName);
    if (!known && plainName.includes('\ufffd') && options.isBroken?.()) {
      const expected = `a name in ${recipe.encoding}: set the encoding of the file in the import recipe`;
      reject({ line, column: recipe.seriesColumns[0], found: excerpt(trimmed), expected });
      return undefined;
    }
    if (!known) {
      // A slice of the text keeps the whole chunk alive; a copy of its own does not.
      const own = textOf(utf8(plainName));
      const first = summary.names.length;
      for (const value of recipe.valueColumns) {
        summary.names.push(
          nameAt.length === 0 ? value : recipe.valueColumns.length === 1 ? own : own + SERIES_SEPARATOR + value,
        );
      }
      known = { series: Int32Array.from(valueAt, (_, i) => first + i), last: Number.NEGATIVE_INFINITY, rising: true };
      knownByName.set(own, known);
    }
    lastName = name;
    lastKnown = known;
    return known;
  }

  function reject(problem: Problem): void {
    summary.rejectedCount++;
    if (summary.rejected.length >= REJECTED_KEPT) return;
    const { linesAbove = 0 } = options;
    summary.rejected.push(linesAbove ? { ...problem, line: problem.line - linesAbove } : problem);
  }

  function flushFooter(): void {
    for (const problem of pendingFooter) {
      summary.rows++;
      summary.badTimes++;
      reject(problem);
    }
    pendingFooter = [];
  }

  return {
    summary,
    get columns() {
      return columns;
    },
    get waiting() {
      return buffer.length + (covariates?.length ?? 0);
    },
    push: (text) => records.push(text, onRecord),
    end() {
      records.end(onRecord);
      if (width === 0) tableStart.end();
      summary.footer = pendingFooter.length;
      summary.ahead = covariates?.ahead ?? 0;
      summary.missing -= summary.ahead;
      pendingFooter = [];
    },
    take: () => (covariates ? { ...buffer.take(), covariates: covariates.take() } : buffer.take()),
  };
}
