import type { FitOptions } from '../forecaster.ts';
import { assess, commonEnd } from '../quality.ts';
import type { Series } from '../series.ts';
import { type NetworkSettings, SettingError } from '../settings.ts';
import { planTraining, type TrainingPlan } from '../training-plan.ts';
import { fromBytes } from './bytes.ts';
import { type Shipped, withStarts } from './started.ts';

/** The plan of a training on these series: a pure function of its arguments. `shipped`: there are networks to start from. */
export function planFor(
  series: readonly Series[],
  settings: Partial<NetworkSettings>,
  { horizon, seed }: Pick<FitOptions, 'horizon' | 'seed'>,
  shipped = false,
): TrainingPlan {
  const able = trainable(series, horizon);
  const fromNothing = planTraining(able, settings, { horizon, seed });
  if (!shipped && (settings.training === 'none' || settings.training === 'fine-tune')) {
    throw new SettingError('training', settings.training, 'full or auto: there is no pre-trained network here');
  }
  const plan = shipped ? withStarts(able, fromNothing, settings, { horizon, seed }) : fromNothing;
  return able.length > 0 ? plan : { ...plan, members: [] };
}

/** Series that a network can learn from. */
export function trainable(series: readonly Series[], horizon: number): Series[] {
  const end = commonEnd(series, horizon);
  return series.filter((s) => {
    const code = assess(s, horizon, end).problem?.code;
    // A stale series is no longer worth a network's forecast, but its past teaches as well as another's.
    return code === undefined || code === 'stale';
  });
}

/** The weights that the members of a plan start from, each from a shipped network. */
export const startsOf = ({ members }: TrainingPlan, shipped: Shipped): Float32Array[] =>
  members.map(({ start }) => fromBytes(shipped(start!)).weights[0]);

/** Steps that forecasts by the plan have. */
export const reachOf = ({ horizon, asked = horizon }: TrainingPlan): number => asked;
