import { ATTRIBUTES, offeredAttributes } from './attributes.ts';
import { addSteps, halfStep, stepIndex } from './calendar.ts';
import { calendarColumns, calendarCycles } from './cycles.ts';
import type { Covariate, Observations, Series } from './series.ts';

/** The group of hour, weekday, day and month: columns that need no data, since every step has its date. */
export const CALENDAR = 'calendar';

/** One column as a network reads it: part of a saved network, since its weights read exactly this scale. */
export interface CovariateColumn {
  readonly name: string;
  readonly group: string;
  /** `none`: as it is, a yes or no. `ratio`: logarithm against the median of the series. `distance`: distance from that median. */
  readonly scaling: 'none' | 'ratio' | 'distance';
  /** Median distance from the series' medians where there is any: what a usual move of the column is. 1 for `none`. */
  readonly unit: number;
  /** Read as zeros: for the trial without this column, which is then the same network in everything else. */
  readonly muted?: boolean;
}

/** Which covariates a network is shown, and what decided it. Plain data: it stands in the run's configuration. */
export interface CovariateChoice {
  /** Groups that are used. */
  readonly used: readonly string[];
  /** Loss on the validation folds with each candidate by itself; `without` any; `with` those that are used. Null where nothing was compared. */
  readonly candidates: readonly { readonly group: string; readonly loss: number | null }[];
  readonly without: number | null;
  readonly with: number | null;
  /** Forecasts compared: origins of all series, inside the training data. */
  readonly folds: number;
  /** For the person. */
  readonly sentence: string;
}

/** Groups a training may choose from: those offered of which anything is known, the attributes last. The calendar is no candidate of its own. */
export function candidateGroups(series: readonly Series[]): string[] {
  const groups = new Set<string>();
  for (const { covariates = [] } of series) {
    for (const { group, values, offered } of covariates) {
      if (offered !== false && !groups.has(group) && values.some(Number.isFinite)) groups.add(group);
    }
  }
  return offeredAttributes(series).length > 0 ? [...groups, ATTRIBUTES] : [...groups];
}

/** Whether steps of these series have a calendar to show. */
export const hasCalendar = (series: readonly Series[]): boolean =>
  series.length > 0 && calendarColumns(series[0].frequency.unit) > 0;

/** The columns of these groups, each with the scale that its past in all series gives it. */
export function columnsOf(series: readonly Series[], groups: readonly string[]): CovariateColumn[] {
  const wanted = new Set(groups);
  const named = new Map<string, string>();
  for (const { covariates = [] } of series) {
    for (const { name, group } of covariates) if (wanted.has(group)) named.set(name, group);
  }
  const columns = [...named].map(([name, group]) => ({ name, group, ...scaleOf(series, name) }));
  if (!wanted.has(CALENDAR) || !hasCalendar(series)) return columns;
  const { frequency, zone } = series[0];
  const cycles = [...calendarCycles([], frequency.unit, zone).keys()];
  return [...columns, ...cycles.map((name): CovariateColumn => ({ name, group: CALENDAR, scaling: 'none', unit: 1 }))];
}

/** A value this many units from the median says no more than this: a price typed wrongly must not be a forecast. */
const BOUND = 8;

/**
 * The columns of a series as the network reads them, [values.length - first + horizon] each. The past decides the scale; where
 * nothing is known of a step, the last value before it is carried forward, and before the first one the column says nothing (0).
 *
 * @param first the step with which the columns begin
 */
export function readColumns(
  series: Series,
  columns: readonly CovariateColumn[],
  first: number,
  horizon: number,
): Float32Array[] {
  const { start, frequency, zone, values } = series;
  const length = values.length - first + horizon;
  let cycles: Map<string, Float64Array> | undefined;
  const cycle = (name: string) => {
    cycles ??= calendarCycles(
      Float64Array.from({ length }, (_, t) => addSteps(start, first + t, frequency, zone)),
      frequency.unit,
      zone,
    );
    return Float32Array.from(cycles.get(name) ?? new Float64Array(length));
  };
  return columns.map((column) => {
    if (column.muted) return new Float32Array(length);
    if (column.group === CALENDAR) return cycle(column.name);
    const own = series.covariates?.find(({ name }) => name === column.name);
    return own ? scaled(own.values, column, { first, length, past: values.length }) : new Float32Array(length);
  });
}

/** A named column of a file or of the store on the grid of its series, as far as the horizon; of several readings in a step the last counts. */
export function placeCovariate(
  { start, values, frequency, zone }: Series,
  name: string,
  known: Observations,
  horizon: number,
): Covariate {
  const placed = new Float64Array(values.length + horizon).fill(Number.NaN);
  const half = halfStep(frequency);
  for (let i = 0; i < known.times.length; i++) {
    const at = stepIndex(start, known.times[i] + half, frequency, zone);
    if (at >= 0 && at < placed.length) placed[at] = known.values[i];
  }
  return { name, group: name, values: placed };
}

/** A column that does not reach the horizon in some series. */
export interface Carried {
  readonly name: string;
  readonly series: number;
  /** Steps at the end of the horizon without a value, at most. */
  readonly steps: number;
}

/** Which of these columns are carried forward, and how far. */
export function carriedForward(series: readonly Series[], names: readonly string[], horizon: number): Carried[] {
  return names.flatMap((name) => {
    const carried = series.flatMap(({ covariates = [], values }) => {
      const own = covariates.find((covariate) => covariate.name === name);
      const steps = own ? stepsCarried(own, values.length, horizon) : 0;
      return steps > 0 ? [steps] : [];
    });
    return carried.length > 0 ? [{ name, series: carried.length, steps: Math.max(...carried) }] : [];
  });
}

/** Steps at the end of the horizon of which a covariate says nothing, so that its last value stands in; 0 where it reaches all of it. */
export function stepsCarried({ values }: Covariate, past: number, horizon: number): number {
  let reach = Math.min(values.length, past + horizon);
  while (reach > past && !Number.isFinite(values[reach - 1])) reach--;
  return past + horizon - reach;
}

function scaled(
  values: Float64Array,
  { scaling, unit }: CovariateColumn,
  { first, length, past }: { first: number; length: number; past: number },
): Float32Array {
  const answer = new Float32Array(length);
  const ratio = scaling === 'ratio';
  const centre = scaling === 'none' ? 0 : medianOf(values, past);
  let last = Number.NaN;
  for (let i = 0; i < first + length; i++) {
    // A logarithm of what turns zero or negative later says nothing: as unknown.
    if (i < values.length && Number.isFinite(values[i]) && !(ratio && values[i] <= 0)) last = values[i];
    if (i < first || Number.isNaN(last) || Number.isNaN(centre)) continue;
    const distance = (ratio ? Math.log(last / centre) : last - centre) / unit;
    answer[i - first] = Math.min(Math.max(distance, -BOUND), BOUND);
  }
  return answer;
}

/** Median of the observed values among the first `past`, of all of them where the past has none. */
function medianOf(values: Float64Array, past: number): number {
  const seen = values.subarray(0, past).filter(Number.isFinite);
  const sorted = (seen.length > 0 ? seen : values.filter(Number.isFinite)).sort();
  return sorted.length > 0 ? sorted[sorted.length >> 1] : Number.NaN;
}

function scaleOf(series: readonly Series[], name: string): Pick<CovariateColumn, 'scaling' | 'unit'> {
  const pasts: Float64Array[] = [];
  let [yesOrNo, positive] = [true, true];
  for (const { covariates = [], values } of series) {
    const own = covariates.find((covariate) => covariate.name === name);
    const past = own?.values.subarray(0, values.length).filter(Number.isFinite);
    if (!past || past.length === 0) continue;
    pasts.push(past);
    yesOrNo &&= past.every((v) => v === 0 || v === 1);
    positive &&= past.every((v) => v > 0);
  }
  if (yesOrNo) return { scaling: 'none', unit: 1 };
  const distances: number[] = [];
  for (const past of pasts) {
    const centre = medianOf(past, past.length);
    for (const v of past) {
      const distance = Math.abs(positive ? Math.log(v / centre) : v - centre);
      if (distance > 0) distances.push(distance);
    }
  }
  const sorted = Float64Array.from(distances).sort();
  return { scaling: positive ? 'ratio' : 'distance', unit: sorted.length > 0 ? sorted[sorted.length >> 1] : 1 };
}
