import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { Fitted } from '../../../models/forecaster.ts';
import { fromBytes, toBytes } from '../../../models/rnn/bytes.ts';
import {
  assembleNetwork,
  calibratePlanned,
  loadNetwork,
  recurrentForecaster,
  trainPlanned,
} from '../../../models/rnn/forecaster.ts';
import { planFor } from '../../../models/rnn/plan.ts';
import { chooseTransform } from '../../../models/scaling.ts';
import { MEDIAN, QUANTILES, type Series } from '../../../models/series.ts';
import { theta } from '../../../models/theta.ts';
import type { TrainingPlan } from '../../../models/training-plan.ts';
import { keepsTheContract } from '../contract.ts';

const small = { units: 6, epochs: 2, members: 1 } as const;

keepsTheContract('the ensemble', {
  forecaster: recurrentForecaster({ units: 6, epochs: 2, members: 3 }),
  load: loadNetwork,
});
keepsTheContract('the simple recurrent network', {
  forecaster: recurrentForecaster({ ...small, cell: 'simpleRnn' }),
  load: loadNetwork,
});
keepsTheContract('the LSTM', { forecaster: recurrentForecaster({ ...small, cell: 'lstm' }), load: loadNetwork });
keepsTheContract('the GRU of two layers with dropout', {
  forecaster: recurrentForecaster({ ...small, cell: 'gru', layers: 2, dropout: 0.2, patience: 1 }),
  load: loadNetwork,
});

// The same suite with a covariate that every series has, whatever becomes of its values.
const raining = (series: readonly Series[], horizon: number): Series[] =>
  series.map((one) => {
    const values = Float64Array.from({ length: one.values.length + horizon }, (_, t) => (t * t) % 5);
    return { ...one, covariates: [{ name: 'rain', group: 'rain', values }] };
  });
const wet = (fitted: Fitted): Fitted => ({ ...fitted, forecast: (series) => fitted.forecast(raining(series, 5)) });
keepsTheContract('gru with covariates', {
  forecaster: {
    name: 'gru',
    fit: async (series, options) =>
      wet(await recurrentForecaster({ ...small, cell: 'gru', covariates: ['rain'] }).fit(raining(series, 5), options)),
  },
  load: (bytes) => wet(loadNetwork(bytes)),
});

describe('recurrentForecaster', () => {
  it('learns what repeats: a clear season is forecast within a few per cent', async () => {
    const series = seasonal(12, 72);
    const fitted = await recurrentForecaster({ units: 16, members: 1 }).fit(
      series.map((s) => ({ ...s, values: s.values.slice(0, 60) })),
      { horizon: 12, seed: 3 },
    );
    const forecasts = await fitted.forecast(series.map((s) => ({ ...s, values: s.values.slice(0, 60) })));
    let error = 0;
    forecasts.forEach(({ quantiles }, i) => {
      for (let k = 0; k < 12; k++) error += Math.abs(quantiles[3][k] / series[i].values[60 + k] - 1) / (12 * 12);
    });
    expect(error).toBeLessThan(0.05);
  });

  it('is shown the calendar only where a person asks: then the same values at another date have another forecast', async () => {
    const frequency = { unit: 'day', count: 1 } as const;
    const values = Float64Array.from({ length: 210 }, (_, t) => 20 + ((t * t) % 11) + (t % 7 > 4 ? 15 : 0));
    const at = (start: number): Series => ({ id: 'shop', frequency, zone: 'UTC', season: 7, start, values });
    const [monday, thursday] = [Date.UTC(2024, 0, 1), Date.UTC(2024, 0, 4)].map(at);
    const settings = { cell: 'gru', units: 8, members: 1, epochs: 10 } as const;
    for (const calendar of [true, false, 'auto'] as const) {
      const fitted = await recurrentForecaster({ ...settings, calendar }).fit([monday], { horizon: 7, seed: 2 });
      const [one, other] = await Promise.all([fitted.forecast([monday]), fitted.forecast([thursday])]);
      const same = one[0].quantiles[3].every((v, k) => v === other[0].quantiles[3][k]);
      expect(same).toBe(calendar !== true);
    }
  });

  it('names why a series was left to a fallback, and trains on the others', async () => {
    const good = seasonal(8, 48);
    const bad: Series[] = [
      { ...good[0], id: 'flat', values: new Float64Array(48).fill(2) },
      { ...good[0], id: 'brief', values: good[0].values.slice(0, 3) },
      { ...good[0], id: 'nothing', values: new Float64Array(48).fill(Number.NaN) },
    ];
    const fitted = await recurrentForecaster(small).fit([...good, ...bad], { horizon: 6, seed: 1 });
    const forecasts = await fitted.forecast([...good, ...bad]);
    expect(forecasts.map((f) => f.fallback?.code)).toEqual([
      ...new Array(8).fill(undefined),
      'constant',
      'short',
      'empty',
    ]);
    expect(forecasts[9].fallback).toEqual({
      code: 'short',
      reason: 'It has 3 observations; a network needs at least 4.',
      model: 'seasonal-naive',
    });
    const late = [...good.slice(1), { ...good[0], id: 'late', start: Date.UTC(1990, 0, 1) }];
    const again = await (await recurrentForecaster(small).fit(late, { horizon: 6, seed: 1 })).forecast(late);
    expect(again.map((f) => f.fallback?.code)).toEqual([...new Array(7).fill(undefined), 'stale']);
    // What ended long ago is as long as the others: it gets Theta's forecast, which follows it on.
    expect(again[7].fallback?.model).toBe('theta');
    const [byTheta] = await (await theta.fit(late.slice(7), { horizon: 6, seed: 0 })).forecast(late.slice(7));
    expect(again[7].quantiles).toEqual(byTheta.quantiles);
  });

  it('forecasts by fallback alone where no series can be trained on', async () => {
    const flat: Series = { ...seasonal(1, 48)[0], values: new Float64Array(48).fill(2) };
    const fitted = await recurrentForecaster(small).fit([flat], { horizon: 3, seed: 1 });
    const [forecast] = await loadNetwork(fitted.save()).forecast([flat]);
    expect(Array.from(forecast.quantiles[3])).toEqual([2, 2, 2]);
  });

  it('gives the same bytes when its members are trained apart', async () => {
    const series = seasonal(5, 48);
    const settings = { units: 5, epochs: 2, members: 3 } as const;
    const together = await recurrentForecaster(settings).fit(series, { horizon: 4, seed: 11 });
    const plan = JSON.parse(JSON.stringify(planFor(series, settings, { horizon: 4, seed: 11 })));
    const third = await trainPlanned(series, plan, 2);
    const first = await trainPlanned(series, plan, 0);
    const second = await trainPlanned(series, plan, 1);
    // Two seasons are too few to check intervals on, which is also an answer.
    const { correction } = await calibratePlanned(series, plan);
    const apart = assembleNetwork(series, plan, [first, second, third], correction);
    expect(Buffer.from(apart.save()).equals(Buffer.from(together.save()))).toBe(true);
  });

  it('takes the median of every member, and the spread from those that know it', async () => {
    const series = seasonal(2, 48);
    const plan = planFor(series, { units: 6, epochs: 2, members: 2 }, { horizon: 4, seed: 1 });
    const weights = await Promise.all(plan.members.map((_, i) => trainPlanned(series, plan, i)));
    const forecast = async (members: TrainingPlan['members'], own: Float32Array[]) =>
      (await assembleNetwork(series, { ...plan, members }, own).forecast(series))[0].quantiles;
    const [a, b] = plan.members;
    const [first, second] = [await forecast([a], [weights[0]]), await forecast([b], [weights[1]])];
    const both = await forecast([a, { ...b, medianOnly: true }], weights);
    for (let k = 0; k < 4; k++) {
      // These series are read by logarithms: means are geometric, distances are ratios.
      expect(both[MEDIAN][k]).toBeCloseTo(Math.sqrt(first[MEDIAN][k] * second[MEDIAN][k]), 8);
      for (const q of QUANTILES.keys()) {
        expect(both[q][k] / both[MEDIAN][k]).toBeCloseTo(first[q][k] / first[MEDIAN][k], 8);
      }
      expect(second[0][k] / second[MEDIAN][k]).not.toBeCloseTo(first[0][k] / first[MEDIAN][k], 3);
    }
  });

  it('keeps forecasts within the bounds a person set, and counts at or above zero', async () => {
    const series = seasonal(6, 48).map((s, i) => ({
      ...s,
      values: s.values.map((v, t) => (i === 0 && t % 3 ? 0 : Math.round(v))),
    }));
    const free = await (await recurrentForecaster(small).fit(series, { horizon: 6, seed: 1 })).forecast(series);
    for (const { quantiles } of free) expect(Math.min(...quantiles[0])).toBeGreaterThanOrEqual(0);
    const bounded = await recurrentForecaster({ ...small, lower: 90, upper: 95 }).fit(series, { horizon: 6, seed: 1 });
    for (const { quantiles } of await bounded.forecast(series)) {
      for (const q of quantiles) for (const v of q) expect(v >= 90 && v <= 95).toBe(true);
    }
  });

  it('keeps sales with zeros and heavy tails at or above zero, within the bounds of a person and in reach of the past', async () => {
    const series = seasonal(6, 48).map((one, i) => ({
      ...one,
      values: one.values.map((_, t) =>
        (t + i) % 5 === 0
          ? 0
          : Math.round(30 * Math.exp(1.5 * (Math.sin(t * t + i) + Math.sin(2.7 * t * t) + Math.sin(1.3 * t * t)))),
      ),
    }));
    expect(series.map(({ values }) => chooseTransform(values).space)).toEqual(new Array(6).fill('asinh'));
    const free = await (await recurrentForecaster(small).fit(series, { horizon: 6, seed: 1 })).forecast(series);
    free.forEach(({ quantiles, fallback }, i) => {
      expect(fallback).toBeUndefined();
      expect(Math.min(...quantiles[0])).toBeGreaterThanOrEqual(0);
      expect(Math.max(...quantiles[6])).toBeLessThanOrEqual(2.8 * Math.max(...series[i].values));
    });
    const bounded = await recurrentForecaster({ ...small, lower: 5, upper: 60 }).fit(series, { horizon: 6, seed: 1 });
    for (const { quantiles } of await bounded.forecast(series)) {
      for (const q of quantiles) for (const v of q) expect(v >= 5 && v <= 60).toBe(true);
    }
  });

  it('forecasts by a network from before there was asinh as that network learned: in units', async () => {
    const series = seasonal(4, 60).map((one, i) => ({
      ...one,
      values: one.values.map((_, t) => 50 * Math.sinh(2 * Math.sin(t * t + i) + 2 * Math.sin(2.7 * t * t))),
    }));
    const saved = fromBytes((await recurrentForecaster(small).fit(series, { horizon: 3, seed: 1 })).save());
    const members = saved.plan.members.map(({ spec: { adaptive: _, ...spec }, ...member }) => ({ ...member, spec }));
    const [now] = await loadNetwork(toBytes(saved)).forecast(series);
    const [before] = await loadNetwork(toBytes({ ...saved, plan: { ...saved.plan, members } })).forecast(series);
    expect(saved.plan.members[0].spec.adaptive).toBe(true);
    expect(before.quantiles[6].every(Number.isFinite)).toBe(true);
    expect(before.quantiles[6]).not.toEqual(now.quantiles[6]);
  });

  it('holds no tensor after training, forecasting, and being cancelled', async () => {
    const series = seasonal(4, 48);
    // The first run lets the backend allocate what it keeps.
    await recurrentForecaster(small).fit(series, { horizon: 4, seed: 1 });
    const before = tf.memory().numTensors;
    const fitted = await recurrentForecaster(small).fit(series, { horizon: 4, seed: 1 });
    await fitted.forecast(series);
    fitted.dispose();
    const stop = new AbortController();
    await expect(
      recurrentForecaster({ ...small, epochs: 50 }).fit(series, {
        horizon: 4,
        seed: 1,
        signal: stop.signal,
        onProgress: () => stop.abort(),
      }),
    ).rejects.toThrow('cancelled');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('reports every epoch, with a validation loss where a part is held back, and stops early when it no longer falls', async () => {
    const series = seasonal(6, 48);
    const seen: number[] = [];
    let validated = 0;
    await recurrentForecaster({ ...small, epochs: 40, patience: 2, learningRate: 0.5 }).fit(series, {
      horizon: 4,
      seed: 1,
      onProgress: ({ epoch, epochs, loss, validationLoss }) => {
        expect(epochs).toBe(40);
        expect(Number.isFinite(loss)).toBe(true);
        if (validationLoss !== null && Number.isFinite(validationLoss)) validated++;
        seen.push(epoch);
      },
    });
    expect(seen).toEqual(Array.from({ length: seen.length }, (_, i) => i + 1));
    expect(seen.length).toBeLessThan(40);
    expect(validated).toBe(seen.length);
  });

  it('refuses settings and bytes that make no sense, naming what was found', () => {
    expect(() => recurrentForecaster({ units: 0 })).toThrow(
      'units: found 0, expected a whole number from 1 to 1024, or auto',
    );
    expect(() => recurrentForecaster({ unit: 8 } as object)).toThrow('unit: found 8, expected one of cell, context');
    expect(() => recurrentForecaster({ lower: 3, upper: 2 })).toThrow(
      'lower: found 3, expected at most upper, which is 2',
    );
    expect(() => loadNetwork(Uint8Array.of(1, 2, 3))).toThrow('found 3 bytes that are no saved network');
  });
});

function seasonal(count: number, length: number): Series[] {
  return Array.from({ length: count }, (_, i) => ({
    id: `s${i}`,
    frequency: { unit: 'month', count: 1 },
    zone: 'UTC',
    season: 12,
    start: Date.UTC(2010, 0, 1),
    values: Float64Array.from(
      { length },
      (_, t) => (100 + 20 * i) * (1 + 0.2 * Math.sin((2 * Math.PI * (t + i)) / 12) + 0.01 * Math.sin(t * t + i)),
    ),
  }));
}
