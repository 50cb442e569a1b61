import type { ForecastReply, Origins, RunFolds, RunSummary } from './api.ts';
import type { Point } from './plot.ts';

/**
 * The origins a person can travel to: forecasts that were stored when they were made, and the folds of a backtest, which
 * show what would have been said at times before the program knew the data.
 */

export type Stop =
  | { readonly kind: 'stored'; readonly origin: number; readonly mae: number | null }
  | { readonly kind: 'backtest'; readonly origin: number; readonly fold: RunFolds['folds'][number] };

/** What is drawn for one stop. */
export interface Shown
  extends Pick<
    ForecastReply,
    | 'runId'
    | 'origin'
    | 'times'
    | 'levels'
    | 'quantiles'
    | 'actuals'
    | 'fallback'
    | 'model'
    | 'training'
    | 'explanation'
  > {
  readonly kind: Stop['kind'];
  readonly createdAt: number | null;
}

/** Stops in order of time. Where a stored forecast and a fold share an origin the stored one stands: it was really made. */
export function stops(stored: Origins['origins'], folds: RunFolds['folds']): Stop[] {
  const byOrigin = new Map<number, Stop>();
  for (const fold of folds) byOrigin.set(fold.origin, { kind: 'backtest', origin: fold.origin, fold });
  for (const { origin, mae } of stored) byOrigin.set(origin, { kind: 'stored', origin, mae });
  return [...byOrigin.values()].sort((a, b) => a.origin - b.origin);
}

/** The stop a link means: the one at its origin, else the nearest before it, else the first; the last stored without one. */
export function stopAt(list: readonly Stop[], origin: number | null): number {
  if (origin === null) {
    const last = list.findLastIndex(({ kind }) => kind === 'stored');
    return last < 0 ? list.length - 1 : last;
  }
  return Math.max(
    0,
    list.findLastIndex((stop) => stop.origin <= origin),
  );
}

/** A fold of a run with what came after it. */
export function shownFold(
  fold: RunFolds['folds'][number],
  run: Pick<RunSummary, 'id' | 'model' | 'training'> | null,
  observed: readonly Point[],
): Shown {
  const values = new Map(observed.map(({ x, y }) => [x, y]));
  return {
    kind: 'backtest',
    runId: run?.id ?? null,
    origin: fold.origin,
    times: fold.times,
    levels: fold.levels,
    quantiles: fold.quantiles,
    actuals: fold.times.map((time) => values.get(time) ?? null),
    fallback: null,
    explanation: null,
    model: run?.model ?? '',
    training: run?.training ?? null,
    createdAt: null,
  };
}

/** Splits observations at the origin: what the forecast could know, and what came (it starts with the last known one). */
export function splitAt(points: readonly Point[], origin: number): { known: Point[]; came: Point[] } {
  const known = points.filter(({ x }) => x <= origin);
  const came = points.filter(({ x }) => x > origin);
  const last = known[known.length - 1];
  return { known, came: came.length && last ? [last, ...came] : came };
}
