/** A cell or row that could not be read, and where. `line` is 1-based; `column` is the column's name. */
export interface Problem {
  readonly line: number;
  readonly column: string;
  readonly found: string;
  readonly expected: string;
}

/** Counts over everything read so far. */
export interface RowSummary {
  /** Names of the series by their number in the batches, in order of first appearance. */
  readonly names: string[];
  /** Cells of the recipe's attribute columns by series, trimmed; null where a series says nothing. Empty without such columns. */
  readonly attributes: (string | null)[][];
  /** Columns taken for attributes that vary within a series. */
  readonly varying: string[];
  /** Rows below the header, blank ones and footers not counted. */
  rows: number;
  /** Cells that say "no value": neither stored nor rejected. */
  missing: number;
  /** Cells without a value after the last one of their series, in rows with covariates: the known future, not missing. */
  ahead: number;
  /** The first thousand problems, and how many there were. */
  readonly rejected: Problem[];
  rejectedCount: number;
  /** Rows with no readable time: where they are most of the file, the recipe does not fit. */
  badTimes: number;
  /** Cells of value columns that are no number. */
  badValues: number;
  /** Lines at the end that are no rows, such as a source or a total. */
  footer: number;
  /** Times in the hour that the clock shows twice. */
  repeatedHours: number;
  /** Times in the hour that the clock leaves out; these are rejected. */
  missingHours: number;
  /** Percent and currency signs beside numbers, which are left out; at most twenty. */
  readonly signs: string[];
  /** Whole numbers of more digits than a double holds. */
  rounded: number;
}

export const newSummary = (): RowSummary => ({
  names: [], attributes: [], varying: [], rows: 0, missing: 0, ahead: 0, rejected: [], rejectedCount: 0, badTimes: 0, badValues: 0, footer: 0,
  repeatedHours: 0, missingHours: 0, signs: [], rounded: 0,
}); // biome-ignore format: a table of zeros
