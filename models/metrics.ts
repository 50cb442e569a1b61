import { naive2 } from './deseasonalise.ts';
import { MEDIAN, QUANTILES } from './series.ts';

/**
 * Forecasts against what came: each metric is a statistic of a step and a way to average it. Definitions are those of the M3
 * (Makridakis & Hibon 2000) and M4 (Makridakis, Spiliotis & Assimakopoulos 2020) competitions, MASE after Hyndman & Koehler
 * 2006, RMSSE after the M5 competition. The point forecast is the median. Steps whose actual is missing (NaN) are left out.
 */
export interface Scores {
  /** Forecasts scored (one for each series and fold), and steps in them. */
  readonly forecasts: number;
  readonly points: number;
  /** Mean |y - f| and root mean (y - f)^2 over all points, in the units of the series. */
  readonly mae: number | null;
  readonly rmse: number | null;
  /** Mean |y - f| of a forecast over its past's mean |y_t - y_(t-season)|, averaged over forecasts. Without those whose past repeats itself. */
  readonly mase: number | null;
  /** Root of (mean (y - f)^2 of a forecast over its past's mean (y_t - y_(t-season))^2), averaged over forecasts. */
  readonly rmsse: number | null;
  /** 200 |y - f| / (|y| + |f|), 0 to 200: over all points (M3), and averaged over forecasts (M4). */
  readonly smapePoints: number | null;
  readonly smapeSeries: number | null;
  /** Pinball loss, mean over points and levels, in the units of the series. */
  readonly pinball: number | null;
  /** The same, times 2, over the scale of MASE, averaged over forecasts: a MASE of the whole distribution. */
  readonly scaledPinball: number | null;
  /** Weighted quantile loss: 2 * sum of pinball / sum of |y|, mean over the levels. */
  readonly wql: number | null;
  /** Shares of actuals within the central 50, 80 and 95 % intervals, 0 to 1. */
  readonly coverage50: number | null;
  readonly coverage80: number | null;
  readonly coverage95: number | null;
  /** (sMAPE / Naive2's + MASE / Naive2's) / 2, of the averages over forecasts (M4). Below 1 beats Naive2. */
  readonly owa: number | null;
}

/** What a forecast's past says about how hard it was: found once for a series and origin, used for every model. */
export interface Yardstick {
  /** Mean |y_t - y_(t-season)| of the past; NaN where it is not longer than a season, 0 where it repeats itself up to rounding. */
  readonly absolute: number;
  /** Root mean (y_t - y_(t-season))^2 of the past; NaN and 0 as above. */
  readonly squared: number;
  /** [horizon] the competitions' Naive2. */
  readonly naive2: Float64Array;
}

/** One forecast beside what came. */
export interface Outcome {
  readonly series: string;
  /** [horizon], NaN where missing. */
  readonly actual: ArrayLike<number>;
  /** One array [horizon] for each level of QUANTILES. */
  readonly quantiles: readonly ArrayLike<number>[];
  readonly yardstick: Yardstick;
}

/**
 * The yardstick of a past, [n] up to the origin. Missing values are dropped first, as the competitions' own scoring of files
 * does, so that the figures agree. Throws RangeError where nothing was observed.
 */
export function yardstick(past: Float64Array, season: number, horizon: number): Yardstick {
  const observed = past.filter((v) => Number.isFinite(v));
  if (observed.length === 0) throw new RangeError('found no observation before the origin, expected at least one');
  const differences = observed.subarray(season).map((v, t) => Math.abs(v - observed[t]));
  const absolute = mean(differences);
  const repeats = absolute <= rounding(observed);
  return {
    absolute: repeats ? 0 : absolute,
    squared: repeats ? 0 : rootMean(differences),
    naive2: naive2(observed, season, horizon),
  };
}

/** The scores of many forecasts in all. Null where there is nothing to average. */
export function score(outcomes: readonly Outcome[]): Scores {
  return scoreSteps(outcomes, null);
}

/** The scores of each series over its folds, in order of appearance. */
export function scoreBySeries(outcomes: readonly Outcome[]): Record<string, Scores> {
  const groups = new Map<string, Outcome[]>();
  for (const outcome of outcomes) {
    const group = groups.get(outcome.series);
    if (group) group.push(outcome);
    else groups.set(outcome.series, [outcome]);
  }
  return Object.fromEntries([...groups].map(([series, group]) => [series, score(group)]));
}

/** The scores of each step of the horizon: [horizon], step 1 first. */
export function scoreByHorizon(outcomes: readonly Outcome[]): Scores[] {
  const horizon = outcomes.reduce((most, { actual }) => Math.max(most, actual.length), 0);
  return Array.from({ length: horizon }, (_, step) => scoreSteps(outcomes, step));
}

/**
 * Differences up to this are no error to measure others by: a billionth of what the series spans, or what the last digits of
 * its level can hold. A wave of seven days written with fifteen digits differs from itself by 1e-16 of its size, and a forecast
 * over that is a MASE of 1e12, which no mean survives. One wild value does not hide real changes: it counts in them itself.
 */
function rounding(observed: Float64Array): number {
  let [low, high] = [observed[0], observed[0]];
  for (const v of observed) {
    low = Math.min(low, v);
    high = Math.max(high, v);
  }
  // Products first: the span of values near the largest double would be infinite.
  return Math.max(1e-9 * high - 1e-9 * low, 1e-14 * Math.max(-low, high));
}

/** Level indices of the central intervals. */
const INTERVALS = { 50: [2, 4], 80: [1, 5], 95: [0, 6] } as const;

/** 200 |y - f| / (|y| + |f|), 0 where both are equal (also both 0). */
export function symmetricError(actual: number, forecast: number): number {
  if (actual === forecast) return 0;
  // Halves, and the quotient first: sums and multiples of values near the largest double would be infinite.
  return 200 * (Math.abs(actual / 2 - forecast / 2) / (Math.abs(actual / 2) + Math.abs(forecast / 2)));
}

/** The pinball loss of a quantile forecast at one step. */
export function pinballLoss(actual: number, quantile: number, level: number): number {
  const d = actual - quantile;
  return Math.max(level * d, (level - 1) * d);
}

// `only`: one step of the horizon, or null for all of them.
function scoreSteps(outcomes: readonly Outcome[], only: number | null): Scores {
  const absolute = average();
  const largest = averageOfSquares();
  const symmetric = average();
  const losses = QUANTILES.map(() => average());
  const magnitude = average();
  const hits = { 50: average(), 80: average(), 95: average() };
  const byForecast = { smape: average(), mase: average(), rmsse: average(), pinball: average() };
  const naive = { smape: average(), mase: average() };
  let forecasts = 0;
  for (const { actual, quantiles, yardstick } of outcomes) {
    const own = { absolute: average(), squared: averageOfSquares(), symmetric: average(), pinball: average() };
    const theirs = { absolute: average(), symmetric: average() };
    const [from, to] = only === null ? [0, actual.length] : [only, Math.min(only + 1, actual.length)];
    for (let k = from; k < to; k++) {
      const y = actual[k];
      if (!Number.isFinite(y)) continue;
      const f = quantiles[MEDIAN][k];
      const error = Math.abs(y - f);
      for (const to of [absolute, own.absolute, largest, own.squared]) to.add(error);
      for (const to of [symmetric, own.symmetric]) to.add(symmetricError(y, f));
      magnitude.add(Math.abs(y));
      for (let q = 0; q < QUANTILES.length; q++) {
        const loss = pinballLoss(y, quantiles[q][k], QUANTILES[q]);
        losses[q].add(loss);
        own.pinball.add(loss);
      }
      for (const share of [50, 80, 95] as const) {
        const [low, high] = INTERVALS[share];
        hits[share].add(y >= quantiles[low][k] && y <= quantiles[high][k] ? 1 : 0);
      }
      theirs.absolute.add(Math.abs(y - yardstick.naive2[k]));
      theirs.symmetric.add(symmetricError(y, yardstick.naive2[k]));
    }
    if (own.absolute.count() === 0) continue;
    forecasts++;
    byForecast.smape.add(own.symmetric.value());
    naive.smape.add(theirs.symmetric.value());
    if (yardstick.absolute > 0) {
      byForecast.mase.add(own.absolute.value() / yardstick.absolute);
      naive.mase.add(theirs.absolute.value() / yardstick.absolute);
      byForecast.rmsse.add(own.squared.value() / yardstick.squared);
      byForecast.pinball.add((2 * own.pinball.value()) / yardstick.absolute);
    }
  }
  return {
    forecasts,
    points: absolute.count(),
    mae: finite(absolute.value()),
    rmse: finite(largest.value()),
    mase: finite(byForecast.mase.value()),
    rmsse: finite(byForecast.rmsse.value()),
    smapePoints: finite(symmetric.value()),
    smapeSeries: finite(byForecast.smape.value()),
    pinball: finite(mean(losses.map((loss) => loss.value()))),
    scaledPinball: finite(byForecast.pinball.value()),
    wql: finite(mean(losses.map((loss) => (2 * loss.value()) / magnitude.value()))),
    coverage50: finite(hits[50].value()),
    coverage80: finite(hits[80].value()),
    coverage95: finite(hits[95].value()),
    owa: finite((byForecast.smape.value() / naive.smape.value() + byForecast.mase.value() / naive.mase.value()) / 2),
  };
}

interface Average {
  add(value: number): void;
  count(): number;
  /** NaN where nothing was added. */
  value(): number;
}

function average(): Average {
  let n = 0;
  let sum = 0;
  return {
    add(value) {
      n++;
      sum += value;
    },
    count: () => n,
    value: () => sum / n,
  };
}

// The root of the mean square, with the largest magnitude taken out: squares of 1e300 would be infinite.
function averageOfSquares(): Average {
  let n = 0;
  let scale = 0;
  let sum = 0;
  return {
    add(value) {
      n++;
      const magnitude = Math.abs(value);
      if (magnitude > scale) {
        sum = sum * (scale / magnitude) ** 2 + 1;
        scale = magnitude;
      } else if (scale > 0) sum += (magnitude / scale) ** 2;
    },
    count: () => n,
    value: () => (n === 0 ? Number.NaN : scale * Math.sqrt(sum / n)),
  };
}

function mean(values: ArrayLike<number>): number {
  const all = average();
  for (let i = 0; i < values.length; i++) all.add(values[i]);
  return all.value();
}

function rootMean(values: ArrayLike<number>): number {
  const all = averageOfSquares();
  for (let i = 0; i < values.length; i++) all.add(values[i]);
  return all.value();
}

// JSON has no NaN: a metric that does not exist is null.
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
