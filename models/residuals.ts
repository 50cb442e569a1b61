import { QUANTILES } from './series.ts';

/**
 * Quantiles from a forecaster's own in-sample errors: what the errors of the same distance have been is what the next one
 * may be. No distribution is assumed where there are errors enough.
 */

/** Errors of the most recent origins only: older ones speak of another time, and sorting a million of them takes seconds. */
export const RECENT_ERRORS = 2000;

/** With fewer errors than this at a distance, its spread is taken from a shorter distance and widened as a random walk's. */
const ENOUGH = 8;

/** Spread, as a share of the level, where no error was ever seen (a single observation): a stated guess, not knowledge. */
const UNSEEN_SPREAD = 0.1;

/**
 * What to add to the point forecast for each level of QUANTILES at one distance, ascending; the median's is 0, so that the
 * point forecast stays the method's own. Fewer than eight errors that all have one sign say nothing of the other side, which is
 * then as wide as the side they are on. `errorsAt(d)`: the in-sample errors (actual minus forecast) of the forecast
 * `d` steps ahead, d >= 1, in any order. `level`: the magnitude of the last observation. Levels beyond what so many errors
 * can tell (2.5 % of twelve) are extended with the normal distribution's ratio.
 */
export function errorOffsets(
  errorsAt: (distance: number) => ArrayLike<number>,
  level: number,
): (distance: number) => Float64Array {
  const known = new Map<number, Float64Array>();
  const sorted = new Map<number, Float64Array>();
  const errors = (distance: number) => {
    const before = sorted.get(distance);
    if (before) return before;
    const now = Float64Array.from(errorsAt(distance)).sort();
    sorted.set(distance, now);
    return now;
  };
  return (distance) => {
    const before = known.get(distance);
    if (before) return before;
    let from = distance;
    while (from > 1 && errors(from).length < ENOUGH) from--;
    const widen = Math.sqrt(distance / from);
    const now = offsets(errors(from), level).map((v) => v * widen);
    known.set(distance, now);
    return now;
  };
}

// Ordered because a lower level never lies above 0, a higher one never below.
function offsets(sorted: Float64Array, level: number): Float64Array {
  const own = Float64Array.from(QUANTILES, (p) => {
    if (p === 0.5) return 0;
    const value =
      sorted.length === 0
        ? normalQuantile(p) * UNSEEN_SPREAD * level
        : sorted.length === 1
          ? normalQuantile(p) * Math.abs(sorted[0])
          : empiricalQuantile(sorted, p);
    return p < 0.5 ? Math.min(0, value) : Math.max(0, value);
  });
  const oneSided = sorted.length > 0 && (sorted[0] >= 0 || sorted[sorted.length - 1] <= 0);
  if (!oneSided || sorted.length >= ENOUGH) return own;
  // Levels are symmetric about the median, so the mirrored offsets are the same ones read backwards.
  return own.map((v, q) => (v === 0 ? 0 - own[own.length - 1 - q] : v));
}

// Positions p (n + 1), Hyndman & Fan's definition 6, which is unbiased in coverage for any distribution.
function empiricalQuantile(sorted: Float64Array, p: number): number {
  const n = sorted.length;
  const position = p * (n + 1);
  if (position < 1) return sorted[0] * (sorted[0] < 0 ? tail(p, n) : 1);
  if (position > n) return sorted[n - 1] * (sorted[n - 1] > 0 ? tail(p, n) : 1);
  const below = Math.min(Math.floor(position), n - 1);
  return sorted[below - 1] + (position - below) * (sorted[below] - sorted[below - 1]);
}

const tail = (p: number, n: number) => Math.abs(normalQuantile(p) / normalQuantile(1 / (n + 1)));

/**
 * The standard normal quantile by Acklam's rational approximation (relative error below 1.2e-9).
 */
export function normalQuantile(p: number): number {
  if (p > 0.5) return -normalQuantile(1 - p);
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p));
    return (
      (((((-7.784894002430293e-3 * q - 3.223964580411365e-1) * q - 2.400758277161838) * q - 2.549732539343734) * q +
        4.374664141464968) *
        q +
        2.938163982698783) /
      ((((7.784695709041462e-3 * q + 3.224671290700398e-1) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1)
    );
  }
  const q = p - 0.5;
  const r = q * q;
  return (
    ((((((-3.969683028665376e1 * r + 2.209460984245205e2) * r - 2.759285104469687e2) * r + 1.38357751867269e2) * r -
      3.066479806614716e1) *
      r +
      2.506628277459239) *
      q) /
    (((((-5.447609879822406e1 * r + 1.615858368580409e2) * r - 1.556989798598866e2) * r + 6.680131188771972e1) * r -
      1.328068155288572e1) *
      r +
      1)
  );
}

/**
 * What to multiply errors of each origin by to speak of today, [n]: the root of how much larger the series is at its end, so
 * that their variance grows with the level. (On the M3 series this gave lower quantile loss, in every group, than errors as
 * they were or in proportion.) The size at t is the mean magnitude of the last `season`, at least 4, observations up to t; 1
 * throughout for series that were ever negative, whose size says nothing of their errors.
 */
export function growthSince(values: Float64Array, season: number): Float64Array {
  const growth = new Float64Array(values.length).fill(1);
  if (values.some((v) => v < 0)) return growth;
  const span = Math.max(season, 4);
  const recent: number[] = [];
  let sum = 0;
  const sizes = values.map((v) => {
    if (!Number.isNaN(v)) {
      recent.push(v);
      sum += v;
      if (recent.length > span) sum -= recent.shift()!;
    }
    return recent.length > 0 ? sum / recent.length : 0;
  });
  const now = sizes[sizes.length - 1];
  // Bounded for series that come from zero or go there.
  return growth.map((_, t) => (now > 0 ? Math.sqrt(Math.min(Math.max(now / sizes[t], 1 / 8), 8)) : 1));
}
