import { AppError } from '../errors.ts';
import type { Batch } from './batch.ts';
import { isAscii, joined, utf8 } from './bytes.ts';
import { type Detection, detect } from './detect.ts';
import { createDecoder, detectEncoding, ENCODING_NAMES } from './encoding.ts';
import { createNdjsonReader, isNdjson, keysOf, ndjsonAnswers } from './ndjson.ts';
import { learntStyles, measuredColumns, stylesOf } from './number-styles.ts';
import { ambiguous } from './questions.ts';
import { type Recipe, SAMPLE_BYTES } from './recipe.ts';
import type { RowSummary } from './row-summary.ts';
import { createRowParser } from './rows.ts';
import { refuseOtherMark } from './style-misfit.ts';

/** A file being read: batches in file order, and counts that grow with them and are final after the last. */
export interface Rows extends AsyncIterable<Batch> {
  readonly summary: RowSummary;
  readonly columns: readonly string[];
  /** What the file turned out to be written in, after the last batch. */
  readonly encoding: Recipe['encoding'];
}

export interface ReadingOptions {
  /** The encoding of the recipe was found in the first bytes; the rest may tell more. */
  readonly found?: boolean;
  /** So were the attribute columns. */
  readonly guessed?: boolean;
  /** Reads on where hardly anything fits: a preview shows that beside its questions instead of refusing the file. */
  readonly whatever?: boolean;
  /** The recipe was made for earlier files: where this one has other decimal marks, it is refused. */
  readonly stored?: boolean;
}

/**
 * Reads a file by its recipe, chunk by chunk, in memory that does not grow with the file.
 * Throws AppError `recipe_mismatch` where the file does not fit the recipe: its header lacks a column, or most of its rows
 * have no time that the recipe can read.
 */
export function readRows(
  chunks: AsyncIterable<Uint8Array>,
  recipe: Recipe,
  options: ReadingOptions & { linesAbove?: number } = {},
): Rows {
  const decoder = createDecoder(recipe.encoding, options.found);
  const parser = createRowParser(recipe, { ...options, isBroken: () => decoder.broken });
  return {
    summary: parser.summary,
    get encoding() {
      return decoder.encoding;
    },
    get columns() {
      return parser.columns;
    },
    async *[Symbol.asyncIterator]() {
      for await (const chunk of chunks) {
        // Pieces of a set size keep memory flat whatever the source hands over at once.
        for (let at = 0; at < chunk.length; at += PIECE) {
          parser.push(decoder.decode(chunk.subarray(at, at + PIECE)));
          if (parser.waiting > 0) yield parser.take();
        }
      }
      parser.push(decoder.end());
      parser.end();
      if (parser.waiting > 0) yield parser.take();
      if (!options.whatever) refuseMisfit(recipe, parser.summary);
    },
  };
}

export interface Opened {
  readonly recipe: Recipe;
  /** What was detected; null where the recipe was given. */
  readonly detection: Detection | null;
  readonly rows: Rows;
  readonly format: 'csv' | 'ndjson';
}

/**
 * Detects the recipe of a file from its first megabytes where none is given, then reads all of it. Lines of JSON are read by
 * the same recipe where their keys are its columns; else by what they say themselves, on the recipe's calendar.
 * Throws AppError `ambiguous` with the questions in its details where only the user can know, and what `detect` throws.
 */
export async function openCsv(
  source: AsyncIterable<Uint8Array>,
  options: { recipe?: Recipe; answers?: Partial<Recipe> } & ReadingOptions = {},
): Promise<Opened> {
  const file = await readHead(source);
  if (!isNdjson(file.head, file.whole)) return open(file, options, 'csv');
  const reader = createNdjsonReader(keysOf(file.head, file.whole));
  const rows = await readHead(translate(file.rest, reader));
  const { recipe, answers, whatever } = options;
  if (recipe && fits(recipe, reader.columns)) {
    // A number in JSON has a decimal point, whatever the marks of the files before it.
    const { numberStyles: _marks, ...rest } = recipe;
    return open(rows, { recipe: { ...rest, encoding: 'utf-8', decimal: '.', thousands: '' }, whatever }, 'ndjson');
  }
  return open(
    rows,
    { whatever, answers: { ...ndjsonAnswers(reader.columns), ...(recipe ? calendarOf(recipe) : answers) } },
    'ndjson',
  );
}

function open(
  { head, whole, rest }: Head,
  options: { recipe?: Recipe; answers?: Partial<Recipe> } & ReadingOptions,
  format: Opened['format'],
): Opened {
  const { whatever, found, guessed, stored } = options;
  const read = (recipe: Recipe, found?: boolean, guessed?: boolean) =>
    readRows(rest, recipe, { whatever, found, guessed, linesAbove: format === 'ndjson' ? 1 : 0 });
  if (options.recipe) {
    if (head.length === 0) detect(head, true);
    refuseEncoding(options.recipe, head, whole);
    const recipe = withUnseenMarks(options.recipe, head, whole);
    if (stored) refuseOtherMark(recipe, head, whole);
    return { recipe, detection: null, rows: read(recipe, found, guessed), format };
  }
  const detection = detect(head, whole, options.answers);
  if (detection.questions.length > 0) throw ambiguous(detection.questions);
  const { encoding, attributeColumns } = options.answers ?? {};
  const rows = read(detection.recipe, encoding === undefined, attributeColumns === undefined);
  return { recipe: detection.recipe, detection, rows, format };
}

// A file in another encoding than that of its recipe would be read letter by letter as something else. A file of the recipe
// that has a few broken bytes is not one: its rows are looked at one by one.
function refuseEncoding(recipe: Recipe, head: Uint8Array, whole: boolean): void {
  const found = detectEncoding(head, whole);
  const eightBit = (encoding: Recipe['encoding']) => encoding === 'utf-8' || encoding === 'windows-1252';
  const fits = eightBit(found)
    ? eightBit(recipe.encoding) && (recipe.encoding === 'utf-8' || found === recipe.encoding || isAscii(head))
    : found === recipe.encoding;
  if (fits) return;
  throw new AppError(
    'recipe_mismatch',
    `found a file written in ${ENCODING_NAMES[found]}, but the import recipe expects ${ENCODING_NAMES[recipe.encoding]}`,
    { details: { found, expected: recipe.encoding } },
  );
}

async function* translate(
  chunks: AsyncIterable<Uint8Array>,
  reader: ReturnType<typeof createNdjsonReader>,
): AsyncGenerator<Uint8Array> {
  const decoder = createDecoder('utf-8');
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += PIECE) {
      yield utf8(reader.push(decoder.decode(chunk.subarray(at, at + PIECE))));
    }
  }
  yield utf8(reader.push(decoder.end()) + reader.end());
}

function fits(recipe: Recipe, columns: readonly string[]): boolean {
  const { delimiter, timeColumns, seriesColumns, valueColumns, covariateColumns = [] } = recipe;
  const needed = [...timeColumns, ...seriesColumns, ...valueColumns, ...covariateColumns];
  return delimiter === ',' && needed.every((name) => columns.includes(name));
}

const calendarOf = ({ zone, frequency, season, duplicates }: Recipe): Partial<Recipe> => ({
  ...{ zone, frequency, duplicates },
  ...(season === undefined ? {} : { season }),
});

// Columns that had whole numbers only so far: this file may show which mark is their decimal mark, or need to be asked about.
function withUnseenMarks(recipe: Recipe, head: Uint8Array, whole: boolean): Recipe {
  const columns = measuredColumns(recipe);
  const styles = stylesOf(recipe, columns);
  if (styles.every(({ decimal }) => decimal !== 'unseen')) return recipe;
  const { decimal: _all, thousands: _none, numberStyles: _own, ...answers } = recipe;
  const numberStyles = columns.flatMap((column, i) =>
    styles[i].decimal === 'unseen' ? [] : [{ column, ...styles[i] }],
  );
  let detection: Detection;
  try {
    detection = detect(head, whole, { ...answers, numberStyles });
  } catch {
    // Whatever does not fit is told by the reading itself, line by line.
    return recipe;
  }
  if (detection.questions.length > 0) throw ambiguous(detection.questions);
  return learntStyles(recipe, detection.recipe);
}

/** The first megabytes of a source, whether they are all of it, and the whole source again from its start. */
export interface Head {
  readonly head: Uint8Array;
  readonly whole: boolean;
  readonly rest: AsyncIterable<Uint8Array>;
}

export async function readHead(source: AsyncIterable<Uint8Array>): Promise<Head> {
  const iterator = source[Symbol.asyncIterator]();
  const taken: Uint8Array[] = [];
  let size = 0;
  let whole = false;
  while (size < SAMPLE_BYTES) {
    const next = await iterator.next();
    if (next.done) {
      whole = true;
      break;
    }
    taken.push(next.value);
    size += next.value.length;
  }
  const head = joined(taken);
  taken.length = 0;
  async function* rest() {
    try {
      yield head;
      if (whole) return;
      for (;;) {
        const next = await iterator.next();
        if (next.done) return;
        yield next.value;
      }
    } finally {
      await iterator.return?.();
    }
  }
  return { head, whole, rest: rest() };
}

const PIECE = 1 << 18;

// A recipe that reads hardly a time or a number of a file was made for another file.
function refuseMisfit(recipe: Recipe, summary: RowSummary): void {
  const { rows, badTimes, badValues, rejected } = summary;
  const located = rejected[0]
    ? ` (line ${rejected[0].line}: found "${rejected[0].found}", expected ${rejected[0].expected})`
    : '';
  const details = { rejected: rejected.slice(0, 20), rows };
  if (rows > 0 && badTimes > rows / 2) {
    throw new AppError(
      'recipe_mismatch',
      `${badTimes} of ${rows} rows have no time that fits the import recipe, in column "${recipe.timeColumns.join(', ')}" as ${recipe.timeFormat}${located}`,
      { details },
    );
  }
  if (badValues > (rows * recipe.valueColumns.length) / 2) {
    throw new AppError(
      'recipe_mismatch',
      `${badValues} values of ${rows} rows are no numbers by the import recipe${located}`,
      {
        details,
      },
    );
  }
}
