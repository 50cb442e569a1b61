import type { Series } from '../series.ts';

/** The newest horizon of a series, and what came before it. */
export interface HeldBack {
  readonly past: Series;
  /** [horizon] what came. */
  readonly actual: Float64Array;
}

/** The newest horizon of each series, of those that have observations on both sides of the origin. */
export function holdBack(series: readonly Series[], horizon: number): HeldBack[] {
  return series.flatMap((one) => {
    const past = { ...one, values: one.values.subarray(0, Math.max(0, one.values.length - horizon)) };
    const actual = one.values.subarray(past.values.length);
    return past.values.some(Number.isFinite) && actual.some(Number.isFinite) ? [{ past, actual }] : [];
  });
}

/** At most `count` of the series, evenly spread. */
export function sampled(series: readonly Series[], count: number): readonly Series[] {
  if (series.length <= count) return series;
  return Array.from({ length: count }, (_, i) => series[Math.floor((i * series.length) / count)]);
}

/** One held-back horizon is chance for the most part: what is not the cautious choice must win by this share over the root of their number. */
export const CHANCE = 0.25;

/** Newest horizons of one series that are asked for at most. */
const MOST_FOLDS = 8;

/** About `enough` newest horizons, of an even sample of the series, the newest first, as long as four fifths of a series are left. */
export function newestHorizons(all: readonly Series[], horizon: number, enough: number): HeldBack[] {
  const series = sampled(all, enough);
  const most = Math.min(MOST_FOLDS, Math.ceil(enough / Math.max(1, series.length)));
  return Array.from({ length: most }, (_, fold) => {
    const long = series.filter(({ values }) => fold === 0 || values.length >= 5 * horizon * (fold + 1));
    const until = long.map((one) => ({ ...one, values: one.values.subarray(0, one.values.length - fold * horizon) }));
    return holdBack(until, horizon);
  }).flat();
}
