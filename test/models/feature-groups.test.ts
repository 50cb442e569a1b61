import { expect, test } from 'vitest';
import { featureGroups, seasonColumn } from '../../models/feature-groups.ts';
import { describe as describeSeries, type FeatureSpec, featureWidth } from '../../models/features.ts';

const spec = (changes: Partial<FeatureSpec> = {}): FeatureSpec => ({
  horizon: 6,
  season: 4,
  discount: 0.85,
  lookback: 8,
  lag: 0,
  calendar: 0,
  ...changes,
});

test('every column belongs to one group', () => {
  for (const one of [
    spec(),
    spec({ season: 1 }),
    spec({ horizon: 3, lag: 52 }),
    spec({ calendar: 4 }),
    spec({ mean: true }),
  ]) {
    const columns = [...featureGroups(one).values()].flat().sort((a, b) => a - b);
    expect(columns).toEqual(Array.from({ length: featureWidth(one).width }, (_, i) => i));
  }
});

test('groups without a column are absent', () => {
  expect([...featureGroups(spec({ season: 1 })).keys()]).toEqual(['past values', 'smoothing', 'slope', 'noise']);
  expect([...featureGroups(spec({ lag: 8, calendar: 2 })).keys()]).toEqual([
    'past values',
    'smoothing',
    'slope',
    'season',
    'lag',
    'noise',
    'calendar',
  ]);
});

test('the column of a step ahead holds the seasonal index that is added there', () => {
  const season = (t: number) => [3, 1, -2, -2][t % 4];
  const values = Float64Array.from({ length: 40 }, (_, t) => season(t) - 1 + 0.01 * ((t * 7) % 5));
  for (const own of [spec(), spec({ mean: true })]) {
    const { features, units, ahead, steps } = describeSeries(values, own);
    const row = (steps - 1) * featureWidth(own).width;
    for (let k = 1; k <= 6; k++) {
      expect(features[row + seasonColumn(own, k)!] * units[steps - 1]).toBeCloseTo(ahead[k - 1], 5);
    }
    expect(Math.abs(ahead[0])).toBeGreaterThan(0);
  }
  expect(seasonColumn(spec({ season: 1 }), 1)).toBeNull();
});
