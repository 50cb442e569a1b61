import { describe, expect, it } from 'vitest';
import { fitToEnsemble, heldBackForecasts } from '../../../models/rnn/calibration.ts';
import {
  assembleNetwork,
  calibratePlanned,
  checksIntervals,
  loadNetwork,
  recurrentForecaster,
  trainPlanned,
} from '../../../models/rnn/forecaster.ts';
import { planFor } from '../../../models/rnn/plan.ts';
import { randomFrom } from '../../../models/rnn/random.ts';
import type { Series } from '../../../models/series.ts';
import { keepsTheContract } from '../contract.ts';

const HORIZON = 4;
const settings = { units: 5, epochs: 30, members: 2 } as const;
const options = { horizon: HORIZON, seed: 3 };

// Networks this small, of so few series, have intervals that are too wide: there is something to correct.
keepsTheContract('a network whose intervals are corrected', {
  forecaster: {
    name: 'rnn',
    async fit(given, own) {
      const plan = planFor(given, settings, own);
      const weights = await Promise.all(
        plan.members.map((_, m) => trainPlanned(given, plan, m, { signal: own.signal })),
      );
      return assembleNetwork(given, plan, weights, (await calibratePlanned(noisy(6, 200), plan)).correction);
    },
  },
  load: loadNetwork,
});

describe('the check of the intervals', () => {
  it('uses the newest fifth of the typical series, at most eight folds, and nothing of series shorter than twenty horizons', async () => {
    const foldsOf = async (length: number) =>
      new Set((await heldBackForecasts(noisy(3, length), plan(noisy(3, length)))).map(({ fold }) => fold)).size;
    expect(await foldsOf(79)).toBe(0);
    expect(await foldsOf(80)).toBe(4);
    expect(await foldsOf(200)).toBe(8);
    expect(checksIntervals({ series: noisy(3, 79), plan: plan(noisy(3, 79)) })).toBe(false);
    expect(checksIntervals({ series: noisy(3, 80), plan: plan(noisy(3, 80)) })).toBe(true);
    expect(await calibratePlanned(noisy(3, 79), plan(noisy(3, 79)))).toEqual({ correction: null });
  });

  it('forecasts each fold as if nothing after its origin had ever been', async () => {
    const series = noisy(3, 100);
    const own = plan(series);
    const was = await heldBackForecasts(series, own);
    // Five folds: the origin of the first is 20 steps before the end, that of the third 12.
    const rewritten = series.map((s) => ({ ...s, values: s.values.map((v, t) => (t >= 88 ? 7 * v : v)) }));
    const now = await heldBackForecasts(rewritten, own);
    for (const [i, { fold, quantiles, actual }] of was.entries()) {
      expect(now[i].fold).toBe(fold);
      if (fold <= 2) expect(now[i].quantiles).toEqual(quantiles);
      else expect(now[i].quantiles).not.toEqual(quantiles);
      if (fold <= 1) expect(now[i].actual).toEqual(actual);
      else expect(now[i].actual).not.toEqual(actual);
    }
  });

  it('corrects the intervals and leaves the medians, and says so after saving and loading', async () => {
    const series = noisy(6, 200);
    const fitted = await recurrentForecaster(settings).fit(series, options);
    expect(fitted.intervals?.folds).toBe(8);
    expect(fitted.intervals?.widths.some((width) => width !== 1)).toBe(true);
    const loaded = loadNetwork(fitted.save());
    expect(loaded.intervals).toEqual(fitted.intervals);
    const own = plan(series);
    const weights = [await trainPlanned(series, own, 0), await trainPlanned(series, own, 1)];
    const [corrected, uncorrected] = [
      await loaded.forecast(series),
      await assembleNetwork(series, own, weights).forecast(series),
    ];
    const [, , width95] = fitted.intervals!.widths;
    for (const [i, { quantiles }] of corrected.entries()) {
      expect(quantiles[3]).toEqual(uncorrected[i].quantiles[3]);
      const [log, was] = [quantiles, uncorrected[i].quantiles].map((q) => Math.log(q[6][0] / q[3][0]));
      expect(log / was).toBeCloseTo(width95, 6);
    }
  });

  it('gives the same bytes when it is made apart, from the plan as it travels', async () => {
    const series = noisy(4, 120);
    const together = await recurrentForecaster(settings).fit(series, options);
    const travelled = JSON.parse(JSON.stringify(plan(series)));
    const { correction: ofOne } = await calibratePlanned(series, travelled);
    const weights = [await trainPlanned(series, travelled, 0), await trainPlanned(series, travelled, 1)];
    const apart = assembleNetwork(series, travelled, weights, await fitToEnsemble(ofOne!, series, travelled, weights));
    expect(Buffer.from(apart.save()).equals(Buffer.from(together.save()))).toBe(true);
  });

  it('makes what was found of one member fit the mean of all, unless some say nothing of the spread', async () => {
    const series = noisy(6, 200);
    const own = plan(series);
    const weights = [await trainPlanned(series, own, 0), await trainPlanned(series, own, 1)];
    const ofOne = (await calibratePlanned(series, own)).correction!;
    const { averaging, widths, before } = await fitToEnsemble(ofOne, series, own, weights);
    expect(before).toEqual(ofOne.before);
    averaging!.forEach((factor, i) => {
      expect(factor).toBeGreaterThan(0.7);
      expect(factor).toBeLessThanOrEqual(1);
      expect(widths[i]).toBe(ofOne.widths[i] * factor);
    });
    expect(averaging!.some((factor) => factor < 1)).toBe(true);
    const single = { ...own, members: own.members.slice(0, 1) };
    expect(await fitToEnsemble(ofOne, series, single, weights.slice(0, 1))).toBe(ofOne);
    const [first, second] = own.members;
    const shy = { ...own, members: [first, { ...second, medianOnly: true }] };
    expect(await fitToEnsemble(ofOne, series, shy, weights)).toBe(ofOne);
  });

  it('keeps corrected intervals within the bounds of a person, and survives a value that the space does not have', async () => {
    const series = noisy(4, 200).map((s, i) => ({
      ...s,
      values: s.values.map((v, t) => (i === 0 && t === 180 ? -v : v)),
    }));
    const bounded = await recurrentForecaster({ ...settings, lower: 95, upper: 105 }).fit(series, options);
    for (const { quantiles } of await bounded.forecast(series)) {
      for (const q of quantiles) for (const v of q) expect(v >= 95 && v <= 105).toBe(true);
    }
    expect(bounded.intervals?.widths.every(Number.isFinite)).toBe(true);
  });

  it('stops when it is cancelled', async () => {
    const stop = new AbortController();
    stop.abort();
    await expect(calibratePlanned(noisy(3, 100), plan(noisy(3, 100)), { signal: stop.signal })).rejects.toThrow(
      'cancelled',
    );
  });
});

const plan = (series: readonly Series[]) => planFor(series, settings, options);

/** Daily series without a season: a hundred, each step some per cent off. */
function noisy(count: number, length: number): Series[] {
  const random = randomFrom(9);
  return Array.from({ length: count }, (_, i) => ({
    id: `s${i}`,
    frequency: { unit: 'day', count: 1 },
    zone: 'UTC',
    season: 1,
    start: Date.UTC(2020, 0, 1),
    values: Float64Array.from({ length }, () => 100 * Math.exp(0.05 * random.normal())),
  }));
}
