import { afterEach, beforeEach, expect, test } from 'vitest';
import { insertDataset } from '../../db/datasets.ts';
import { fallbackOf, fallbacksOf } from '../../db/fallbacks.ts';
import { forecastWriter } from '../../db/forecasts.ts';
import { openStore, type Store } from '../../db/open.ts';
import { seriesWriter } from '../../db/series.ts';

let store: Store;
beforeEach(() => {
  store = openStore(':memory:');
});
afterEach(() => {
  store.close();
});

test('the newest forecast of a series says whether another forecaster stands in', () => {
  const dataset = { name: 'd', frequency: '1', season: 1, zone: 'UTC', horizon: 1, recipe: {}, settings: {} };
  const datasetId = insertDataset(store, dataset, 0);
  const series = seriesWriter(store, datasetId);
  const [healed, constant, fresh] = [series('healed'), series('constant'), series('fresh')];
  const fallback = { code: 'constant', reason: 'every value is 1', model: 'naive' } as const;
  const write = forecastWriter(store);
  const add = (seriesId: number, origin: number, why: typeof fallback | null) =>
    write({
      ...{ datasetId, seriesId, runId: null, model: 'naive', origin, fallback: why, createdAt: 0 },
      times: [origin + 1],
      quantiles: Array.from({ length: 7 }, () => [1]),
    });
  add(healed, 1, fallback);
  add(healed, 2, null);
  add(constant, 2, fallback);
  add(constant, 1, null);
  expect(fallbacksOf(store, datasetId)).toEqual(new Map([[constant, fallback]]));
  expect([healed, constant, fresh].map((id) => fallbackOf(store, id))).toEqual([null, fallback, null]);
});
