import { FEWEST, observationsNeeded } from './quality.ts';
import type { Series } from './series.ts';

/** One fold of one series: what was known at its origin, and what came. */
export interface Trial {
  /** 0 is the oldest origin. */
  readonly fold: number;
  /** The series cut at the origin. */
  readonly past: Series;
  /** [horizon] the values after it, NaN where missing. */
  readonly actual: Float64Array;
}

/**
 * Cuts each series into at most `folds` trials, oldest first: the newest holds back the last `horizon` steps, each older one
 * `stride` steps more. A fold needs more than a season of observations before its origin (or `fewest`) and one observation after
 * it. Series without any such fold are left out, with the reason.
 */
export function planFolds(
  series: readonly Series[],
  horizon: number,
  folds: number,
  stride: number,
  fewest?: number,
): { trials: Trial[]; leftOut: { series: string; reason: string }[] } {
  const trials: Trial[] = [];
  const leftOut: { series: string; reason: string }[] = [];
  for (const one of series) {
    const least = fewest ?? leastPast(one.season);
    let tried = false;
    for (let fold = 0; fold < folds; fold++) {
      const length = Math.max(0, one.values.length - horizon - (folds - 1 - fold) * stride);
      const past = one.values.subarray(0, length);
      const actual = one.values.subarray(length, length + horizon);
      if (observed(past) < least || observed(actual) === 0) continue;
      trials.push({ fold, past: { ...one, values: past }, actual });
      tried = true;
    }
    if (!tried) {
      const found = `found ${observed(one.values)} observations in ${one.values.length} steps`;
      const expected = `expected at least ${least} before the last ${horizon} steps and one within them`;
      leftOut.push({ series: one.id, reason: `${found}, ${expected}` });
    }
  }
  return { trials, leftOut };
}

/** What the folds of a backtest can be. */
export interface FoldShape {
  /** Steps held back. */
  readonly held: number;
  /** Observations before an origin, where they are fewer than a season: MASE does not exist then, MAE does. */
  readonly fewest?: number;
}

/**
 * A fold holds back the horizon. Where that leaves more than half of the series without more than a season, or too short for a
 * network, it holds back what they have beyond, at least a quarter of a season; and a quarter of one after four observations
 * and more where they have no more. With still less, nothing can be shown.
 */
export function foldShape(series: readonly Series[], horizon: number): FoldShape {
  const wanted = (one: Series) => Math.max(leastPast(one.season), observationsNeeded(one));
  const enough = series.filter((one) => {
    return observed(one.values.subarray(0, Math.max(0, one.values.length - horizon))) >= wanted(one);
  });
  if (2 * enough.length >= series.length) return { held: horizon };
  const counts = series.map(({ values }) => observed(values)).sort((a, b) => b - a);
  const typical = counts[Math.floor(counts.length / 2)];
  const [one] = series;
  const least = Math.min(horizon, Math.ceil(one.season / 4));
  for (const before of [wanted(one), leastPast(one.season)]) {
    if (typical - before >= least) return { held: Math.min(horizon, typical - before) };
  }
  return typical - FEWEST >= least ? { held: least, fewest: FEWEST } : { held: horizon };
}

/** Below more than a season neither MASE nor seasonal naive's own errors exist. */
const leastPast = (season: number) => Math.max(2, season + 1);

const observed = (values: Float64Array) => values.reduce((seen, v) => seen + (Number.isFinite(v) ? 1 : 0), 0);
