import { addSteps } from './calendar.ts';
import type { Forecast } from './forecaster.ts';
import { fillGaps } from './gaps.ts';
import { type Bounds, chooseTransform, fromSpace, toSpace } from './scaling.ts';
import { defaultSeason, QUANTILES, type Series } from './series.ts';

/**
 * Series by a coarser step: hours of minutes, days of hours, weeks of days, years of months. What blurs a single step is averaged
 * out there, and a level that comes and goes with the week shows. Forecasting by several steps and bringing the answers together
 * is known as temporal hierarchies (Athanasopoulos, Hyndman, Kourentzes & Petropoulos 2017).
 */
export interface CoarserStep extends Pick<Series, 'frequency' | 'season'> {
  /** Steps of the series in one. */
  readonly steps: number;
}

/**
 * The hour of steps of minutes, else the step that one cycle makes; null where the calendar has no name for it, and for quarters,
 * whose years say nothing new (DECISIONS.md).
 */
export function coarserStep({ frequency, season }: Pick<Series, 'frequency' | 'season'>): CoarserStep | null {
  if (season === 1 || season !== defaultSeason(frequency)) return null;
  const { unit, count } = frequency;
  if (unit === 'second' || unit === 'minute' || unit === 'hour') {
    const steps = season / 24;
    return Number.isInteger(steps) && steps > 1
      ? { frequency: { unit: 'hour', count: 1 }, season: 24, steps }
      : { frequency: { unit: 'day', count: 1 }, season: 7, steps: season };
  }
  if (unit === 'day' || unit === 'businessDay') {
    return { frequency: { unit: 'week', count: 1 }, season: 52, steps: season };
  }
  return unit === 'month' && count <= 2 ? { frequency: { unit: 'year', count: 1 }, season: 1, steps: season } : null;
}

/** A mean of fewer of its steps would be that of the hours that happened to be seen. */
const SEEN = 0.75;

/** The means of whole coarser steps, the last of which ends with the series; NaN where too little of one was observed. */
export function byCoarser({ id, values, start, frequency, zone }: Series, step: CoarserStep): Series {
  const { steps, season } = step;
  const count = Math.floor(values.length / steps);
  const first = values.length - count * steps;
  const means = Float64Array.from({ length: count }, (_, c) =>
    meanOf(values.subarray(first + c * steps, first + (c + 1) * steps), SEEN * steps),
  );
  return { id, zone, season, frequency: step.frequency, start: addSteps(start, first, frequency, zone), values: means };
}

/** The mean of what was observed; NaN of fewer values than asked for. Divided first: the sum of huge values is not finite. */
function meanOf(values: Float64Array, fewest = 1): number {
  const seen = values.filter(Number.isFinite);
  return seen.length < fewest ? Number.NaN : seen.reduce((sum, v) => sum + v / seen.length, 0);
}

/** So many last cycles are looked at. */
const CYCLES = 30;
/** The mean of a cycle must not err by so many times the squares that the last value errs by: for a random walk it errs by twice. */
const WORST = 1.5;

/**
 * Whether the mean of the last cycle says about as much of the mean of the next as the last value does, both without their place
 * in the cycle and carried on by the steady climb of all: so it is where something comes back to a level or is blurred by chance,
 * and not where every change stays. In the space of the series, its last 30 cycles.
 */
export function meansTell({ values, season }: Series): boolean {
  const seen = values.subarray(Math.max(0, values.length - CYCLES * season));
  const transform = chooseTransform(seen);
  const z = fillGaps(toSpace(seen, transform), 1).values;
  const level = withoutCycle(z, season);
  const { length } = level;
  const climb = (meanOf(level.subarray(length - season)) - meanOf(level.subarray(0, season))) / (length - season);
  let [byMean, byLast] = [0, 0];
  for (let t = season; t + season <= length; t += Math.max(1, season >> 2)) {
    const next = meanOf(level.subarray(t, t + season));
    byMean += (next - meanOf(level.subarray(t - season, t)) - climb * season) ** 2;
    byLast += (next - level[t - 1] - (climb * (season + 1)) / 2) ** 2;
  }
  return byLast > 0 && byMean <= WORST * byLast;
}

/** Less the mean deviation of each place in the cycle from the mean of its cycle. */
function withoutCycle(values: Float64Array, season: number): Float64Array {
  const cycles = Math.floor(values.length / season);
  const first = values.length - cycles * season;
  const index = new Float64Array(season);
  for (let c = 0; c < cycles; c++) {
    const own = values.subarray(first + c * season, first + (c + 1) * season);
    const mean = meanOf(own);
    own.forEach((v, place) => {
      index[place] += (v - mean) / cycles;
    });
  }
  return values.map((v, t) => v - index[(t - first + season) % season]);
}

/**
 * A forecast drawn towards the means that the coarser one gives: each step by the share of what its coarser step is off, between
 * the middles of two of them by the straight line, before the first and after the last by theirs. In units; by ratios where the
 * series has no negative value and is not read in units, so that what is nothing at night stays nothing.
 *
 * @param means [coarser steps] what the coarser forecast expects (`expected`)
 * @param values what the forecast goes on from
 * @param steps steps in a coarser one
 * @param share 0 leaves it as it is, 1 makes its means those of the coarser one, but for the straight lines
 */
export function drawnTowards(
  forecast: Forecast,
  means: Float64Array,
  values: Float64Array,
  { steps, share, bounds }: { steps: number; share: number; bounds: Bounds },
): Forecast {
  const { space, nonNegative } = chooseTransform(values);
  const byRatio = nonNegative && space !== 'linear';
  const own = expected(forecast);
  const off = means.map((mean, c) => {
    const before = meanOf(own.subarray(c * steps, (c + 1) * steps));
    const by = byRatio ? Math.log(mean / before) : mean - before;
    const bounded = byRatio ? Math.min(Math.max(by, -FARTHEST), FARTHEST) : by;
    return Number.isFinite(by) ? share * bounded : 0;
  });
  const units = { space: 'linear', nonNegative, factor: 1 } as const;
  const quantiles = forecast.quantiles.map((level) =>
    level.map((v, k) => {
      const by = between(off, (k + 0.5) / steps - 0.5);
      return fromSpace(byRatio ? v * Math.exp(by) : v + by, units, bounds);
    }),
  );
  return { ...forecast, quantiles };
}

/** No ratio counts for more than two or a half: quantiles far out may rule both means, and one of them may be next to nothing. */
const FARTHEST = Math.LN2;

/** Each level's part in the mean: half the way to the levels beside it, and all beyond the outer ones. */
const PARTS = QUANTILES.map((_, q) => {
  const [before, after] = [QUANTILES[q - 1], QUANTILES[q + 1]];
  const edge = (beside: number | undefined, end: number) => (beside === undefined ? end : (beside + QUANTILES[q]) / 2);
  return edge(after, 1) - edge(before, 0);
});

/**
 * The mean of each step's distribution, as far as its quantiles tell. Means of steps make the mean of a coarser one, which medians
 * do not: rain that falls on one day in three has a median of nothing.
 */
export const expected = ({ quantiles }: Pick<Forecast, 'quantiles'>): Float64Array =>
  quantiles[0].map((_, k) => quantiles.reduce((sum, level, q) => sum + PARTS[q] * level[k], 0));

/** The value at a place between those of an array, the first before it and the last after it. */
function between(values: Float64Array, place: number): number {
  const at = Math.min(Math.max(place, 0), values.length - 1);
  const [low, part] = [Math.floor(at), at % 1];
  return part === 0 ? values[low] : (1 - part) * values[low] + part * values[low + 1];
}
