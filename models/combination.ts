import { FEWEST_CYCLES } from './deseasonalise.ts';
import { ets } from './ets.ts';
import type { Forecast } from './forecaster.ts';
import { type Bounds, fromSpace, type Transform, toSpace, within } from './scaling.ts';
import type { Series } from './series.ts';
import { theta } from './theta.ts';

/**
 * What a network's forecast is combined with: forecasters that err in other ways than it does. Combinations of forecasts made
 * in different ways have done better than most of their parts since Bates & Granger (1969), in the M3 and M4 competitions too.
 */
const PARTNERS = [theta, ets] as const;

/**
 * What partners look at: what they know of a series, a level, a slope and a season, its newest steps tell as well as all, and
 * they read them hundreds of times to fit themselves.
 */
const newest = (series: Series): Series => {
  const { values, season } = series;
  return { ...series, values: values.subarray(Math.max(0, values.length - Math.max(200, 5 * season))) };
};

/**
 * The mean of what Theta and ETS forecast, level by level: quantiles are averaged, not probabilities (Lichtendahl, Grushka-Cockayne
 * & Winkler 2013). Null for a series of fewer than three cycles, in which neither of them looks for a season.
 */
export async function partnersOf(series: readonly Series[], horizon: number): Promise<(Float64Array[] | null)[]> {
  const shown = series.filter(hasPartners).map(newest);
  const parts = await Promise.all(
    PARTNERS.map(async (partner) => (await partner.fit(shown, { horizon, seed: 0 })).forecast(shown)),
  );
  let next = 0;
  return series.map((one) => {
    if (!hasPartners(one)) return null;
    const i = next++;
    return mean(parts.map((forecasts) => forecasts[i]));
  });
}

/** Whether Theta and ETS would see a season if there were one. */
export const hasPartners = ({ values, season }: Series): boolean =>
  season === 1 || values.length >= FEWEST_CYCLES * season;

// Divided before they are added: sums of huge values would not be finite.
const mean = (forecasts: readonly Forecast[]): Float64Array[] =>
  forecasts[0].quantiles.map((level, q) =>
    level.map((_, k) => forecasts.reduce((sum, { quantiles }) => sum + quantiles[q][k] / forecasts.length, 0)),
  );

/**
 * The network's quantiles of one series with a share of the partners' in them, averaged in the units of the series. (Not in its
 * space: what a partner gives for a positive series may be 0, which has no logarithm.)
 *
 * @param quantiles [horizon * levels] in the series' space, row-major; changed in place
 * @param partners [levels][horizon] in the units of the series
 */
export function combineInto(
  quantiles: Float64Array,
  partners: readonly Float64Array[],
  share: number,
  transform: Transform,
  bounds: Bounds,
): void {
  const levels = partners.length;
  const values = quantiles.map((z, at) => {
    const partner = within(partners[at % levels][Math.floor(at / levels)], bounds);
    return (1 - share) * fromSpace(z, transform, bounds) + share * partner;
  });
  quantiles.set(toSpace(values, transform));
}
