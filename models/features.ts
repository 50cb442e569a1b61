import type { AttributeColumn } from './attributes.ts';
import type { CovariateColumn } from './covariates.ts';
import { fillGaps } from './gaps.ts';
import { chooseTransform, type Transform, toSpace } from './scaling.ts';
import { trackSeason } from './seasonal.ts';

/** What is computed at each step; part of a saved network, since its weights read exactly these columns. */
export interface FeatureSpec {
  readonly horizon: number;
  /** Steps in the cycle that is taken out of the data, 1 for none. */
  readonly season: number;
  /** Weight of a cycle against the one after it. */
  readonly discount: number;
  /** Past values shown beside the recurrent state. */
  readonly lookback: number;
  /** A longer cycle whose values one cycle before each target are shown as they are (168 for hours, 52 for weeks), 0 for none. */
  readonly lag: number;
  /** Columns of the calendar of the step itself: none since the calendar is a covariate, but saved networks may read them. */
  readonly calendar: number;
  /**
   * Seasonal indices of the next steps that are shown; those of one season or the horizon, whichever is shorter, where it is not
   * said. With 0 the features are the same at any season, 1 included: one network for all of them.
   */
  readonly seasonShown?: number;
  /**
   * Whether series that ask for it get a space and a unit of their own: asinh for heavy tails about zero, a smaller unit for
   * smooth logarithms. Absent where the shipped networks learned, and in networks saved before there were any.
   */
  readonly adaptive?: true;
  /**
   * Whether the mean of everything so far is shown, by which a series that always comes back is told from one that wanders off.
   * Absent where the shipped networks learned, who saw series enough to remember it themselves, and in networks saved before.
   */
  readonly mean?: true;
  /** What is known ahead and read: of the step itself here, of the targets by the head's effects. Absent for none. */
  readonly covariates?: readonly CovariateColumn[];
  /** What is read of the series' attributes, the same in every row; before the covariates. Absent for none. */
  readonly attributes?: readonly AttributeColumn[];
}

/**
 * One series as the network sees it. Row t of every array is computed from values[0..t] alone, targets apart: the wall at
 * every origin. Numbers are in the series' space (log, scaled or asinh), relative to the level at t and divided by the unit at t.
 */
export interface Description {
  readonly steps: number;
  readonly transform: Transform;
  /** [steps * width] features, row-major; the first `linear` columns scale with the amplitude of the series. */
  readonly features: Float32Array;
  /** [steps * horizon] distance of the next values from level plus seasonal index; NaN where nothing was observed. */
  readonly targets: Float32Array;
  /** [steps] the unit of each row, in the series' space. */
  readonly units: Float64Array;
  /** The last step as an origin: the value at horizon k is `level + ahead[k] + unit * output[k]`. */
  readonly level: number;
  readonly ahead: Float64Array;
  /** [(steps + horizon) * covariates] scaled columns of each step and of the horizon after the last, row-major. */
  readonly covariates: Float32Array;
}

/** Columns of a row of features: the linear ones, then the logarithm of the noise, the seasonal shrinkage, the calendar, the attributes and the covariates. */
export function featureWidth(spec: FeatureSpec): { width: number; linear: number; covariates: number } {
  const linear = spec.lookback + estimates(spec) + seasonShown(spec) + (spec.lag > 0 ? spec.horizon : 0);
  const covariates = spec.covariates?.length ?? 0;
  const beside = spec.calendar + (spec.attributes?.length ?? 0);
  return { linear, width: linear + 1 + (showsShrink(spec) ? 1 : 0) + beside + covariates, covariates };
}

/** Columns between the past values and the seasonal indices: smoothed level, slope, and the mean where it is shown. */
export const estimates = ({ mean }: Pick<FeatureSpec, 'mean'>): number => (mean ? 3 : 2);

const seasonShown = ({ season, horizon, seasonShown }: FeatureSpec) =>
  seasonShown ?? (season > 1 ? Math.min(season, horizon) : 0);
const showsShrink = ({ season, seasonShown }: FeatureSpec) => season > 1 || seasonShown !== undefined;

/** Past values further off than this say no more than this; what estimates from them may say more, and only must stay finite. */
const CLIP = 12;
const BOUND = 100;
/** Targets beyond this many units are broken data (1e300 among ones); their sign is lesson enough, and sums stay finite. */
const FARTHEST = 1e4;
const SMOOTHING = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
const FORGETTING = 0.995;
const NOISE_SPAN = 11;

/**
 * Describes a series step by step, in one pass: O(steps * (season + lookback + horizon)).
 *
 * Beside past values the network is handed what decades of forecasting found useful: the level of simple exponential
 * smoothing with the best constant so far, the least-squares slope so far, seasonal indices with their reliability, and the
 * noise. It is told neither its position nor the length of the series: a small network over-fits to them.
 *
 * @param values [n] in the units of the series, NaN for gaps; all of it counts as past
 * @param calendar `spec.calendar` columns, [n] each: what the calendar says of each step
 * @param transform the space; by default chosen from all of `values`
 * @param covariates the columns of `spec.covariates`, scaled, [n + horizon] each
 * @param attributes what the series says in the columns of `spec.attributes`
 */
export function describe(
  values: Float64Array,
  spec: FeatureSpec,
  calendar: readonly Float64Array[] = [],
  transform = chooseTransform(values, spec.adaptive === true),
  covariates: readonly Float32Array[] = [],
  attributes: Float32Array = new Float32Array(spec.attributes?.length ?? 0),
): Description {
  if (calendar.length !== spec.calendar) {
    throw new RangeError(`found ${calendar.length} calendar columns, expected ${spec.calendar}`);
  }
  const { horizon, season, lookback, lag } = spec;
  const { width, covariates: known } = featureWidth(spec);
  if (covariates.length !== known) {
    throw new RangeError(`found ${covariates.length} covariates, expected ${known}`);
  }
  const filled = fillGaps(values, season);
  const z = toSpace(filled.values, transform);
  const n = z.length;
  const features = new Float32Array(n * width);
  const targets = new Float32Array(n * horizon).fill(Number.NaN);
  const units = new Float64Array(n);
  const tracker = season > 1 ? trackSeason(season, spec.discount) : null;
  const smooth = trackSmoothing();
  const trend = trackSlope();
  const middle = trackMean();
  const scale = transform.space === 'log' ? () => 1 : trackScale();
  const smoothed = spec.adaptive === true && transform.space === 'log';
  const seasonalColumns = seasonShown(spec);
  const shrinkShown = showsShrink(spec);
  const index = (t: number) => (tracker ? tracker.indices[t % season] : 0);
  const recent = new Float64Array(NOISE_SPAN + 1);
  const rows = new Float32Array(known > 0 ? (n + horizon) * known : 0);
  for (let c = 0; c < known; c++) {
    for (let t = 0; t < n + horizon; t++) rows[t * known + c] = covariates[c][filled.dropped + t];
  }
  let level = 0;

  for (let t = 0; t < n; t++) {
    tracker?.advance(z, t);
    level = z[t] - index(t);
    const size = smoothed ? sizeOfChanges(z, t, index) : scale(z[t]);
    const unit = 0.1 * size;
    units[t] = unit;

    let c = t * width;
    for (let i = t - lookback; i < t; i++) {
      const at = Math.max(i, 0);
      features[c++] = clip((z[at] - index(at) - level) / unit);
    }
    features[c++] = bound((smooth(level) - level) / unit);
    const slope = trend(level);
    features[c++] = t < 3 ? 0 : bound((10 * slope) / unit);
    if (spec.mean) features[c++] = bound((middle(level) - level) / unit);
    for (let k = 1; k <= seasonalColumns; k++) features[c++] = bound(index(t + k) / unit);
    if (lag > 0) {
      for (let k = 1; k <= horizon; k++) {
        const at = t + k - lag * Math.ceil(k / lag);
        features[c++] = at < 0 ? 0 : bound((z[at] - index(at) - level) / unit);
      }
    }
    let kept = 0;
    for (let i = Math.max(0, t - NOISE_SPAN); i <= t; i++) recent[kept++] = z[i] - index(i);
    features[c++] = Math.log(Math.max(deviationOfChanges(recent, kept) / size, 0.003) / 0.05);
    if (shrinkShown) features[c++] = tracker?.shrink ?? 0;
    for (const column of calendar) features[c++] = column[filled.dropped + t];
    for (const value of attributes) features[c++] = value;
    for (let i = 0; i < known; i++) features[c++] = rows[t * known + i];

    for (let k = 1; k <= horizon && t + k < n; k++) {
      if (filled.observed[t + k]) {
        const distance = (z[t + k] - index(t + k) - level) / unit;
        targets[t * horizon + k - 1] = Math.min(Math.max(distance, -FARTHEST), FARTHEST);
      }
    }
  }
  const ahead = Float64Array.from({ length: horizon }, (_, k) => (n > 0 ? index(n + k) : 0));
  return { steps: n, transform, features, targets, units, level, ahead, covariates: rows };
}

const clip = (x: number) => (x > CLIP ? CLIP : x < -CLIP ? -CLIP : x);
const bound = (x: number) => (x > BOUND ? BOUND : x < -BOUND ? -BOUND : x);

/** Simple exponential smoothing with every constant at once; answers the level of the one with the least discounted squared error so far. */
function trackSmoothing(): (x: number) => number {
  const levels = new Float64Array(SMOOTHING.length);
  const errors = new Float64Array(SMOOTHING.length);
  let started = false;
  return (x) => {
    let best = 0;
    for (let a = 0; a < SMOOTHING.length; a++) {
      if (!started) levels[a] = x;
      const error = x - levels[a];
      errors[a] = FORGETTING * errors[a] + error * error;
      levels[a] += SMOOTHING[a] * error;
      // On a tie the quicker constant wins: it assumes less.
      if (errors[a] <= errors[best]) best = a;
    }
    started = true;
    return levels[best];
  };
}

/** Mean of everything so far. */
function trackMean(): (x: number) => number {
  let n = 0;
  let mean = 0;
  return (x) => {
    n++;
    mean += (x - mean) / n;
    return mean;
  };
}

/** Least-squares slope per step of everything so far. Sums are taken about the first value, so that a high level costs no digits. */
function trackSlope(): (x: number) => number {
  let n = 0;
  let origin = 0;
  let sum = 0;
  let product = 0;
  return (x) => {
    if (n === 0) origin = x;
    sum += x - origin;
    product += n * (x - origin);
    n++;
    const centre = (n - 1) / 2;
    const spread = (n * (n * n - 1)) / 12;
    return n < 2 ? 0 : (product - centre * sum) / spread;
  };
}

/** Linear and asinh space: twice the mean distance from the running mean, so that a tenth of it is a small step for this series. */
function trackScale(): (x: number) => number {
  let n = 0;
  let mean = 0;
  let distance = 0;
  let size = 0;
  return (x) => {
    n++;
    distance += Math.abs(x - mean) * (n > 1 ? 1 : 0);
    mean += (x - mean) / n;
    size = Math.max(size, Math.abs(x));
    return Math.max((2 * distance) / n, 1e-3 * size) || 1;
  };
}

/** Steps that say how smooth a series is: long enough to remember the last unrest, which will come again. */
const SMOOTH_SPAN = 96;
const SMOOTH_LEAST = 8;
/** Surprises and mean changes of a logarithm, a step, from which on the unit is the ordinary one, and the smallest unit's share. */
const ORDINARY = { surprise: 0.004, change: 0.03, least: 0.05 };

/**
 * Log space: 1 for all but very smooth series, whose changes would vanish in a unit of 10 %. A population that grows by 1 % a
 * year, give or take 0.02, moves a tenth of a unit, give or take 0.002: less than a network tells apart. The steps so far with
 * the season taken out (`index`) decide; those that stand still for the most part say nothing of how they will move.
 */
function sizeOfChanges(z: Float64Array, t: number, index: (t: number) => number): number {
  const first = Math.max(0, t - SMOOTH_SPAN);
  const steps = t - first;
  if (steps < SMOOTH_LEAST) return 1;
  let [sum, squares, distance, still] = [0, 0, 0, 0];
  let before = z[first] - index(first);
  for (let i = first + 1; i <= t; i++) {
    const level = z[i] - index(i);
    const change = level - before;
    sum += change;
    squares += change * change;
    distance += Math.abs(change);
    if (z[i] === z[i - 1]) still++;
    before = level;
  }
  if (2 * still > steps) return 1;
  const surprise = Math.sqrt(Math.max(0, squares - (sum * sum) / steps) / (steps - 1));
  const size = Math.max(surprise / ORDINARY.surprise, distance / steps / ORDINARY.change, ORDINARY.least);
  return Math.min(1, size);
}

/** Standard deviation of the differences of the first `n` entries. */
function deviationOfChanges(x: Float64Array, n: number): number {
  if (n < 2) return 0;
  const mean = (x[n - 1] - x[0]) / (n - 1);
  let sum = 0;
  for (let i = 1; i < n; i++) sum += (x[i] - x[i - 1] - mean) ** 2;
  return Math.sqrt(sum / (n - 1));
}
