import { estimates, type FeatureSpec, featureWidth } from './features.ts';

/** What a person can take a column of features for. */
export type FeatureGroup =
  | 'past values'
  | 'smoothing'
  | 'slope'
  | 'season'
  | 'lag'
  | 'noise'
  | 'calendar'
  | 'attributes'
  | 'known ahead';

/**
 * The columns of a row of features by what they say, in the order of models/features.ts; together they are all of them. Groups
 * without a column are absent. The attributes follow the calendar; whatever follows them is known ahead.
 */
export function featureGroups(spec: FeatureSpec): Map<FeatureGroup, number[]> {
  const { width, linear } = featureWidth(spec);
  const { lookback, horizon, season, lag, calendar, attributes = [] } = spec;
  const seasonal = season > 1 ? Math.min(season, horizon) : 0;
  const lagged = lag > 0 ? horizon : 0;
  const first = lookback + estimates(spec);
  const reliability = season > 1 ? [linear + 1] : [];
  const dated = linear + 1 + reliability.length;
  const groups: [FeatureGroup, number[]][] = [
    ['past values', columns(0, lookback)],
    ['smoothing', [lookback, ...columns(lookback + 2, first)]],
    ['slope', [lookback + 1]],
    ['season', [...columns(first, first + seasonal), ...reliability]],
    ['lag', columns(first + seasonal, first + seasonal + lagged)],
    ['noise', [linear]],
    ['calendar', columns(dated, dated + calendar)],
    ['attributes', columns(dated + calendar, dated + calendar + attributes.length)],
    ['known ahead', columns(dated + calendar + attributes.length, width)],
  ];
  return new Map(groups.filter(([, own]) => own.length > 0));
}

/** The column that tells the seasonal index of step `k` ahead (from 1), in units; null where there is no season. */
export function seasonColumn(spec: FeatureSpec, k: number): number | null {
  const { lookback, horizon, season } = spec;
  return season > 1 ? lookback + estimates(spec) + ((k - 1) % Math.min(season, horizon)) : null;
}

const columns = (from: number, to: number) => Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
