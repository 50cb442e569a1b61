import { addSteps } from './calendar.ts';
import { powerOfTwo } from './deseasonalise.ts';
import type { Fitted, Forecast, Forecaster } from './forecaster.ts';
import { QUANTILES, type Series } from './series.ts';

/**
 * A local method: everything it knows of a series is that series' own past, in contrast to a network trained across all.
 * `values`: [n] scaled to magnitudes near 1, NaN for gaps, at least one observed; the result is one array [horizon] for each
 * level of QUANTILES, in the same scaled units.
 */
export type LocalMethod = (values: Float64Array, season: number, horizon: number) => Float64Array[];

/**
 * Makes a forecaster of a local method: `fit` only notes the horizon, `forecast` applies the method to each series as it is.
 * Here is what all of them share: values are scaled by a power of two (so 1e300 neither overflows nor loses a digit),
 * quantiles are sorted and finite, and a series that was never negative gets no negative quantile. Infinite values count as
 * missing. `forecast` throws RangeError for a series without any observation.
 */
export function localForecaster(name: string, method: LocalMethod): Forecaster {
  return {
    name,
    async fit(_series, { horizon, signal }) {
      if (signal?.aborted) throw new Error('cancelled');
      return fitted(name, method, horizon);
    },
  };
}

/** The trained form of a local method, from the horizon alone. Throws RangeError unless the horizon is a whole number from 1. */
export function fitted(name: string, method: LocalMethod, horizon: number): Fitted {
  if (!Number.isInteger(horizon) || horizon < 1) {
    throw new RangeError(`${name}: found horizon ${horizon}, expected a whole number from 1`);
  }
  return {
    async forecast(series) {
      return series.map((one) => forecastOne(name, method, one, horizon));
    },
    save() {
      return new TextEncoder().encode(JSON.stringify({ model: name, horizon }));
    },
    dispose() {},
  };
}

function forecastOne(name: string, method: LocalMethod, series: Series, horizon: number): Forecast {
  const { values, frequency, zone, start } = series;
  const n = values.length;
  const scale = powerOfTwo(values);
  const scaled = values.map((v) => (Number.isFinite(v) ? v / scale : Number.NaN));
  if (!scaled.some((v) => !Number.isNaN(v))) {
    throw new RangeError(`${name}: series "${series.id}" has no observation, expected at least one`);
  }
  const floor = scaled.some((v) => v < 0) ? -Number.MAX_VALUE : 0;
  const quantiles = method(scaled, series.season, horizon);
  const last = lastObserved(scaled);
  const column = new Float64Array(QUANTILES.length);
  for (let k = 0; k < horizon; k++) {
    for (let q = 0; q < column.length; q++) {
      const value = Number.isNaN(quantiles[q][k]) ? scaled[last] : quantiles[q][k];
      column[q] = Math.min(Math.max(value * scale, floor), Number.MAX_VALUE);
    }
    column.sort();
    for (let q = 0; q < column.length; q++) quantiles[q][k] = column[q];
  }
  return {
    series: series.id,
    origin: addSteps(start, n - 1, frequency, zone),
    times: Float64Array.from({ length: horizon }, (_, k) => addSteps(start, n + k, frequency, zone)),
    quantiles,
  };
}

/** The index of the last value that is there; -1 where none is. */
export function lastObserved(values: Float64Array): number {
  let last = values.length - 1;
  while (last >= 0 && Number.isNaN(values[last])) last--;
  return last;
}

/** The values a method is fitted to where it has to read them hundreds of times: older ones move a smoothed level by nothing. */
export function recent(values: Float64Array): Float64Array {
  return values.subarray(Math.max(0, values.length - 20_000));
}

/** How many values are there. */
export function countObserved(values: Float64Array): number {
  return values.reduce((seen, v) => seen + (Number.isNaN(v) ? 0 : 1), 0);
}

/** Whether every value that is there is the same: nothing to fit, and smoothing would only add rounding to it. */
export function isConstant(values: Float64Array): boolean {
  const first = values[lastObserved(values)];
  return values.every((v) => Number.isNaN(v) || v === first);
}

/**
 * Gaps filled by a straight line between their neighbours, leading and trailing ones by the nearest observation: for methods
 * whose recursion needs a value at every step. Everything used lies within the values given, so before the origin.
 */
export function filled(values: Float64Array): Float64Array {
  const out = Float64Array.from(values);
  let before = -1;
  for (let t = 0; t <= out.length; t++) {
    if (t < out.length && Number.isNaN(values[t])) continue;
    for (let gap = before + 1; gap < t; gap++) {
      if (before < 0) out[gap] = t < out.length ? values[t] : Number.NaN;
      else if (t === out.length) out[gap] = values[before];
      else out[gap] = values[before] + ((values[t] - values[before]) * (gap - before)) / (t - before);
    }
    before = t;
  }
  return out;
}

/** The quantiles of a method whose point forecast and error offsets are known: [7][horizon]. `factor` rescales the offsets of a step. */
export function aroundPoint(
  point: ArrayLike<number>,
  offsetsAt: (step: number) => Float64Array,
  factor: (step: number) => number = () => 1,
): Float64Array[] {
  const quantiles = QUANTILES.map(() => new Float64Array(point.length));
  for (let step = 1; step <= point.length; step++) {
    const offsets = offsetsAt(step);
    const by = factor(step);
    for (let q = 0; q < quantiles.length; q++) quantiles[q][step - 1] = point[step - 1] + by * offsets[q];
  }
  return quantiles;
}
