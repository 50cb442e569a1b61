import { byCoarser, type CoarserStep, coarserStep, drawnTowards, expected, meansTell } from '../coarse.ts';
import type { FitOptions, Forecast } from '../forecaster.ts';
import { cut } from '../further.ts';
import { assess, commonEnd } from '../quality.ts';
import type { Bounds } from '../scaling.ts';
import type { Series } from '../series.ts';
import type { Auto, ShareChoice } from '../settings.ts';
import type { TrainingPlan } from '../training-plan.ts';
import type { Coarser } from './bytes.ts';
import { planFor, reachOf, startsOf } from './plan.ts';
import { forecastByReach } from './reach.ts';
import type { Shipped } from './started.ts';

/**
 * By how much of the way a forecast is drawn towards that by the coarser step. The shipped network of minutes knows neither the day
 * nor the week, that of hours both; one that learned from the data has found them. Figures in DECISIONS.md.
 */
const SHARE = 0.3;
const SHARE_OF_HOURS = 0.7;

interface Options extends Pick<FitOptions, 'horizon' | 'seed'> {
  readonly bounds: Bounds;
  /** No member of the ensemble was trained from nothing. */
  readonly untrained: boolean;
  /** What a person set, or the share of the network that was scored. */
  readonly share: Auto<number>;
}

/**
 * The plan of shipped networks as they are that see the series by a coarser step; null where the horizon holds none, none of the
 * series enough of them, or the networks of the ensemble know as much.
 */
export const planCoarser = (series: readonly Series[], options: Options): TrainingPlan | null =>
  planned(series, options)?.plan ?? null;

const isHour = ({ frequency }: CoarserStep): boolean => frequency.unit === 'hour';

/** The same, by what share, and how many of the series are drawn. */
function planned(series: readonly Series[], { horizon, seed, bounds, untrained, share: given }: Options) {
  const step = series.length > 0 ? coarserStep(series[0]) : null;
  const ahead = step ? Math.floor(horizon / step.steps) : 0;
  if (!step || ahead === 0) return null;
  const ofHours = untrained ? SHARE_OF_HOURS : 0;
  const share = given !== 'auto' ? given : isHour(step) ? ofHours : SHARE;
  if (share === 0) return null;
  const end = commonEnd(series, horizon);
  // Others have a stand-in, which nothing draws.
  const able = series.filter((one) => assess(one, horizon, end).problem === null);
  const seen = able.flatMap((one) => seenCoarser(one, ahead)?.series ?? []);
  const plan = seen.length > 0 ? planFor(seen, { training: 'none', ...bounds }, { horizon: ahead, seed }, true) : null;
  return plan && plan.members.length > 0 ? { plan, step, share, count: seen.length } : null;
}

/** The same with the weights of its networks, and a sentence for the person on what part they have. */
export function coarserFor(
  series: readonly Series[],
  options: Options,
  shipped: Shipped,
): { readonly networks: Coarser; readonly told: ShareChoice } | null {
  const found = planned(series, options);
  if (!found) return null;
  const { plan, step, share, count } = found;
  const which = series.length === 1 ? 'Its forecast is' : `The forecasts of ${count} of ${series.length} series are`;
  const sentence = `${which} drawn by ${Math.round(100 * share)} % towards what the pre-trained network of ${plan.members[0].start} series says of the means of whole ${step.frequency.unit}s.`;
  return { networks: { plan, weights: startsOf(plan, shipped), share }, told: { share, sentence } };
}

/** Draws those of the forecasts towards what the coarser networks say for whose series their means tell enough. */
export async function drawn(
  forecasts: readonly Forecast[],
  series: readonly Series[],
  { plan, weights, share }: Coarser,
): Promise<Forecast[]> {
  const ahead = reachOf(plan);
  const seen = series.map((one) => seenCoarser(one, ahead));
  const asked = seen.flatMap((one) => one?.series ?? []);
  const answers = asked.length > 0 ? await forecastByReach(asked, ahead, plan, weights) : [];
  let next = 0;
  return forecasts.map((forecast, i) => {
    const own = seen[i];
    if (!own) return forecast;
    const means = expected(cut(answers[next++], ahead));
    return drawnTowards(forecast, means, series[i].values, { steps: own.steps, share, bounds: plan.bounds });
  });
}

/** A series by its coarser step; null where there is none, its means tell too little, or they are too few for a network. */
function seenCoarser(series: Series, horizon: number): { readonly series: Series; readonly steps: number } | null {
  const step = coarserStep(series);
  if (!step || !(isHour(step) || meansTell(series))) return null;
  const seen = byCoarser(series, step);
  return assess(seen, horizon, null).problem === null ? { series: seen, steps: step.steps } : null;
}
