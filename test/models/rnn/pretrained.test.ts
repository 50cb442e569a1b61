import { describe, expect, it } from 'vitest';
import { loadNetwork, recurrentForecaster } from '../../../models/rnn/forecaster.ts';
import { adopt } from '../../../models/rnn/pretrained.ts';
import type { Frequency, Series } from '../../../models/series.ts';
import { shipped } from '../../../server/shipped.ts';
import { keepsTheContract } from '../contract.ts';

keepsTheContract('the pre-trained network as it is', {
  forecaster: recurrentForecaster({ training: 'none' }, shipped),
  load: loadNetwork,
});
keepsTheContract('the fine-tuned network', {
  forecaster: recurrentForecaster({ training: 'fine-tune' }, shipped),
  load: loadNetwork,
});

const DAY = 86_400_000;
function dataset(frequency: Frequency, season: number, length: number): Series[] {
  return [0, 2].map((phase) => ({
    id: `s${phase}`,
    frequency,
    zone: 'UTC',
    season,
    start: frequency.unit === 'step' ? 0 : 19_000 * DAY,
    values: Float64Array.from(
      { length },
      (_, t) => 200 + t + 20 * Math.sin((2 * Math.PI * (t + phase)) / Math.max(season, 2)) + ((t * t) % 7),
    ),
  }));
}

/**
 * Series of each shipped network, too short for intervals to be checked on held-back folds; and the network of the coarser step,
 * where they are long enough for one.
 */
const PERIODS = [
  ['yearly', dataset({ unit: 'year', count: 1 }, 1, 24), 6, null],
  ['quarterly', dataset({ unit: 'month', count: 3 }, 4, 30), 8, null],
  ['monthly', dataset({ unit: 'month', count: 1 }, 12, 50), 12, 'yearly'],
  ['weekly', dataset({ unit: 'week', count: 1 }, 52, 120), 13, null],
  ['daily', dataset({ unit: 'day', count: 1 }, 7, 70), 14, 'weekly'],
  ['hourly', dataset({ unit: 'hour', count: 1 }, 24, 150), 24, 'daily'],
  ['any', dataset({ unit: 'minute', count: 30 }, 48, 150), 24, 'hourly'],
] as const;

describe('adopt', () => {
  it.each(
    PERIODS,
  )('forecasts as the forecaster does that trains nothing: %s', async (name, series, horizon, coarser) => {
    const asked: string[] = [];
    const read = (network: string) => {
      asked.push(network);
      return shipped(network);
    };
    const adopted = adopt(series, read, { horizon });
    expect(asked).toEqual(coarser ? [name, coarser] : [name]);
    const fitted = await recurrentForecaster({ training: 'none', baselineShare: 0 }, shipped).fit(series, {
      horizon,
      seed: 5,
    });
    expect(fitted.intervals).toBeNull();
    const [ours, theirs] = [await adopted.forecast(series), await fitted.forecast(series)];
    expect(ours).toEqual(theirs);
    for (const { quantiles, fallback } of ours) {
      expect(fallback).toBeUndefined();
      expect(quantiles[3]).toHaveLength(horizon);
      // A climb with a wave about it: what comes next lies about where it was.
      expect(quantiles[3].every((v) => v > 150 && v < 500)).toBe(true);
    }
  });

  it('forecasts further than the network looks, and within the bounds a person set', async () => {
    const [, , [, series]] = PERIODS;
    const [forecast] = await adopt(series, shipped, { horizon: 60, bounds: { upper: 260 } }).forecast(series);
    expect(forecast.times).toHaveLength(60);
    for (const level of forecast.quantiles) {
      expect(level).toHaveLength(60);
      expect(level.every((v) => Number.isFinite(v) && v <= 260)).toBe(true);
    }
  });

  it('refuses bytes that are no network, and one of another shape', async () => {
    const [, , [, series]] = PERIODS;
    expect(() => adopt(series, () => Uint8Array.of(1, 2, 3), { horizon: 6 })).toThrow(
      'found 3 bytes that are no saved network',
    );
    const other = adopt(series, () => shipped('yearly'), { horizon: 6 });
    await expect(other.forecast(series)).rejects.toThrow(/^found \d+ weights, expected \d+$/);
  });
});
