/**
 * Seasonal indices that know only the past: at every step the indices of the next cycle, estimated from the steps up to it
 * and shrunk towards zero by how much of their spread is noise. (Indices taken from the whole series leak: on the monthly
 * series of M3 they cost 1.5 points of sMAPE.)
 */
export interface SeasonTracker {
  readonly season: number;
  /** [season] additive indices by phase (step index mod season), mean zero; all zero until the phases are covered 1.5 times. */
  readonly indices: Float64Array;
  /** Share of the raw indices that was kept, 0..1. */
  readonly shrink: number;
  /** Takes in step `t`; must be called for t = 0, 1, 2 ... in order, with `values[0..t]` known. O(season). */
  advance(values: ArrayLike<number>, t: number): void;
}

/** What a cycle of the past weighs against the cycle after it: long cycles change slowly in steps but not in cycles. */
export function defaultDiscount(season: number): number {
  return season > 52 || season === 5 || season === 7 ? 0.97 : 0.85;
}

/**
 * Classical decomposition, made causal. The ratio of a step is its distance from the centred moving average over one cycle,
 * known half a cycle later. Each phase keeps a weighted mean of its ratios, weights `discount ^ (age / season)`. With V the
 * sampling variance of such a mean and A the variance of the true indices (spread of the means less V), the means are
 * multiplied by A / (A + 2 V), an empirical-Bayes shrinkage that needs no test of significance.
 *
 * @param season steps in a cycle, at least 2
 * @param discount weight of a ratio one cycle old, 0..1
 */
export function trackSeason(season: number, discount = defaultDiscount(season)): SeasonTracker {
  const indices = new Float64Array(season);
  // Per phase: sum of w, of w^2, of w x, of w x^2.
  const weight = new Float64Array(season);
  const weightSquared = new Float64Array(season);
  const sum = new Float64Array(season);
  const squares = new Float64Array(season);
  const half = Math.floor(season / 2);
  const decay = discount ** (1 / season);
  let ratios = 0;
  let shrink = 0;

  return {
    season,
    indices,
    get shrink() {
      return shrink;
    },
    advance(values, t) {
      const centre = t - half;
      if (centre < half) return;
      const ratio = values[centre] - centredMean(values, centre, season);
      for (let p = 0; p < season; p++) {
        weight[p] *= decay;
        weightSquared[p] *= decay * decay;
        sum[p] *= decay;
        squares[p] *= decay;
      }
      const phase = centre % season;
      weight[phase] += 1;
      weightSquared[phase] += 1;
      sum[phase] += ratio;
      squares[phase] += ratio * ratio;
      ratios++;
      if (ratios >= 1.5 * season) estimate();
    },
  };

  function estimate(): void {
    let total = 0;
    let totalSquared = 0;
    let within = 0;
    let variance = 0;
    let mean = 0;
    for (let p = 0; p < season; p++) {
      const mu = sum[p] / weight[p];
      indices[p] = mu;
      mean += mu / season;
      within += Math.max(0, squares[p] - sum[p] * mu);
      total += weight[p];
      totalSquared += weightSquared[p];
      variance += weightSquared[p] / (weight[p] * weight[p]) / season;
    }
    const effective = (total * total) / totalSquared;
    const noise = (within / total) * (effective / Math.max(effective - season, 0.5));
    const sampling = noise * variance;
    let spread = 0;
    for (let p = 0; p < season; p++) spread += (indices[p] - mean) ** 2 / (season - 1);
    const signal = Math.max(0, spread - sampling);
    shrink = signal > 0 ? signal / (signal + 2 * sampling) : 0;
    for (let p = 0; p < season; p++) indices[p] = shrink * (indices[p] - mean);
  }
}

/** Mean over one cycle around `centre`; an even cycle takes one step more, its two ends at half weight. */
function centredMean(values: ArrayLike<number>, centre: number, season: number): number {
  const half = Math.floor(season / 2);
  let total = 0;
  for (let i = centre - half; i <= centre + half; i++) total += values[i];
  if (season % 2 === 0) total -= (values[centre - half] + values[centre + half]) / 2;
  return total / season;
}
