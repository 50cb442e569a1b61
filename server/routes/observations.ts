import { createHash } from 'node:crypto';
import { DateTime } from 'luxon';
import type { z } from 'zod';
import { covariatesOf, covariateWriter } from '../../db/covariates.ts';
import { type DatasetRow, getDataset, updateDataset } from '../../db/datasets.ts';
import { insertImport } from '../../db/imports.ts';
import { datasetExtent, observationWriter, type Written } from '../../db/observations.ts';
import type { Store } from '../../db/open.ts';
import { seriesWriter, spanReader } from '../../db/series.ts';
import { addSteps, stepIndex } from '../../models/calendar.ts';
import { type Frequency, parseFrequency } from '../../models/series.ts';
import { ImportReport, PointsUpload } from '../contract.ts';
import type { Recipe } from '../csv/recipe.ts';
import { isoTimes } from '../export-times.ts';
import { invalid, type Problem, show } from '../validation.ts';
import { type Endpoint, endpoint, found } from './endpoint.ts';

/** A few observations at a time, from programs. */
export const observationRoutes: Endpoint[] = [
  endpoint({
    method: 'post',
    path: '/api/v1/datasets/{dataset}/observations',
    tag: 'datasets',
    summary:
      'Add or correct points as JSON, of values and of what is known ahead: all of them or none; the same points again change nothing',
    body: PointsUpload,
    reply: { status: 200, schema: ImportReport },
    handle: ({ param, body }, { store, now, scheduler }) => {
      const dataset = found(getDataset(store, param('dataset')), 'dataset', param('dataset'));
      const points = placed(store, dataset, body.points);
      const report = store.transaction(() => write(store, dataset, points, body, now())).immediate();
      if (report.added + report.replaced > 0) scheduler?.check();
      return report;
    },
  }),
];

interface Point {
  readonly series: string;
  readonly time: number;
  readonly value: number | null;
  /** Columns of the dataset; only those of which something is said. */
  readonly covariates: readonly (readonly [string, number])[];
}

type Body = z.infer<typeof PointsUpload>;

// Every time must be a step of its series, since most that is none is a mistake; but a series that is off the grid itself, as
// its last observation tells, is one of readings at any time, each of which counts for a step as in a file.
function placed(store: Store, dataset: DatasetRow, points: Body['points']): Point[] {
  const frequency = parseFrequency(dataset.frequency);
  const spanOf = spanReader(store, dataset.id);
  const spans = new Map<string, ReturnType<typeof spanOf>>();
  const stepOf = (start: number, time: number) =>
    addSteps(start, stepIndex(start, time, frequency, dataset.zone), frequency, dataset.zone);
  let anchor = datasetExtent(store, dataset.id).start;
  const problems: Problem[] = [];
  const out: Point[] = [];
  const columns = columnsOf(store, dataset);
  for (const [i, point] of points.entries()) {
    const { series, time: given, value = null } = point;
    const covariates = Object.entries(point.covariates ?? {}).flatMap(([name, known]): [string, number][] =>
      known === null ? [] : [[name, known]],
    );
    problems.push(...unknownColumns(point, i, columns));
    if (value === null && covariates.length === 0) {
      const expected = `a number${columns.length > 0 ? ', or covariates beside it' : ''}`;
      problems.push({ field: `points[${i}].value`, found: show(point.value), expected });
    }
    const time = readTime(given, frequency, dataset.zone);
    if (Number.isNaN(time)) {
      const expected = frequency.unit === 'step' ? 'a whole number' : 'an ISO 8601 time or epoch milliseconds';
      problems.push({ field: `points[${i}].time`, found: show(given), expected });
      continue;
    }
    if (!spans.has(series)) spans.set(series, spanOf(series));
    const span = spans.get(series);
    const start = span?.start ?? anchor ?? time;
    anchor ??= time;
    const step = stepOf(start, time);
    if (step === time || (span && stepOf(start, span.end) !== span.end)) out.push({ series, time, value, covariates });
    else {
      const text = isoTimes(dataset);
      const next = addSteps(step, 1, frequency, dataset.zone);
      const expected = `a step of ${dataset.frequency}, such as ${text(step)} or ${text(next)}`;
      problems.push({ field: `points[${i}].time`, found: show(given), expected });
    }
  }
  if (problems.length > 0) throw invalid(problems);
  return out;
}

/** What is known ahead in this dataset: the columns of its recipe, and those of earlier uploads. */
function columnsOf(store: Store, { id, recipe }: DatasetRow): string[] {
  const { covariateColumns = [] } = recipe as Partial<Recipe>;
  return [...new Set([...covariateColumns, ...covariatesOf(store, id)])];
}

function unknownColumns({ covariates = {} }: Body['points'][number], i: number, columns: readonly string[]): Problem[] {
  const expected =
    columns.length > 0
      ? `a covariate of the dataset: ${columns.join(', ')}`
      : 'no covariates: the import recipe of the dataset names none';
  return Object.entries(covariates).flatMap(([name, value]) =>
    columns.includes(name) ? [] : [{ field: `points[${i}].covariates.${name}`, found: show(value), expected }],
  );
}

// Epoch ms further out than this are no dates (ECMA-262, time values).
const LAST_MOMENT = 8.64e15;

function readTime(given: number | string, { unit }: Frequency, zone: string): number {
  if (unit === 'step') return Number.isSafeInteger(given) ? (given as number) : Number.NaN;
  if (typeof given === 'number') return Number.isInteger(given) && Math.abs(given) <= LAST_MOMENT ? given : Number.NaN;
  return DateTime.fromISO(given, { zone }).toMillis();
}

function write(store: Store, dataset: DatasetRow, points: readonly Point[], body: Body, now: number): ImportReport {
  const seriesId = seriesWriter(store, dataset.id);
  const observe = observationWriter(store);
  const know = covariateWriter(store, dataset.id);
  // Of the same time twice the later one counts, as in a file.
  const last = new Map<string, Point & { value: number }>();
  const cells = new Map<string, { series: string; time: number; name: string; value: number }>();
  let [start, end] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const point of points) {
    const { series, time, value } = point;
    if (value !== null) last.set(JSON.stringify([series, time]), { ...point, value });
    for (const [name, known] of point.covariates) {
      cells.set(JSON.stringify([series, time, name]), { series, time, name, value: known });
    }
    start = Math.min(start, time);
    end = Math.max(end, time);
  }
  const done = newCounts();
  for (const { series, time, value } of last.values()) done[observe(seriesId(series), time, value)]++;
  const known = new Map<string, Counts>();
  for (const { series, time, name, value } of cells.values()) {
    const counts = known.get(name) ?? newCounts();
    known.set(name, counts);
    counts[know(name, seriesId(series), time, value)]++;
  }
  const covariates = [...known].map(([name, counts]) => ({ name, ...counts }));
  const valued = points.filter(({ value }) => value !== null).length;
  const spanOf = spanReader(store, dataset.id);
  const isAhead = ({ series, time }: Point) => time > (spanOf(series)?.end ?? Number.NEGATIVE_INFINITY);
  const ahead = points.filter((point) => point.value === null && isAhead(point)).length;
  const text = isoTimes(dataset);
  const json = JSON.stringify(body);
  const report: ImportReport = {
    dataset: dataset.name,
    datasetId: dataset.id,
    series: new Set(points.map((point) => point.series)).size,
    observations: last.size,
    frequency: dataset.frequency,
    season: dataset.season,
    start: String(text(start)),
    end: String(text(end)),
    gaps: 0,
    duplicates: valued - last.size,
    ...(valued > last.size ? { kept: 'last' as const } : {}),
    missing: 0,
    ...(covariates.length > 0 ? { ahead, covariates } : {}),
    ...done,
    rejectedCount: 0,
    rejected: [],
    bytes: Buffer.byteLength(json),
    hash: createHash('sha256').update(json).digest('hex'),
  };
  if ([done, ...covariates].some(({ added, replaced }) => added + replaced > 0)) {
    const { id: datasetId } = dataset;
    insertImport(store, { datasetId, fileName: null, hash: report.hash, added: done.added, report, createdAt: now });
    updateDataset(store, dataset.id, {}, now);
  }
  return report;
}

type Counts = Record<Written, number>;
const newCounts = (): Counts => ({ added: 0, replaced: 0, unchanged: 0 });
