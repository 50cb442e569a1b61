import { MEDIAN, QUANTILES } from './series.ts';

/** How the intervals of an ensemble were checked, and by what factors they are corrected (conformal.ts says how these are found). */
export interface Correction {
  /** Factors of the distance from the median, for the central 50, 80 and 95 %; all 1 where no correction was kept. */
  readonly widths: readonly [number, number, number];
  /** The part of these factors that is owed to averaging several networks, not to the folds; absent where there is none. */
  readonly averaging?: readonly [number, number, number];
  readonly folds: number;
  /** Forecasts looked at, one for each series and fold. */
  readonly forecasts: number;
  /** Shares of what came within the three intervals, as the network had them; newer folds count more. */
  readonly before: readonly [number, number, number];
  /** The same, each fold corrected by what the others say: what may be expected of the next. */
  readonly after: readonly [number, number, number];
}

/** With fewer folds one cannot tell what they have in common from what each had for itself. */
export const FEWEST_FOLDS = 4;

/** What the folds say of one member, made to fit the mean of all. */
export function correctForAveraging(found: Correction, averaging: Correction['widths']): Correction {
  const widths = found.widths.map((width, i) => width * averaging[i]) as [number, number, number];
  return { ...found, widths, averaging };
}

/**
 * The quantiles of one step with their distances from the median changed, in place; ordered if they were, the median as it was.
 *
 * @param z one value for each level of QUANTILES, from `at` on
 */
export function correctWidths(z: Float64Array, at: number, widths: Correction['widths']): void {
  const median = z[at + MEDIAN];
  INTERVALS.forEach(({ low, high }, i) => {
    const [lower, upper] = [at + low, at + high];
    if (widths[i] !== 1) {
      z[lower] = median + widths[i] * (z[lower] - median);
      z[upper] = median + widths[i] * (z[upper] - median);
    }
    // From the inside out: no interval is narrower than the one within it.
    z[lower] = Math.min(z[lower], z[lower + 1]);
    z[upper] = Math.max(z[upper], z[upper - 1]);
  });
}

/** What was found and done, for the person. */
export function describeCorrection(correction: Correction | null): string {
  if (correction === null) {
    return `The intervals are not corrected: the series are too short to check them on ${FEWEST_FOLDS} horizons that the network has not seen.`;
  }
  const { widths, averaging = UNCHANGED, folds, before, after } = correction;
  const both = (shares: readonly number[]) => `${percent(shares[1])} and ${percent(shares[2])} %`;
  const byFolds = changes(widths.map((width, i) => width / averaging[i]));
  const inAll = changes(widths);
  const found = `On ${folds} folds that it had not seen, newer ones counting more, the network’s own 80 and 95 % intervals held ${both(before)}`;
  const told =
    byFolds.length === 0
      ? `${found}; no correction would have improved them, so none was made.`
      : `${found}; corrected, each fold by what the others say, ${both(after)}.`;
  if (changes(averaging).length === 0) {
    return byFolds.length === 0 ? told : `${told} So the forecasts have ${inAll.join(', ')}.`;
  }
  const outcome = inAll.length === 0 ? 'the intervals as they were' : inAll.join(', ');
  return `${told} That was one network; the mean of several errs less and needs narrower intervals. In all, the forecasts have ${outcome}.`;
}

/** By how much each interval differs, of those that do. */
function changes(widths: readonly number[]): string[] {
  return widths.flatMap((width, i) => {
    const by = Math.round(100 * Math.abs(width - 1));
    return by === 0 ? [] : [`the ${NAMES[i]} % interval ${by} % ${width < 1 ? 'narrower' : 'wider'}`];
  });
}

/** A central interval: the places of its quantiles among QUANTILES, and what it promises to hold. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  readonly share: number;
}

/** From the inside out. */
export const INTERVALS: readonly Interval[] = Array.from({ length: MEDIAN }, (_, i) => {
  const [low, high] = [MEDIAN - 1 - i, MEDIAN + 1 + i];
  return { low, high, share: QUANTILES[high] - QUANTILES[low] };
});
const NAMES = INTERVALS.map(({ share }) => Math.round(100 * share));
export const UNCHANGED: Correction['widths'] = [1, 1, 1];
const percent = (share: number) => (100 * share).toFixed(1);
