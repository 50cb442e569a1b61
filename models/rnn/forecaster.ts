import { addSteps } from '../calendar.ts';
import type { Correction } from '../correction.ts';
import { inWholeNumbers } from '../counts.ts';
import type { Fallback, FitOptions, Fitted, Forecast, Forecaster } from '../forecaster.ts';
import { coverRepeats } from '../intermittent.ts';
import { seasonalNaive } from '../naive.ts';
import { assess, commonEnd } from '../quality.ts';
import { within } from '../scaling.ts';
import { QUANTILES, type Series } from '../series.ts';
import { checkSettings, type NetworkSettings, type ShareChoice } from '../settings.ts';
import { theta } from '../theta.ts';
import type { MemberPlan, TrainingPlan } from '../training-plan.ts';
import { type Coarser, fromBytes, type SavedNetwork, toBytes } from './bytes.ts';
import { type Checked, calibrationFolds, calibrationOf, fitToEnsemble } from './calibration.ts';
import { settleCovariates } from './choice.ts';
import { coarserFor, drawn } from './coarser.ts';
import { describeAll } from './ensemble.ts';
import { planFor, reachOf, startsOf, trainable } from './plan.ts';
import { forecastByReach } from './reach.ts';
import { chooseShare } from './share-choice.ts';
import { ownNetwork, type Shipped } from './started.ts';
import { type TrainingHooks, trainMember } from './training.ts';
import { chooseTraining } from './training-choice.ts';

/**
 * The recurrent forecaster: one small ensemble for all series of a dataset. Every setting not given is chosen from the data.
 * Throws SettingError at once for a setting that makes no sense.
 *
 * @param shipped reads the pre-trained networks; without it every member is trained from nothing
 */
export function recurrentForecaster(settings: Partial<NetworkSettings> = {}, shipped?: Shipped): Forecaster {
  return {
    name: nameOf(settings),
    fit: (series, options) => fitBy(trainInTurn(options, shipped), series, settings, options, shipped),
  };
}

/** The name of the forecaster with these settings. Throws SettingError for one that makes no sense. */
export function nameOf(settings: Partial<NetworkSettings>): string {
  const { cell } = checkSettings(settings);
  return cell === 'auto' ? 'rnn' : NAMES[cell];
}

const NAMES = { simpleRnn: 'simple-rnn', lstm: 'lstm', gru: 'gru' } as const;

/**
 * Trains the members of a plan and checks their intervals; in turn, or in threads: the bytes come out the same. Trials, which are
 * no part of the training that people follow, are not `told`, and nobody looks at their intervals.
 */
export type TrainPlan = (series: readonly Series[], plan: TrainingPlan, told: boolean) => Promise<Trained>;

export interface Trained {
  /** One flat vector a member, in the order of the plan. */
  readonly weights: Float32Array[];
  readonly checked: Checked;
}

/** What is known where nobody looked at folds. */
export const UNCHECKED: Checked = { correction: null };

/** One member after the other, in this thread. */
export function trainInTurn({ signal, onProgress }: FitOptions, shipped?: Shipped): TrainPlan {
  return async (series, plan, told) => {
    const total = plan.members.reduce((sum, { epochs }) => sum + epochs, 0);
    const weights: Float32Array[] = [];
    let before = 0;
    for (const [i, member] of plan.members.entries()) {
      const tell: TrainingHooks['onProgress'] = (progress) =>
        told && onProgress?.({ ...progress, epoch: before + progress.epoch, epochs: total });
      weights.push(await trainPlanned(series, plan, i, { signal, onProgress: tell }, shipped));
      before += member.epochs;
    }
    return { weights, checked: told ? await calibratePlanned(series, plan, { signal }, shipped) : UNCHECKED };
  };
}

/** All of `fit` but who trains: settles what validation decides (covariates, how much training), plans, trains, assembles. */
export async function fitBy(
  train: TrainPlan,
  series: readonly Series[],
  settings: Partial<NetworkSettings>,
  options: FitOptions,
  shipped?: Shipped,
): Promise<Fitted> {
  const trials = async (own: readonly Series[], plan: TrainingPlan) => (await train(own, plan, false)).weights;
  const settled = await settleCovariates(trainable(series, options.horizon), settings, options, trials);
  const planned = (own: readonly Series[], given: Partial<NetworkSettings>) =>
    planFor(own, given, options, shipped !== undefined);
  // Who asks for networks from nothing, or for another season, wants no word of those that learned elsewhere.
  const {
    training: wanted,
    season = 'auto',
    coarserShare = wanted === 'from-nothing' || season !== 'auto' ? 0 : 'auto',
  } = settings;
  const coarserOf = (own: readonly Series[], plan: TrainingPlan) =>
    readsItsPast(settled.settings, plan, shipped)
      ? coarserFor(
          own,
          { ...options, share: coarserShare, bounds: plan.bounds, untrained: isUntrained(plan) },
          shipped!,
        )
      : null;
  const training =
    shipped &&
    (await chooseTraining(series, settled.settings, options, planned, async (own, plan) => {
      const coarser = coarserOf(own, plan);
      return assembleNetwork(own, plan, await trials(own, plan), undefined, coarser?.networks);
    }));
  const decided = { ...settled.settings, ...(training ? { training: training.training } : {}) };
  const first = planned(series, decided);
  const open = shareIsOpen(decided, first, shipped);
  // Of members that are not trained all may be asked, not only the first.
  const trains = first.members.some(({ epochs }) => epochs > 0);
  const onFolds = open && trains && checksIntervals({ series, plan: first });
  const asked =
    open && !onFolds ? await askShipped(series, decided, options.horizon, planned, first, shipped!) : undefined;
  const plan = planned(series, { ...decided, ...(asked ? { baselineShare: asked.share } : {}) });
  const { weights, checked } = await train(series, onFolds ? { ...plan, shareOnFolds: true } : plan, true);
  const combination = asked ?? checked.combination;
  const whole = combination && combination.share > 0 ? { ...plan, baselineShare: combination.share } : plan;
  const correction =
    checked.correction && (await fitToEnsemble(checked.correction, trainable(series, reachOf(plan)), whole, weights));
  const coarser = coarserOf(series, plan);
  return {
    ...assembleNetwork(series, whole, weights, correction, coarser?.networks),
    ...(settled.choice ? { choice: settled.choice } : {}),
    ...(training ? { training } : {}),
    ...(combination ? { combination } : {}),
    ...(shipped ? { coarser: coarser?.told ?? null } : {}),
  };
}

/**
 * Whether anyone has to say what part Theta and ETS have in the forecast. Not where a person asks for a network of their own, or
 * for covariates to be read, of which Theta and ETS know nothing.
 */
const shareIsOpen = (settings: Partial<NetworkSettings>, plan: TrainingPlan, shipped?: Shipped): boolean =>
  (settings.baselineShare ?? 'auto') === 'auto' && readsItsPast(settings, plan, shipped);

/** Whether the ensemble reads the past of the series and nothing else, as all that it may be combined with does. */
const readsItsPast = (settings: Partial<NetworkSettings>, { members }: TrainingPlan, shipped?: Shipped): boolean =>
  shipped !== undefined && members.length > 0 && ownNetwork(settings) === undefined;

const isUntrained = ({ members }: TrainingPlan): boolean => members.every(({ start }) => start !== undefined);

/** What the shipped network as it is says of that part. */
function askShipped(
  series: readonly Series[],
  settings: Partial<NetworkSettings>,
  horizon: number,
  planned: (series: readonly Series[], settings: Partial<NetworkSettings>) => TrainingPlan,
  { members }: TrainingPlan,
  shipped: Shipped,
): Promise<ShareChoice> {
  const fromNothing = members.every(({ start }) => start === undefined);
  const asIs = (own: readonly Series[], plan: TrainingPlan) => assembleNetwork(own, plan, startsOf(plan, shipped));
  return chooseShare(series, settings, horizon, planned, asIs, fromNothing);
}

/** Trains member `index` of the plan on the same series the plan was made for; a pure function of its arguments. */
export function trainPlanned(
  series: readonly Series[],
  plan: TrainingPlan,
  index: number,
  hooks: TrainingHooks = {},
  shipped?: Shipped,
): Promise<Float32Array> {
  const member = plan.members[index];
  const described = describeAll(trainable(series, reachOf(plan)), plan)(member.spec);
  return trainMember(described, plan, member, hooks, startOf(member, shipped));
}

/** Whether there is anything to calibrate on: without, no thread need be started for it. */
export function checksIntervals({ series, plan }: { series: readonly Series[]; plan: TrainingPlan }): boolean {
  return calibrationFolds(trainable(series, reachOf(plan)), plan) > 0;
}

/** What held-back folds say, nothing where series are too short for that; a pure function of its arguments. */
export function calibratePlanned(
  series: readonly Series[],
  plan: TrainingPlan,
  hooks: TrainingHooks = {},
  shipped?: Shipped,
): Promise<Checked> {
  const [first] = plan.members;
  return calibrationOf(trainable(series, reachOf(plan)), plan, hooks, first && startOf(first, shipped));
}

function startOf({ start }: MemberPlan, shipped: Shipped | undefined): Float32Array | undefined {
  if (start === undefined) return undefined;
  if (!shipped) throw new RangeError(`found a member that starts from "${start}", and no way to read it`);
  return fromBytes(shipped(start)).weights[0];
}

/**
 * A trained network from its members' weights, in the order of the plan, what was found of its intervals, if anyone looked, and
 * the networks that its forecasts are drawn towards, if any.
 */
export function assembleNetwork(
  series: readonly Series[],
  plan: TrainingPlan,
  weights: readonly Float32Array[],
  correction?: Correction | null,
  coarser?: Coarser,
): Fitted {
  return fittedFrom({
    plan,
    weights,
    commonEnd: commonEnd(series, reachOf(plan)),
    prior: priorOf(series),
    correction,
    coarser,
  });
}

/** Loads what `save` of a trained network gave. Throws RangeError for bytes that are none. */
export function loadNetwork(bytes: Uint8Array): Fitted {
  return fittedFrom(fromBytes(bytes));
}

function fittedFrom(saved: SavedNetwork): Fitted {
  const { plan, weights, correction, coarser } = saved;
  const horizon = reachOf(plan);
  const columns = plan.members.flatMap(({ spec }) => spec.covariates ?? []).map(({ name }) => name);
  return {
    intervals: correction,
    ...(columns.length > 0 ? { covariates: [...new Set(columns)] } : {}),
    async forecast(series) {
      const judged = series.map((s) => assess(s, horizon, saved.commonEnd).problem);
      const able = series.filter((_, i) => judged[i] === null && plan.members.length > 0);
      const own = able.length > 0 ? await forecastByReach(able, horizon, plan, weights, correction?.widths) : [];
      const byNetwork = coarser ? await drawn(own, able, coarser) : own;
      let next = 0;
      const forecasts: Forecast[] = [];
      for (const [i, s] of series.entries()) {
        const problem = judged[i];
        const forecast = problem === null && plan.members.length > 0 ? byNetwork[next++] : null;
        const failed = { code: 'failed', reason: 'The network gave no finite number.' } as const;
        const made = forecast?.quantiles.every((q) => q.every(Number.isFinite))
          ? coverRepeats(forecast, s, plan.bounds)
          : await standIn(s, saved, problem ?? failed);
        forecasts.push(inWholeNumbers(made, s, plan.bounds));
      }
      return forecasts;
    },
    save: () => toBytes(saved),
    // Networks are built for each forecast and freed after it: between calls nothing is held outside the heap.
    dispose() {},
  };
}

async function standIn(
  series: Series,
  { plan, prior }: SavedNetwork,
  { code, reason }: { code: Fallback['code']; reason: string },
): Promise<Forecast> {
  const { bounds } = plan;
  const horizon = reachOf(plan);
  const bounded = (quantiles: readonly Float64Array[]) => quantiles.map((q) => q.map((v) => within(v, bounds)));
  if (code === 'empty') {
    const { start, values, frequency, zone } = series;
    const spread = prior ?? QUANTILES.map(() => 0);
    return {
      series: series.id,
      origin: addSteps(start, values.length - 1, frequency, zone),
      times: Float64Array.from({ length: horizon }, (_, k) => addSteps(start, values.length + k, frequency, zone)),
      quantiles: bounded(spread.map((v) => new Float64Array(horizon).fill(v))),
      fallback: { code, reason: `${reason} What the other series were at last stands in.`, model: 'dataset' },
    };
  }
  // A series that ended long ago may be as long and lively as any.
  const other = code === 'stale' ? theta : seasonalNaive;
  const fitted = await other.fit([series], { horizon, seed: 0 });
  const [forecast] = await fitted.forecast([series]);
  return { ...forecast, quantiles: bounded(forecast.quantiles), fallback: { code, reason, model: other.name } };
}

/** Quantiles of the series' last observed values: all that is known of a series without observations. */
function priorOf(series: readonly Series[]): number[] | null {
  const lasts = series
    .flatMap(({ values }) => {
      const seen = values.filter(Number.isFinite);
      return seen.length > 0 ? [seen[seen.length - 1]] : [];
    })
    .sort((a, b) => a - b);
  if (lasts.length === 0) return null;
  return QUANTILES.map((q) => lasts[Math.round(q * (lasts.length - 1))]);
}
