import { describe, expect, it } from 'vitest';
import { backtest } from '../../models/backtest.ts';
import type { Forecaster, TrainingProgress } from '../../models/forecaster.ts';
import { recurrentForecaster } from '../../models/rnn/forecaster.ts';
import type { Series } from '../../models/series.ts';
import { threadedForecaster } from '../../server/member-threads.ts';
import { shipped } from '../../server/shipped.ts';

/** Five years of months, twice: enough for a network of a few units, and to check its intervals on four folds of three. */
const SERIES: Series[] = [0, 3].map((phase) => ({
  id: `wave ${phase}`,
  frequency: { unit: 'month', count: 1 },
  zone: 'UTC',
  season: 12,
  start: 0,
  values: Float64Array.from({ length: 60 }, (_, t) => 50 + t + 10 * Math.sin((2 * Math.PI * (t + phase)) / 12)),
}));
const SETTINGS = { members: 3, epochs: 3, units: 4 };
const OPTIONS = { horizon: 3, seed: 11 };

describe('threadedForecaster', () => {
  it('comes to the same bytes as training one member after the other, however many threads there are', async () => {
    const forecasters = [
      recurrentForecaster(SETTINGS, shipped),
      threadedForecaster(SETTINGS, 2),
      threadedForecaster(SETTINGS, 3),
    ];
    const [alone, two, three] = await Promise.all(forecasters.map((forecaster) => forecaster.fit(SERIES, OPTIONS)));
    expect(alone.intervals?.folds).toBe(4);
    expect(two.save()).toEqual(alone.save());
    expect(three.save()).toEqual(alone.save());
    expect((await three.forecast(SERIES))[1].quantiles).toEqual((await alone.forecast(SERIES))[1].quantiles);
  });

  it('lets folds decide on the part of Theta and ETS, in threads as in turn', async () => {
    const forecasters = [
      recurrentForecaster({ training: 'fine-tune' }, shipped),
      threadedForecaster({ training: 'fine-tune' }, 2),
    ];
    const [alone, two] = await Promise.all(forecasters.map((forecaster) => forecaster.fit(SERIES, OPTIONS)));
    expect(alone.combination?.sentence).toMatch(/MASE on 8 stretches that one network had not seen/);
    expect(two.combination).toEqual(alone.combination);
    expect(two.save()).toEqual(alone.save());
  });

  it('trains folds beside each other to the same forecasts and scores as one after the other', async () => {
    const run = async (concurrency: number) => {
      const network = threadedForecaster({ ...SETTINGS, members: 1 }, 1);
      let [working, most] = [0, 0];
      const counted: Forecaster = {
        name: network.name,
        async fit(series, options) {
          most = Math.max(most, ++working);
          const fitted = await network.fit(series, options);
          working--;
          return fitted;
        },
      };
      const folds = { folds: 3, stride: 2, refit: true, concurrency };
      return { result: await backtest({ forecasters: [counted], series: SERIES, ...OPTIONS, ...folds }), most };
    };
    const [one, three] = [await run(1), await run(3)];
    expect([one.most, three.most]).toEqual([1, 3]);
    expect(one.result.forecasts).toHaveLength(6);
    expect(three.result).toEqual(one.result);
  });

  it('tells one curve of all members, an epoch once each has finished it, the same each time', async () => {
    const curves: TrainingProgress[][] = [[], []];
    const forecaster = threadedForecaster(SETTINGS, 3);
    for (const curve of curves) {
      const onProgress = (progress: TrainingProgress) => curve.push(progress);
      await forecaster.fit(SERIES, { ...OPTIONS, onProgress });
    }
    expect(curves[0].map(({ epoch, epochs }) => [epoch, epochs])).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
    expect(curves[0].every(({ loss }) => Number.isFinite(loss))).toBe(true);
    expect(curves[1]).toEqual(curves[0]);
  });

  it('stops at once when it is cancelled, in training or before it', async () => {
    const abort = new AbortController();
    const long = threadedForecaster({ ...SETTINGS, epochs: 10_000 }, 3);
    const fitting = long.fit(SERIES, { ...OPTIONS, signal: abort.signal, onProgress: () => abort.abort() });
    await expect(fitting).rejects.toThrow('cancelled');
    await expect(long.fit(SERIES, { ...OPTIONS, signal: AbortSignal.abort() })).rejects.toThrow('cancelled');
  });

  it('refuses a setting that makes no sense before any thread starts', () => {
    expect(() => threadedForecaster({ units: 0 })).toThrow('units: found 0, expected a whole number from 1 to 1024');
  });
});
