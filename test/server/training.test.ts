import { describe, expect, it } from 'vitest';
import type { Fitted, Forecaster } from '../../models/forecaster.ts';
import type { Series } from '../../models/series.ts';
import type { JobProgress } from '../../server/contract.ts';
import { evaluate, forecastAll, train, trainUnscored } from '../../server/training.ts';
import { quickModels, readQuick } from '../support/quick-models.ts';
import { START, wave } from '../support/store.ts';

const daily = (id: string, values: readonly number[]): Series => ({
  id,
  frequency: { unit: 'day', count: 1 },
  zone: 'UTC',
  season: 7,
  start: START,
  values: Float64Array.from(values),
});

const series = [daily('a', wave(70)), daily('b', wave(80, 3))];
const models = quickModels();
const network = models.network({});

describe('train', () => {
  it('scores a network that has seen nothing of the folds, and serves one that has seen everything', async () => {
    const training = await train({ series, horizon: 7, settings: { folds: 2 }, models });
    expect(readQuick(training.scoredWeights).steps).toEqual({ a: 56, b: 66 });
    expect(readQuick(training.weights).steps).toEqual({ a: 70, b: 80 });
    expect(training.backtest.folds).toBe(2);
    expect(Object.keys(training.backtest.scores)).toEqual(['quick', 'seasonal-naive', 'naive']);
    expect(training.lossCurve).toEqual([
      { epoch: 1, loss: 1, validationLoss: null },
      { epoch: 2, loss: 1 / 2, validationLoss: null },
      { epoch: 3, loss: 1 / 3, validationLoss: null },
    ]);
    expect(training.configuration).toMatchObject({ units: 1, seed: 1, folds: 2 });
  });

  it('records what was found of the intervals of the network that may serve', async () => {
    const correction = {
      widths: [1, 0.9, 0.8],
      folds: 5,
      forecasts: 10,
      before: [0.5, 0.85, 0.97],
      after: [0.5, 0.81, 0.95],
    } as const;
    const checked = quickModels({
      network: (settings) => ({
        name: 'quick',
        // The network of the backtest has less past than the one that may serve.
        fit: async (past, options) => ({
          ...(await models.network(settings).fit(past, options)),
          intervals: past[0].values.length < 70 ? null : correction,
        }),
      }),
    });
    const { configuration } = await train({ series, horizon: 7, models: checked });
    expect(configuration.intervals).toEqual({
      ...correction,
      sentence: expect.stringContaining('80 and 95 % intervals held 85.0 and 97.0 %; corrected'),
    });
    const scored = await evaluate({ series, horizon: 7, models: checked });
    expect(scored.configuration.intervals).toEqual({ sentence: expect.stringContaining('too short') });
    expect((await train({ series, horizon: 7, models })).configuration).not.toHaveProperty('intervals');
  });

  it('gives the same bytes for the same seed and records the seed it was given', async () => {
    const once = await train({ series, horizon: 7, settings: { seed: 5 }, models });
    const again = await train({ series, horizon: 7, settings: { seed: 5 }, models });
    expect(once.seed).toBe(5);
    expect(again.weights).toEqual(once.weights);
    expect(again.backtest).toEqual(once.backtest);
  });

  it('reports one share that only grows, with epoch, loss and the time left from a clock', async () => {
    const reports: JobProgress[] = [];
    let time = 0;
    await train({ series, horizon: 7, models, onProgress: (p) => reports.push(p), clock: () => (time += 1000) });
    const shares = reports.map(({ done }) => done);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares[0]).toBe(0);
    expect(shares.at(-1)).toBe(1);
    expect(reports.some(({ epoch, epochs, loss }) => epoch === 2 && epochs === 3 && loss === 1 / 2)).toBe(true);
    expect(reports[0].secondsLeft).toBeNull();
    expect(reports.at(-1)?.secondsLeft).toBe(0);
    expect(reports.at(-1)?.phase).toMatch(/may serve/);
  });

  it('scores the champion on the same folds, cut to the horizon asked for', async () => {
    const { weights } = await trainUnscored({ series: [daily('z', wave(60))], horizon: 10, models });
    const pasts: number[][] = [];
    const { backtest } = await evaluate({
      series,
      horizon: 7,
      settings: { folds: 1 },
      champion: (past) => {
        pasts.push(past.map(({ values }) => values.length));
        return weights;
      },
      models,
    });
    expect(pasts).toEqual([[63, 73]]);
    expect(backtest.scores.champion).toEqual(backtest.scores.quick);
  });

  it('goes on without a champion that has seen the folds, and keeps the reason', async () => {
    const champion = () => {
      throw new Error('it has learned from the folds');
    };
    const { backtest } = await evaluate({ series, horizon: 7, champion, models });
    expect(backtest.scores.champion).toBeUndefined();
    expect(backtest.scores.quick.points).toBeGreaterThan(0);
    expect(backtest.failures).toContainEqual(
      expect.objectContaining({ model: 'champion', reason: 'it has learned from the folds' }),
    );
  });

  it('fails clearly on a loss that is not a number, and on a network that throws', async () => {
    const broken = (fit: Forecaster['fit']) => quickModels({ network: () => ({ name: 'quick', fit }) });
    const sinks = broken(async (given, options) => {
      options.onProgress?.({ epoch: 1, epochs: 1, loss: Number.NaN, validationLoss: null });
      return network.fit(given, { ...options, onProgress: undefined });
    });
    await expect(train({ series, horizon: 7, models: sinks })).rejects.toMatchObject({
      code: 'training_failed',
      message: expect.stringContaining('found a loss of NaN in epoch 1'),
    });
    const throws = broken(async () => {
      throw new Error('out of memory');
    });
    await expect(train({ series, horizon: 7, models: throws })).rejects.toMatchObject({
      code: 'training_failed',
      message: expect.stringContaining('out of memory'),
    });
  });

  it('trains again at each fold where it is told to, and keeps the network that has seen none of them', async () => {
    const reports: JobProgress[] = [];
    const seen: number[] = [];
    const spied = quickModels({
      network: () => ({
        ...network,
        fit: (past, options) => {
          seen.push(past[0].values.length);
          return network.fit(past, options);
        },
      }),
    });
    const settings = { folds: 4, stride: 2, refit: true };
    const { backtest, scoredWeights, lossCurve, configuration } = await evaluate({
      series,
      horizon: 7,
      settings,
      models: spied,
      onProgress: (p) => reports.push(p),
    });
    expect(backtest).toMatchObject(settings);
    expect(configuration).toMatchObject(settings);
    expect(seen).toEqual([57, 59, 61, 63]);
    expect(readQuick(scoredWeights).steps).toEqual({ a: 57, b: 67 });
    expect(lossCurve).toHaveLength(3);
    const shares = reports.map(({ done }) => done);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
  });

  it('is cancelled by its signal', async () => {
    const abort = new AbortController();
    const cancelled = train({ series, horizon: 7, models, signal: abort.signal, onProgress: () => abort.abort() });
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('names a setting that makes no sense', async () => {
    await expect(train({ series, horizon: 7, settings: { context: 1 } })).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('context'),
    });
  });

  it('trains although no series is long enough for a fold', async () => {
    const training = await train({ series: [daily('a', wave(5))], horizon: 7, models });
    expect(training.backtest.scores).toEqual({});
    expect(training.backtest.leftOut).toHaveLength(1);
    expect(training.scoredWeights).toHaveLength(0);
    expect(readQuick(training.weights).steps).toEqual({ a: 5 });
  });

  it('says of a network that could not be scored what was decided on it', async () => {
    const choice = { training: 'none', sentence: 'Too few data.' } as const;
    const coarser = { share: 0.3, sentence: 'It is drawn.' };
    const quick = models.network({});
    const network = () => ({
      ...quick,
      fit: async (...given: Parameters<typeof quick.fit>) => ({
        ...(await quick.fit(...given)),
        training: choice,
        coarser,
      }),
    });
    const { told, configuration } = await train({
      series: [daily('a', wave(5))],
      horizon: 7,
      models: quickModels({ network }),
    });
    expect(told.training).toEqual(choice);
    expect(configuration).toMatchObject({ training: 'none', trainingChoice: choice, coarser });
  });
});

describe('forecastAll', () => {
  const constant = daily('constant', new Array(40).fill(5));
  const short = daily('short', [1, 2, 3]);
  const empty = { ...daily('empty', []), start: START + 90 * 86_400_000 };

  it('forecasts by a baseline and says which series could not be, with the reason', async () => {
    const forecasts = await forecastAll({
      by: 'naive',
      series: [...series, constant, short, empty],
      horizon: 3,
      models,
    });
    expect(forecasts.map((f) => f.series)).toEqual(['a', 'b', 'constant', 'short', 'empty']);
    expect(forecasts.map((f) => f.fallback?.code)).toEqual([undefined, undefined, 'constant', 'short', 'empty']);
    expect(forecasts[0].quantiles[3]).toEqual(new Float64Array(3).fill(series[0].values[69]));
    expect(forecasts[2].quantiles[3]).toEqual(Float64Array.of(5, 5, 5));
    expect(forecasts[2].fallback?.model).toBe('seasonal-naive');
    expect(forecasts[4].times[0]).toBe(empty.start);
    expect(forecasts.every((f) => f.quantiles.every((level) => level.every(Number.isFinite)))).toBe(true);
  });

  it('keeps within the bounds', async () => {
    const bounds = { lower: 6, upper: 110 };
    const forecasts = await forecastAll({ by: 'naive', series: [...series, constant], horizon: 3, bounds, models });
    for (const { quantiles } of forecasts) {
      for (const value of quantiles.flatMap((level) => [...level])) {
        expect(value).toBeGreaterThanOrEqual(6);
        expect(value).toBeLessThanOrEqual(110);
      }
    }
    expect(forecasts[2].quantiles[3][0]).toBe(6);
  });

  it('keeps a network within bounds that it was not trained with', async () => {
    const fitted = await network.fit(series, { horizon: 3, seed: 1 });
    const [forecast] = await forecastAll({
      by: fitted,
      series: [series[0]],
      horizon: 3,
      bounds: { upper: 90 },
      models,
    });
    expect(forecast.quantiles.flatMap((level) => [...level])).toEqual(new Array(21).fill(90));
  });

  it('lets one series that a network cannot forecast stop no other', async () => {
    const fitted = await network.fit(series, { horizon: 3, seed: 1 });
    const picky: Fitted = {
      ...fitted,
      async forecast(given) {
        if (given.some(({ id }) => id === 'a')) throw new Error('not a');
        return fitted.forecast(given);
      },
    };
    const forecasts = await forecastAll({ by: picky, series, horizon: 3, models });
    expect(forecasts.map((f) => [f.series, f.fallback?.code])).toEqual([
      ['a', 'failed'],
      ['b', undefined],
    ]);
  });

  it('replaces a forecast that is not finite', async () => {
    const fitted = await network.fit(series, { horizon: 3, seed: 1 });
    const overflowing: Fitted = {
      ...fitted,
      forecast: async (given) =>
        (await fitted.forecast(given)).map((f) => ({ ...f, quantiles: f.quantiles.map((q) => q.map(() => Infinity)) })),
    };
    const [forecast] = await forecastAll({ by: overflowing, series: [series[0]], horizon: 3, models });
    expect(forecast.fallback).toMatchObject({ code: 'failed', model: 'seasonal-naive' });
    expect(forecast.quantiles.flatMap((q) => [...q]).every(Number.isFinite)).toBe(true);
  });

  it('refuses a baseline it does not know', async () => {
    await expect(forecastAll({ by: 'prophet', series, horizon: 3, models })).rejects.toThrow(/"prophet"/);
  });
});
