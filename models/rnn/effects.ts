import * as tf from '@tensorflow/tfjs-core';
import { type Description, featureWidth } from '../features.ts';
import { QUANTILES } from '../series.ts';
import type { MemberPlan, TrainingPlan } from '../training-plan.ts';

/**
 * How covariates of the target steps reach the forecast. Shown as features they would widen every step by columns times
 * horizon. Instead the head answers, beside the quantiles, the effect of each column: how far one unit of it moves each
 * quantile, read off the state, so that every series has effects of its own; each target step applies them to its own columns.
 * The cost does not depend on the horizon, and a step of the horizon without training examples still knows the effect.
 */
const LEVELS = QUANTILES.length;

/** Columns of the head: the quantiles of each step, then the effect of each covariate on each quantile. */
export function headWidth(horizon: number, covariates: number): number {
  return (horizon + covariates) * LEVELS;
}

/**
 * @param head [rows * headWidth] quantiles without effects, then effects
 * @param ahead [rows * horizon * covariates] the covariates of the target steps
 * @returns [rows * horizon * levels]
 */
export function applyEffects(
  head: Float32Array,
  ahead: Float32Array,
  horizon: number,
  covariates: number,
): Float32Array {
  const width = headWidth(horizon, covariates);
  const rows = head.length / width;
  const answer = new Float32Array(rows * horizon * LEVELS);
  for (let row = 0; row < rows; row++) {
    const effects = row * width + horizon * LEVELS;
    for (let k = 0; k < horizon; k++) {
      const to = (row * horizon + k) * LEVELS;
      for (let q = 0; q < LEVELS; q++) answer[to + q] = head[row * width + k * LEVELS + q];
      for (let c = 0; c < covariates; c++) {
        const x = ahead[(row * horizon + k) * covariates + c];
        if (x === 0) continue;
        for (let q = 0; q < LEVELS; q++) answer[to + q] += x * head[effects + c * LEVELS + q];
      }
    }
  }
  return answer;
}

/** The same as a differentiable operation: [rows, headWidth] -> [rows, horizon * levels]. */
export function applyEffectsTensor(
  head: tf.Tensor2D,
  ahead: Float32Array,
  horizon: number,
  covariates: number,
): tf.Tensor2D {
  const [rows, width] = head.shape;
  const operation = tf.customGrad((input) => {
    const value = applyEffects((input as tf.Tensor).dataSync() as Float32Array, ahead, horizon, covariates);
    return {
      value: tf.tensor2d(value, [rows, horizon * LEVELS]),
      gradFunc: (dy: tf.Tensor) => tf.tensor2d(spread(dy.dataSync() as Float32Array), [rows, width]),
    };
  });
  return operation(head) as tf.Tensor2D;

  function spread(dy: Float32Array): Float32Array {
    const gradient = new Float32Array(rows * width);
    for (let row = 0; row < rows; row++) {
      gradient.set(dy.subarray(row * horizon * LEVELS, (row + 1) * horizon * LEVELS), row * width);
      const effects = row * width + horizon * LEVELS;
      for (let k = 0; k < horizon; k++) {
        const from = (row * horizon + k) * LEVELS;
        for (let c = 0; c < covariates; c++) {
          const x = ahead[(row * horizon + k) * covariates + c];
          if (x === 0) continue;
          for (let q = 0; q < LEVELS; q++) gradient[effects + c * LEVELS + q] += x * dy[from + q];
        }
      }
    }
    return gradient;
  }
}

/** The covariates of the steps after an origin, [horizon * covariates]. */
export function aheadOf({ covariates }: Description, origin: number, horizon: number, columns: number): Float32Array {
  return covariates.subarray((origin + 1) * columns, (origin + 1 + horizon) * columns);
}

/** Steps of all series together that are looked at for the first effects. */
const MOST = 20_000;
/** Targets further off count as this far: broken data must not choose where training begins. */
const FARTHEST = 30;

/**
 * Where training begins: the effects of a regression of each next step on the change of its covariates, over all series. Few
 * series allow too few steps of training to find a promotion's effect from zero. Written into flat weights: the effects as biases
 * of the head, and their reverse on the columns of the origin's own step, since the level there holds them already.
 *
 * @param held steps at the end of each series that are kept back for validation
 */
export function startEffects(
  weights: Float32Array,
  described: readonly Description[],
  plan: TrainingPlan,
  member: MemberPlan,
  held: number,
): void {
  const { covariates } = featureWidth(member.spec);
  if (covariates === 0) return;
  const effects = regress(described, { horizon: member.spec.horizon, burnIn: plan.burnIn }, covariates, held);
  const { horizon } = member.spec;
  const outputs = headWidth(horizon, covariates);
  const bias = weights.length - outputs + horizon * LEVELS;
  // The last rows of the head are those of the step's own covariates; below them lies the bias.
  const own = weights.length - outputs - covariates * outputs;
  for (let c = 0; c < covariates; c++) {
    for (let q = 0; q < LEVELS; q++) weights[bias + c * LEVELS + q] = effects[c];
    for (let o = 0; o < horizon * LEVELS; o++) weights[own + c * outputs + o] -= effects[c];
  }
}

function regress(
  described: readonly Description[],
  { horizon, burnIn }: { horizon: number; burnIn: number },
  n: number,
  held: number,
): Float64Array {
  const moments = Array.from({ length: n }, () => new Float64Array(n + 1));
  const change = new Float64Array(n);
  const total = described.reduce((sum, { steps }) => sum + Math.max(0, steps - burnIn), 0);
  const stride = Math.max(1, Math.ceil(total / MOST));
  let rows = 0;
  for (const { steps, targets, covariates } of described) {
    for (let t = burnIn; t + 1 < steps - held; t += stride) {
      const target = targets[t * horizon];
      if (Number.isNaN(target)) continue;
      const y = Math.min(Math.max(target, -FARTHEST), FARTHEST);
      for (let c = 0; c < n; c++) change[c] = covariates[(t + 1) * n + c] - covariates[t * n + c];
      for (let i = 0; i < n; i++) {
        if (change[i] === 0) continue;
        for (let j = 0; j < n; j++) moments[i][j] += change[i] * change[j];
        moments[i][n] += change[i] * y;
      }
      rows++;
    }
  }
  // A little ridge: columns that hardly change from step to step, or always together, begin near zero.
  for (let i = 0; i < n; i++) moments[i][i] += 0.002 * rows + 1;
  return solve(moments);
}

/** Gauss elimination with [n][n + 1]; the ridge keeps the pivots away from zero. */
export function solve(rows: Float64Array[]): Float64Array {
  const n = rows.length;
  for (let i = 0; i < n; i++) {
    for (let r = i + 1; r < n; r++) {
      const factor = rows[r][i] / rows[i][i];
      for (let c = i; c <= n; c++) rows[r][c] -= factor * rows[i][c];
    }
  }
  const answer = new Float64Array(n);
  for (let i = n - 1; i >= 0; i--) {
    let rest = rows[i][n];
    for (let c = i + 1; c < n; c++) rest -= rows[i][c] * answer[c];
    answer[i] = rest / rows[i][i];
  }
  return answer;
}
