import { AppError } from '../errors.ts';
import { createDecoder } from './encoding.ts';
import { excerpt } from './excerpt.ts';
import { createTableStart } from './header.ts';
import { createMissingTest } from './missing.ts';
import { claimsOf, measuredColumns, stylesOf } from './number-styles.ts';
import { newEvidence, observeNumber, readNumber } from './numbers.ts';
import type { Recipe } from './recipe.ts';
import { createRecordReader } from './records.ts';
import { compileTimeFormat } from './time-format.ts';

/**
 * Refuses a later file in which a column has another decimal mark than the recipe has for it: where most of its numbers could
 * not be read, and where some could be, as others than they are (by a decimal comma 1.250 is 1250, and 1.5 beside it says
 * that it is not). Single cells that do not fit are told one by one by the reading itself.
 * Throws AppError `recipe_mismatch` with the column, a cell and its line.
 *
 * @param head the file's first bytes; `whole`: they are all of it
 */
export function refuseOtherMark(recipe: Recipe, head: Uint8Array, whole: boolean): void {
  const names = measuredColumns(recipe);
  const styles = stylesOf(recipe, names);
  const isMissing = createMissingTest(recipe.missingMarkers);
  const start = createTableStart(recipe, compileTimeFormat(recipe.timeFormat));
  const columns = names.map((name, i) => ({
    ...{ name, style: styles[i], at: -1, evidence: newEvidence() },
    ...{ numbers: 0, unread: 0, found: '', line: 0 },
  }));
  let begun = false;
  const look = (fields: string[], line: number) => {
    if (!begun) {
      const header = start.columns(fields, line);
      if (header === undefined) return;
      begun = true;
      for (const column of columns) column.at = header.indexOf(column.name);
      if (recipe.hasHeader) return;
    }
    for (const column of columns) {
      const cell = (fields[column.at] ?? '').trim();
      if (isMissing(cell) || !observeNumber(cell, column.evidence)) continue;
      column.numbers++;
      if (!Number.isNaN(readNumber(cell, column.style))) continue;
      column.unread++;
      if (column.line === 0) [column.found, column.line] = [cell, line];
    }
  };
  const decoder = createDecoder(recipe.encoding);
  const records = createRecordReader(recipe.delimiter);
  records.push(decoder.decode(head) + (whole ? decoder.end() : ''), look);
  if (whole) records.end(look);
  for (const { name, style, evidence, numbers, unread, found, line } of columns) {
    const [mark, other] = claimsOf(evidence);
    if (mark === undefined || other !== undefined || style.decimal === 'unseen' || mark === style.decimal) continue;
    const misread = [...evidence.ambiguous['.'], ...evidence.ambiguous[',']].find(
      (cell) => !Number.isNaN(readNumber(cell, style)),
    );
    if (unread <= numbers / 2 && misread === undefined) continue;
    const example = found === '' ? '' : ` ("${excerpt(found)}" on line ${line})`;
    throw new AppError(
      'recipe_mismatch',
      `column "${name}" has a ${MARKS[mark]}${example}, but the import recipe expects a ${MARKS[style.decimal]} there`,
      { details: { column: name, line, found: excerpt(found), expected: style.decimal } },
    );
  }
}

const MARKS = { '.': 'decimal point', ',': 'decimal comma' };
