import { describe, expect, it } from 'vitest';
import { attributeColumns, offeredAttributes, readAttributes } from '../../models/attributes.ts';
import { featureGroups } from '../../models/feature-groups.ts';
import { describe as describeSeries, type FeatureSpec, featureWidth } from '../../models/features.ts';
import type { Attribute, Series } from '../../models/series.ts';

const one = (...attributes: Attribute[]): Series => ({
  id: 'a',
  frequency: { unit: 'day', count: 1 },
  zone: 'UTC',
  season: 7,
  start: 0,
  values: Float64Array.of(1, 2, 3),
  attributes,
});
const all = (name: string, values: readonly (string | number)[]) => values.map((value) => one({ name, value }));

describe('columns of attributes', () => {
  it('are the frequent categories and one for the rest, as distances from their share: 0 where nothing is known', () => {
    const columns = attributeColumns(
      all('region', ['west', 'north', 'west', 'north', 'islands', 'moon', 'west', 'west']),
    );
    expect(columns).toEqual([
      { name: 'region', kind: 'category', value: 'west', share: 0.5 },
      { name: 'region', kind: 'category', value: 'north', share: 0.25 },
      { name: 'region', kind: 'other', than: ['west', 'north'], share: 0.25 },
    ]);
    const read = (value: string) => [...readAttributes(one({ name: 'region', value }), columns)];
    expect(['north', 'west', 'islands', 'never seen'].map(read)).toEqual([
      [-0.5, 0.75, -0.25],
      [0.5, -0.25, -0.25],
      [-0.5, -0.25, 0.75],
      [-0.5, -0.25, 0.75],
    ]);
    expect([...readAttributes(one(), columns)]).toEqual([0, 0, 0]);
  });

  it('say nothing of a category that nobody has seen where every series has one of the frequent', () => {
    const columns = attributeColumns(all('region', ['west', 'north', 'west', 'north']));
    expect(columns.map(({ kind }) => kind)).toEqual(['category', 'category']);
    expect([...readAttributes(one({ name: 'region', value: 'moon' }), columns)]).toEqual([0, 0]);
  });

  it('are twelve of an attribute and thirty-two in all, at most', () => {
    const kinds = Array.from({ length: 60 }, (_, i) => `kind ${i % 20}`);
    expect(attributeColumns(all('kind', kinds)).map(({ kind }) => kind)).toEqual([
      ...Array(12).fill('category'),
      'other',
    ]);
    const many = kinds.map((value) => one(...['a', 'b', 'c'].map((name) => ({ name, value }))));
    expect(attributeColumns(many)).toHaveLength(32);
  });

  it('hold a number as its distance from the middle, by ratio where all are positive, and bounded', () => {
    const sizes = all('size', [1, 10, 100, 1000, 10_000, 100_000, 1e6]);
    const [column] = attributeColumns(sizes);
    expect(column).toMatchObject({ name: 'size', kind: 'number', log: true, centre: Math.log(1000) });
    expect(sizes.map((series) => Math.round(100 * readAttributes(series, [column])[0]) / 100)).toEqual([
      -1.5, -1, -0.5, 0, 0.5, 1, 1.5,
    ]);
    expect(readAttributes(one({ name: 'size', value: 1e300 }), [column])[0]).toBe(3);
    expect(readAttributes(one({ name: 'size', value: -1 }), [column])[0]).toBe(0);
  });

  it('take few whole numbers for codes', () => {
    expect(attributeColumns(all('type', [1, 2, 1, 2])).map(({ kind }) => kind)).toEqual(['category', 'category']);
  });

  it('are none for what tells no kinds apart, or is not on offer', () => {
    expect(offeredAttributes(all('country', ['DE', 'DE', 'DE']))).toEqual([]);
    expect(offeredAttributes(all('code', ['a1', 'b2', 'c3']))).toEqual([]);
    const retired = ['x', 'x', 'y', 'y'].map((value) => one({ name: 'kind', value, offered: false }));
    expect(offeredAttributes(retired)).toEqual([]);
  });
});

describe('a described series', () => {
  const spec: FeatureSpec = { horizon: 2, season: 1, discount: 0.85, lookback: 2, lag: 0, calendar: 0 };

  it('has its attributes in every row, in a group of their own', () => {
    const attributes = attributeColumns(all('region', ['west', 'north', 'west', 'north']));
    const said = { ...spec, attributes };
    expect(featureWidth(said).width).toBe(featureWidth(spec).width + 2);
    const group = featureGroups(said).get('attributes')!;
    const { features } = describeSeries(
      Float64Array.of(1, 2, 4, 8),
      said,
      [],
      undefined,
      [],
      Float32Array.of(0.5, -0.5),
    );
    const { width } = featureWidth(said);
    const rows = [0, 1, 2, 3].map((t) => group.map((column) => features[t * width + column]));
    expect(rows).toEqual([
      [0.5, -0.5],
      [0.5, -0.5],
      [0.5, -0.5],
      [0.5, -0.5],
    ]);
  });
});
