import { partnersOf } from '../combination.ts';
import { averagingFactors, type Calibrating, calibrate } from '../conformal.ts';
import { type Correction, correctForAveraging, FEWEST_FOLDS } from '../correction.ts';
import { chooseTransform, type Transform, toSpace } from '../scaling.ts';
import { type Series, typicalLength } from '../series.ts';
import type { ShareChoice } from '../settings.ts';
import type { TrainingPlan } from '../training-plan.ts';
import { describeAll, forecastWith } from './ensemble.ts';
import { newestHorizons, sampled } from './held-back.ts';
import { mixed, type Stretch, shareBy } from './share-choice.ts';
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

/** What the folds that a member had not seen say: of the intervals, and of the share of Theta and ETS where that was open. */
export interface Checked {
  readonly correction: Correction | null;
  readonly combination?: ShareChoice;
}

/** A forecast of a fold beside what came. */
export interface FoldForecast extends Omit<Stretch, 'partner'> {
  readonly fold: number;
  /** What Theta and ETS forecast, null where they have no part; absent where nobody asked. */
  readonly partner?: Stretch['partner'];
}

/**
 * Trains the first member of the plan once more, on series without their last folds, and asks how well its intervals hold there,
 * and where that is open, whether Theta and ETS beside it would help. One member speaks for all of them, at a fraction of the
 * cost of training them twice; what averaging does is added afterwards (fitToEnsemble). A pure function of its arguments.
 *
 * @param series those the plan was made for and the network is trained on
 * @param from the weights that the first member goes on from, if it does
 */
export async function calibrationOf(
  series: readonly Series[],
  plan: TrainingPlan,
  hooks: TrainingHooks = {},
  from?: Float32Array,
): Promise<Checked> {
  const seen = await heldBackForecasts(series, plan, hooks, from);
  const calibrated = (these: readonly FoldForecast[]) => calibrate(these.map(inItsSpace));
  if (!plan.shareOnFolds) return { correction: calibrated(seen) };
  const asked = seen.flatMap((one) => (one.partner === undefined ? [] : [{ ...one, partner: one.partner }]));
  const combination = shareBy(series, asked, plan.horizon, `${asked.length} stretches that one network had not seen`);
  const { share } = combination;
  const judged = share === 0 ? seen : asked.map((one) => ({ ...one, quantiles: mixed(one, share) }));
  return { correction: calibrated(judged), combination };
}

/** What a member forecasts on folds that it has not seen, beside what came; nothing where series are too short. */
export async function heldBackForecasts(
  series: readonly Series[],
  plan: TrainingPlan,
  hooks: TrainingHooks = {},
  from?: Float32Array,
): Promise<FoldForecast[]> {
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
  const besides = new Set(plan.shareOnFolds ? sampled(asked, ENOUGH) : []);
  const seen: FoldForecast[] = [];
  for (let fold = 0; fold < folds; fold++) {
    if (hooks.signal?.aborted) throw new Error('cancelled');
    const past = cut(asked, (folds - fold) * horizon);
    const forecasts = await forecastWith(past, alone, [weights]);
    const partners = await partnersOf(
      past.filter((_, i) => besides.has(asked[i])),
      horizon,
    );
    let next = 0;
    forecasts.forEach(({ quantiles }, i) => {
      const { length } = past[i].values;
      const actual = asked[i].values.subarray(length, length + horizon);
      const partner = besides.has(asked[i]) ? { partner: partners[next++] } : {};
      seen.push({ fold, past: past[i], quantiles, actual, ...partner });
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
    members.push(forecasts.map(({ quantiles }, i) => inItsSpace({ fold: 0, ...held[i], quantiles })));
  }
  return correctForAveraging(correction, averagingFactors(members));
}

/** A forecast beside what came, in the space of the series. */
function inItsSpace({ fold, past, quantiles, actual }: FoldForecast): Calibrating {
  const transform = chooseTransform(past.values);
  return { fold, quantiles: quantiles.map((level) => inSpace(level, transform)), actual: inSpace(actual, transform) };
}

// A value that the space does not have (0 where all were positive) is further down than any that it has.
const inSpace = (values: Float64Array, transform: Transform): Float64Array =>
  toSpace(values, transform).map((z, i) =>
    Number.isNaN(z) && !Number.isNaN(values[i]) ? Number.NEGATIVE_INFINITY : z,
  );
