import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  accuracyOf,
  FORECAST_LEVELS,
  forecastAt,
  forecastWriter,
  getForecast,
  lastForecastAt,
  latestForecast,
  type NewForecast,
  originsOf,
} from '../../db/forecasts.ts';
import { QUANTILES } from '../../models/series.ts';
import { addDataset, appendValues, DAY, type FreshStore, freshStore, START } from '../support/store.ts';

const DAILY = { frequency: 'P1D', zone: 'UTC' };

let fresh: FreshStore;
let datasetId: number;
let seriesId: number;
beforeEach(() => {
  fresh = freshStore();
  const added = addDataset(fresh.store, { a: [10, 20, 30], b: [1, 1, 1] });
  datasetId = added.datasetId;
  seriesId = added.seriesIds.a;
});
afterEach(() => fresh.close());

/** Quantiles median + [-30, -20, -10, 0, 10, 20, 30] for two days after the origin. */
const forecast = (originDay: number, medians: number[], changes: Partial<NewForecast> = {}): NewForecast => ({
  datasetId,
  seriesId,
  runId: null,
  model: 'seasonal-naive',
  origin: START + originDay * DAY,
  fallback: null,
  times: medians.map((_, i) => START + (originDay + 1 + i) * DAY),
  quantiles: [-30, -20, -10, 0, 10, 20, 30].map((offset) => medians.map((median) => median + offset)),
  createdAt: 1000,
  ...changes,
});

describe('forecasts', () => {
  it('are kept with the levels of the models', () => {
    expect(FORECAST_LEVELS).toEqual(QUANTILES);
  });

  it('come back as they were stored, without actuals while none have come', () => {
    const fallback = { code: 'constant', reason: 'always 1', model: 'seasonal-naive' } as const;
    const id = forecastWriter(fresh.store)(
      forecast(2, [40, 50], { fallback, explanation: { sentences: ['It is flat.'] } }),
    );
    expect(getForecast(fresh.store, id)).toEqual({
      id,
      seriesId,
      runId: null,
      model: 'seasonal-naive',
      training: null,
      origin: START + 2 * DAY,
      createdAt: 1000,
      fallback,
      explanation: { sentences: ['It is flat.'] },
      times: [START + 3 * DAY, START + 4 * DAY],
      levels: [0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975],
      quantiles: [
        [10, 20],
        [20, 30],
        [30, 40],
        [40, 50],
        [50, 60],
        [60, 70],
        [70, 80],
      ],
      actuals: [null, null],
    });
    expect(lastForecastAt(fresh.store, datasetId)).toBe(1000);
    expect(lastForecastAt(fresh.store, datasetId + 1)).toBeNull();
  });

  it('are never overwritten: the latest is the newest origin, an earlier origin stays as it was known then', () => {
    const write = forecastWriter(fresh.store);
    const late = write(forecast(2, [40, 50]));
    write(forecast(1, [30, 40]));
    const again = write(forecast(1, [31, 41], { createdAt: 2000 }));
    expect(latestForecast(fresh.store, seriesId)?.id).toBe(late);
    expect(forecastAt(fresh.store, seriesId, START + DAY)?.id).toBe(again);
    expect(forecastAt(fresh.store, seriesId, START)).toBeUndefined();
    expect(fresh.store.prepare('SELECT COUNT(*) FROM forecasts').pluck().get()).toBe(3);
  });

  it('refuse a value that is not a number', () => {
    expect(() => forecastWriter(fresh.store)(forecast(2, [Number.NaN, 1]))).toThrow(/NOT NULL/);
  });

  it('are scored when the actuals arrive, and again when one is corrected', () => {
    forecastWriter(fresh.store)(forecast(2, [40, 50]));
    expect(originsOf(fresh.store, seriesId)).toMatchObject([{ scored: 0, mae: null }]);
    appendValues(fresh.store, datasetId, DAILY, { a: [44] }, 3);
    expect(latestForecast(fresh.store, seriesId)?.actuals).toEqual([44, null]);
    expect(originsOf(fresh.store, seriesId)).toMatchObject([{ origin: START + 2 * DAY, scored: 1, mae: 4 }]);
    appendValues(fresh.store, datasetId, DAILY, { a: [41, 47] }, 3);
    expect(originsOf(fresh.store, seriesId)).toMatchObject([{ scored: 2, mae: 2 }]);
  });

  it('meet an actual that stands within the step, the last one where there are two', () => {
    forecastWriter(fresh.store)(forecast(2, [40, 50]));
    const insert = fresh.store.prepare('INSERT INTO observations VALUES (?, ?, ?)');
    insert.run(seriesId, START + 3 * DAY + 3_600_000, 41);
    insert.run(seriesId, START + 3 * DAY + 7_200_000, 42);
    insert.run(seriesId, START + 5 * DAY - 1, 55);
    expect(latestForecast(fresh.store, seriesId)?.actuals).toEqual([42, 55]);
    expect(originsOf(fresh.store, seriesId)).toMatchObject([{ scored: 2, mae: 3.5 }]);
  });

  it('list each origin once, newest first, by what was made last there', () => {
    const write = forecastWriter(fresh.store);
    write(forecast(1, [30, 40]));
    const second = write(forecast(1, [25, 35], { model: 'gru' }));
    const third = write(forecast(2, [35, 45]));
    expect(originsOf(fresh.store, seriesId)).toEqual([
      { origin: START + 2 * DAY, id: third, model: 'seasonal-naive', createdAt: 1000, scored: 0, mae: null },
      { origin: START + DAY, id: second, model: 'gru', createdAt: 1000, scored: 1, mae: 5 },
    ]);
  });
});

describe('the record of accuracy', () => {
  it('is empty before any actual has come', () => {
    forecastWriter(fresh.store)(forecast(2, [40, 50]));
    expect(accuracyOf(fresh.store, { datasetId })).toEqual({
      scored: 0,
      mae: null,
      smape: null,
      coverage50: null,
      coverage80: null,
      coverage95: null,
      byStep: [],
    });
  });

  it('holds error and coverage by step over all forecasts of a dataset, or of one series', () => {
    const write = forecastWriter(fresh.store);
    // Series a came as 10, 20, 30: errors 15 and 5 at step 1, and 20 at step 2.
    write(forecast(0, [35, 50]));
    write(forecast(1, [25, 0]));
    write(forecast(0, [1, 1], { seriesId: seriesId + 1 }));
    const ofSeries = accuracyOf(fresh.store, { seriesId });
    expect(ofSeries).toMatchObject({ scored: 3, coverage50: 1 / 3, coverage80: 1, coverage95: 1 });
    expect(ofSeries.mae).toBeCloseTo(40 / 3, 10);
    // 200 * 15 / 55, 200 * 5 / 55, 200 * 20 / 80
    expect(ofSeries.smape).toBeCloseTo((54.5454545 + 18.1818182 + 50) / 3, 5);
    expect(ofSeries.byStep).toEqual([
      { step: 1, scored: 2, mae: 10, coverage80: 1, coverage95: 1 },
      { step: 2, scored: 1, mae: 20, coverage80: 1, coverage95: 1 },
    ]);
    expect(accuracyOf(fresh.store, { datasetId })).toMatchObject({ scored: 5, mae: 8 });
  });

  it('counts a step once where several forecasts were made from one origin: by the one that served last', () => {
    const write = forecastWriter(fresh.store);
    write(forecast(1, [0, 0]));
    write(forecast(1, [25, 0]));
    expect(accuracyOf(fresh.store, { seriesId })).toMatchObject({ scored: 1, mae: 5 });
    expect(accuracyOf(fresh.store, { datasetId })).toMatchObject({ scored: 1, mae: 5 });
  });
});
