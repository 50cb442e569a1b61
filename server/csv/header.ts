import { AppError } from '../errors.ts';
import { columnNames } from './dialect.ts';
import { quotedNames } from './excerpt.ts';
import type { Recipe } from './recipe.ts';
import type { TimeFormat } from './time-format.ts';

/** So many lines of notes may stand above a header that are not in the recipe. */
const MOST_NOTES = 20;

export interface TableStart {
  /**
   * The columns of the table that begins with this record, or undefined where it does not. Throws AppError `recipe_mismatch`
   * where a header lacks a column of the recipe.
   */
  columns(fields: readonly string[], line: number): string[] | undefined;
  /** At the end of a file in which no table began: throws what was found in its place. */
  end(): void;
}

/**
 * Looks for the header that a recipe expects, or for the first row where it expects none. A later file may have fewer or more
 * lines of notes above it than the one the recipe was made with; no row is taken for a note.
 */
export function createTableStart(recipe: Recipe, format: TimeFormat): TableStart {
  const measured = [...recipe.timeColumns, ...recipe.seriesColumns, ...recipe.valueColumns];
  const used = [...measured, ...(recipe.covariateColumns ?? [])];
  let mismatch: AppError | undefined;
  let notes = 0;

  function beginsEarly(fields: readonly string[]): boolean {
    if (recipe.hasHeader) {
      const names = new Set(columnNames(fields));
      return used.every((name) => names.has(name));
    }
    const cells = measured.map((name) => (fields[Number(name.replace('column ', '')) - 1] ?? '').trim());
    const time = cells.slice(0, recipe.timeColumns.length).join(' ');
    return cells.every((cell) => cell !== '') && !Number.isNaN(format.read(time));
  }

  return {
    columns(fields, line) {
      if (line < recipe.headerLine && !beginsEarly(fields)) return undefined;
      const columns = recipe.hasHeader ? columnNames(fields) : fields.map((_, i) => `column ${i + 1}`);
      const known = new Set(columns);
      const lacking = used.filter((name) => !known.has(name));
      if (lacking.length === 0) return columns;
      mismatch ??= new AppError(
        'recipe_mismatch',
        `line ${line} has the columns ${quotedNames(columns)}, but the import recipe expects ${quotedNames(lacking)} as well`,
        { details: { line, found: columns.slice(0, 100), expected: lacking.slice(0, 100) } },
      );
      // A single cell is a line of notes; what it says is told where no header follows.
      const isNote = recipe.hasHeader && fields.filter((field) => field.trim() !== '').length === 1;
      if (!isNote || ++notes > MOST_NOTES) throw mismatch;
      return undefined;
    },
    end() {
      if (mismatch) throw mismatch;
    },
  };
}
