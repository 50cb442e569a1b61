/**
 * The space a series is forecast in. `log` where values are positive and changes are read in per cent; `linear` where there
 * are zeros, negative values, or values so near zero that their logarithm says nothing.
 */
export type Space = 'log' | 'linear';

export interface Transform {
  readonly space: Space;
  /** Whether forecasts must not fall below zero: no observation did. */
  readonly nonNegative: boolean;
  /** Linear space: a power of two that brings values to at most 1 in size. Exact, so it changes nothing but overflow. */
  readonly factor: number;
}

/** Below this share of the median a positive value counts as touching zero. */
const NEAR_ZERO = 1e-3;

/** Chooses the space by the observed values (gaps ignored). Every value given must lie before the origin. */
export function chooseTransform(values: ArrayLike<number>): Transform {
  const seen = Float64Array.from(values).filter(Number.isFinite).sort();
  if (seen.length === 0) return { space: 'linear', nonNegative: false, factor: 1 };
  const [low, high] = [seen[0], seen[seen.length - 1]];
  const median = seen[Math.floor((seen.length - 1) / 2)];
  const nonNegative = low >= 0;
  if (low > 0 && low >= NEAR_ZERO * median) return { space: 'log', nonNegative, factor: 1 };
  const size = Math.max(Math.abs(low), Math.abs(high));
  // Two halves, because 2^-1074 and 2^1024 themselves are out of range.
  const exponent = size > 0 ? Math.floor(Math.log2(size)) + 1 : 0;
  return { space: 'linear', nonNegative, factor: 2 ** Math.min(1000, Math.max(-1000, -exponent)) };
}

/** Values into the space; finite in, finite out. [n] */
export function toSpace(values: Float64Array, { space, factor }: Transform): Float64Array {
  return space === 'log' ? values.map(Math.log) : values.map((v) => v * factor);
}

/** A value of the space back in the units of the series: finite, within the bounds of the data and of the person. */
export function fromSpace(z: number, transform: Transform, bounds: Bounds = {}): number {
  const raw = transform.space === 'log' ? Math.exp(z) : z / transform.factor;
  const low = Math.max(bounds.lower ?? -Number.MAX_VALUE, transform.nonNegative ? 0 : -Number.MAX_VALUE);
  const high = bounds.upper ?? Number.MAX_VALUE;
  // The person's bounds win over the data's where the two contradict each other.
  return Math.min(Math.max(raw, Math.min(low, high)), high);
}

/** Limits the person set for every forecast, in the units of the series. */
export interface Bounds {
  readonly lower?: number;
  readonly upper?: number;
}
