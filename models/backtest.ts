import { addSteps } from './calendar.ts';
import { planFolds, type Trial } from './folds.ts';
import type { Fitted, Forecast, Forecaster } from './forecaster.ts';
import {
  type Outcome,
  type Scores,
  score,
  scoreByHorizon,
  scoreBySeries,
  type Yardstick,
  yardstick,
} from './metrics.ts';
import type { Series } from './series.ts';
import { runTasks } from './tasks.ts';

/**
 * Rolling-origin evaluation (Tashman 2000): every forecaster forecasts the same held-back ends of the same series, knowing
 * nothing from after the origin. Folds are counted from each series' own end, `stride` steps apart, so series that end at
 * different times are all tried; within a series nothing after its origin is used.
 */
export interface BacktestOptions {
  /** Names must differ. */
  readonly forecasters: readonly Forecaster[];
  readonly series: readonly Series[];
  /** Steps of each forecast, at least 1. */
  readonly horizon: number;
  /** Origins of each series, `defaultFolds` unless told; a shorter series has as many as fit. */
  readonly folds?: number;
  /** Steps between origins, the horizon unless told. */
  readonly stride?: number;
  /** Observations that have to come before an origin: more than a season unless told. */
  readonly fewest?: number;
  /** Train again at each origin; else once, on what came before the first, then forecast at each (the default: a training is dear). */
  readonly refit?: boolean;
  /**
   * Trainings and forecasters at work at the same time, 1 unless told: worth it where a forecaster trains in threads. The
   * result is the same, whatever the number.
   */
  readonly concurrency?: number;
  readonly seed: number;
  /** Aborting rejects with Error('cancelled') within one batch of series, or as soon as the training in hand notices. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: BacktestProgress) => void;
}

export interface BacktestProgress {
  /** Forecasts made, of all there are to make. */
  readonly done: number;
  readonly total: number;
  /** What is going on, for the person. */
  readonly sentence: string;
}

/** All of it survives JSON unchanged: missing values are null, times epoch ms (or integers for steps). */
export interface Backtest {
  readonly horizon: number;
  readonly folds: number;
  readonly stride: number;
  readonly refit: boolean;
  readonly seed: number;
  /** The origins of each series that was tried, oldest first. */
  readonly origins: Record<string, number[]>;
  /**
   * By forecaster. All are scored on the same (series, fold) pairs: those that every forecaster answered. One that answered
   * nothing at all is absent here and named in `failures`.
   */
  readonly scores: Record<string, Scores>;
  /** By forecaster, then series. */
  readonly bySeries: Record<string, Record<string, Scores>>;
  /** By forecaster, one for each step of the horizon. */
  readonly byHorizon: Record<string, Scores[]>;
  readonly forecasts: BacktestForecast[];
  /** Series left out, and why. */
  readonly leftOut: { readonly series: string; readonly reason: string }[];
  readonly failures: BacktestFailure[];
}

export interface BacktestForecast {
  readonly model: string;
  readonly series: string;
  /** 0 is the oldest origin. */
  readonly fold: number;
  readonly origin: number;
  readonly times: number[];
  /** One array [horizon] for each level of QUANTILES. */
  readonly quantiles: number[][];
  readonly actual: (number | null)[];
  /** The forecaster that stood in for the model, if one did. */
  readonly fallback?: string;
}

export interface BacktestFailure {
  readonly model: string;
  /** Null where the whole batch failed in training. */
  readonly series: string | null;
  readonly fold: number;
  readonly reason: string;
}

/** Runs the forecasters over the folds. Rejects with RangeError for options that make no sense, Error('cancelled') when aborted. */
export async function backtest(options: BacktestOptions): Promise<Backtest> {
  const { forecasters, series, horizon, seed, refit = false, stride = options.horizon } = options;
  const folds = options.folds ?? foldsOf(series, horizon);
  check({ horizon, folds, stride, concurrency: options.concurrency ?? 1 }, forecasters);

  const { trials, leftOut } = planFolds(series, horizon, folds, stride, options.fewest);
  const total = trials.length * forecasters.length;
  let done = 0;
  const report = (sentence: string) => options.onProgress?.({ done, total, sentence });
  const answers = new Map<string, (Forecast | undefined)[]>();
  const failures: BacktestFailure[] = [];

  // Without refit the folds of a forecaster share one training, so they follow each other.
  const answersOf = async (forecaster: Forecaster, foldsAtOnce: readonly number[]) => {
    const { name } = forecaster;
    const answered = answers.get(name)!;
    let fitted: Fitted | undefined;
    try {
      for (const fold of foldsAtOnce) {
        const ofFold = trials.flatMap((trial, index) => (trial.fold === fold ? [index] : []));
        if (ofFold.length === 0) continue;
        const where = `${name}: fold ${fold + 1} of ${folds}`;
        if (!fitted) {
          report(`${where}, training`);
          await pause(options.signal);
          // Without refit each series is cut at its own first origin, whichever fold that is.
          const past = refit ? ofFold.map((index) => trials[index].past) : firstPasts(trials);
          try {
            fitted = await forecaster.fit(past, {
              horizon,
              seed,
              signal: options.signal,
              onProgress: ({ epoch, epochs }) => report(`${where}, epoch ${epoch} of ${epochs}`),
            });
          } catch (cause) {
            throwIfCancelled(options.signal, cause);
            failures.push({ model: name, series: null, fold, reason: reasonOf(cause) });
            done += refit ? ofFold.length : trials.length;
            break;
          }
        }
        for (let from = 0; from < ofFold.length; from += BATCH) {
          const batch = ofFold.slice(from, from + BATCH);
          await pause(options.signal);
          const forecasts = await forecastEach(
            fitted,
            batch.map((index) => trials[index].past),
            options.signal,
          );
          for (const [i, index] of batch.entries()) {
            const forecast = forecasts[i];
            if (forecast instanceof Error) {
              failures.push({ model: name, series: trials[index].past.id, fold, reason: forecast.message });
            } else answered[index] = forecast;
          }
          done += batch.length;
          report(`${where}, ${Math.min(from + BATCH, ofFold.length)} of ${ofFold.length} series`);
        }
      }
    } finally {
      fitted?.dispose();
    }
  };
  for (const { name } of forecasters) answers.set(name, new Array(trials.length).fill(undefined));
  const everyFold = Array.from({ length: folds }, (_, fold) => fold);
  const tasks = forecasters.flatMap((forecaster) =>
    (refit ? everyFold.map((fold) => [fold]) : [everyFold]).map((these) => () => answersOf(forecaster, these)),
  );
  await runTasks(tasks, options.concurrency ?? 1);
  // Whoever was quicker: failures stand in the order of one after the other.
  const order = new Map(forecasters.map(({ name }, i) => [name, i]));
  failures.sort((a, b) => order.get(a.model)! - order.get(b.model)! || a.fold - b.fold);
  return { horizon, folds, stride, refit, seed, ...results(trials, answers, horizon), leftOut, failures };
}

/** The folds of a backtest that was not told how many: `defaultFolds` of these series. */
export function foldsOf(series: readonly Series[], horizon: number): number {
  const seasons = series.map(({ season }) => season).sort((a, b) => a - b);
  const lengths = series.map(({ values }) => values.length);
  return defaultFolds(lengths, horizon, seasons[Math.floor(seasons.length / 2)] ?? 1);
}

/**
 * How many folds data of these lengths can spare: at most 3 (enough to tell luck from skill, three forecasts to make), while
 * the folds take at most a third of the typical series and leave it two seasons and two horizons of past; at least 1.
 */
export function defaultFolds(lengths: readonly number[], horizon: number, season: number): number {
  const sorted = [...lengths].sort((a, b) => a - b);
  const typical = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const spare = Math.min(typical / 3, typical - Math.max(2 * season, 2 * horizon));
  return Math.max(1, Math.min(3, Math.floor(spare / horizon)));
}

/** Series forecast between two looks at the signal. */
const BATCH = 64;

function check(whole: Record<string, number>, forecasters: readonly Forecaster[]): void {
  for (const [name, value] of Object.entries(whole)) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`backtest: found ${name} ${value}, expected a whole number from 1`);
    }
  }
  const names = forecasters.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new RangeError(`backtest: found two forecasters named "${twice}", expected one`);
}

function firstPasts(trials: readonly Trial[]): Series[] {
  const first = new Map<string, Series>();
  for (const { past } of trials) if (!first.has(past.id)) first.set(past.id, past);
  return [...first.values()];
}

// One bad series never stops the batch: where a batch fails, each of its series is tried alone.
async function forecastEach(
  fitted: Fitted,
  pasts: readonly Series[],
  signal: AbortSignal | undefined,
): Promise<(Forecast | Error)[]> {
  try {
    return await fitted.forecast(pasts);
  } catch (cause) {
    throwIfCancelled(signal, cause);
  }
  const forecasts: (Forecast | Error)[] = [];
  for (const past of pasts) {
    try {
      forecasts.push((await fitted.forecast([past]))[0]);
    } catch (cause) {
      throwIfCancelled(signal, cause);
      forecasts.push(new Error(reasonOf(cause)));
    }
  }
  return forecasts;
}

function results(trials: readonly Trial[], answers: Map<string, (Forecast | undefined)[]>, horizon: number) {
  const compared = [...answers].filter(([, answered]) => answered.some((forecast) => forecast !== undefined));
  const shared = trials.map((_, index) => compared.every(([, answered]) => answered[index] !== undefined));
  const yardsticks: (Yardstick | null)[] = trials.map(({ past }, index) =>
    shared[index] ? yardstick(past.values, past.season, horizon) : null,
  );
  const origins = new Map<string, number[]>();
  for (const { past } of trials) {
    const own = origins.get(past.id) ?? [];
    own.push(addSteps(past.start, past.values.length - 1, past.frequency, past.zone));
    origins.set(past.id, own);
  }
  const scores: [string, Scores][] = [];
  const bySeries: [string, Record<string, Scores>][] = [];
  const byHorizon: [string, Scores[]][] = [];
  const forecasts: BacktestForecast[] = [];
  for (const [model, answered] of compared) {
    const outcomes: Outcome[] = [];
    for (const [index, forecast] of answered.entries()) {
      if (!forecast) continue;
      const { past, actual, fold } = trials[index];
      const stick = yardsticks[index];
      if (stick) outcomes.push({ series: past.id, actual, quantiles: forecast.quantiles, yardstick: stick });
      forecasts.push({
        model,
        series: past.id,
        fold,
        origin: forecast.origin,
        times: Array.from(forecast.times),
        quantiles: forecast.quantiles.map((level) => Array.from(level)),
        actual: Array.from(actual, (v) => (Number.isFinite(v) ? v : null)),
        ...(forecast.fallback ? { fallback: forecast.fallback.model } : {}),
      });
    }
    scores.push([model, score(outcomes)]);
    bySeries.push([model, scoreBySeries(outcomes)]);
    byHorizon.push([model, scoreByHorizon(outcomes)]);
  }
  return {
    origins: Object.fromEntries(origins),
    scores: Object.fromEntries(scores),
    bySeries: Object.fromEntries(bySeries),
    byHorizon: Object.fromEntries(byHorizon),
    forecasts,
  };
}

// A turn of the event loop, so that an abort that came as a message is seen and a server in this process can answer.
async function pause(signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => setTimeout(resolve));
  if (signal?.aborted) throw new Error('cancelled');
}

function throwIfCancelled(signal: AbortSignal | undefined, cause: unknown): void {
  if (signal?.aborted) throw new Error('cancelled', { cause });
}

const reasonOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));
