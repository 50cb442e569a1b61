import type { NewBacktest } from '../db/backtests.ts';
import type { BacktestForecast } from '../models/backtest.ts';
import { storedScores } from './champion.ts';
import type { Evaluation } from './training.ts';
import type { TrainingData } from './training-data.ts';

/** A backtest on its way to the store. */
export type OutcomeBacktest = Omit<NewBacktest, 'datasetId' | 'jobId' | 'runId' | 'createdAt'>;

/** A forecast of the backtest, packed: unpacking thousands of small arrays would keep the server from answering. */
export interface OutcomeFold {
  readonly seriesId: number;
  readonly origin: number;
  /** [horizon] */
  readonly times: Float64Array;
  /** [level][horizon] end to end. */
  readonly quantiles: Float64Array;
}

/** A backtest as it is stored. Scores of a series travel and rest as text: nobody reads them until someone asks for them. */
export function backtestOf({ backtest, model, seed }: Evaluation, { ids }: TrainingData): OutcomeBacktest {
  const { horizon, folds, stride, refit, leftOut } = backtest;
  const bySeries = new Map<number, string>();
  for (const [name, id] of ids) {
    const own = Object.entries(backtest.bySeries).flatMap(([by, all]) =>
      Object.hasOwn(all, name) ? [[by, storedScores(all[name])] as const] : [],
    );
    if (own.length > 0) bySeries.set(id, JSON.stringify(Object.fromEntries(own)));
  }
  const all = <T>(scores: Record<string, T>, stored: (one: T) => unknown) =>
    Object.fromEntries(Object.entries(scores).map(([name, own]) => [name, stored(own)]));
  return {
    model,
    seed,
    horizon,
    folds,
    stride,
    refit,
    leftOut,
    scores: all(backtest.scores, storedScores) as NewBacktest['scores'],
    byHorizon: all(backtest.byHorizon, (steps) => steps.map(storedScores)) as NewBacktest['byHorizon'],
    bySeries,
  };
}

/**
 * The forecasts of a backtest that are kept for looking at, packed: of each series the newest, and the oldest, whose origin
 * tells what the scored network has not seen.
 */
export function foldsToKeep(
  forecasts: readonly BacktestForecast[],
  data: TrainingData,
  most = MOST_FOLDS,
): OutcomeFold[] {
  const bySeries = new Map<string, BacktestForecast[]>();
  for (const forecast of forecasts) {
    const own = bySeries.get(forecast.series);
    if (own) own.push(forecast);
    else bySeries.set(forecast.series, [forecast]);
  }
  return [...bySeries.values()].flatMap((own) =>
    own.filter((_, i) => i === 0 || i > own.length - most).map((forecast) => foldOf(forecast, data)),
  );
}

/** A thousand folds of a thousand series would be gigabytes; their scores are kept whole. */
const MOST_FOLDS = 50;

const foldOf = ({ series, origin, times, quantiles }: BacktestForecast, { ids }: TrainingData): OutcomeFold => ({
  seriesId: ids.get(series)!,
  origin,
  times: Float64Array.from(times),
  quantiles: Float64Array.from(quantiles.flat()),
});
