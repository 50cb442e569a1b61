import type { Preview } from './api.ts';

/** How a file is read, as a person changes it in the preview: answers fixed so far, and the roles of columns. Pure. */

export type Recipe = Preview['recipe'];
/** Only what a person has fixed: the server finds everything else around it. */
export type Answers = Partial<Recipe>;
export type Role = 'time' | 'series' | 'value' | 'covariate' | 'attribute' | 'ignored';

/** What a column is taken for by a recipe. */
export function roleOf(
  recipe: Pick<Recipe, 'timeColumns' | 'seriesColumns' | 'valueColumns' | 'covariateColumns' | 'attributeColumns'>,
  column: string,
): Role {
  if (recipe.timeColumns.includes(column)) return 'time';
  if (recipe.seriesColumns.includes(column)) return 'series';
  if (recipe.covariateColumns?.includes(column)) return 'covariate';
  if (recipe.attributeColumns?.includes(column)) return 'attribute';
  return recipe.valueColumns.includes(column) ? 'value' : 'ignored';
}

/**
 * The answers after a column was given a role. All lists are fixed then, in the order of the file; a date format and
 * a frequency found for other time columns are let go, because they were about those.
 */
export function withRole(
  answers: Answers,
  recipe: Recipe,
  columns: readonly string[],
  column: string,
  role: Role,
): Answers {
  const roles = new Map(columns.map((name) => [name, name === column ? role : roleOf(recipe, name)]));
  const named = (wanted: Role) => columns.filter((name) => roles.get(name) === wanted);
  const next: Answers = {
    ...answers,
    timeColumns: named('time'),
    seriesColumns: named('series'),
    valueColumns: named('value'),
  };
  const covariates = named('covariate');
  if (covariates.length > 0) next.covariateColumns = covariates;
  else delete next.covariateColumns;
  // Once there were any, none is an answer too; else a later look may find some.
  const attributes = named('attribute');
  if (attributes.length > 0 || recipe.attributeColumns) next.attributeColumns = attributes;
  if (role === 'time' || roleOf(recipe, column) === 'time') {
    delete next.timeFormat;
    delete next.dayFirst;
    delete next.frequency;
  }
  return next;
}

/** Why these roles cannot be read, before the server is asked; null when they can. */
export function rolesProblem(answers: Answers): string | null {
  if (answers.timeColumns?.length === 0) return 'No column is the time now: choose one.';
  if (answers.valueColumns?.length === 0) return 'No column holds values now: choose at least one.';
  if (answers.attributeColumns?.length && answers.seriesColumns?.length === 0)
    return 'An attribute says what a series is: choose the column with the names of the series first.';
  return null;
}

/** The decimal mark of each column by a recipe. */
export function marksOf({ decimal, numberStyles = [] }: Pick<Recipe, 'decimal' | 'numberStyles'>) {
  const own = new Map(numberStyles.map((style) => [style.column, style.decimal]));
  return (column: string): Recipe['decimal'] => own.get(column) ?? decimal;
}

/** The answers with one more; what it says of a column's numbers leaves the answers for other columns as they are. */
export function withAnswer(answers: Answers, set: Answers): Answers {
  if (set.numberStyles === undefined) return { ...answers, ...set };
  const named = new Set(set.numberStyles.map(({ column }) => column));
  const others = answers.numberStyles?.filter(({ column }) => !named.has(column)) ?? [];
  return { ...answers, ...set, numberStyles: [...others, ...set.numberStyles] };
}

/** Whether a question has been answered: its field is fixed. */
export function answered(answers: Answers, question: Preview['questions'][number]): boolean {
  return question.choices.some(({ set }) => sets(answers, set));
}

/** Whether all that a choice sets is fixed so. */
export function sets(answers: Answers, { numberStyles = [], ...set }: Answers): boolean {
  const fixed = answers as Record<string, unknown>;
  const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
  return (
    Object.entries(set).every(([field, value]) => same(fixed[field], value)) &&
    numberStyles.every((style) =>
      answers.numberStyles?.some(
        ({ column, decimal, thousands }) =>
          column === style.column && decimal === style.decimal && thousands === style.thousands,
      ),
    )
  );
}

/** A dataset's name from its file's: 'us_employment-2024.csv' -> 'us employment 2024'. */
export function nameFrom(file: string): string {
  const bare = file
    .replace(/\.gz$/i, '')
    .replace(/\.(csv|tsv|txt|ndjson|jsonl)$/i, '')
    .replace(/[_-]+/g, ' ')
    .trim();
  return bare.slice(0, 200) || 'Dataset';
}
