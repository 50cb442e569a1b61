/** The words of the house: a series, its observations, and the regular step they stand on. */

export type Unit = 'second' | 'minute' | 'hour' | 'day' | 'businessDay' | 'week' | 'month' | 'year' | 'step';

/** A regular step: `count` units. `{unit: 'step', count: 1}` numbers its observations by integers, without a calendar. */
export interface Frequency {
  readonly unit: Unit;
  readonly count: number;
}

/** Columnar observations, strictly rising in time. `times`: epoch ms UTC of the step's start (the integer itself for steps); NaN marks a missing value. Both [n]. */
export interface Observations {
  readonly times: Float64Array;
  readonly values: Float64Array;
}

/**
 * One series on its regular grid. `values[i]` belongs to the step `start + i * frequency`; NaN marks a gap.
 * Units of `values` are the user's own.
 */
export interface Series {
  readonly id: string;
  readonly frequency: Frequency;
  /** IANA zone in which steps of a day and longer follow the calendar. */
  readonly zone: string;
  /** Steps in one cycle, 1 for none. */
  readonly season: number;
  /** Time of the first step: epoch ms UTC, or an integer for steps. */
  readonly start: number;
  readonly values: Float64Array;
  /** What is known of every step and of steps to come; absent where nothing is. */
  readonly covariates?: readonly Covariate[];
  /** What is the same at every step: its region, its kind, its size; absent where nothing is known. */
  readonly attributes?: readonly Attribute[];
}

/** A number where all values of the attribute are, else a category. */
export interface Attribute {
  readonly name: string;
  readonly value: string | number;
  /** False for what a network trained earlier still reads, though a training is to leave it out now. */
  readonly offered?: boolean;
}

/**
 * A column known ahead: `values[i]` belongs to the step `start + i * frequency` of its series, as the series' own values do, and
 * goes on past its end as far as the future is known. NaN where nothing is known.
 */
export interface Covariate {
  readonly name: string;
  /** Columns of one group are used together or not at all: `promo` by itself, the three of `holidays DE`, `calendar`. */
  readonly group: string;
  readonly values: Float64Array;
  /** False for what a network trained earlier still reads, though a training is to leave it out now. */
  readonly offered?: boolean;
}

/** The levels every forecast carries, ascending. */
export const QUANTILES = [0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975] as const;
/** Place of the median among them. */
export const MEDIAN = QUANTILES.indexOf(0.5);

const UNIT_OF_DATE: Record<string, Unit> = { D: 'day', W: 'week', M: 'month', Y: 'year' };
const UNIT_OF_TIME: Record<string, Unit> = { H: 'hour', M: 'minute', S: 'second' };

/** ISO 8601 duration (`PT5M`, `P1D`, `P3M`), `B` for business days, the count alone for integer steps. */
export function formatFrequency({ unit, count }: Frequency): string {
  switch (unit) {
    case 'step':
      return String(count);
    case 'businessDay':
      return count === 1 ? 'B' : `${count}B`;
    case 'second':
      return `PT${count}S`;
    case 'minute':
      return `PT${count}M`;
    case 'hour':
      return `PT${count}H`;
    case 'day':
      return `P${count}D`;
    case 'week':
      return `P${count}W`;
    case 'month':
      return `P${count}M`;
    case 'year':
      return `P${count}Y`;
  }
}

/** Reads what `formatFrequency` writes. Throws RangeError naming what was found and what was expected. */
export function parseFrequency(text: string): Frequency {
  const match =
    /^(?:P(?<date>\d+)(?<dateUnit>[DWMY])|PT(?<time>\d+)(?<timeUnit>[HMS])|(?<business>\d*)B|(?<step>\d+))$/.exec(text);
  const g = match?.groups;
  const frequency: Frequency | undefined = !g
    ? undefined
    : g.date
      ? { unit: UNIT_OF_DATE[g.dateUnit!], count: Number(g.date) }
      : g.time
        ? { unit: UNIT_OF_TIME[g.timeUnit!], count: Number(g.time) }
        : g.step
          ? { unit: 'step', count: Number(g.step) }
          : { unit: 'businessDay', count: Number(g.business || 1) };
  if (!frequency || !(frequency.count >= 1)) {
    throw new RangeError(`found frequency "${text}", expected an ISO 8601 duration such as PT1H, P1D or P3M, B, or 1`);
  }
  return frequency;
}

const DAY_SECONDS = 86_400;
const SECONDS: Partial<Record<Unit, number>> = { second: 1, minute: 60, hour: 3600 };

/** Steps in the natural cycle: a day for steps shorter than a day, a week for days, a year for weeks and months; 1 for none. */
export function defaultSeason({ unit, count }: Frequency): number {
  const seconds = SECONDS[unit];
  if (seconds !== undefined) {
    const steps = DAY_SECONDS / (seconds * count);
    return Number.isInteger(steps) && steps > 1 ? steps : 1;
  }
  const cycle = { day: 7, businessDay: 5, week: 52, month: 12 }[unit as 'day' | 'businessDay' | 'week' | 'month'];
  if (cycle === undefined) return 1;
  const steps = cycle / count;
  return Number.isInteger(steps) && steps > 1 ? steps : 1;
}

/** Steps of the series of median length (the upper median), 0 where there is none. */
export function typicalLength(series: readonly Series[]): number {
  const lengths = series.map(({ values }) => values.length).sort((a, b) => a - b);
  return lengths[lengths.length >> 1] ?? 0;
}

/** A horizon people expect when they name none, in steps: two cycles for short ones, one for long, at least six. */
export function defaultHorizon(frequency: Frequency, season = defaultSeason(frequency)): number {
  switch (frequency.unit) {
    case 'second':
    case 'minute':
    case 'hour':
      return season > 1 ? Math.min(2 * season, 96) : 48;
    case 'day':
      return 14;
    case 'businessDay':
      return 10;
    case 'week':
      return 13;
    case 'month':
      return season === 12 ? 12 : season > 1 ? 2 * season : 12;
    case 'year':
      return 6;
    case 'step':
      return season > 1 ? Math.min(2 * season, 96) : 8;
  }
}
