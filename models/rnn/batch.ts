import { type Description, type FeatureSpec, featureWidth } from '../features.ts';
import type { MemberPlan, TrainingPlan } from '../training-plan.ts';
import { cutWindows, type Window } from '../windows.ts';
import { alignLeft } from './align.ts';
import { aheadOf } from './effects.ts';
import type { Truth } from './loss.ts';
import type { Random } from './random.ts';

/** Training examples ready for the network. */
export interface Batch {
  /** [windows, context, width] */
  readonly input: Float32Array;
  readonly shape: [number, number, number];
  /** The rows that are origins with something to learn, counted through windows and steps. */
  readonly rows: Int32Array;
  /** What the loss compares with at those rows, in their order. */
  readonly truth: Truth;
  /** [rows * horizon * covariates] the covariates of the target steps of those rows. */
  readonly ahead: Float32Array;
}

/**
 * Windows to arrays: every step past the burn-in is an origin, the amplitude of each window is changed at random.
 *
 * @param held steps at the end of each series that are kept back for validation
 */
export function assemble(
  described: readonly Description[],
  windows: readonly Window[],
  plan: TrainingPlan,
  member: MemberPlan,
  held: number,
  random: Random,
): Batch {
  const { context, burnIn } = plan;
  const { horizon } = member.spec;
  const { width, covariates } = featureWidth(member.spec);
  const cut = alignLeft(cutWindows(described, windows, { context, forks: context }, { width, horizon }), {
    context,
    width,
    horizon,
  });
  const rows: number[] = [];
  const relative: number[] = [];
  const ahead: { series: number; t: number; amplitude: number }[] = [];
  windows.forEach(({ series, origin }, w) => {
    const { steps, transform } = described[series];
    const log = transform.space === 'log';
    const amplitude = member.augment > 0 ? Math.exp(member.augment * random.normal()) : 1;
    const length = Math.min(context, origin + 1);
    for (let i = 0; i < length; i++) {
      const t = origin + 1 - length + i;
      const known = Math.min(horizon, steps - held - 1 - t);
      if (t < burnIn || known <= 0) continue;
      const row = w * context + i;
      rows.push(row);
      relative.push(member.loss === 'relative' && log ? 1 : 0);
      if (covariates > 0) ahead.push({ series, t, amplitude });
      cut.targets.fill(Number.NaN, row * horizon + known, (row + 1) * horizon);
    }
    if (amplitude !== 1) {
      const [first, end] = [w * context, w * context + length];
      swell(cut.features.subarray(first * width, end * width), member.spec, amplitude);
      for (let at = first * horizon; at < end * horizon; at++) cut.targets[at] *= amplitude;
    }
  });
  const targets = new Float32Array(rows.length * horizon);
  rows.forEach((row, r) => {
    targets.set(cut.targets.subarray(row * horizon, (row + 1) * horizon), r * horizon);
  });
  const known = new Float32Array(ahead.length * horizon * covariates);
  ahead.forEach(({ series, t, amplitude }, r) => {
    const own = aheadOf(described[series], t, horizon, covariates);
    for (let i = 0; i < own.length; i++) known[r * own.length + i] = amplitude * own[i];
  });
  return {
    input: cut.features,
    shape: [windows.length, context, width],
    rows: Int32Array.from(rows),
    truth: { horizon, targets, relative: Uint8Array.from(relative) },
    ahead: known,
  };
}

/** Changes the amplitude of the series in rows of features, in place. */
export function swell(features: Float32Array, spec: FeatureSpec, amplitude: number): void {
  const { width, linear, covariates } = featureWidth(spec);
  for (let row = 0; row < features.length; row += width) {
    for (let c = row; c < row + linear; c++) features[c] *= amplitude;
    // What a covariate moves grows with the amplitude: its effect stays the same.
    for (let c = row + width - covariates; c < row + width; c++) features[c] *= amplitude;
    features[row + linear] += Math.log(amplitude);
  }
}
