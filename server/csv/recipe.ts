import { z } from 'zod';
import { isZone } from '../../models/calendar.ts';
import { parseFrequency } from '../../models/series.ts';
import { isTimeFormat } from './time-format.ts';

/** How much of a file detection sees. Nearly every file is smaller, so that "the whole column" is the whole column. */
export const SAMPLE_BYTES = 2 * 1024 * 1024;

/** A wider table than this was written with its rows as columns. */
export const MOST_COLUMNS = 20_000;

const Decimal = z.enum(['.', ',', 'unseen']);
const Thousands = z.enum(['', ',', '.', ' ', "'"]);

/**
 * How the files of a dataset are read: proposed by detection, confirmed or changed by a person, stored with the dataset as
 * plain JSON and replayed on each later upload. Columns are named as `columnNames` names them, not by position, so that a
 * later file may order them differently.
 */
export const Recipe = z.strictObject({
  encoding: z.enum(['utf-8', 'utf-16le', 'utf-16be', 'windows-1252']),
  delimiter: z.enum([',', ';', '\t', '|']),
  /** 1-based line on which the header stands, or the first row where there is none; lines above it are notes. */
  headerLine: z.int().min(1),
  hasHeader: z.boolean(),
  /** 'unseen': no file so far showed one; cells such as 1.234, which could be read two ways, are then refused. */
  decimal: Decimal,
  /** ' ' stands for every kind of space, "'" for every kind of apostrophe. */
  thousands: Thousands,
  /** Columns whose numbers are written otherwise than the two fields above say; without thousands: as the cells show it. */
  numberStyles: z
    .array(z.strictObject({ column: z.string(), decimal: Decimal, thousands: Thousands.optional() }))
    .max(MOST_COLUMNS)
    .refine((styles) => new Set(styles.map(({ column }) => column)).size === styles.length, {
      error: 'found a column twice, expected each column once',
    })
    .optional(),
  shape: z.enum(['long', 'wide']),
  /** Columns whose cells name the series; several are joined with ' / '. Empty in wide files. */
  seriesColumns: z.array(z.string()).max(20),
  /** One column, or the parts of a date split over several, joined with a space before they are read. */
  timeColumns: z.array(z.string()).min(1).max(8),
  timeFormat: z
    .string()
    .min(1)
    .max(100)
    .refine(isTimeFormat, {
      error: (issue) => `found time format "${String(issue.input)}", expected tokens such as yyyy-MM-dd HH:mm:ss`,
    }),
  /** Set where the column alone could not tell 03/04 from 04/03 and a person answered. */
  dayFirst: z.boolean().optional(),
  valueColumns: z.array(z.string()).min(1).max(MOST_COLUMNS),
  /** Columns of numbers known ahead (a price, a promotion): a row may have them without a value. */
  covariateColumns: z.array(z.string()).max(100).optional(),
  /** Columns that say what a series is (a region, a kind, a size): the same in all of its rows. Later files may lack them. */
  attributeColumns: z.array(z.string()).max(20).optional(),
  /** IANA zone of times written without an offset, and of calendar steps. */
  zone: z.string().refine(isZone, {
    error: (issue) => `found zone "${String(issue.input)}", expected an IANA zone such as Europe/Berlin`,
  }),
  frequency: z.string().refine(isFrequency, {
    error: (issue) => `found frequency "${String(issue.input)}", expected PT5M, PT1H, P1D, P1W, P1M, P3M, P1Y, B or 1`,
  }),
  season: z.int().min(1).max(100_000).optional(),
  /** What is kept of several values at one time, and of several times within one step where data is irregular. */
  duplicates: z.enum(['last', 'mean', 'sum']),
  /** Compared without regard to case, after trimming. The empty cell always counts. */
  missingMarkers: z.array(z.string().max(40)).max(100),
});
export type Recipe = z.infer<typeof Recipe>;

/** What stands for "no value" in files people publish: of programs, of spreadsheets in several languages, of Eurostat the colon. */
export const MISSING_MARKERS = [
  'NA', 'N/A', '#N/A', 'N.A.', 'NaN', 'null', 'nil', 'none', 'missing', 'undefined', '\\N',
  '#N/D', '#NV', 'N/D', 'N.D.', 'S/D', 'k.A.', 'k. A.', ':',
  '-', '--', '–', '—', '?', '.', '..', '...',
]; // biome-ignore format: a list to be read as one

/** The name of the cells of a row that belong together. */
export const SERIES_SEPARATOR = ' / ';

function isFrequency(text: string): boolean {
  try {
    return Boolean(parseFrequency(text));
  } catch {
    return false;
  }
}
