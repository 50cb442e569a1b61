import { type Calibrating, type Correction, calibrate, FEWEST_FOLDS } from '../conformal.ts';
import { chooseTransform, type Transform, toSpace } from '../scaling.ts';
import type { Series } from '../series.ts';
import type { TrainingPlan } from '../training-plan.ts';
import { describeAll, forecastWith } from './ensemble.ts';
import { sampled } from './held-back.ts';
import { type TrainingHooks, trainMember } from './training.ts';

/** The folds take at most this share of the typical series, so that the network that is looked at has nearly as long a past. */
const SHARE = 0.2;
/** Older folds hardly count (conformal.ts). */
const MOST_FOLDS = 8;
const ENOUGH = 100;

/** How many folds the intervals can be checked on; 0 where series are too short to tell anything. */
export function calibrationFolds(series: readonly Series[], { horizon, members }: TrainingPlan): number {
  const lengths = series.map(({ values }) => values.length).sort((a, b) => a - b);
  const typical = lengths[lengths.length >> 1] ?? 0;
  const folds = Math.min(MOST_FOLDS, Math.floor((SHARE * typical) / horizon));
  return members.length > 0 && folds >= FEWEST_FOLDS ? folds : 0;
}

/**
 * Trains the first member of the plan once more, on series without their last folds, and asks how well its intervals hold there.
 * One member speaks for the ensemble: averaging members narrows or widens their intervals by 1 to 3 per cent, which is less
 * than one fold differs from the next, and costs a fraction of the training. A pure function of its arguments.
 *
 * @param series those the plan was made for and the network is trained on
 * @param from the weights that the first member goes on from, if it does
 */
export async function calibrationOf(
  series: readonly Series[],
  plan: TrainingPlan,
  hooks: TrainingHooks = {},
  from?: Float32Array,
): Promise<Correction | null> {
  const forecasts = await heldBackForecasts(series, plan, hooks, from);
  return calibrate(forecasts);
}

/** What a member forecasts on folds that it has not seen, beside what came; nothing where series are too short. */
export async function heldBackForecasts(
  series: readonly Series[],
  plan: TrainingPlan,
  hooks: TrainingHooks = {},
  from?: Float32Array,
): Promise<Calibrating[]> {
  const folds = calibrationFolds(series, plan);
  const { horizon } = plan;
  // In what is left of a series there must be something to learn.
  const long = series.filter(({ values }) => values.length - folds * horizon > plan.burnIn + horizon);
  if (folds === 0 || long.length === 0) return [];
  const alone = { ...plan, members: plan.members.slice(0, 1) };
  const [member] = alone.members;
  const cut = (these: readonly Series[], steps: number) =>
    these.map((s) => ({ ...s, values: s.values.subarray(0, s.values.length - steps) }));
  const described = describeAll(cut(long, folds * horizon), plan)(member.spec);
  const weights = await trainMember(described, plan, member, hooks, from);
  // Folds are the evidence, and so many series tell as much as all of them. Without training they would take most of the time,
  // and so they would where Theta and ETS are fitted anew at every fold.
  const asked = member.epochs > 0 && plan.baselineShare === undefined ? long : sampled(long, ENOUGH);
  const seen: Calibrating[] = [];
  for (let fold = 0; fold < folds; fold++) {
    if (hooks.signal?.aborted) throw new Error('cancelled');
    const past = cut(asked, (folds - fold) * horizon);
    const forecasts = await forecastWith(past, alone, [weights]);
    forecasts.forEach(({ quantiles }, i) => {
      const { values } = past[i];
      const transform = chooseTransform(values);
      const came = asked[i].values.subarray(values.length, values.length + horizon);
      const actual = inSpace(came, transform);
      seen.push({ fold, quantiles: quantiles.map((level) => inSpace(level, transform)), actual });
    });
  }
  return seen;
}

// A value that the space does not have (0 where all were positive) is further down than any that it has.
const inSpace = (values: Float64Array, transform: Transform): Float64Array =>
  toSpace(values, transform).map((z, i) =>
    Number.isNaN(z) && !Number.isNaN(values[i]) ? Number.NEGATIVE_INFINITY : z,
  );
