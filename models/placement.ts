import { addSteps, gridStart, halfStep, stepIndex } from './calendar.ts';
import { assess, commonEnd, type SeriesQuality } from './quality.ts';
import {
  defaultHorizon,
  defaultSeason,
  type Frequency,
  formatFrequency,
  type Observations,
  type Series,
} from './series.ts';

export interface GridOptions {
  readonly frequency: Frequency;
  readonly zone: string;
  /** Steps in one cycle; by default the frequency's own. */
  readonly season?: number;
  /** Steps a forecast will cover: it decides how late is stale. By default the frequency's own. */
  readonly horizon?: number;
  /** What becomes of several observations on one step: the last of them (by default), their mean or their sum. */
  readonly duplicates?: 'last' | 'mean' | 'sum';
}

export interface Gridded {
  /** In the order given; gaps are NaN, the grid runs from the first to the last observation. */
  readonly series: readonly Series[];
  readonly facts: readonly GridFacts[];
}

export interface GridFacts extends SeriesQuality {
  readonly id: string;
  /** Observations that stood between two steps and were moved to one of them. */
  readonly moved: number;
  /** Observations that fell on a step already taken. */
  readonly merged: number;
}

/** Observations and the step on which each stands, columnar, series after series. All four [observations]. */
export interface Placed {
  /** Place of the series in the order given. */
  readonly series: readonly number[];
  readonly step: readonly number[];
  readonly value: readonly number[];
  /** 1 where the observation stood between two steps. */
  readonly moved: readonly number[];
}

/** A grid of more steps than this is a wrong frequency or a wrong date, not data. */
const MOST_STEPS = 20_000_000;

/**
 * The step of each observation. On steps of seconds, minutes and hours a reading between two steps counts for the nearer one,
 * because clocks of loggers jitter; on days and longer, and on integer steps, it belongs to the step in which it lies.
 *
 * Throws RangeError naming the series where the grid would be absurdly long.
 */
export function place(
  observationsBySeries: ReadonlyMap<string, Observations>,
  { frequency, zone }: Pick<GridOptions, 'frequency' | 'zone'>,
): Placed {
  const ids = [...observationsBySeries.keys()];
  const observations = [...observationsBySeries.values()];
  const total = observations.reduce((sum, o) => sum + o.times.length, 0);
  const series = new Array<number>(total);
  const step = new Array<number>(total);
  const value = new Array<number>(total);
  const moved = new Array<number>(total);
  let row = 0;
  const half = halfStep(frequency);
  const placing = remembered((start) => remembered((time) => stepIndex(start, time + half, frequency, zone)));
  const timesFrom = remembered((start) => remembered((at) => addSteps(start, at, frequency, zone)));
  const timeOf = (start: number, at: number) => timesFrom(start)(at);
  observations.forEach(({ times, values }, i) => {
    const stepOf = placing(times.length ? gridStart(times, frequency, zone) : 0);
    for (let r = 0; r < times.length; r++, row++) {
      const at = stepOf(times[r]);
      if (at >= MOST_STEPS) {
        throw new RangeError(
          `series "${ids[i]}": found ${at + 1} steps of ${formatFrequency(frequency)} between its first and last observation, expected at most ${MOST_STEPS}`,
        );
      }
      series[row] = i;
      step[row] = at;
      value[row] = values[r];
      moved[row] = times[r] === timeOf(times[0], at) ? 0 : 1;
    }
  });
  return { series, step, value, moved };
}

/** Placed observations as series on their grid: a step without one is NaN, several on one become one by the rule `duplicates`. */
export function gridded(
  observationsBySeries: ReadonlyMap<string, Observations>,
  placed: Placed,
  options: GridOptions,
): Gridded {
  const { frequency, zone, duplicates = 'last' } = options;
  const season = options.season ?? defaultSeason(frequency);
  const horizon = options.horizon ?? defaultHorizon(frequency, season);
  const ids = [...observationsBySeries.keys()];
  const { series: code, step, value, moved: off } = placed;
  const moved = new Array<number>(ids.length).fill(0);
  const merged = new Array<number>(ids.length).fill(0);
  let row = 0;
  const series = ids.map((id, i): Series => {
    const first = row;
    while (row < code.length && code[row] === i) row++;
    const values = new Float64Array(row > first ? step[row - 1] + 1 : 0).fill(Number.NaN);
    for (let r = first; r < row; ) {
      const taken = step[r];
      const from = r;
      for (; r < row && step[r] === taken; r++) moved[i] += off[r];
      merged[i] += r - from - 1;
      values[taken] = keptOf(value, from, r, duplicates);
    }
    const { times } = observationsBySeries.get(id)!;
    return { id, frequency, zone, season, start: times[0] ?? 0, values };
  });
  const end = commonEnd(series, horizon);
  const facts = series.map((s, i) => ({ id: s.id, moved: moved[i], merged: merged[i], ...assess(s, horizon, end) }));
  return { series, facts };
}

// Missing values are no readings: they count only where nothing else stands on the step.
function keptOf(values: readonly number[], from: number, to: number, rule: 'last' | 'mean' | 'sum'): number {
  let [sum, count, last] = [0, 0, Number.NaN];
  for (let i = from; i < to; i++) {
    if (Number.isNaN(values[i])) continue;
    last = values[i];
    sum += last;
    count++;
  }
  if (rule === 'last' || count < 2) return last;
  return rule === 'sum' ? sum : sum / count;
}

/** Series of a dataset mostly share their times, and the calendar of a zone costs 20 microseconds a question. */
function remembered<T>(ask: (x: number) => T): (x: number) => T {
  const known = new Map<number, T>();
  return (x) => {
    let answer = known.get(x);
    if (answer === undefined) {
      answer = ask(x);
      known.set(x, answer);
    }
    return answer;
  };
}
