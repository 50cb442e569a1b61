import type { Forecaster } from './forecaster.ts';
import { aroundPoint, countObserved, type LocalMethod, lastObserved, localForecaster } from './local.ts';
import { errorOffsets, growthSince, RECENT_ERRORS } from './residuals.ts';

/**
 * The forecasts anyone could make, which every other one has to beat: the last season again, the last value, the straight
 * line from the first to the last value (Hyndman & Athanasopoulos, Forecasting: Principles and Practice, 5.2). Their quantiles
 * are those of their own past errors at the same distance.
 */

/**
 * Repeats the last observed value of the same phase; the last value where that phase was never observed. Under one whole
 * season there is none to repeat: a path that jumped from the last value back to the first would be neither, so it is naive.
 */
export const seasonalNaiveMethod: LocalMethod = (values, season, horizon) => {
  const n = values.length;
  const last = lastObserved(values);
  if (season <= 1 || last - firstObserved(values) + 1 < season) return naiveMethod(values, season, horizon);
  const sources = Array.from({ length: horizon }, (_, k) => {
    let t = n + k - season * Math.ceil((k + 1) / season);
    while (t >= 0 && Number.isNaN(values[t])) t -= season;
    return t;
  });
  const growth = growthSince(values, season);
  const bySeason = errorOffsets((cycles) => lagErrors(values, growth, cycles * season), Math.abs(values[last]));
  const byStep = errorOffsets((steps) => lagErrors(values, growth, steps), Math.abs(values[last]));
  return aroundPoint(
    sources.map((t) => values[t >= 0 ? t : last]),
    (step) => {
      const source = sources[step - 1];
      const target = n - 1 + step;
      return source >= 0 ? bySeason((target - source) / season) : byStep(target - last);
    },
  );
};

/** Repeats the last observed value. */
export const naiveMethod: LocalMethod = (values, season, horizon) => {
  const last = lastObserved(values);
  const growth = growthSince(values, season);
  const offsets = errorOffsets((steps) => lagErrors(values, growth, steps), Math.abs(values[last]));
  return aroundPoint(new Float64Array(horizon).fill(values[last]), (step) => offsets(values.length - 1 + step - last));
};

/** Goes on along the straight line from the first to the last observed value. */
export const driftMethod: LocalMethod = (values, season, horizon) => {
  const growth = growthSince(values, season);
  const last = lastObserved(values);
  const first = firstObserved(values);
  const slope = last > first ? (values[last] - values[first]) / (last - first) : 0;
  const ahead = values.length - 1 - last;
  // Two observations lie on their own line: its errors are 0 and say nothing.
  const known = countObserved(values) > 2;
  const offsets = errorOffsets(
    (steps) => (known ? lagErrors(values, growth, steps, slope * steps) : []),
    Math.abs(values[last]),
  );
  return aroundPoint(
    Float64Array.from({ length: horizon }, (_, k) => values[last] + slope * (ahead + k + 1)),
    (step) => offsets(ahead + step),
  );
};

export const seasonalNaive: Forecaster = localForecaster('seasonal-naive', seasonalNaiveMethod);
export const naive: Forecaster = localForecaster('naive', naiveMethod);
export const drift: Forecaster = localForecaster('drift', driftMethod);

const firstObserved = (values: Float64Array) => values.findIndex((v) => !Number.isNaN(v));

// The errors of repeating the value `lag` steps before (plus a fixed drift), of the most recent origins, in today's size.
function lagErrors(values: Float64Array, growth: Float64Array, lag: number, drift = 0): number[] {
  const errors: number[] = [];
  for (let t = values.length - 1; t >= lag && errors.length < RECENT_ERRORS; t--) {
    const error = (values[t] - values[t - lag] - drift) * growth[t - lag];
    if (!Number.isNaN(error)) errors.push(error);
  }
  return errors;
}
