import {
  type AccuracyRecord,
  ApiError,
  api,
  type Dataset,
  type Holidays,
  type ObservationsReply,
  type RunSummary,
  type SeriesDetail,
} from '../api.ts';
import { aheadOf } from '../honesty.ts';
import { type foldLayers, line, type Point } from '../plot.ts';
import { type Shown, type Stop, shownFold, stops } from '../time-travel.ts';

/** What the screen of a series asks of the server. */
export interface LoadedSeries {
  readonly series: SeriesDetail;
  readonly dataset: Dataset;
  /** The run whose folds are shown: the one that serves, or else the newest. */
  readonly run: RunSummary | null;
  /** What that run's network knows ahead. */
  readonly ahead: readonly string[];
  readonly holidays: Holidays;
  readonly folds: Parameters<typeof foldLayers>[0];
  /** The origins of stored forecasts and of folds, in order. */
  readonly list: readonly Stop[];
  readonly accuracy: AccuracyRecord;
  readonly whole: ObservationsReply;
  /** From the first observation to the last; the newest origin where all values are missing; null where that is missing too. */
  readonly extent: { readonly start: number; readonly end: number } | null;
}

/** Points asked of the server at once: twice what a wide screen can show. */
export const POINTS = 3000;

const NO_HOLIDAYS: Holidays = { place: null, holidays: [] };

export async function loadSeries(id: number, signal: AbortSignal): Promise<LoadedSeries> {
  const series = await api.series(id, signal);
  const [dataset, { origins }, runs, accuracy, whole] = await Promise.all([
    api.dataset(series.datasetId, signal),
    api.origins(id, signal),
    api.runs(series.datasetId, signal),
    api.accuracy(id, signal),
    api.observations(id, { points: POINTS }, signal),
  ]);
  const run = runs.find((one) => one.id === dataset.serving?.runId) ?? runs[0] ?? null;
  const { settings } = dataset;
  const [{ folds }, ahead, holidays] = await Promise.all([
    run ? orNothing(api.folds(run.id, id, signal), { folds: [] }) : { folds: [] },
    run ? api.run(run.id, signal).then(({ configuration }) => aheadOf(configuration)) : [],
    settings.holidays === undefined ? NO_HOLIDAYS : api.holidays(dataset.id, signal),
  ]);
  const newest = origins.length ? Math.max(...origins.map(({ origin }) => origin)) : null;
  const start = series.start ?? newest;
  const end = series.end ?? newest;
  const extent = start === null || end === null ? null : { start, end };
  return { series, dataset, run, ahead, holidays, folds, list: stops(origins, folds), accuracy, whole, extent };
}

/** The forecast of a stop with what came since; `all` are the observations at hand. */
export async function loadStop(
  stop: Stop,
  { series, run, whole }: LoadedSeries,
  all: Point[],
  signal: AbortSignal,
): Promise<Shown> {
  if (stop.kind === 'stored') return { ...(await api.forecast(series.id, stop.origin, signal)), kind: 'stored' };
  const { times } = stop.fold;
  let observed = all;
  if (whole.thinned) {
    const range = { from: times[0], to: times[times.length - 1], points: 20_000 };
    const found = await api.observations(series.id, range, signal);
    observed = line(found.times, found.values);
  }
  return shownFold(stop.fold, run, observed);
}

async function orNothing<T>(promise: Promise<T>, nothing: T): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return nothing;
    throw error;
  }
}
