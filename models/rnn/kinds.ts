import { type Description, featureWidth } from '../features.ts';
import { QUANTILES } from '../series.ts';
import type { MemberPlan, TrainingPlan } from '../training-plan.ts';
import { headWidth, solve } from './effects.ts';

const LEVELS = QUANTILES.length;
/** Steps of all series together that are looked at. */
const MOST = 20_000;
/** Targets further off count as this far: broken data must not choose where training begins. */
const FARTHEST = 30;
/** Rows of a kind that count as much as what is known before any: that kinds do not differ. Steps of one series say much the same. */
const RIDGE = 0.05;

/**
 * Where training begins with attributes: for each step of the horizon, how far series of a kind move from the mean of all, by a
 * ridge regression over all series; few series allow too few steps of training to find it from zero. Written into flat weights,
 * as the attributes' part of the path that leads from the features straight to the head; the same for every quantile.
 *
 * @param held steps at the end of each series that are kept back for validation
 */
export function startKinds(
  weights: Float32Array,
  described: readonly Description[],
  { burnIn }: TrainingPlan,
  { spec }: MemberPlan,
  held: number,
): void {
  const { attributes = [], horizon } = spec;
  const shown = attributes.flatMap(({ muted }, i) => (muted ? [] : [i]));
  if (shown.length === 0) return;
  const { width, covariates } = featureWidth(spec);
  const outputs = headWidth(horizon, covariates);
  const first = width - covariates - attributes.length;
  const ofFeatures = weights.length - outputs - width * outputs;
  const total = described.reduce((sum, { steps }) => sum + Math.max(0, steps - burnIn), 0);
  const stride = Math.max(1, Math.ceil(total / MOST));
  for (let k = 0; k < horizon; k++) {
    const effects = regress(k);
    shown.forEach((i, j) => {
      const row = ofFeatures + (first + i) * outputs + k * LEVELS;
      weights.fill(effects[j], row, row + LEVELS);
    });
  }

  function regress(k: number): Float64Array {
    const n = shown.length;
    const rows: { x: Float64Array; y: number }[] = [];
    for (const { steps, features, targets } of described) {
      if (steps === 0) continue;
      const x = Float64Array.from(shown, (i) => features[first + i]);
      for (let t = burnIn; t + 1 + k < steps - held; t += stride) {
        const target = targets[t * horizon + k];
        if (!Number.isNaN(target)) rows.push({ x, y: Math.min(Math.max(target, -FARTHEST), FARTHEST) });
      }
    }
    if (rows.length === 0) return new Float64Array(n);
    const mean = new Float64Array(n + 1);
    for (const { x, y } of rows) {
      for (let i = 0; i < n; i++) mean[i] += x[i] / rows.length;
      mean[n] += y / rows.length;
    }
    const moments = Array.from({ length: n }, () => new Float64Array(n + 1));
    for (const { x, y } of rows) {
      for (let i = 0; i < n; i++) {
        const own = x[i] - mean[i];
        for (let j = 0; j < n; j++) moments[i][j] += own * (x[j] - mean[j]);
        moments[i][n] += own * (y - mean[n]);
      }
    }
    for (let i = 0; i < n; i++) moments[i][i] += RIDGE * rows.length + 1;
    return solve(moments);
  }
}
