import { excerpt } from './excerpt.ts';
import { expectedNumber, type NumberStyle, readNumber } from './numbers.ts';
import type { Recipe } from './recipe.ts';
import type { Problem } from './row-summary.ts';

/** `values[i]` of covariate `columns[i]` of the recipe, for series `series[i]` at `times[i]`. All four [length]. */
export interface CovariateCells {
  readonly series: Int32Array;
  readonly columns: Int32Array;
  readonly times: Float64Array;
  readonly values: Float64Array;
}

export interface CovariateReader {
  /** Cells waiting to be taken. */
  readonly length: number;
  /** Empty values after the last value of their series, in rows with covariates: the known future. */
  readonly ahead: number;
  /** Reads the cells of a row; false where none says anything. */
  read(fields: readonly string[], line: number, series: Int32Array, time: number): boolean;
  /** The same for a row of plain numbers: those of the covariates begin at `from`. */
  readPlain(numbers: Float64Array, from: number, series: Int32Array, time: number): void;
  /** That a row with covariates had no value for the series, or had one. */
  empty(series: number): void;
  full(series: number): void;
  take(): CovariateCells;
}

/** Where the covariate columns stand in the file, and how their numbers are written. */
interface CovariatePlaces {
  readonly at: readonly number[];
  readonly styles: readonly NumberStyle[];
}

/** Collects what rows say of the recipe's covariate columns. */
export function createCovariateReader(
  recipe: Recipe,
  { at, styles }: CovariatePlaces,
  isMissing: (cell: string) => boolean,
  reject: (problem: Problem) => void,
): CovariateReader {
  const names = recipe.covariateColumns ?? [];
  const since: number[] = [];
  let [ids, columns, times, values]: number[][] = [[], [], [], []];
  const add = (series: Int32Array, column: number, time: number, value: number) => {
    for (const id of series) {
      ids.push(id);
      columns.push(column);
      times.push(time);
      values.push(value);
    }
  };
  return {
    get length() {
      return ids.length;
    },
    get ahead() {
      return since.reduce((sum, count) => sum + count, 0);
    },
    read(fields, line, series, time) {
      let said = false;
      for (let c = 0; c < at.length; c++) {
        const text = (fields[at[c]] ?? '').trim();
        if (isMissing(text)) continue;
        const value = readNumber(text, styles[c]);
        if (Number.isNaN(value)) {
          reject({ line, column: names[c], found: excerpt(text), expected: expectedNumber(text, styles[c]) });
          continue;
        }
        said = true;
        add(series, c, time, value);
      }
      return said;
    },
    readPlain(numbers, from, series, time) {
      for (let c = 0; c < at.length; c++) add(series, c, time, numbers[from + c]);
      for (const id of series) since[id] = 0;
    },
    empty(series) {
      since[series] = (since[series] ?? 0) + 1;
    },
    full(series) {
      since[series] = 0;
    },
    take() {
      const cells = {
        series: Int32Array.from(ids),
        columns: Int32Array.from(columns),
        times: Float64Array.from(times),
        values: Float64Array.from(values),
      };
      [ids, columns, times, values] = [[], [], [], []];
      return cells;
    },
  };
}
