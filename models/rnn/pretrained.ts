import type { Fitted } from '../forecaster.ts';
import type { Bounds } from '../scaling.ts';
import type { Series } from '../series.ts';
import { coarserFor } from './coarser.ts';
import { assembleNetwork } from './forecaster.ts';
import { planFor, startsOf } from './plan.ts';
import type { Shipped } from './started.ts';

/**
 * A shipped network as it is, as the forecaster of these series: no training at all. Its forecasts are its own, drawn
 * towards those of a coarser step; the forecaster that a training gives combines them with Theta and ETS and checks the intervals
 * on held-back folds besides. Throws RangeError for bytes that are no such network.
 */
export function adopt(
  series: readonly Series[],
  shipped: Shipped,
  { horizon, bounds = {} }: { horizon: number; bounds?: Bounds },
): Fitted {
  const plan = planFor(series, { training: 'none', ...bounds }, { horizon, seed: 0 }, true);
  const weights = startsOf(plan, shipped);
  const coarser = coarserFor(
    series,
    { horizon, seed: 0, bounds: plan.bounds, untrained: true, share: 'auto' },
    shipped,
  );
  return assembleNetwork(series, plan, weights, undefined, coarser?.networks);
}
