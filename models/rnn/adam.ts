/**
 * Adam (Kingma & Ba 2015) over one flat vector, with clipping by global norm, and the exponential average of the weights that
 * is used in place of the last ones. Plain arrays: a few ten thousand numbers a step cost less here than the calls to a
 * tensor backend would, and come out the same on every backend.
 */
export interface Optimizer {
  /** [parameters] the weights being trained; changed in place by `step`. */
  readonly weights: Float32Array;
  /** [parameters] their exponential average. */
  readonly average: Float32Array;
  /** All that the next step depends on beside the weights and their average: to go on another day. */
  readonly moments: Moments;
  /** Takes one step. A gradient that is not finite is left out. Answers the norm before clipping. */
  step(gradient: Float32Array, learningRate: number): number;
}

export interface Moments {
  /** [parameters] running means of the gradient and of its square. */
  readonly first: Float32Array;
  readonly second: Float32Array;
  steps: number;
}

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/** `before`: where an earlier optimizer of the same network was left. */
export function adam(
  weights: Float32Array,
  clip: number,
  before?: Readonly<Pick<Optimizer, 'average' | 'moments'>>,
): Optimizer {
  const average = before ? before.average.slice() : weights.slice();
  const first = before ? before.moments.first.slice() : new Float32Array(weights.length);
  const second = before ? before.moments.second.slice() : new Float32Array(weights.length);
  const moments = { first, second, steps: before?.moments.steps ?? 0 };
  return {
    weights,
    average,
    moments,
    step(gradient, learningRate) {
      let squares = 0;
      for (let i = 0; i < gradient.length; i++) squares += gradient[i] * gradient[i];
      const norm = Math.sqrt(squares);
      if (!Number.isFinite(norm)) return norm;
      // Early averages lean on few steps, so the average starts short and grows.
      const decay = Math.min(0.995, (1 + moments.steps) / (10 + moments.steps));
      moments.steps++;
      const scale = norm > clip ? clip / norm : 1;
      const rate = learningRate / (1 - BETA1 ** moments.steps);
      const spread = 1 / Math.sqrt(1 - BETA2 ** moments.steps);
      for (let i = 0; i < weights.length; i++) {
        const g = gradient[i] * scale;
        first[i] = BETA1 * first[i] + (1 - BETA1) * g;
        second[i] = BETA2 * second[i] + (1 - BETA2) * g * g;
        weights[i] -= (rate * first[i]) / (spread * Math.sqrt(second[i]) + EPSILON);
        average[i] = decay * average[i] + (1 - decay) * weights[i];
      }
      return norm;
    },
  };
}

/** Learning rate of step `s` of `total`: a linear warm-up over the first 5 %, then half a cosine down to 2 % of the peak. */
export function learningRateAt(s: number, total: number, peak: number): number {
  const warm = Math.max(1, Math.round(0.05 * total));
  if (s < warm) return (peak * (s + 1)) / warm;
  const part = (s - warm) / Math.max(1, total - warm);
  return peak * (0.02 + 0.98 * 0.5 * (1 + Math.cos(Math.PI * part)));
}
