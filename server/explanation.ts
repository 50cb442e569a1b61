import type { Backtest } from '../models/backtest.ts';
import { stepIndex } from '../models/calendar.ts';
import { explainSpace, tellForecast, tellImportance } from '../models/explanation.ts';
import type { Forecast } from '../models/forecaster.ts';
import { partsOf } from '../models/parts.ts';
import { planFor } from '../models/rnn/plan.ts';
import type { Series } from '../models/series.ts';
import type { ForecastExplanation, RunExplanation, Settings } from './contract.ts';
import { type Models, PRODUCT } from './forecasters.ts';
import { split } from './identity.ts';

/** What each forecast is made of, in figures and sentences: by series. Costs one pass over the newest steps of each. */
export function explainForecasts(
  series: readonly Series[],
  forecasts: readonly Forecast[],
  settings: Settings = {},
): Map<string, ForecastExplanation> {
  const cycles = cyclesOf(series, forecasts, settings);
  const byId = new Map(series.map((one) => [one.id, one]));
  return new Map(
    forecasts.map(({ series: id, quantiles, fallback }) => {
      const one = byId.get(id)!;
      const space = explainSpace(one.values);
      const parts = fallback ? null : partsOf(one, quantiles[MEDIAN], cycles ?? [one.season]);
      return [id, { space, parts, sentences: tellForecast(parts, space, fallback) }];
    }),
  );
}

/** What a training can say about itself: what mattered to its network, and what its forecasts are made of on the whole. */
export async function explainRun({
  series,
  backtest,
  scoredWeights,
  explained,
  forecasts,
  signal,
  models = PRODUCT,
}: {
  readonly series: readonly Series[];
  readonly backtest: Backtest;
  readonly scoredWeights: Uint8Array;
  readonly explained: ReadonlyMap<string, ForecastExplanation>;
  readonly forecasts: readonly Forecast[];
  readonly signal?: AbortSignal;
  readonly models?: Models;
}): Promise<RunExplanation> {
  const importance =
    scoredWeights.length === 0
      ? null
      : await (models.importance?.(scoredWeights, series, firstOrigins(series, backtest), signal) ?? null);
  const parts = [...explained.values()].flatMap((one) => (one.parts ? [one.parts] : []));
  const share = (of: 'season' | 'level' | 'trend' | 'rest') =>
    parts.reduce((sum, { shares }) => sum + shares[of], 0) / parts.length;
  const spaces = { log: 0, linear: 0, asinh: 0 };
  for (const { space } of explained.values()) spaces[space.space]++;
  return {
    importance,
    shares:
      parts.length === 0
        ? null
        : { season: share('season'), level: share('level'), trend: share('trend'), rest: share('rest') },
    spaces,
    fallbacks: fallbacksIn(forecasts),
    sentences: importance ? tellImportance(importance) : [],
  };
}

const MEDIAN = 3;

// The cycles the network's members take out, averaged there as here; null where they are just each series' own.
function cyclesOf(
  series: readonly Series[],
  forecasts: readonly Forecast[],
  settings: Settings,
): readonly number[] | null {
  const horizon = forecasts[0]?.times.length ?? 0;
  if (horizon === 0) return null;
  const { settings: ofNetwork, seed } = split(settings);
  const seasons = planFor(series, ofNetwork, { horizon, seed }, true).members.map(({ spec }) => spec.season);
  return new Set(seasons).size > 1 ? seasons : null;
}

// By series: the step of its oldest origin in the backtest.
function firstOrigins(series: readonly Series[], { origins }: Backtest): Map<string, number> {
  return new Map(
    series.flatMap(({ id, start, frequency, zone }) =>
      Object.hasOwn(origins, id) ? [[id, stepIndex(start, origins[id][0], frequency, zone)] as const] : [],
    ),
  );
}

function fallbacksIn(forecasts: readonly Forecast[]): RunExplanation['fallbacks'] {
  const groups = new Map<string, RunExplanation['fallbacks'][number]>();
  for (const { series, fallback } of forecasts) {
    if (!fallback) continue;
    const { code, model, reason } = fallback;
    const known = groups.get(`${code} ${model}`);
    groups.set(`${code} ${model}`, {
      code,
      model,
      count: (known?.count ?? 0) + 1,
      example: known?.example ?? { series, reason },
    });
  }
  return [...groups.values()];
}
