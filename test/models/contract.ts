import { describe, expect, it } from 'vitest';
import type { Fitted, Forecaster } from '../../models/forecaster.ts';
import { QUANTILES, type Series } from '../../models/series.ts';

export interface ContractSubject {
  readonly forecaster: Forecaster;
  /** Loads what `save` gave. */
  readonly load: (bytes: Uint8Array) => Fitted | Promise<Fitted>;
  /** What multiplying the input by 1000, or adding 1000 to it, does to the forecast: `exact` within rounding, else unpromised. */
  readonly scale?: 'exact';
  readonly shift?: 'exact';
}

const HORIZON = 5;
const START = Date.UTC(2015, 0, 1);

/** The suite every forecaster runs: what the rest of the program relies on without asking which model it has. */
export function keepsTheContract(title: string, { forecaster, load, scale, shift }: ContractSubject): void {
  describe(`${title} keeps the forecaster's contract`, () => {
    const fitAndForecast = async (series: readonly Series[], seed = 7) => {
      const fitted = await forecaster.fit(series, { horizon: HORIZON, seed });
      try {
        return await fitted.forecast(series);
      } finally {
        fitted.dispose();
      }
    };

    it('answers one forecast a series, finite and ordered at every step, starting one step after the last', async () => {
      const series = dataset();
      const forecasts = await fitAndForecast(series);
      expect(forecasts.map((f) => f.series)).toEqual(series.map((s) => s.id));
      for (const [i, forecast] of forecasts.entries()) {
        expect(forecast.quantiles).toHaveLength(QUANTILES.length);
        expect(forecast.origin).toBe(Date.UTC(2015, series[i].values.length - 1, 1));
        expect(Array.from(forecast.times)).toEqual(
          Array.from({ length: HORIZON }, (_, k) => Date.UTC(2015, series[i].values.length + k, 1)),
        );
        expectOrdered(forecast.quantiles);
      }
    });

    it('gives the same bytes and the same forecast for the same seed', async () => {
      const series = dataset();
      const [one, two] = [
        await forecaster.fit(series, { horizon: HORIZON, seed: 7 }),
        await forecaster.fit(series, { horizon: HORIZON, seed: 7 }),
      ];
      expect(Buffer.from(one.save()).equals(Buffer.from(two.save()))).toBe(true);
      expect(await one.forecast(series)).toEqual(await two.forecast(series));
      one.dispose();
      two.dispose();
    });

    it('forecasts the same after being saved and loaded', async () => {
      const series = dataset();
      const fitted = await forecaster.fit(series, { horizon: HORIZON, seed: 7 });
      const loaded = await load(fitted.save());
      expect(await loaded.forecast(series)).toEqual(await fitted.forecast(series));
      expect(Buffer.from(loaded.save()).equals(Buffer.from(fitted.save()))).toBe(true);
      fitted.dispose();
      loaded.dispose();
    });

    it('reads nothing after the origin: a series cut short is forecast as if the rest had never been', async () => {
      const series = dataset();
      const fitted = await forecaster.fit(series, { horizon: HORIZON, seed: 7 });
      const cut = (future: number) =>
        series.map((s) => {
          const whole = Float64Array.from([...s.values, ...new Array(6).fill(future)]);
          return { ...s, values: whole.subarray(0, s.values.length) };
        });
      expect(await fitted.forecast(cut(1e9))).toEqual(await fitted.forecast(cut(-3)));
      fitted.dispose();
    });

    it('survives constant, short, gappy, negative, zero-heavy and enormous series beside good ones', async () => {
      const series = [
        ...dataset(),
        monthly(
          'constant',
          Float64Array.from({ length: 40 }, () => 5),
        ),
        monthly('one', Float64Array.of(3)),
        monthly('short', Float64Array.of(3, 4, 5)),
        monthly(
          'gappy',
          wave(40, 50, 5).map((v, t) => (t % 5 === 2 || (t > 20 && t < 27) ? Number.NaN : v)),
        ),
        monthly(
          'negative',
          wave(40, 0, 5).map((v) => v - 100),
        ),
        monthly(
          'mixed signs',
          wave(40, 0, 5).map((v, t) => v + t / 10),
        ),
        monthly(
          'mostly zero',
          Float64Array.from({ length: 40 }, (_, t) => (t % 7 === 3 ? t : 0)),
        ),
        monthly(
          'enormous',
          wave(40, 50, 5).map((v, t) => (t === 30 ? 1e300 : v)),
        ),
        monthly(
          'infinite',
          wave(40, 50, 5).map((v, t) => (t === 30 ? Number.POSITIVE_INFINITY : v)),
        ),
      ];
      const forecasts = await fitAndForecast(series);
      for (const { quantiles } of forecasts) expectOrdered(quantiles);
      const median = (id: string) => forecasts.find((f) => f.series === id)!.quantiles[3];
      expect(Array.from(median('constant'))).toEqual([5, 5, 5, 5, 5]);
      expect(Math.min(...forecasts.find((f) => f.series === 'mostly zero')!.quantiles[0])).toBeGreaterThanOrEqual(0);
      for (const v of median('negative')) expect(v).toBeLessThan(-80);
    });

    it('stops with "cancelled" when its signal has been aborted', async () => {
      const stop = new AbortController();
      stop.abort();
      await expect(forecaster.fit(dataset(), { horizon: HORIZON, seed: 7, signal: stop.signal })).rejects.toThrow(
        'cancelled',
      );
    });

    if (scale === 'exact')
      it('forecasts a thousand times as much for a thousand times the data', async () => {
        const forecasts = await fitAndForecast(dataset());
        const larger = await fitAndForecast(dataset((v) => v * 1000));
        for (const [i, { quantiles }] of forecasts.entries())
          expectClose(larger[i].quantiles, quantiles, (v) => v * 1000);
      });

    if (shift === 'exact')
      it('forecasts 1000 more for data with 1000 added', async () => {
        const forecasts = await fitAndForecast(dataset());
        const higher = await fitAndForecast(dataset((v) => v + 1000));
        for (const [i, { quantiles }] of forecasts.entries())
          expectClose(higher[i].quantiles, quantiles, (v) => v + 1000);
      });
  });
}

function dataset(change: (v: number) => number = (v) => v): Series[] {
  return [
    monthly('steady', wave(48, 100, 10).map(change)),
    monthly(
      'rising',
      wave(60, 100, 10).map((v, t) => change(v + t)),
    ),
    monthly('young', wave(30, 40, 8).map(change)),
  ];
}

function monthly(id: string, values: Float64Array): Series {
  return { id, frequency: { unit: 'month', count: 1 }, zone: 'UTC', season: 12, start: START, values };
}

// A yearly wave with a little fixed roughness, so that errors are neither zero nor alike.
function wave(length: number, level: number, size: number): Float64Array {
  return Float64Array.from(
    { length },
    (_, t) => level + size * Math.sin((2 * Math.PI * t) / 12) + (size / 5) * Math.sin(t * t),
  );
}

function expectOrdered(quantiles: readonly Float64Array[]): void {
  for (const quantile of quantiles) {
    expect(quantile).toHaveLength(HORIZON);
    expect(quantile.every(Number.isFinite)).toBe(true);
  }
  for (let q = 1; q < quantiles.length; q++) {
    for (let k = 0; k < HORIZON; k++) expect(quantiles[q][k]).toBeGreaterThanOrEqual(quantiles[q - 1][k]);
  }
}

function expectClose(
  found: readonly Float64Array[],
  before: readonly Float64Array[],
  change: (v: number) => number,
): void {
  found.forEach((quantile, q) => {
    for (let k = 0; k < HORIZON; k++) {
      const expected = change(before[q][k]);
      expect(Math.abs(quantile[k] - expected)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(expected)));
    }
  });
}
