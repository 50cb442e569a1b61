import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { countObservations, sparklineReader, thinnedObservations } from '../../db/charts.ts';
import { insertDataset } from '../../db/datasets.ts';
import { observationWriter } from '../../db/observations.ts';
import { openStore, type Store } from '../../db/open.ts';
import { seriesWriter } from '../../db/series.ts';

let store: Store;
beforeEach(() => {
  store = openStore(':memory:');
});
afterEach(() => {
  store.close();
});

const EVER = { from: -1e15, to: 1e15 };

function addSeries(points: Iterable<readonly [number, number]>): number {
  const dataset = { name: 'd', frequency: '1', season: 1, zone: 'UTC', horizon: 1, recipe: {}, settings: {} };
  const id = seriesWriter(store, insertDataset(store, dataset, 0))('s');
  const observe = observationWriter(store);
  store.transaction(() => {
    for (const [time, value] of points) observe(id, time, value);
  })();
  return id;
}

describe('thinned observations', () => {
  test('are the first, the last, and the extremes of each span between', () => {
    const values = [0, 1, 2, 9, 3, 2, 1, -8, 1, 2, 3, 4];
    const id = addSeries(values.map((value, time) => [time, value]));
    expect(thinnedObservations(store, id, EVER, 10)).toEqual({
      times: [0, 2, 3, 5, 6, 7, 9, 10, 11],
      values: [0, 2, 9, 2, 1, -8, 2, 3, 4],
    });
  });

  test('have a hole where a span has none', () => {
    const id = addSeries([...Array(50).keys(), ...[...Array(50).keys()].map((i) => i + 950)].map((time) => [time, 1]));
    const { times, values } = thinnedObservations(store, id, EVER, 22);
    const holes = times.filter((_, i) => Number.isNaN(values[i]));
    expect(holes).toEqual([100, 200, 300, 400, 500, 600, 700, 800].map((time) => Math.ceil((time * 999) / 1000)));
  });

  test('keep a lone peak among a hundred thousand', () => {
    const id = addSeries(
      Array.from({ length: 100_000 }, (_, time) => [time, time === 54_321 ? 1e6 : time % 10] as const),
    );
    const { times, values } = thinnedObservations(store, id, EVER, 100);
    expect(values[times.indexOf(54_321)]).toBe(1e6);
  });

  test.each([10, 11, 12, 13, 100, 2000])('are no more than %i, in order of time, each once', (limit) => {
    const id = addSeries(Array.from({ length: 5003 }, (_, i) => [7 * i - 9000, Math.sin(i) * (i % 13)] as const));
    const { times } = thinnedObservations(store, id, EVER, limit);
    expect(times.length).toBeLessThanOrEqual(limit);
    for (let i = 1; i < times.length; i++) expect(times[i]).toBeGreaterThan(times[i - 1]);
  });

  test('of a range are those of the range', () => {
    const id = addSeries(Array.from({ length: 1000 }, (_, time) => [time, time] as const));
    const { times } = thinnedObservations(store, id, { from: 100, to: 299 }, 20);
    expect([times[0], times.at(-1)]).toEqual([100, 299]);
    expect(countObservations(store, id, { from: 100, to: 299 })).toBe(200);
  });

  test('of nothing are nothing', () => {
    expect(thinnedObservations(store, addSeries([]), EVER, 10)).toEqual({ times: [], values: [] });
  });
});

describe('a sparkline', () => {
  test('is the newest observations in order of time', () => {
    const id = addSeries([
      [3, 30],
      [1, 10],
      [2, 20],
    ]);
    expect(sparklineReader(store, 2)(id)).toEqual({ times: [2, 3], values: [20, 30] });
  });
});
