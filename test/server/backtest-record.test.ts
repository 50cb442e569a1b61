import { expect, test } from 'vitest';
import type { BacktestForecast } from '../../models/backtest.ts';
import { foldsToKeep } from '../../server/backtest-record.ts';
import type { TrainingData } from '../../server/training-data.ts';

test('of many folds each series keeps its oldest and its newest forecasts', () => {
  const forecast = (series: string, fold: number): BacktestForecast => ({
    model: 'rnn',
    series,
    fold,
    origin: 10 + fold,
    times: [11 + fold],
    quantiles: [[1], [2], [3], [4], [5], [6], [7]],
    actual: [4],
  });
  const all = [0, 1, 2, 3, 4].flatMap((fold) => [
    forecast('long', fold),
    ...(fold > 2 ? [forecast('short', fold)] : []),
  ]);
  const data = {
    ids: new Map([
      ['long', 7],
      ['short', 8],
    ]),
  } as unknown as TrainingData;
  const kept = foldsToKeep(all, data, 3);
  expect(kept.map(({ seriesId, origin }) => [seriesId, origin])).toEqual([
    [7, 10],
    [7, 13],
    [7, 14],
    [8, 13],
    [8, 14],
  ]);
  expect(Array.from(kept[0].quantiles)).toEqual([1, 2, 3, 4, 5, 6, 7]);
});
