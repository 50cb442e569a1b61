import { addSteps, stepIndex } from './calendar.ts';
import type { Fallback } from './forecaster.ts';
import { pretrainedFor } from './pretrained/networks.ts';
import type { Series } from './series.ts';

/** What is wrong with a series, if anything is: the reason a person reads on its card. */
export interface SeriesQuality {
  readonly observed: number;
  /** Steps between the first and the last observation that have none. */
  readonly missing: number;
  readonly problem: { readonly code: Exclude<Fallback['code'], 'failed'>; readonly reason: string } | null;
}

/** Fewer observations than this teach nothing at any season. */
export const FEWEST = 4;
/** As many are enough at any season: a network across series takes out no cycle it has not seen. */
const ENOUGH = 60;
/** A cycle is taken out of the data from so many of its turns on; before, the last turn again is hard to beat where it is strong. */
const TURNS = 2.5;

/**
 * Observations from which on a network serves a series: as many as its shipped network asks for, which has learned from generated
 * series what to make of a few values; else two and a half cycles have to be seen, or 60 observations.
 */
export function observationsNeeded({ frequency, season }: Pick<Series, 'frequency' | 'season'>): number {
  const bySeason = Math.min(ENOUGH, Math.max(FEWEST, Math.ceil(TURNS * season)));
  return pretrainedFor(frequency, season).fewest ?? bySeason;
}

/**
 * Judges each series beside the others of its dataset: empty, constant, short, stale (ended long before the others), or fit to be
 * forecast by a network.
 *
 * @param commonEnd as `commonEnd` found it for the dataset, null for none
 */
export function assess(
  { values, season, start, frequency, zone }: Series,
  horizon: number,
  commonEnd: number | null,
): SeriesQuality {
  let observed = 0;
  let first = -1;
  let last = -1;
  let constant = true;
  for (let t = 0; t < values.length; t++) {
    if (!Number.isFinite(values[t])) continue;
    observed++;
    if (first < 0) first = t;
    else if (values[t] !== values[first]) constant = false;
    last = t;
  }
  const missing = observed === 0 ? 0 : last - first + 1 - observed;
  const answer = (code: Exclude<Fallback['code'], 'failed'>, reason: string) => ({
    observed,
    missing,
    problem: { code, reason },
  });
  if (observed === 0) return answer('empty', 'It has no observation.');
  const needed = observationsNeeded({ frequency, season });
  if (observed < needed) {
    const has = observed === 1 ? '1 observation' : `${observed} observations`;
    return answer('short', `It has ${has}; a network needs at least ${needed}.`);
  }
  if (constant) return answer('constant', `All of its ${observed} observations are ${values[first]}.`);
  if (commonEnd !== null) {
    const end = addSteps(start, last, frequency, zone);
    const behind = end < commonEnd ? stepIndex(end, commonEnd, frequency, zone) : 0;
    if (behind > tolerance(season, horizon)) {
      return answer('stale', `Its last observation is ${behind} steps older than that of the other series.`);
    }
  }
  return { observed, missing, problem: null };
}

/**
 * The time of the last observation in the dataset where nearly all series reach it, null where they end all over the place:
 * then none of them is late.
 */
export function commonEnd(series: readonly Series[], horizon: number): number | null {
  const ends = series.flatMap((s) => {
    let last = s.values.length - 1;
    while (last >= 0 && !Number.isFinite(s.values[last])) last--;
    return last < 0 ? [] : [addSteps(s.start, last, s.frequency, s.zone)];
  });
  if (ends.length < 2) return null;
  const latest = ends.reduce((a, b) => Math.max(a, b));
  const { season, frequency, zone } = series[0];
  const late = ends.filter((end) => stepIndex(end, latest, frequency, zone) > tolerance(season, horizon)).length;
  return late <= Math.max(1, 0.1 * ends.length) ? latest : null;
}

const tolerance = (season: number, horizon: number) => Math.max(2 * season, horizon);
