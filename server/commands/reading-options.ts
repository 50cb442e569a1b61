import { createReadStream, existsSync, statSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { isZone } from '../../models/calendar.ts';
import { parseFrequency } from '../../models/series.ts';
import type { Question } from '../csv/questions.ts';
import { Recipe } from '../csv/recipe.ts';
import { AppError } from '../errors.ts';
import { listed, whole } from './verb.ts';

/** The options that say how a file is to be read, the same for every verb that reads one. What is absent is found by content. */
export function withReadingOptions(command: Command): Command {
  return command
    .option('--time <column>', 'the column of times; again for each part of a date split over several', collect)
    .option('--value <column>', 'a column of values; again for each', collect)
    .option('--series <column>', 'a column that names the series; again for each', collect)
    .option(
      '--covariates <columns>',
      'columns known ahead, such as price,promo; rows may have them without a value, the future above all',
      listed,
    )
    .option(
      '--attributes <columns>',
      'columns that say what a series is, such as region,kind, the same in all of its rows (default: found by content)',
      (names: string, before?: string[] | boolean) => listed(names, Array.isArray(before) ? before : []),
    )
    .option('--no-attributes', 'take no column for an attribute')
    .option('--time-format <pattern>', 'how times are written, such as dd.MM.yyyy')
    .option('--decimal <mark>', 'the decimal mark, . or ,; for one column as COLUMN=, and again for each', decimal)
    .option('--zone <zone>', 'IANA zone of times written without an offset (default UTC)', zone)
    .option(
      '--frequency <step>',
      'PT5M, PT1H, P1D, P1W, P1M, P3M, P1Y, B for business days, 1 for integer steps',
      frequency,
    )
    .option('--season <steps>', 'steps in one cycle', whole(1, 100_000))
    .addOption(
      new Option(
        '--duplicates <rule>',
        'what is kept of several values at one time (default: the last; the mean of those in one step of irregular times)',
      ).choices(Recipe.shape.duplicates.options),
    );
}

/** The fields of the recipe that a verb's options fix. */
export function answersOf(options: Record<string, unknown>): Partial<Recipe> {
  const given = {
    timeColumns: options.time,
    valueColumns: options.value,
    seriesColumns: options.series,
    covariateColumns: options.covariates,
    attributeColumns: options.attributes === false ? [] : options.attributes,
    timeFormat: options.timeFormat,
    ...(options.decimal as Decimals | undefined),
    zone: options.zone,
    frequency: options.frequency,
    season: options.season,
    duplicates: options.duplicates,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** Throws AppError `invalid_request` where a file's reading is told, and the argument is no file but a dataset. */
export function refuseReadingOptions(argument: string, options: Record<string, unknown>): void {
  const [told] = Object.keys(answersOf(options));
  if (told === undefined) return;
  throw new AppError(
    'invalid_request',
    `There is no file ${argument}, and a dataset is read already: ${told} cannot be set for it here.`,
    { details: { field: told } },
  );
}

/** How many values shared their time with another, and what was kept of them. */
export const tellDuplicates = (n: number, kept: Recipe['duplicates']): string =>
  `${n} ${n === 1 ? 'duplicate' : 'duplicates'} (kept: ${{ last: 'the last', mean: 'the mean', sum: 'the sum' }[kept]}; --duplicates chooses)`;

/** The bytes of a file, or of standard input for `-`. Throws AppError `not_found` where there is no such file. */
export function openFile(path: string): AsyncIterable<Uint8Array> {
  if (path === '-') return process.stdin;
  if (!existsSync(path)) throw new AppError('not_found', `There is no file ${path}.`, { details: { file: path } });
  if (statSync(path).isDirectory()) {
    throw new AppError('invalid_request', `${path} is a folder, expected a CSV file.`, { details: { file: path } });
  }
  return createReadStream(path);
}

/** Why an import with open questions stopped, with the options that answer them. */
export function withAnswersNamed(error: unknown): unknown {
  if (!(error instanceof AppError) || error.code !== 'ambiguous') return error;
  const { questions } = error.details as { questions: Question[] };
  const options = questions.map(({ column, field, choices }) => {
    const option = field === 'decimal' ? '--decimal' : '--time-format';
    return choices
      .map(({ value, set }) => `${option} "${set.numberStyles === undefined ? value : `${column}=${value}`}"`)
      .join(' or ');
  });
  return new AppError(error.code, `${error.message}. Say which: ${options.join('; ')}.`, { details: error.details });
}

// Not commander's <column...>, which would swallow the file that follows.
const collect = (column: string, before: string[] = []): string[] => [...before, column];

type Decimals = Pick<Partial<Recipe>, 'decimal' | 'numberStyles'>;

// The mark of all columns, or that of one: what stands last wins.
function decimal(text: string, before: Decimals = {}): Decimals {
  const mark = text.slice(-1);
  const column = text.slice(0, -2);
  if ((mark !== '.' && mark !== ',') || (text.length > 1 && (text.at(-2) !== '=' || column === ''))) {
    throw new InvalidArgumentError('Expected . or , or COLUMN=. or COLUMN=, for one column.');
  }
  if (text.length === 1) return { ...before, decimal: mark };
  const others = before.numberStyles?.filter((style) => style.column !== column) ?? [];
  return { ...before, numberStyles: [...others, { column, decimal: mark }] };
}

function zone(text: string): string {
  if (isZone(text)) return text;
  throw new InvalidArgumentError('Expected an IANA zone such as Europe/Berlin.');
}

function frequency(text: string): string {
  try {
    parseFrequency(text);
    return text;
  } catch {
    throw new InvalidArgumentError('Expected PT5M, PT1H, P1D, P1W, P1M, P3M, P1Y, B or 1.');
  }
}
