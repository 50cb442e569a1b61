import { expect, test } from 'vitest';
import { backtest, defaultFolds } from '../../models/backtest.ts';
import type { Fitted, Forecast, Forecaster } from '../../models/forecaster.ts';
import { naive, seasonalNaive } from '../../models/naive.ts';
import type { Series } from '../../models/series.ts';

const NA = Number.NaN;

test('the newest fold holds back the last horizon, each older one a stride more', async () => {
  const seen = recorder('seen');
  const { origins, forecasts } = await backtest({
    forecasters: [seen],
    series: [series('s', count(20))],
    horizon: 3,
    folds: 3,
    stride: 2,
    seed: 1,
  });
  expect(origins).toEqual({ s: [12, 14, 16] });
  expect(forecasts.map(({ fold, origin, times, actual }) => ({ fold, origin, times, actual }))).toEqual([
    { fold: 0, origin: 12, times: [13, 14, 15], actual: [13, 14, 15] },
    { fold: 1, origin: 14, times: [15, 16, 17], actual: [15, 16, 17] },
    { fold: 2, origin: 16, times: [17, 18, 19], actual: [17, 18, 19] },
  ]);
});

test('without refit a forecaster is trained once, on what came before the first origin', async () => {
  const seen = recorder('seen');
  await backtest({ forecasters: [seen], series: [series('s', count(20))], horizon: 3, folds: 3, seed: 9 });
  expect(seen.trainings).toEqual([{ seed: 9, lengths: { s: 11 } }]);
  expect(seen.asked).toEqual([{ s: 11 }, { s: 14 }, { s: 17 }]);
  expect(seen.freed()).toBe(1);
});

test('with refit it is trained again at each origin, and every training is freed', async () => {
  const seen = recorder('seen');
  await backtest({ forecasters: [seen], series: [series('s', count(20))], horizon: 3, folds: 3, refit: true, seed: 9 });
  expect(seen.trainings.map(({ lengths }) => lengths)).toEqual([{ s: 11 }, { s: 14 }, { s: 17 }]);
  expect(seen.freed()).toBe(3);
});

test('folds trained at the same time give what they give one after the other, and never more than allowed are at work', async () => {
  const run = async (concurrency: number) => {
    let [begun, working, most] = [0, 0, 0];
    // The first ones end only when as many as are allowed have begun, the newest first.
    const waiting: (() => void)[] = [];
    const slow: Forecaster = {
      name: 'slow',
      async fit(all, options) {
        begun++;
        most = Math.max(most, ++working);
        if (begun < concurrency) await new Promise<void>((resolve) => waiting.unshift(resolve));
        for (const resolve of waiting.splice(0)) resolve();
        working--;
        if (all[0].values.length === 15) throw new Error('this fold fails');
        return naive.fit(all, options);
      },
    };
    const result = await backtest({
      forecasters: [slow, seasonalNaive],
      series: [
        series(
          's',
          Array.from(count(20), (t) => t + Math.sin(t)),
        ),
      ],
      horizon: 2,
      folds: 4,
      stride: 1,
      refit: true,
      concurrency,
      seed: 1,
    });
    return { result, most };
  };
  const [one, three] = [await run(1), await run(3)];
  expect([one.most, three.most]).toEqual([1, 3]);
  expect(three.result).toEqual(one.result);
  expect(one.result.failures).toEqual([{ model: 'slow', series: null, fold: 0, reason: 'this fold fails' }]);
  expect(one.result.scores.slow.forecasts).toBe(3);
});

test('rewriting the future changes no forecast', async () => {
  const past = count(14).map((v) => v + Math.sin(v));
  const run = (future: number[]) =>
    backtest({
      forecasters: [seasonalNaive, naive],
      series: [series('s', [...past, ...future], 2)],
      horizon: 3,
      folds: 1,
      seed: 1,
    });
  const [one, other] = [await run([1, 2, 3]), await run([1e6, -5, 0])];
  expect(other.forecasts.map(({ quantiles }) => quantiles)).toEqual(one.forecasts.map(({ quantiles }) => quantiles));
  expect(other.scores.naive.mae).not.toBe(one.scores.naive.mae);
});

test('scores are given in all, by series and by step', async () => {
  const result = await backtest({
    forecasters: [naive],
    series: [series('up', count(12)), series('flat', new Array(12).fill(5))],
    horizon: 2,
    folds: 2,
    seed: 1,
  });
  // A line climbing by 1 is missed by 1 and then 2 in both folds, a constant never.
  expect(result.scores.naive).toMatchObject({ forecasts: 4, points: 8, mae: 0.75, mase: 1.5 });
  expect(result.bySeries.naive.up).toMatchObject({ forecasts: 2, mae: 1.5, mase: 1.5 });
  expect(result.bySeries.naive.flat).toMatchObject({ forecasts: 2, mae: 0, mase: null });
  expect(result.byHorizon.naive.map(({ mae }) => mae)).toEqual([0.5, 1]);
});

test('a series too short for any fold is left out by name, a shorter one has fewer folds', async () => {
  const result = await backtest({
    forecasters: [naive],
    series: [series('long', count(20)), series('middle', count(9)), series('short', [1, 2, 3]), series('empty', [])],
    horizon: 3,
    folds: 3,
    seed: 1,
  });
  expect(result.origins).toEqual({ long: [10, 13, 16], middle: [2, 5] });
  expect(result.leftOut).toEqual([
    {
      series: 'short',
      reason: 'found 3 observations in 3 steps, expected at least 2 before the last 3 steps and one within them',
    },
    {
      series: 'empty',
      reason: 'found 0 observations in 0 steps, expected at least 2 before the last 3 steps and one within them',
    },
  ]);
});

test('a missing actual is null and not scored', async () => {
  const result = await backtest({
    forecasters: [naive],
    series: [series('s', [1, 2, 3, 4, 5, NA, 7])],
    horizon: 2,
    folds: 1,
    seed: 1,
  });
  expect(result.forecasts[0].actual).toEqual([null, 7]);
  expect(result.scores.naive.points).toBe(1);
});

test('one series that a forecaster cannot do stops nothing, is named, and is left out for all so that scores compare', async () => {
  const picky = recorder('picky', (past) => {
    if (past.id === 'bad') throw new Error('no forecast of "bad"');
  });
  const result = await backtest({
    forecasters: [naive, picky],
    series: [series('good', count(12)), series('bad', count(12))],
    horizon: 2,
    folds: 1,
    seed: 1,
  });
  expect(result.failures).toEqual([{ model: 'picky', series: 'bad', fold: 0, reason: 'no forecast of "bad"' }]);
  expect(Object.keys(result.bySeries.naive)).toEqual(['good']);
  expect(Object.keys(result.bySeries.picky)).toEqual(['good']);
  expect(result.forecasts.map(({ model, series }) => `${model} ${series}`)).toEqual([
    'naive good',
    'naive bad',
    'picky good',
  ]);
});

test('a forecaster whose training fails is named and the others are scored without it', async () => {
  const broken: Forecaster = {
    name: 'broken',
    async fit() {
      throw new Error('loss is not a number');
    },
  };
  const result = await backtest({
    forecasters: [broken, naive],
    series: [series('s', count(12))],
    horizon: 2,
    folds: 2,
    seed: 1,
  });
  expect(result.failures).toEqual([{ model: 'broken', series: null, fold: 0, reason: 'loss is not a number' }]);
  expect(Object.keys(result.scores)).toEqual(['naive']);
  expect(result.scores.naive.forecasts).toBe(2);
});

test('progress rises to the total and says what is going on', async () => {
  const reports: [number, number, string][] = [];
  await backtest({
    forecasters: [naive, recorder('seen')],
    series: [series('a', count(12)), series('b', count(12))],
    horizon: 2,
    folds: 1,
    seed: 1,
    onProgress: ({ done, total, sentence }) => reports.push([done, total, sentence]),
  });
  expect(reports).toEqual([
    [0, 4, 'naive: fold 1 of 1, training'],
    [2, 4, 'naive: fold 1 of 1, 2 of 2 series'],
    [2, 4, 'seen: fold 1 of 1, training'],
    [2, 4, 'seen: fold 1 of 1, epoch 1 of 2'],
    [4, 4, 'seen: fold 1 of 1, 2 of 2 series'],
  ]);
});

test('an abort rejects with "cancelled", and what was trained is freed', async () => {
  const stop = new AbortController();
  const seen = recorder('seen', () => stop.abort());
  const running = backtest({
    forecasters: [seen, naive],
    series: [series('s', count(20))],
    horizon: 2,
    folds: 3,
    seed: 1,
    signal: stop.signal,
  });
  await expect(running).rejects.toThrow('cancelled');
  expect(seen.freed()).toBe(1);
  expect(seen.asked).toHaveLength(1);
});

test('the result survives JSON unchanged', async () => {
  const result = await backtest({
    forecasters: [naive, seasonalNaive],
    series: [series('s', [1, 2, NA, 4, 5, NA, 7, 3, 3, 5], 2)],
    horizon: 2,
    folds: 2,
    seed: 1,
  });
  expect(JSON.parse(JSON.stringify(result))).toEqual(result);
});

test('options that make no sense are refused by name', async () => {
  const good = { forecasters: [naive], series: [series('s', count(20))], horizon: 2, seed: 1 };
  await expect(backtest({ ...good, horizon: 0 })).rejects.toThrow('found horizon 0, expected a whole number from 1');
  await expect(backtest({ ...good, folds: 1.5 })).rejects.toThrow('found folds 1.5, expected a whole number from 1');
  await expect(backtest({ ...good, stride: -1 })).rejects.toThrow('found stride -1, expected a whole number from 1');
  await expect(backtest({ ...good, concurrency: 0 })).rejects.toThrow(
    'found concurrency 0, expected a whole number from 1',
  );
  await expect(backtest({ ...good, forecasters: [naive, naive] })).rejects.toThrow(
    'found two forecasters named "naive"',
  );
});

test('the usual number of folds is what the data can spare, one to three', () => {
  expect(defaultFolds([500, 500, 40], 18, 12)).toBe(3);
  expect(defaultFolds([110, 120, 130], 18, 12)).toBe(2);
  expect(defaultFolds([20, 21, 22], 6, 1)).toBe(1);
  expect(defaultFolds([], 6, 1)).toBe(1);
});

function series(id: string, values: number[], season = 1): Series {
  return {
    id,
    frequency: { unit: 'step', count: 1 },
    zone: 'UTC',
    season,
    start: 0,
    values: Float64Array.from(values),
  };
}

function count(to: number): number[] {
  return Array.from({ length: to }, (_, t) => t);
}

/** A forecaster that forecasts 0 and writes down what it was given. */
function recorder(name: string, before: (past: Series) => void = () => {}) {
  const trainings: { seed: number; lengths: Record<string, number> }[] = [];
  const asked: Record<string, number>[] = [];
  let freed = 0;
  const lengths = (all: readonly Series[]) => Object.fromEntries(all.map(({ id, values }) => [id, values.length]));
  return {
    name,
    trainings,
    asked,
    freed: () => freed,
    async fit(all, { horizon, seed, onProgress }): Promise<Fitted> {
      trainings.push({ seed, lengths: lengths(all) });
      onProgress?.({ epoch: 1, epochs: 2, loss: 1, validationLoss: null });
      return {
        async forecast(pasts): Promise<Forecast[]> {
          for (const past of pasts) before(past);
          asked.push(lengths(pasts));
          return pasts.map(({ id, values }) => ({
            series: id,
            origin: values.length - 1,
            times: Float64Array.from({ length: horizon }, (_, k) => values.length + k),
            quantiles: Array.from({ length: 7 }, () => new Float64Array(horizon)),
          }));
        },
        save: () => new Uint8Array(),
        dispose() {
          freed++;
        },
      };
    },
  } satisfies Forecaster & Record<string, unknown>;
}
