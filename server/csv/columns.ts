import type { SampleRecord } from './dialect.ts';
import { type NumberEvidence, newEvidence, observeNumber } from './numbers.ts';
import { detectTimeFormat, type TimeFinding } from './time-detection.ts';

/** What a column of the sample holds. */
export interface ColumnProfile {
  readonly name: string;
  readonly index: number;
  readonly content: 'number' | 'time' | 'text' | 'empty';
  /** Trimmed cells, '' where missing, one for each row. */
  readonly cells: string[];
  /** Cells that are not missing, in file order. */
  readonly filled: string[];
  /** Share of the filled cells that are numbers in some style. */
  readonly numberShare: number;
  readonly evidence: NumberEvidence;
  readonly time: TimeFinding | undefined;
  /** Cells with nothing in them at all; a marker such as NA may be the name of a series. */
  readonly blank: number;
  /** A marker such as NA stands in it, so that an empty column is one on purpose. */
  readonly marked: boolean;
  /** Every filled cell is a whole number. */
  readonly whole: boolean;
  /** Counts rows: each cell is one more than the cell above. */
  readonly counter: boolean;
}

/** Profiles every column of the sample. `isMissing` sees trimmed cells. */
export function profileColumns(
  names: readonly string[],
  rows: readonly SampleRecord[],
  isMissing: (cell: string) => boolean,
  dayFirst?: boolean,
): ColumnProfile[] {
  return names.map((name, index) => profile(name, index, rows, isMissing, dayFirst));
}

function profile(
  name: string,
  index: number,
  rows: readonly SampleRecord[],
  isMissing: (cell: string) => boolean,
  dayFirst?: boolean,
): ColumnProfile {
  const evidence = newEvidence();
  const cells: string[] = new Array(rows.length);
  const filled: string[] = [];
  let numbers = 0;
  let wholes = 0;
  let marked = false;
  let blank = 0;
  let counter = rows.length > 2;
  for (let i = 0; i < rows.length; i++) {
    const cell = (rows[i].fields[index] ?? '').trim();
    if (isMissing(cell)) {
      cells[i] = '';
      if (cell === '') blank++;
      else marked = true;
      counter = false;
      continue;
    }
    cells[i] = cell;
    filled.push(cell);
    if (observeNumber(cell, evidence)) {
      numbers++;
      if (WHOLE.test(cell)) wholes++;
    }
    counter &&= i === 0 || Number(cell) === Number(cells[i - 1]) + 1;
  }
  const numberShare = filled.length ? numbers / filled.length : 0;
  // A column of plain decimals is no column of times; it need not be tried.
  const timed = numberShare < 1 || wholes > 0 || /^\d{4}\.\d{2}$/.test(filled[0] ?? '');
  const time = filled.length && timed ? detectTimeFormat(filled, dayFirst) : undefined;
  const content =
    filled.length === 0 ? 'empty' : time?.unmistakable ? 'time' : numberShare > 0.5 ? 'number' : time ? 'time' : 'text';
  return {
    name,
    index,
    content,
    cells,
    filled,
    numberShare,
    evidence,
    time,
    blank,
    marked,
    whole: filled.length > 0 && wholes === filled.length,
    counter,
  };
}

const WHOLE = /^[+-]?\d+$/;

/** What the columns say in a row, as one key: two rows with the same key are of the same series. */
export const keyAt = (columns: readonly ColumnProfile[], row: number): string =>
  columns.map(({ cells }) => cells[row]).join('\0');
