import { fillGaps } from './gaps.ts';
import { chooseTransform, fromSpace, type Space, toSpace } from './scaling.ts';
import { trackSeason } from './seasonal.ts';
import type { Series } from './series.ts';

/** What a forecast is made of, whoever made it. */
export interface Parts {
  /** Effects are shares of the level (0.1 is +10 %) in log space, amounts in the units of the series otherwise. */
  readonly space: Space;
  /** The newest value with the season taken out, in the units of the series. */
  readonly level: number;
  /** What the season adds at its lowest and at its highest over the horizon. */
  readonly season: { readonly low: number; readonly high: number };
  /** How far the forecast's level stands off `level`, at once and for all steps. */
  readonly correction: number;
  /** What a straight trend has added by the last step. */
  readonly trend: number;
  /** How much of the forecast's distance from `level` each part is, summing to 1; a flat forecast is level alone. */
  readonly shares: { readonly season: number; readonly level: number; readonly trend: number; readonly rest: number };
}

/**
 * Takes a forecast apart as the network sees a series: level and seasonal indices are those of its own description (known at
 * the origin, in the series' space); of what is left a straight line over the steps is the correction of the level (at step
 * 0) and the trend, the remainder is the rest. Sizes are mean magnitudes over the horizon.
 *
 * @param point [horizon] the forecast's median
 * @param cycles the cycles that are taken out, averaged as the ensemble's members do; the series' season unless told
 */
export function partsOf(
  { values, season }: Pick<Series, 'values' | 'season'>,
  point: ArrayLike<number>,
  cycles: readonly number[] = [season],
): Parts | null {
  const horizon = point.length;
  // Counts are often forecast to be the same at every step: then no season moves them.
  const own = horizon > 1 && Array.from(point).every((v) => v === point[0]) ? [1] : cycles;
  const longest = Math.max(...own);
  const steps = Math.max(3 * longest, Math.min(Math.max(ENOUGH_STEPS, 30 * longest), MOST_WORK / longest));
  const tail = values.subarray(Math.max(0, values.length - Math.ceil(steps)));
  const filled = fillGaps(tail, season);
  if (filled.values.length === 0 || horizon === 0) return null;
  const wanted = chooseTransform(filled.values);
  // A bound of the person's may lie at zero, which has no logarithm.
  const positive = Array.from(point).every((v) => v > 0);
  const transform = wanted.space === 'log' && !positive ? chooseTransform(withZero(filled.values)) : wanted;
  const z = toSpace(filled.values, transform);
  const n = z.length;

  let level = 0;
  const seasonal = new Float64Array(horizon);
  for (const cycle of own) {
    const tracker = cycle > 1 ? trackSeason(cycle) : null;
    if (tracker) for (let t = 0; t < n; t++) tracker.advance(z, t);
    const index = (t: number) => tracker?.indices[t % cycle] ?? 0;
    level += (z[n - 1] - index(n - 1)) / own.length;
    for (let k = 0; k < horizon; k++) seasonal[k] += index(n + k) / own.length;
  }
  const left = toSpace(Float64Array.from(point), transform).map((v, k) => v - level - seasonal[k]);
  const { intercept, slope } = lineThrough(left);
  const sizes = {
    season: meanSize(seasonal),
    level: Math.abs(intercept),
    trend: meanSize(left.map((_, k) => slope * (k + 1))),
    rest: meanSize(left.map((v, k) => v - intercept - slope * (k + 1))),
  };
  const total = sizes.season + sizes.level + sizes.trend + sizes.rest;
  const flat = !(total > 1e-9 * Math.max(1e-3, meanSize(z)));
  const share = (size: number) => (flat ? 0 : size / total);
  const plain = { ...transform, nonNegative: false };
  const effect = (v: number) =>
    transform.space === 'log'
      ? Math.expm1(v)
      : transform.space === 'asinh'
        ? fromSpace(level + v, plain) - fromSpace(level, plain)
        : v / transform.factor;
  return {
    space: transform.space,
    level: fromSpace(level, plain),
    season: { low: effect(Math.min(...seasonal)), high: effect(Math.max(...seasonal)) },
    correction: flat ? 0 : effect(intercept),
    trend: effect(slope * horizon),
    shares: {
      season: share(sizes.season),
      level: flat ? 1 : share(sizes.level),
      trend: share(sizes.trend),
      rest: share(sizes.rest),
    },
  };
}

/** Older steps move neither level nor indices: a cycle weighs 0.85 or 0.97 of the one after it. */
const ENOUGH_STEPS = 5000;
/** Steps times cycle, which is what the indices cost: a tenth of a second. */
const MOST_WORK = 3e7;

/** Least squares over steps 1 .. n; a single step has no slope. */
function lineThrough(values: Float64Array): { intercept: number; slope: number } {
  const n = values.length;
  const mean = values.reduce((sum, v) => sum + v, 0) / n;
  if (n < 2) return { intercept: mean, slope: 0 };
  const centre = (n + 1) / 2;
  const product = values.reduce((sum, v, k) => sum + (k + 1 - centre) * v, 0);
  const slope = (12 * product) / (n * (n * n - 1));
  return { intercept: mean - slope * centre, slope };
}

const meanSize = (values: Float64Array) => values.reduce((sum, v) => sum + Math.abs(v), 0) / values.length;

function withZero(values: Float64Array): Float64Array {
  const more = new Float64Array(values.length + 1);
  more.set(values);
  return more;
}
