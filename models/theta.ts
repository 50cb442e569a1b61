import { seasonalIndices } from './deseasonalise.ts';
import type { Forecaster } from './forecaster.ts';
import { aroundPoint, countObserved, filled, isConstant, type LocalMethod, localForecaster, recent } from './local.ts';
import { naiveMethod } from './naive.ts';
import { errorOffsets, growthSince, RECENT_ERRORS } from './residuals.ts';
import { minimise } from './simplex.ts';

/**
 * The dynamic optimised Theta model (Fiorucci, Pellegrini, Louzada, Petropoulos & Koehler 2016, "Models for optimising the theta
 * method and their relationship to state space models", equations 17-24), on data deseasonalised as in the M3 competition. The
 * level is smoothed exponentially; the trend is a share of the least-squares line through all values so far, revised at each
 * step; smoothing, share and first level minimise the squared one-step errors. Data with values at or below zero get additive
 * indices. Gaps are bridged by straight lines.
 */
export const thetaMethod: LocalMethod = (all, season, horizon) => {
  const values = recent(all);
  const n = values.length;
  if (countObserved(values) < LEAST || isConstant(values)) return naiveMethod(all, season, horizon);
  const y = filled(values);
  const composition = y.every((v) => v > 0) ? 'multiplicative' : 'additive';
  const indices = seasonalIndices(y, season, composition);
  const index = (t: number) => indices[t % season];
  const level = y.map((v, t) => (composition === 'multiplicative' ? v / index(t) : v - index(t)));

  const parameters = fitTheta(level);
  const point = new Float64Array(horizon);
  const errors = errorsByDistance(level, parameters, horizon, point);
  const offsets = errorOffsets((steps) => errors[steps - 1], Math.abs(level[n - 1]));
  const multiplicative = composition === 'multiplicative';
  // In-sample errors are too small by what the parameters were fitted to.
  const widen = Math.sqrt(n / Math.max(1, n - FITTED));
  return aroundPoint(
    point.map((v, k) => (multiplicative ? v * index(n + k) : v + index(n + k))),
    offsets,
    (step) => widen * (multiplicative ? index(n - 1 + step) : 1),
  );
};

export const theta: Forecaster = localForecaster('theta', thetaMethod);

/** Below this there is no line to speak of, and the naive forecast stands in. */
const LEAST = 4;
/** Parameters fitted: first level, smoothing, theta. */
const FITTED = 3;
/** Bounds of the paper's own implementation. */
const BOUNDS = [
  [-1e10, 1e10],
  [0.1, 0.99],
  [1, 1e10],
] as const;

interface Parameters {
  /** First level, smoothing 0.1-0.99, and theta from 1: the share of the line is 1 - 1/theta. */
  readonly level: number;
  readonly alpha: number;
  readonly theta: number;
}

/** Where the recursion stands after `t` values; `decay` is (1 - alpha)^t. */
interface State {
  t: number;
  level: number;
  mean: number;
  intercept: number;
  slope: number;
  decay: number;
}

function fitTheta(y: Float64Array): Parameters {
  const asParameters = ([level, alpha, theta]: ArrayLike<number> & Iterable<number>) => ({ level, alpha, theta });
  const { parameters } = minimise(
    (p) => {
      const parameters = asParameters(p);
      const state = begin(parameters);
      let sum = 0;
      for (let t = 0; t < y.length; t++) {
        const error = y[t] - ahead(state, parameters);
        // The first two values fix the line's two unknowns and are no test of it.
        if (t >= 2) sum += error * error;
        advance(state, parameters, y[t]);
      }
      return sum;
    },
    [y[0] / 2, 0.5, 2],
    [Math.max(0.1, Math.abs(y[0]) / 4), 0.2, 1],
    BOUNDS,
  );
  return asParameters(parameters);
}

function begin({ level }: Parameters): State {
  return { t: 0, level, mean: 0, intercept: 0, slope: 0, decay: 1 };
}

/** The forecast of the next value. */
function ahead({ level, intercept, slope, decay }: State, { alpha, theta }: Parameters): number {
  return level + (1 - 1 / theta) * (decay * intercept + ((1 - decay * (1 - alpha)) / alpha) * slope);
}

/** Takes in the next value; intercept and slope are the least-squares line through all values so far, at times 1..t. */
function advance(state: State, { alpha }: Parameters, value: number): void {
  state.t++;
  const { t } = state;
  state.level = alpha * value + (1 - alpha) * state.level;
  const before = state.mean;
  state.mean += (value - before) / t;
  state.slope = t === 1 ? 0 : ((t - 2) * state.slope + (6 / t) * (value - before)) / (t + 1);
  state.intercept = state.mean - ((t + 1) / 2) * state.slope;
  state.decay *= 1 - alpha;
}

// Beyond one step the model is fed its own forecasts. Fills `point` from the last value; returns [horizon][origins].
function errorsByDistance(y: Float64Array, parameters: Parameters, horizon: number, point: Float64Array): number[][] {
  const errors: number[][] = Array.from({ length: horizon }, () => []);
  const growth = growthSince(y, 1);
  const state = begin(parameters);
  for (let t = 0; t < y.length; t++) {
    advance(state, parameters, y[t]);
    if (t < 2 || t < y.length - 1 - RECENT_ERRORS) continue;
    const last = t === y.length - 1;
    const imagined = { ...state };
    for (let k = 0; k < horizon && (last || t + 1 + k < y.length); k++) {
      const forecast = ahead(imagined, parameters);
      advance(imagined, parameters, forecast);
      if (last) point[k] = forecast;
      else errors[k].push((y[t + 1 + k] - forecast) * growth[t]);
    }
  }
  return errors;
}
