import type { Fitted } from '../forecaster.ts';
import { PRETRAINED, type PretrainedNetwork } from '../pretrained/networks.ts';
import { commonEnd } from '../quality.ts';
import type { Bounds } from '../scaling.ts';
import type { Frequency, Series } from '../series.ts';
import type { TrainingPlan } from '../settings.ts';
import { fromBytes, type SavedNetwork } from './bytes.ts';
import { fittedFrom, priorOf, trainable } from './forecaster.ts';
import { pretrainedPlan } from './pretraining.ts';

/** The bytes of a shipped network by its name; reading them is the caller's business. */
export type Shipped = (name: string) => Uint8Array;

/** Which shipped network serves series of this frequency and season: the one of their period, else the one for any season. */
export function pretrainedFor({ unit }: Frequency, season: number): PretrainedNetwork {
  const short = unit === 'second' || unit === 'minute' || unit === 'hour';
  const name =
    season === 1 && unit === 'year'
      ? 'yearly'
      : season === 4 && !short
        ? 'quarterly'
        : season === 12 && !short
          ? 'monthly'
          : season === 52
            ? 'weekly'
            : season === 7 && unit === 'day'
              ? 'daily'
              : season === 24 && (short || unit === 'step')
                ? 'hourly'
                : 'any';
  return PRETRAINED.find((network) => network.name === name)!;
}

/** The plan of a shipped network for a dataset. */
export function adoptedPlan(series: readonly Series[], { bounds = {} }: { bounds?: Bounds } = {}): TrainingPlan {
  const { frequency = { unit: 'step', count: 1 } as const, season = 1 } = series[0] ?? {};
  return { ...pretrainedPlan(pretrainedFor(frequency, season), season), bounds };
}

/** The weights of the shipped network that serves these series. Throws RangeError for bytes that are no such network. */
export function shippedWeights(series: readonly Series[], shipped: Shipped): Float32Array {
  const { frequency = { unit: 'step', count: 1 } as const, season = 1 } = series[0] ?? {};
  return fromBytes(shipped(pretrainedFor(frequency, season).name)).weights[0];
}

/** A shipped network as it is, as the forecaster of these series: no training at all. */
export function adopt(
  series: readonly Series[],
  shipped: Shipped,
  { horizon, bounds }: { horizon: number; bounds?: Bounds },
): Fitted {
  return assembled(series, adoptedPlan(series, { bounds }), [shippedWeights(series, shipped)], horizon);
}

/** Weights in the shape of a shipped network as the forecaster of these series. */
export function assembled(
  series: readonly Series[],
  plan: TrainingPlan,
  weights: readonly Float32Array[],
  horizon: number,
): Fitted {
  const able = trainable(series, horizon).length > 0;
  const saved: SavedNetwork = {
    plan: able ? plan : { ...plan, members: [] },
    horizon,
    weights: able ? weights : [],
    commonEnd: commonEnd(series, horizon),
    prior: priorOf(series),
  };
  return fittedFrom(saved);
}
