import { averagingFactors, type Calibrating, calibrate } from '../conformal.ts';
import { type Correction, correctForAveraging, FEWEST_FOLDS } from '../correction.ts';
import type { Forecast } from '../forecaster.ts';
import { chooseTransform, type Transform, toSpace } from '../scaling.ts';
import { type Series, typicalLength } from '../series.ts';
import type { TrainingPlan } from '../training-plan.ts';
import { describeAll, forecastWith } from './ensemble.ts';
import { newestHorizons, sampled } from './held-back.ts';
import { type TrainingHooks, trainMember } from './training.ts';

/** The folds take at most this share of the typical series, so that the network that is looked at has nearly as long a past. */
const SHARE = 0.2;
/** Older folds hardly count (conformal.ts). */
const MOST_FOLDS = 8;
const ENOUGH = 100;
/**
 * And so much past, or four cycles, where only networks are compared with each other: the whole of a long one would cost as much
 * as a training.
 */
const ENOUGH_STEPS = 1000;

/** How many folds the intervals can be checked on; 0 where series are too short to tell anything. */
export function calibrationFolds(series: readonly Series[], { horizon, members }: TrainingPlan): number {
  const folds = Math.min(MOST_FOLDS, Math.floor((SHARE * typicalLength(series)) / horizon));
  return members.length > 0 && folds >= FEWEST_FOLDS ? folds : 0;
}

/**
 * Trains the first member of the plan once more, on series without their last folds, and asks how well its intervals hold there.
 * One member speaks for all of them, at a fraction of the cost of training them twice; what averaging does is added afterwards
 * (fitToEnsemble). A pure function of its arguments.
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
    forecasts.forEach((forecast, i) => {
      const { length } = past[i].values;
      seen.push(beside(past[i], forecast, asked[i].values.subarray(length, length + horizon), fold));
    });
  }
  return seen;
}

/**
 * The correction that was found of one member, for the mean of all: how much narrower that may be is asked of the newest
 * horizons, which all members have learned from. As it was where members say only the median: what a few short series taught
 * these by heart would pass for skill. A pure function of its arguments.
 *
 * @param weights one flat vector a member, in the order of the plan
 */
export async function fitToEnsemble(
  correction: Correction,
  series: readonly Series[],
  plan: TrainingPlan,
  weights: readonly Float32Array[],
): Promise<Correction> {
  const held = newestHorizons(series, plan.horizon, ENOUGH);
  if (plan.members.length < 2 || held.length === 0 || plan.members.some(({ medianOnly }) => medianOnly))
    return correction;
  const pasts = held.map(({ past }) => past);
  const members: Calibrating[][] = [];
  const cycle = Math.max(...plan.members.map(({ spec }) => Math.max(spec.lag, spec.season)));
  const history = Math.min(plan.history, Math.max(ENOUGH_STEPS, 4 * cycle));
  for (const [m, member] of plan.members.entries()) {
    const forecasts = await forecastWith(pasts, { ...plan, history, members: [member] }, [weights[m]]);
    members.push(forecasts.map((forecast, i) => beside(pasts[i], forecast, held[i].actual, 0)));
  }
  return correctForAveraging(correction, averagingFactors(members));
}

/** A forecast beside what came, in the space of the series. */
function beside({ values }: Series, { quantiles }: Forecast, came: Float64Array, fold: number): Calibrating {
  const transform = chooseTransform(values);
  return { fold, quantiles: quantiles.map((level) => inSpace(level, transform)), actual: inSpace(came, transform) };
}

// A value that the space does not have (0 where all were positive) is further down than any that it has.
const inSpace = (values: Float64Array, transform: Transform): Float64Array =>
  toSpace(values, transform).map((z, i) =>
    Number.isNaN(z) && !Number.isNaN(values[i]) ? Number.NEGATIVE_INFINITY : z,
  );
