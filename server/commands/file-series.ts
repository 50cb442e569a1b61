import { basename } from 'node:path';
import { addSteps } from '../../models/calendar.ts';
import { placeCovariate } from '../../models/covariates.ts';
import { defaultHorizon, formatFrequency, type Series } from '../../models/series.ts';
import { type DatasetFile, readDataset } from '../csv/dataset-file.ts';
import { unpacked } from '../csv/gzip.ts';
import { AppError } from '../errors.ts';
import type { TimeWriter } from '../export-times.ts';
import { withHolidaysOf } from '../holidays.ts';
import { answersOf, openFile, tellDuplicates, withAnswersNamed } from './reading-options.ts';
import { printable } from './table.ts';
import type { Terminal } from './verb.ts';

export interface FileSeries {
  readonly series: readonly Series[];
  readonly horizon: number;
  readonly file: DatasetFile;
  /** Writes times as the file does. */
  readonly writeTime: TimeWriter;
}

/** Reads a file into series without a store, and says on stderr what was found. */
export async function seriesOfFile(
  path: string,
  options: Record<string, unknown>,
  terminal: Terminal,
): Promise<FileSeries> {
  terminal.progress.show({ phase: `reading ${basename(path)}`, done: 0 });
  const file = await readDataset(unpacked(openFile(path)), { answers: answersOf(options) }).catch((error) => {
    throw withAnswersNamed(error);
  });
  const { frequency, season, zone, report } = file;
  const { duplicates } = file.recipe;
  if (report.observations === 0) throw nothingRead(file);
  const horizon = (options.horizon as number | undefined) ?? defaultHorizon(frequency, season);
  const observed = new Map(file.series.map((one) => [one.name, one]));
  // Loaded only now: danfo takes a second, and what is wrong with a file should be said before.
  const { toSeries } = await import('../../models/grid.ts');
  const gridded = toSeries(observed, { frequency, zone, season, horizon, duplicates }).series;
  const end = file.series.reduce((last, { times }) => Math.max(last, times.at(-1) ?? last), Number.NEGATIVE_INFINITY);
  // A series without observations has no place in time: its forecast begins where the file ends.
  const after = addSteps(end, 1, frequency, zone);
  const started = gridded.map((one) => (one.values.length === 0 ? { ...one, start: after } : one));
  const known = started.map((one): Series => {
    const { covariates = [], attributes } = observed.get(one.id)!;
    const placed = covariates.map((column) => placeCovariate(one, column.name, column, horizon));
    return {
      ...one,
      ...(placed.length > 0 ? { covariates: placed } : {}),
      ...(attributes ? { attributes } : {}),
    };
  });
  const series = withHolidaysOf(known, options.holidays as string | undefined, [], horizon);
  const parts = [
    `${count(series.length, 'series', 'series')} with ${count(report.observations, 'observation', 'observations')}`,
    `step ${formatFrequency(frequency)}`,
    `season ${season}`,
    `horizon ${horizon}`,
  ];
  if (report.ahead > 0) {
    const names = file.recipe.covariateColumns?.map(printable).join(', ');
    parts.push(`${count(report.ahead, 'row', 'rows')} of known future (${names})`);
  }
  if (report.gaps > 0) parts.push(count(report.gaps, 'gap', 'gaps'));
  if (report.duplicates > 0) parts.push(tellDuplicates(report.duplicates, duplicates));
  if (report.rejectedCount > 0) {
    const [{ line, column, found, expected }] = report.rejected;
    parts.push(
      `${count(report.rejectedCount, 'cell', 'cells')} unreadable (line ${line}, column "${column}": found "${found}", expected ${expected})`,
    );
  }
  terminal.note(`${basename(path)}: ${parts.join(', ')}.`);
  const steps = frequency.unit === 'step';
  return { series, horizon, file, writeTime: steps ? (time) => time : (time) => file.formatTime(time) };
}

const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;

function nothingRead({ report }: DatasetFile): AppError {
  const [problem] = report.rejected;
  const located = problem
    ? `line ${problem.line}, column "${problem.column}": found "${problem.found}", expected ${problem.expected}`
    : `${report.rows} rows, expected at least one number`;
  return new AppError('unreadable', `No observation could be read: ${located}.`, {
    details: { rejected: report.rejected.slice(0, 20) },
  });
}
