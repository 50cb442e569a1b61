import type { NumberStyle } from './numbers.ts';
import { plainNumber } from './plain-number.ts';
import type { Recipe } from './recipe.ts';
import type { TimeFormat } from './time-format.ts';

/** Reads rows in place. What it has read of the last row stands in the fields. */
export interface PlainReader {
  /** Whether the row text[from, to) was read: false says nothing about it but that it must be read the careful way. */
  read(text: string, from: number, to: number): boolean;
  /** Whether the row just read has this name, as it stands in the file, and attributes as in the row that was remembered. */
  hasName(text: string, name: string): boolean;
  /** The row that was read the careful way. */
  remember(fields: readonly string[]): void;
  readonly time: number;
  /** [value columns] */
  readonly values: Float64Array;
}

/** Where the columns of the recipe stand, and how many columns there are. */
export interface Places {
  readonly width: number;
  readonly time: readonly number[];
  readonly name: readonly number[];
  readonly value: readonly number[];
  /** How the numbers of each value column are written. */
  readonly styles: readonly NumberStyle[];
  /** Those of the attributes. */
  readonly fixed: readonly number[];
}

/**
 * The short way for the rows nearly all files consist of: as many cells as columns, a time of padded numbers, plain numbers
 * without a thousands mark. It makes no string of a cell, which is half the cost of reading a million rows. Undefined where
 * the recipe has none of it: a time in several columns, a name in several, a number that stands for "no value".
 */
export function createPlainReader(recipe: Recipe, format: TimeFormat, places: Places): PlainReader | undefined {
  const { readAt } = format;
  const { width, time: timeAt, name: nameAt, value: valueAt, fixed } = places;
  if (!readAt || timeAt.length !== 1 || nameAt.length > 1) return undefined;
  if (recipe.missingMarkers.some((marker) => /\d/.test(marker))) return undefined;
  const { delimiter } = recipe;
  // Where it is not known which mark is the decimal mark, only whole numbers are plain.
  const marks = Int32Array.from(places.styles, ({ decimal }) => (decimal === 'unseen' ? -1 : decimal.charCodeAt(0)));
  // Cell i is text[starts[i], starts[i + 1] - 1).
  const starts = new Int32Array(width + 1);
  const values = new Float64Array(valueAt.length);
  let time = Number.NaN;
  let remembered: readonly string[] = [];
  const isCell = (text: string, place: number, cell: string | undefined) =>
    cell !== undefined && starts[place + 1] - 1 - starts[place] === cell.length && text.startsWith(cell, starts[place]);
  return {
    values,
    get time() {
      return time;
    },
    read(text, from, to) {
      starts[0] = from;
      let count = 1;
      for (let at = text.indexOf(delimiter, from); at !== -1 && at < to; at = text.indexOf(delimiter, at + 1)) {
        if (count === width) return false;
        starts[count++] = at + 1;
      }
      if (count !== width) return false;
      starts[width] = to + 1;
      time = readAt(text, starts[timeAt[0]], starts[timeAt[0] + 1] - 1);
      if (Number.isNaN(time)) return false;
      for (let i = 0; i < valueAt.length; i++) {
        const value = plainNumber(text, starts[valueAt[i]], starts[valueAt[i] + 1] - 1, marks[i]);
        if (Number.isNaN(value)) return false;
        values[i] = value;
      }
      return true;
    },
    hasName(text, name) {
      for (const place of fixed) if (!isCell(text, place, remembered[place])) return false;
      return nameAt.length === 0 || isCell(text, nameAt[0], name);
    },
    remember(fields) {
      if (fixed.length > 0) remembered = fields;
    },
  };
}
