import { addSteps } from './calendar.ts';
import type { Forecast } from './forecaster.ts';
import { chooseTransform, fromSpace, toSpace } from './scaling.ts';
import { MEDIAN, QUANTILES, type Series } from './series.ts';

/** The first `horizon` steps of a forecast. */
export function cut(forecast: Forecast, horizon: number): Forecast {
  if (forecast.times.length <= horizon) return forecast;
  const { times, quantiles } = forecast;
  return { ...forecast, times: times.slice(0, horizon), quantiles: quantiles.map((level) => level.slice(0, horizon)) };
}

/**
 * Forecasts of any length from a forecaster that always looks the same number of steps ahead: shorter ones are cut, longer ones
 * carried on from themselves. The next block is forecast as if the medians of the one before had come; its intervals are what
 * the forecaster says of them, widened by what was not known at its start. With d(k) the distance of a quantile from the median
 * at step k of a block, and D that at the end of the blocks before, it becomes sqrt(d(k)^2 + max(0, D^2 - d(1)^2)), in the space
 * of the series: variances of a random walk add up, those of noise about a known level do not grow. (D counts from d(1) on,
 * because what surprises in a single step does not last.)
 *
 * @param forecastBlock forecasts from the last step of each series, `block` steps
 */
export async function forecastFurther(
  series: readonly Series[],
  horizon: number,
  block: number,
  forecastBlock: (series: readonly Series[]) => Promise<Forecast[]>,
): Promise<Forecast[]> {
  let known = series;
  let forecasts = await forecastBlock(known);
  for (let done = block; done < horizon; done += block) {
    // As long as its own past: a forecaster that looks at the last so many steps sees as much of it as before.
    known = known.map((one, i) => ({
      ...one,
      values: extended(one.values, forecasts[i].quantiles[MEDIAN].subarray(-block)),
    }));
    const next = await forecastBlock(known);
    forecasts = forecasts.map((before, i) => joined(before, next[i], series[i]));
  }
  return forecasts.map((forecast) => cut(forecast, horizon));
}

// Not by spreading: a million values are more than a call takes.
function extended(values: Float64Array, by: Float64Array): Float64Array {
  const out = new Float64Array(values.length + by.length);
  out.set(values);
  out.set(by, values.length);
  return out;
}

function joined(before: Forecast, next: Forecast, { start, values, frequency, zone }: Series): Forecast {
  const transform = chooseTransform(values);
  const into = (level: Float64Array) => toSpace(level, transform);
  const [far, near] = [before.quantiles.map(into), next.quantiles.map(into)];
  const end = before.times.length - 1;
  const quantiles = QUANTILES.map((_, q) => {
    const [D, d1] = [far[q][end] - far[MEDIAN][end], near[q][0] - near[MEDIAN][0]];
    const more = Math.max(0, D * D - d1 * d1);
    const side = Math.sign(q - MEDIAN);
    return Float64Array.from([
      ...before.quantiles[q],
      ...near[q].map((z, k) => {
        const d = z - near[MEDIAN][k];
        const value = fromSpace(near[MEDIAN][k] + side * Math.sqrt(d * d + more), transform);
        // The median itself, to the bit: into the space and back would round it.
        return q === MEDIAN ? next.quantiles[MEDIAN][k] : Number.isFinite(value) ? value : next.quantiles[q][k];
      }),
    ]);
  });
  const length = quantiles[0].length;
  const times = Float64Array.from({ length }, (_, k) => addSteps(start, values.length + k, frequency, zone));
  return { ...before, times, quantiles };
}
