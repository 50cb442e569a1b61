import { type Carried, carriedForward } from '../models/covariates.ts';
import type { Series } from '../models/series.ts';

/**
 * What a forecast rests on where the known future ends before its horizon: the rule (the last value is carried forward) and
 * where it was applied, as data and as sentences.
 */
export function carriedOf(
  series: readonly Series[],
  read: readonly string[] | undefined,
  horizon: number,
): { carried: Carried[]; notes: string[] } {
  const carried = carriedForward(series, read ?? [], horizon);
  const notes = carried.map(({ name, series: count, steps }) => {
    const where = count === 1 ? 'in one series' : `in ${count} series`;
    const known = steps < horizon ? `only ${horizon - steps} of ${horizon} steps ahead` : 'no step ahead';
    return `${name} is known for ${known} ${where}: its last value is carried forward.`;
  });
  return { carried, notes };
}
