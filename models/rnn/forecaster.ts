import { addSteps } from '../calendar.ts';
import type { Correction } from '../conformal.ts';
import type { CovariateChoice } from '../covariates.ts';
import type { Fallback, FitOptions, Fitted, Forecast, Forecaster } from '../forecaster.ts';
import { forecastFurther } from '../further.ts';
import { coverRepeats } from '../intermittent.ts';
import { seasonalNaive } from '../naive.ts';
import { assess, commonEnd } from '../quality.ts';
import { fromSpace } from '../scaling.ts';
import { QUANTILES, type Series } from '../series.ts';
import { checkSettings, type NetworkSettings, planTraining, type TrainingPlan } from '../settings.ts';
import { fromBytes, type SavedNetwork, toBytes } from './bytes.ts';
import { calibrationFolds, calibrationOf } from './calibration.ts';
import { type Settled, settleCovariates, type TrainMembers } from './choice.ts';
import { describeAll, forecastWith } from './ensemble.ts';
import { type TrainingHooks, trainMember } from './training.ts';

/**
 * The recurrent forecaster: one small ensemble for all series of a dataset. Every setting not given is chosen from the data.
 * Throws SettingError at once for a setting that makes no sense.
 */
export function recurrentForecaster(settings: Partial<NetworkSettings> = {}): Forecaster {
  const { cell } = checkSettings(settings);
  return {
    name: cell === 'auto' ? 'rnn' : NAMES[cell],
    async fit(series, options) {
      const settled = await settleFor(series, settings, options, async (own, trials) => {
        const trained: Float32Array[] = [];
        for (const i of trials.members.keys())
          trained.push(await trainPlanned(own, trials, i, { signal: options.signal }));
        return trained;
      });
      const plan = planFor(series, settled.settings, options);
      const total = plan.members.reduce((sum, m) => sum + m.epochs, 0);
      const weights: Float32Array[] = [];
      const describedAs = describeAll(trainable(series, plan.horizon), plan);
      let before = 0;
      for (const member of plan.members) {
        const onProgress: TrainingHooks['onProgress'] = (progress) =>
          options.onProgress?.({ ...progress, epoch: before + progress.epoch, epochs: total });
        weights.push(await trainMember(describedAs(member.spec), plan, member, { signal: options.signal, onProgress }));
        before += member.epochs;
      }
      const correction = await calibratePlanned(series, plan, { signal: options.signal });
      return assembleNetwork(series, plan, weights, correction, settled.choice);
    },
  };
}

const NAMES = { simpleRnn: 'simple-rnn', lstm: 'lstm', gru: 'gru' } as const;

/** What stands before the plan: `auto` covariates are answered by trials, where there are any to choose from. */
export function settleFor(
  series: readonly Series[],
  settings: Partial<NetworkSettings>,
  options: Pick<FitOptions, 'horizon' | 'seed'>,
  trainMembers: TrainMembers,
): Promise<Settled> {
  return settleCovariates(trainable(series, options.horizon), settings, options, trainMembers);
}

/** The steps of `fit`, for a caller that spreads them over processes: plan, train each member, calibrate, assemble. The bytes come out the same. */
export function planFor(
  series: readonly Series[],
  settings: Partial<NetworkSettings>,
  { horizon, seed }: Pick<FitOptions, 'horizon' | 'seed'>,
): TrainingPlan {
  const plan = planTraining(trainable(series, horizon), settings, { horizon, seed });
  return trainable(series, horizon).length > 0 ? plan : { ...plan, members: [] };
}

/** Trains member `index` of the plan on the same series the plan was made for; a pure function of its arguments. */
export function trainPlanned(
  series: readonly Series[],
  plan: TrainingPlan,
  index: number,
  hooks: TrainingHooks = {},
): Promise<Float32Array> {
  const member = plan.members[index];
  return trainMember(describeAll(trainable(series, plan.horizon), plan)(member.spec), plan, member, hooks);
}

/** Whether there is anything to calibrate on: without, no thread need be started for it. */
export function checksIntervals({ series, plan }: { series: readonly Series[]; plan: TrainingPlan }): boolean {
  return calibrationFolds(trainable(series, plan.horizon), plan) > 0;
}

/** What held-back folds say of the intervals, null where series are too short for that; a pure function of its arguments. */
export function calibratePlanned(
  series: readonly Series[],
  plan: TrainingPlan,
  hooks: TrainingHooks = {},
): Promise<Correction | null> {
  return calibrationOf(trainable(series, plan.horizon), plan, hooks);
}

/** A trained network from its members' weights, in the order of the plan, and what was found of its intervals. */
export function assembleNetwork(
  series: readonly Series[],
  plan: TrainingPlan,
  weights: readonly Float32Array[],
  correction: Correction | null = null,
  choice?: CovariateChoice,
): Fitted {
  const end = commonEnd(series, plan.horizon);
  const fitted = fittedFrom({ plan, weights, commonEnd: end, prior: priorOf(series), correction });
  return choice ? { ...fitted, choice } : fitted;
}

/** Loads what `save` of a trained network gave. Throws RangeError for bytes that are none. */
export function loadNetwork(bytes: Uint8Array): Fitted {
  return fittedFrom(fromBytes(bytes));
}

/** A network at rest, ready to forecast. */
export function fittedFrom(saved: SavedNetwork): Fitted {
  const { plan, weights, correction, horizon = plan.horizon } = saved;
  const columns = plan.members.flatMap(({ spec }) => spec.covariates ?? []).map(({ name }) => name);
  return {
    intervals: correction,
    ...(columns.length > 0 ? { covariates: [...new Set(columns)] } : {}),
    async forecast(series) {
      const judged = series.map((s) => assess(s, horizon, saved.commonEnd).problem);
      const able = series.filter((_, i) => judged[i] === null && plan.members.length > 0);
      const block = (these: readonly Series[]) => forecastWith(these, plan, weights, correction?.widths);
      const byNetwork = able.length > 0 ? await forecastFurther(able, horizon, plan.horizon, block) : [];
      let next = 0;
      const forecasts: Forecast[] = [];
      for (const [i, s] of series.entries()) {
        const problem = judged[i];
        const forecast = problem === null && plan.members.length > 0 ? byNetwork[next++] : null;
        if (forecast?.quantiles.every((q) => q.every(Number.isFinite))) {
          forecasts.push(coverRepeats(forecast, s, plan.bounds));
        } else {
          const failed = { code: 'failed', reason: 'The network gave no finite number.' } as const;
          forecasts.push(await standIn(s, saved, problem ?? failed));
        }
      }
      return forecasts;
    },
    save: () => toBytes(saved),
    // Networks are built for each forecast and freed after it: between calls nothing is held outside the heap.
    dispose() {},
  };
}

export function trainable(series: readonly Series[], horizon: number): Series[] {
  const end = commonEnd(series, horizon);
  return series.filter((s) => {
    const code = assess(s, horizon, end).problem?.code;
    // A stale series is no longer worth a network's forecast, but its past teaches as well as another's.
    return code === undefined || code === 'stale';
  });
}

async function standIn(
  series: Series,
  { plan, prior, horizon = plan.horizon }: SavedNetwork,
  { code, reason }: { code: Fallback['code']; reason: string },
): Promise<Forecast> {
  const { bounds } = plan;
  const bounded = (quantiles: readonly Float64Array[]) =>
    quantiles.map((q) => q.map((v) => fromSpace(v, { space: 'linear', nonNegative: false, factor: 1 }, bounds)));
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
  const fitted = await seasonalNaive.fit([series], { horizon, seed: 0 });
  const [forecast] = await fitted.forecast([series]);
  return {
    ...forecast,
    quantiles: bounded(forecast.quantiles),
    fallback: { code, reason, model: seasonalNaive.name },
  };
}

/** Quantiles of the series' last observed values: all that is known of a series without observations. */
export function priorOf(series: readonly Series[]): number[] | null {
  const lasts = series
    .flatMap(({ values }) => {
      const seen = values.filter(Number.isFinite);
      return seen.length > 0 ? [seen[seen.length - 1]] : [];
    })
    .sort((a, b) => a - b);
  if (lasts.length === 0) return null;
  return QUANTILES.map((q) => lasts[Math.round(q * (lasts.length - 1))]);
}
