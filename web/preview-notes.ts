import type { Preview } from './api.ts';
import { marksOf } from './import-recipe.ts';
import { count, counted } from './numbers.ts';

/** What is kept of several values in one step, in words. */
export const DUPLICATES = [['last', 'the last value'], ['mean', 'their mean'], ['sum', 'their sum']] as const; // biome-ignore format: a table
export const KEPT: Readonly<Record<string, string>> = Object.fromEntries(DUPLICATES);

/** What a person should know of a file before it is stored, a sentence each: what is missing, left out, or decided by a rule. */
export function notesOf(preview: Preview): string[] {
  const { recipe, signs } = preview;
  const kept = KEPT[recipe.duplicates];
  const notes: string[] = [];
  const add = (when: unknown, note: () => string) => {
    if (when) notes.push(note());
  };
  add(preview.truncated, () => 'Only the first part of this large file was looked at; the counts are of that part.');
  add(
    !preview.regular,
    () =>
      `The times are not regular: of several values in one step, ${kept} is kept, and each reading counts for the step nearest to it. Choose another rule below.`,
  );
  add(preview.confidence < 0.9, () => 'The frequency is a guess: check it below.');
  add(
    recipe.zone === 'UTC' && isLocal(recipe.timeFormat),
    () => 'The times say no zone and are read as UTC: set the zone below where the clock was another.',
  );
  const commas = recipe.numberStyles && columnsMarked(preview, ',');
  const points = recipe.numberStyles && columnsMarked(preview, '.');
  add(
    commas && points,
    () =>
      `The columns do not have one decimal mark: a comma in ${commas}, a point in ${points}. Each is read by its own.`,
  );
  const like = preview.likeOthers.slice(0, 3).map(({ column, found, value }) => `“${column}” (${found} is ${value})`);
  add(
    like.length,
    () =>
      `By themselves these could be read two ways, and are read as the other columns are: ${like.join(', ')}${preview.likeOthers.length > 3 ? ` and ${count(preview.likeOthers.length - 3)} more` : ''}.`,
  );
  add(preview.gaps, () => `${counted(preview.gaps, 'step has', 'steps have')} no observation.`);
  add(preview.missing, () => `${counted(preview.missing, 'value is', 'values are')} missing.`);
  add(
    preview.ahead,
    () =>
      `${counted(preview.ahead, 'row is', 'rows are')} the known future: ${recipe.covariateColumns?.join(', ')} without a value yet. Give a column another role below where it is measured, not planned.`,
  );
  add(
    recipe.attributeColumns?.length,
    () =>
      `${recipe.attributeColumns!.join(', ')} ${recipe.attributeColumns!.length === 1 ? 'says' : 'say'} what each series is, the same in all of its rows: used where that helps on held-back data.`,
  );
  add(
    preview.duplicates,
    () => `${counted(preview.duplicates, 'time occurs', 'times occur')} more than once; kept: ${kept}.`,
  );
  add(
    preview.repeatedHours,
    () =>
      `${counted(preview.repeatedHours, 'local time is', 'local times are')} in an hour that the clock shows twice in ${recipe.zone}: the first pass and the second are told apart by the order of the rows.`,
  );
  add(
    preview.missingHours,
    () =>
      `${counted(preview.missingHours, 'local time is', 'local times are')} in an hour that the clock leaves out in ${recipe.zone}, and would be left out.`,
  );
  add(
    signs.length > 0,
    () =>
      `${signs.join(', ')} beside numbers ${signs.length === 1 ? 'is' : 'are'} left out, and nothing is converted: ${signs.includes('%') ? '12 % is stored as 12' : 'the number is stored as it stands'}.`,
  );
  add(
    preview.rounded,
    () =>
      `${counted(preview.rounded, 'whole number has', 'whole numbers have')} more digits than can be kept: the nearest is stored.`,
  );
  add(
    preview.footer,
    () => `${counted(preview.footer, 'line at the end was', 'lines at the end were')} taken for a footer.`,
  );
  add(
    preview.rejectedCount,
    () =>
      `${counted(preview.rejectedCount, 'cell or row', 'cells or rows')} could not be read and would be left out: see below.`,
  );
  return notes;
}

// The columns of numbers whose cells show this decimal mark, the first three by name; '' for none. Of others one is asked.
function columnsMarked({ recipe, questions }: Preview, mark: '.' | ','): string {
  const markOf = marksOf(recipe);
  const asked = new Set(questions.map(({ column }) => column));
  const names = [...recipe.valueColumns, ...(recipe.covariateColumns ?? [])].filter(
    (column) => markOf(column) === mark && !asked.has(column),
  );
  const shown = names.slice(0, 3).map((name) => `“${name}”`);
  return names.length > 3 ? `${shown.join(', ')} and ${count(names.length - 3)} more` : shown.join(', ');
}

// A time of day without an offset, as the tokens of the time format say.
function isLocal(timeFormat: string): boolean {
  const tokens = timeFormat.replace(/'[^']*'/g, '');
  return /[Hh]/.test(tokens) && !/[XxzO]/.test(tokens) && !/^epoch/.test(timeFormat);
}
