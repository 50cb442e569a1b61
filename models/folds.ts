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
 * `stride` steps more. A fold needs more than a season of observations before its origin and one observation after it. Series
 * without any such fold are left out, with the reason.
 */
export function planFolds(
  series: readonly Series[],
  horizon: number,
  folds: number,
  stride: number,
): { trials: Trial[]; leftOut: { series: string; reason: string }[] } {
  const trials: Trial[] = [];
  const leftOut: { series: string; reason: string }[] = [];
  for (const one of series) {
    const least = leastPast(one.season);
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

/**
 * Steps that a fold can hold back: the horizon, or what is left beyond the observations a fold needs where at least half of the
 * series are too short for it; the horizon again where that is under a quarter of a season, which would show nothing.
 */
export function stepsHeld(series: readonly Series[], horizon: number): number {
  const spare = series.map(({ values, season }) => observed(values) - leastPast(season)).sort((a, b) => b - a);
  const typical = spare[Math.floor(spare.length / 2)] ?? 0;
  const season = series[0]?.season ?? 1;
  return typical >= Math.max(1, season / 4) ? Math.min(horizon, typical) : horizon;
}

/** Below more than a season neither MASE nor seasonal naive's own errors exist. */
const leastPast = (season: number) => Math.max(2, season + 1);

const observed = (values: Float64Array) => values.reduce((seen, v) => seen + (Number.isFinite(v) ? 1 : 0), 0);
