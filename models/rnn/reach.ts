import type { Correction } from '../correction.ts';
import type { Forecast } from '../forecaster.ts';
import { forecastFurther } from '../further.ts';
import type { Series } from '../series.ts';
import type { TrainingPlan } from '../training-plan.ts';
import { forecastWith } from './ensemble.ts';

/**
 * Forecasts `horizon` steps by a plan whose members may look less far than that, and some of them less far than others: each kind
 * is an ensemble of its own that carries its forecast on from itself (further.ts); level by level these are averaged, each with
 * the weight of its members.
 *
 * @param weights one flat vector a member, in the order of the plan
 * @param widths what to multiply the widths of the intervals by
 */
export async function forecastByReach(
  series: readonly Series[],
  horizon: number,
  plan: TrainingPlan,
  weights: readonly Float32Array[],
  widths?: Correction['widths'],
): Promise<Forecast[]> {
  const { members } = plan;
  const reaches = members.map(({ spec }) => Math.min(spec.horizon, plan.horizon));
  const parts: { share: number; forecasts: Forecast[] }[] = [];
  for (const reach of new Set(reaches)) {
    const its = <T>(items: readonly T[]) => items.filter((_, m) => reaches[m] === reach);
    const own = { ...plan, horizon: reach, members: its(members) };
    const block = (these: readonly Series[]) => forecastWith(these, own, its(weights), widths);
    const forecasts = await forecastFurther(series, horizon, reach, block);
    parts.push({ share: own.members.length / members.length, forecasts });
  }
  if (parts.length === 1) return parts[0].forecasts;
  return parts[0].forecasts.map((first, i) => ({
    ...first,
    quantiles: first.quantiles.map((level, q) =>
      level.map((_, k) => parts.reduce((sum, { share, forecasts }) => sum + share * forecasts[i].quantiles[q][k], 0)),
    ),
  }));
}
