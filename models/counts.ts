import type { Forecast } from './forecaster.ts';
import { type Bounds, within } from './scaling.ts';
import type { Series } from './series.ts';

/**
 * The forecast of a series that has only whole numbers (visits, cases, pieces sold), in whole numbers. A quantile of a count is a
 * count: the lowest k that is not exceeded with the probability of the level. A network's smooth distribution stands for that of
 * the count with the probability of k spread from k - 1/2 to k + 1/2, so each quantile becomes the nearest whole number; that of
 * a shop that sells nothing on most days is 0 and not 0.3. Large counts hardly change. Returns the very same forecast for every
 * other series. The person's bounds hold, whole or not.
 *
 * @param series what the forecast was made from; all of it counts as past
 */
export function inWholeNumbers(forecast: Forecast, { values }: Series, bounds: Bounds): Forecast {
  const seen = values.filter(Number.isFinite);
  if (seen.length === 0 || !seen.every(Number.isInteger)) return forecast;
  // Adding 0 makes 0 of -0.
  const whole = (v: number) => within(Math.round(v) + 0, bounds);
  return { ...forecast, quantiles: forecast.quantiles.map((quantile) => quantile.map(whole)) };
}
