import { formatFrequency } from '../../models/series.ts';
import { utf8 } from './bytes.ts';
import { type DatasetFile, type FileReport, readDataset } from './dataset-file.ts';
import { type ColumnSummary, type Detection, detect } from './detect.ts';
import { createDecoder } from './encoding.ts';
import { createNdjsonReader, isNdjson, keysOf, ndjsonAnswers } from './ndjson.ts';
import type { Question } from './questions.ts';
import { type Recipe, SAMPLE_BYTES } from './recipe.ts';

export interface PreviewSeries {
  readonly name: string;
  readonly observations: number;
  /** ISO 8601 in UTC, or the integer of an integer step; null without observations. */
  readonly start: string | null;
  readonly end: string | null;
  /** At most 200 observations spread over the series, for a small chart. */
  readonly sample: { readonly time: number; readonly value: number }[];
}

/** What a person sees before anything is stored. */
export interface Preview extends Omit<FileReport, 'confidence'> {
  readonly recipe: Recipe;
  readonly questions: Question[];
  readonly columns: ColumnSummary[];
  readonly likeOthers: Detection['likeOthers'];
  /** How many series there are; `series` has the first fifty. */
  readonly seriesCount: number;
  readonly series: PreviewSeries[];
  readonly frequency: string;
  readonly season: number;
  /** 0 to 1. */
  readonly confidence: number;
  /** True where only the first part of the file was looked at, so that the counts are of that part. */
  readonly truncated: boolean;
}

export interface LookOptions {
  /** Fields of the recipe that a person has fixed. */
  readonly answers?: Partial<Recipe>;
  /** The bytes are only the file's first part. */
  readonly truncated?: boolean;
}

/**
 * Reads a file as an import would, and stores nothing. Where there are questions, it is read by the first choice of each.
 * Throws what `detect` throws.
 */
export async function lookAt(
  bytes: Uint8Array,
  { answers: given, truncated = false }: LookOptions = {},
): Promise<{ detection: Detection; file: DatasetFile }> {
  const { rows, answers } = asRows(bytes, !truncated, given);
  const whole = !truncated && rows.length <= SAMPLE_BYTES;
  const detection = detect(rows.subarray(0, SAMPLE_BYTES), whole, answers);
  // A last line cut short would show a number with digits missing.
  const complete = truncated ? bytes.subarray(0, lastLineEnd(bytes)) : bytes;
  const file = await readDataset(once(complete), {
    recipe: detection.recipe,
    whatever: detection.questions.length > 0,
    found: given?.encoding === undefined,
    guessed: given?.attributeColumns === undefined,
  });
  return { detection, file };
}

/** What `lookAt` found, for a person. Throws what `detect` throws. */
export async function preview(bytes: Uint8Array, options: LookOptions = {}): Promise<Preview> {
  const { detection, file } = await lookAt(bytes, options);
  const writeTime = timeText(detection.recipe);
  return {
    recipe: file.recipe,
    questions: detection.questions,
    columns: detection.columns,
    likeOthers: detection.likeOthers,
    seriesCount: file.series.length,
    series: file.series.slice(0, 50).map(({ name, times, values }) => ({
      name,
      observations: times.length,
      start: times.length ? writeTime(times[0]) : null,
      end: times.length ? writeTime(times[times.length - 1]) : null,
      sample: spreadIndices(times.length, 200).map((i) => ({ time: times[i], value: values[i] })),
    })),
    frequency: formatFrequency(file.frequency),
    season: file.season,
    ...file.report,
    confidence: detection.confidence,
    regular: detection.inference.regular,
    truncated: options.truncated ?? false,
  };
}

// Lines of JSON are looked at as the rows they are read as.
function asRows(bytes: Uint8Array, whole: boolean, answers: Partial<Recipe> | undefined) {
  if (!isNdjson(bytes, whole)) return { rows: bytes, answers };
  const reader = createNdjsonReader(keysOf(bytes, whole));
  const text = reader.push(createDecoder('utf-8').decode(bytes)) + (whole ? reader.end() : '');
  return { rows: utf8(text), answers: { ...ndjsonAnswers(reader.columns), ...answers } };
}

/** Times of a report: ISO 8601 in UTC, or the integer of an integer step. */
export function timeText(recipe: Pick<Recipe, 'timeFormat'>): (time: number) => string {
  if (recipe.timeFormat === 'integer') return String;
  return (time) => new Date(time).toISOString();
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function lastLineEnd(bytes: Uint8Array): number {
  const end = bytes.lastIndexOf(10);
  return end === -1 ? bytes.length : end + 1;
}

function spreadIndices(length: number, count: number): number[] {
  if (length <= count) return Array.from({ length }, (_, i) => i);
  return Array.from({ length: count }, (_, i) => Math.floor((i * (length - 1)) / (count - 1)));
}
