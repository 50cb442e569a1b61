import { textOf, utf8 } from './bytes.ts';
import { excerpt } from './excerpt.ts';
import { stylesOf } from './number-styles.ts';
import { readNumber } from './numbers.ts';
import type { Recipe } from './recipe.ts';
import type { Problem, RowSummary } from './row-summary.ts';

/** The apostrophe that exports put before a text that a spreadsheet would run as a formula. */
const SAFE_FORMULA = /^'(?='*[=+\-@\t\r])/;
/** 007 is a code: as a number it would lose its zeros. */
export const CODE = /^[+-]?0\d/;

interface Reading {
  /** The columns were detected in the first part of the file. */
  readonly guessed?: boolean;
  readonly isMissing: (cell: string) => boolean;
  readonly reject: (problem: Problem) => void;
}

export interface AttributeReader {
  /** Reads the cells of a row for the series that it is about. */
  read(fields: readonly string[], line: number, series: Int32Array): void;
}

/**
 * Collects what rows say of the recipe's attribute columns: the first cell of a series that says anything holds, another that
 * says otherwise is no attribute's and is rejected with its line. Where nobody named the columns, one that varies further down
 * than detection looked is none, and is left out.
 *
 * @param at where the columns stand in the file, undefined for those that it does not have
 */
export function createAttributeReader(
  recipe: Recipe,
  at: readonly (number | undefined)[],
  summary: RowSummary,
  { guessed, isMissing, reject }: Reading,
): AttributeReader {
  const names = recipe.attributeColumns ?? [];
  const styles = stylesOf(recipe, names);
  const lines: number[][] = [];
  return {
    read(fields, line, series) {
      const [first] = series;
      summary.attributes[first] ??= names.map(() => null);
      lines[first] ??= [];
      const known = summary.attributes[first];
      for (let c = 0; c < names.length; c++) {
        const place = at[c];
        const text = place === undefined ? '' : (fields[place] ?? '').trim().replace(SAFE_FORMULA, '');
        if (isMissing(text)) continue;
        const before = known[c];
        if (before === null) {
          // A slice of the text keeps the whole chunk alive; a copy of its own does not.
          known[c] = textOf(utf8(text));
          lines[first][c] = line;
        } else if (before !== text && !(readNumber(before, styles[c]) === readNumber(text, styles[c]))) {
          if (guessed) {
            if (!summary.varying.includes(names[c])) summary.varying.push(names[c]);
            continue;
          }
          const expected = `"${excerpt(before)}" as in line ${lines[first][c]}: an attribute is the same in all rows of its series`;
          reject({ line, column: names[c], found: excerpt(text), expected });
        }
      }
      for (const one of series) summary.attributes[one] = known;
    },
  };
}

/** An attribute of one series: a number where all cells of its column are. */
export interface AttributeValue {
  readonly name: string;
  readonly value: string | number;
}

/** The recipe without the columns that turned out to be no attributes. */
export function withoutVarying(recipe: Recipe, { varying }: Pick<RowSummary, 'varying'>): Recipe {
  if (varying.length === 0) return recipe;
  const { attributeColumns = [], ...rest } = recipe;
  const left = attributeColumns.filter((name) => !varying.includes(name));
  return left.length > 0 ? { ...rest, attributeColumns: left } : rest;
}

/** What was read of each series' attributes, by the number of the series. `recipe` is the one that the rows were read by. */
export function attributeValues({ attributes, varying }: RowSummary, recipe: Recipe): AttributeValue[][] {
  const { attributeColumns: names = [] } = recipe;
  const styles = stylesOf(recipe, names);
  const numeric = names.map((_, c) =>
    attributes.every((own) => {
      const text = own[c];
      return text === null || (!CODE.test(text) && Number.isFinite(readNumber(text, styles[c])));
    }),
  );
  return attributes.map((own) =>
    own.flatMap((text, c) =>
      text === null || varying.includes(names[c])
        ? []
        : [{ name: names[c], value: numeric[c] ? readNumber(text, styles[c]) : text }],
    ),
  );
}
