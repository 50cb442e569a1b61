/**
 * The space a series is forecast in. `log` where values are positive and changes are read in per cent; `linear` where there
 * are zeros, negative values, or values so near zero that their logarithm says nothing, and where a positive series with a
 * cycle changes by as many units when it is low as when it is high (a temperature); `asinh` where a series with zeros or
 * negative values changes by units about zero and in per cent far from it (asinh x is x for small x and log 2x for large ones,
 * with the sign of x).
 */
export type Space = 'log' | 'linear' | 'asinh';

export interface Transform {
  readonly space: Space;
  /** Whether forecasts must not fall below zero: no observation did. */
  readonly nonNegative: boolean;
  /**
   * A power of two, so that multiplying by it is exact. Linear space: it brings values to at most 1 in size, which changes
   * nothing but overflow. Asinh space: values of the size where units turn into per cent become about 1.
   */
  readonly factor: number;
  /** Asinh space: the lowest and the highest z that is brought back, a unit beyond those of the past. */
  readonly reach?: readonly [number, number];
}

/** Below this share of the median a positive value counts as touching zero. */
const NEAR_ZERO = 1e-3;
/** Asinh: units turn into per cent at so many times the typical size (the median of those that are not zero). */
const BEND = 2;
/** A space must be likelier than the one that values call for by so much a step, by so much in all, and over so many steps. */
const LIKELIER = { step: 0.1, all: 4, steps: 12 };
/** A step of an asinh space is a factor of e far from zero: a quantile further beyond the past than that is an accident. */
const REACH = 1;

/**
 * Chooses the space by the observed values (gaps ignored). Every value given must lie before the origin.
 *
 * @param byEvidence false for what was described before likelihood had a say: log where there is one, linear elsewhere
 */
export function chooseTransform(values: ArrayLike<number>, byEvidence = true): Transform {
  const seen = Float64Array.from(values).filter(Number.isFinite);
  const sorted = seen.slice().sort();
  if (sorted.length === 0) return { space: 'linear', nonNegative: false, factor: 1 };
  const [low, high] = [sorted[0], sorted[sorted.length - 1]];
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  const nonNegative = low >= 0;
  const size = Math.max(Math.abs(low), Math.abs(high));
  const linear: Transform = {
    space: 'linear',
    nonNegative,
    factor: powerNear(size > 0 ? Math.floor(Math.log2(size)) + 1 : 0),
  };
  if (low > 0 && low >= NEAR_ZERO * median) {
    return byEvidence && isLikelier(linearGain(seen)) ? linear : { space: 'log', nonNegative, factor: 1 };
  }
  const bend = byEvidence ? bendOf(seen) : 0;
  // A value that leaves all range when it is scaled has no asinh either.
  if (bend > 0 && Number.isFinite(size * bend) && isLikelier(asinhGain(seen, bend))) {
    const reach = [Math.asinh(low * bend) - REACH, Math.asinh(high * bend) + REACH] as const;
    return { space: 'asinh', nonNegative, factor: bend, reach };
  }
  return linear;
}

/** How much likelier a series is in one space than in another. */
export interface Gain {
  /** Of the log-likelihood, a step. */
  readonly step: number;
  readonly steps: number;
}

/**
 * The log-likelihood of a series in asinh space less that in linear space.
 *
 * @param seen observed values in their order, none missing
 * @param factor what values are multiplied by before asinh
 */
export function asinhGain(seen: Float64Array, factor: number): Gain {
  const scaled = seen.map((v) => v * factor);
  // The derivative is 1 / sqrt(1 + x^2), by hypot: squares of large values would be infinite.
  return bentGain(scaled, repeatingLag(seen), Math.asinh, (x) => -Math.log(Math.hypot(1, x)));
}

/**
 * The log-likelihood of a positive series in linear space less that in log space; none where nothing in it repeats itself: of
 * series that only grow, those whose likelihood spoke for linear space were forecast worse in it.
 *
 * @param seen observed values in their order, all above zero
 */
export function linearGain(seen: Float64Array): Gain {
  const lag = repeatingLag(seen);
  if (lag === 1) return { step: 0, steps: 0 };
  const { step, steps } = bentGain(seen, lag, Math.log, (x) => -Math.log(x));
  return { step: -step, steps };
}

/**
 * The log-likelihood of values in a bent space less that in linear space, by the differences over the lag at which they repeat
 * themselves best (1 to 24 steps: a shop that is shut one day in seven is to be compared with a week ago). Differences are taken
 * as double-exponential of unknown scale, which makes their profile likelihood -log mean |difference|; the Jacobian of the space
 * brings both to the same units, as for a Box-Cox transform.
 *
 * @param bend into the space
 * @param logSlope the logarithm of the derivative of `bend`
 */
function bentGain(x: Float64Array, lag: number, bend: (x: number) => number, logSlope: (x: number) => number): Gain {
  const steps = Math.max(0, x.length - lag);
  let [linear, bent, jacobian] = [0, 0, 0];
  for (let t = lag; t < x.length; t++) {
    linear += Math.abs(x[t] - x[t - lag]) / steps;
    bent += Math.abs(bend(x[t]) - bend(x[t - lag])) / steps;
    jacobian += logSlope(x[t]) / steps;
  }
  const step = linear > 0 && bent > 0 ? Math.log(linear) - Math.log(bent) + jacobian : 0;
  return { step: Number.isFinite(step) ? step : 0, steps };
}

/** Values into the space; finite in, finite out. [n] */
export function toSpace(values: Float64Array, { space, factor }: Transform): Float64Array {
  if (space === 'log') return values.map(Math.log);
  return space === 'asinh' ? values.map((v) => Math.asinh(v * factor)) : values.map((v) => v * factor);
}

/** A value of the space back in the units of the series: finite, within the bounds of the data and of the person. */
export function fromSpace(z: number, transform: Transform, bounds: Bounds = {}): number {
  const raw = rawFrom(z, transform);
  const low = Math.max(bounds.lower ?? -Number.MAX_VALUE, transform.nonNegative ? 0 : -Number.MAX_VALUE);
  const high = bounds.upper ?? Number.MAX_VALUE;
  // The person's bounds win over the data's where the two contradict each other.
  return Math.min(Math.max(raw, Math.min(low, high)), high);
}

/** A value as it is, but finite and within the bounds of the person. */
export const within = (value: number, bounds: Bounds): number =>
  fromSpace(value, { space: 'linear', nonNegative: false, factor: 1 }, bounds);

function rawFrom(z: number, { space, factor, reach = [-Infinity, Infinity] }: Transform): number {
  if (space === 'log') return Math.exp(z);
  return (space === 'asinh' ? Math.sinh(Math.min(Math.max(z, reach[0]), reach[1])) : z) / factor;
}

const isLikelier = ({ step, steps }: Gain) =>
  steps >= LIKELIER.steps && step > LIKELIER.step && step * steps > LIKELIER.all;

/** The factor of an asinh space; 0 where there is nothing but zeros. */
function bendOf(seen: Float64Array): number {
  const sizes = seen
    .filter((v) => v !== 0)
    .map(Math.abs)
    .sort();
  return sizes.length === 0 ? 0 : powerNear(Math.round(Math.log2(sizes[sizes.length >> 1]) + Math.log2(BEND)));
}

// Two halves of the range, because 2^-1074 and 2^1024 themselves are out of it.
const powerNear = (exponent: number) => 2 ** Math.min(1000, Math.max(-1000, -exponent));

const LONGEST_LAG = 24;
/** A longer lag must be better by so much: of lags that are as good as each other the shortest is right. */
const BETTER = 0.95;

function repeatingLag(seen: Float64Array): number {
  let best = 1;
  let least = Number.POSITIVE_INFINITY;
  for (let lag = 1; lag <= LONGEST_LAG && 3 * lag < seen.length; lag++) {
    let sum = 0;
    for (let t = lag; t < seen.length; t++) sum += Math.abs(seen[t] / 2 - seen[t - lag] / 2) / (seen.length - lag);
    if (sum < BETTER * least) [best, least] = [lag, sum];
  }
  return best;
}

/** Limits the person set for every forecast, in the units of the series. */
export interface Bounds {
  readonly lower?: number;
  readonly upper?: number;
}
