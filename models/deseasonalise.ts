/**
 * Classical seasonal indices and the test that asks whether there is a season at all, by the definitions of the M3 and M4
 * competitions (Makridakis & Hibon 2000; Assimakopoulos & Nikolopoulos 2000): Naive2, which OWA divides by, and Theta rest
 * on them. They look at the whole of the values given: truncate first.
 */

/** How values and seasonal indices combine: `value = level * index` or `value = level + index`. */
export type Composition = 'multiplicative' | 'additive';

/** With fewer cycles no season is looked for. */
export const FEWEST_CYCLES = 3;

/**
 * The indices of the phases `t mod season`, [season]; they average 1 (multiplicative) or 0 (additive). All neutral where
 * there is no season to see: season 1, fewer than three cycles, no significant autocorrelation at lag `season` at the 90 %
 * level, or, for multiplicative ones, a value at or below zero. `values`: [n] without gaps.
 */
export function seasonalIndices(values: Float64Array, season: number, composition: Composition): Float64Array {
  const neutral = new Float64Array(season).fill(composition === 'multiplicative' ? 1 : 0);
  if (season <= 1 || values.length < FEWEST_CYCLES * season) return neutral;
  if (composition === 'multiplicative' && values.some((v) => !(v > 0))) return neutral;
  if (!isSeasonal(values, season)) return neutral;
  const trend = centredMean(values, season);
  const sums = new Float64Array(season);
  const counts = new Float64Array(season);
  const half = Math.floor(season / 2);
  for (let t = half; t < values.length - half; t++) {
    sums[t % season] += composition === 'multiplicative' ? values[t] / trend[t] : values[t] - trend[t];
    counts[t % season]++;
  }
  const raw = sums.map((sum, phase) => sum / counts[phase]);
  const total = raw.reduce((a, b) => a + b, 0);
  const indices =
    composition === 'multiplicative' ? raw.map((v) => (v * season) / total) : raw.map((v) => v - total / season);
  return indices.every((v) => Number.isFinite(v)) ? indices : neutral;
}

/**
 * Whether the autocorrelation at lag `season` is outside the 90 % band of a process whose shorter lags are as observed
 * (Bartlett's formula, critical value 1.645): the test both competitions used. `values`: [n] without gaps.
 */
export function isSeasonal(values: Float64Array, season: number): boolean {
  const n = values.length;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const deviations = values.map((v) => v - mean);
  const variance = deviations.reduce((a, d) => a + d * d, 0);
  if (!(variance > 0)) return false;
  let squares = 0;
  let correlation = 0;
  for (let lag = 1; lag <= season; lag++) {
    let product = 0;
    for (let t = lag; t < n; t++) product += deviations[t] * deviations[t - lag];
    correlation = product / variance;
    if (lag < season) squares += correlation * correlation;
  }
  return Math.abs(correlation) > 1.645 * Math.sqrt((1 + 2 * squares) / n);
}

/**
 * The competitions' Naive2: the last deseasonalised value, reseasonalised, [horizon]. `values`: [n], n >= 1, without gaps. The
 * season is read from the last 20,000 values, which is all of them in any competition: its test is a product of n and season.
 */
export function naive2(values: Float64Array, season: number, horizon: number): Float64Array {
  const recent = values.subarray(Math.max(0, values.length - 20_000));
  // By a power of two, so that scaling changes no digit while squares of 1e300 stay finite.
  const scale = powerOfTwo(recent);
  const indices = seasonalIndices(
    recent.map((v) => v / scale),
    season,
    'multiplicative',
  );
  const n = recent.length;
  const level = recent[n - 1] / indices[(n - 1) % season];
  return Float64Array.from({ length: horizon }, (_, k) => level * indices[(n + k) % season]);
}

/** The largest power of two at or below the largest magnitude; 1 where every value is 0. Non-finite values are ignored. */
export function powerOfTwo(values: Float64Array): number {
  let largest = 0;
  for (const v of values) {
    const magnitude = Math.abs(v);
    if (magnitude > largest && magnitude < Number.POSITIVE_INFINITY) largest = magnitude;
  }
  // Below 2^-1000 the inverse would overflow; such values are as good as 0.
  return largest > 0 ? 2 ** Math.max(-1000, Math.floor(Math.log2(largest))) : 1;
}

// 2 x season for an even season, so that the window is centred; NaN-free only from half a season on.
function centredMean(values: Float64Array, season: number): Float64Array {
  const half = Math.floor(season / 2);
  const edge = season % 2 === 0 ? 0.5 : 1;
  const out = new Float64Array(values.length).fill(Number.NaN);
  for (let t = half; t < values.length - half; t++) {
    let sum = edge * (values[t - half] + values[t + half]);
    for (let k = 1 - half; k < half; k++) sum += values[t + k];
    out[t] = sum / season;
  }
  return out;
}
