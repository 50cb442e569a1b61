import { isDeepStrictEqual } from 'node:util';
import { latestForecast, type NewForecast } from '../db/forecasts.ts';
import type { Store } from '../db/open.ts';
import type { PromotionRow } from '../db/promotions.ts';
import { runWeights } from '../db/runs.ts';
import type { Fitted, Forecast } from '../models/forecaster.ts';
import type { Series } from '../models/series.ts';
import { carriedOf } from './carried-forward.ts';
import type { ForecastExplanation, JobProgress, Settings } from './contract.ts';
import { AppError } from './errors.ts';
import { explainForecasts } from './explanation.ts';
import type { Models } from './forecasters.ts';
import { forecastAll } from './training.ts';
import type { TrainingData } from './training-data.ts';

export interface OutcomeForecast extends Omit<NewForecast, 'datasetId' | 'runId' | 'createdAt'> {
  readonly run: 'new' | number | null;
}

export interface WorkHooks {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: JobProgress) => void;
  /** A line for the job's log. */
  readonly log?: (line: string) => void;
  /** Milliseconds from any fixed moment. */
  readonly clock?: () => number;
  readonly packageVersion: string;
  readonly models?: Models;
}

/** A job with what it works on. */
export interface Task {
  readonly store: Store;
  readonly data: TrainingData;
  readonly settings: Settings;
  readonly serving: PromotionRow | undefined;
  readonly hooks: WorkHooks;
}

/** Who forecasts. */
export interface Promoted {
  readonly run: 'new' | number | null;
  readonly model: string;
  readonly by: Fitted | string;
}

/** The saved network of a run that serves. */
export function networkOf(store: Store, runId: number, models: Models): Fitted {
  const saved = runWeights(store, runId);
  if (!saved) throw new AppError('internal', `run ${runId} serves and has no weights`);
  return models.load(saved.weights);
}

/** What the one who serves says of every series, and which of it is new. */
export async function forecastBy(
  { store, data, settings, hooks }: Task,
  { run, model, by }: Promoted,
): Promise<Forecasting> {
  const { dataset, series, ids } = data;
  hooks.onProgress?.({ ...IDLE, phase: 'Forecasting', done: 0.97 });
  const { signal, models } = hooks;
  // What was set for this job alone holds for its own network, not for what served before.
  const { lower, upper } = run === 'new' ? settings : (dataset.settings as Settings);
  const made = await forecastAll({
    by,
    series,
    horizon: dataset.horizon,
    bounds: { lower, upper },
    signal,
    models,
  });
  const explained = explainForecasts(series, made, settings);
  const forecasts = made
    .map((forecast) => ({
      ...toStore(forecast, ids.get(forecast.series)!, run, model),
      explanation: explained.get(forecast.series),
    }))
    .filter((forecast) => forecast.run === 'new' || !stored(store, forecast));
  return { forecasts, made, explained };
}

export interface Forecasting {
  /** Those to store. */
  readonly forecasts: OutcomeForecast[];
  /** All of them, also those that stand already. */
  readonly made: readonly Forecast[];
  readonly explained: ReadonlyMap<string, ForecastExplanation>;
}

/** Where the known future ends too early. Only a network reads covariates; a baseline has nothing to carry. */
export function carriedNotes(series: readonly Series[], by: Fitted | string | undefined, horizon: number): string[] {
  return typeof by === 'object' ? carriedOf(series, by.covariates, horizon).notes : [];
}

/** Progress of work that has no epochs. */
export const IDLE = { epoch: null, epochs: null, loss: null, validationLoss: null, secondsLeft: null };

// A stand-in is no work of the run, and its row says so.
function toStore(forecast: Forecast, seriesId: number, run: Promoted['run'], model: string): OutcomeForecast {
  const { origin, times, quantiles, fallback = null } = forecast;
  return { seriesId, run: fallback ? null : run, model: fallback?.model ?? model, origin, times, quantiles, fallback };
}

// The very same forecast stands already: the same origin, the same maker, the same numbers (a corrected value changes them).
function stored(store: Store, forecast: OutcomeForecast): boolean {
  const latest = latestForecast(store, forecast.seriesId);
  return (
    latest !== undefined &&
    latest.origin === forecast.origin &&
    latest.runId === forecast.run &&
    latest.model === forecast.model &&
    latest.times.length === forecast.times.length &&
    isDeepStrictEqual(latest.fallback, forecast.fallback) &&
    latest.quantiles.every((level, q) => level.every((value, step) => value === forecast.quantiles[q][step]))
  );
}
