import { describe, expect, it } from 'vitest';
import { fromBytes } from '../../../models/rnn/bytes.ts';
import { coarserFor, drawn, planCoarser } from '../../../models/rnn/coarser.ts';
import { assembleNetwork, loadNetwork, recurrentForecaster } from '../../../models/rnn/forecaster.ts';
import { adopt } from '../../../models/rnn/pretrained.ts';
import { randomFrom } from '../../../models/rnn/random.ts';
import type { Series } from '../../../models/series.ts';
import type { NetworkSettings } from '../../../models/settings.ts';
import { shipped } from '../../../server/shipped.ts';

const options = { horizon: 48, seed: 1, bounds: {}, untrained: false, share: 'auto' } as const;

/** Hours of a day's course about a level that a chance of every hour blurs; where it `walks`, the middle
 * one never comes back to it. */
function hours(count: number, { walks = false, days = 20 } = {}): Series[] {
  const random = randomFrom(7);
  return Array.from({ length: count }, (_, i) => {
    let level = 100;
    return {
      id: `h${i}`,
      frequency: { unit: 'hour', count: 1 },
      zone: 'UTC',
      season: 24,
      start: Date.UTC(2024, 0, 1),
      values: Float64Array.from({ length: 24 * days }, (_, t) => {
        const chance = random.normal();
        const walk = walks && i === count >> 1;
        if (walk) level += chance;
        return level * (1 + 0.2 * Math.sin((t * Math.PI) / 12)) + (walk ? 0 : 5 * chance);
      }),
    };
  });
}

const asIs = (series: readonly Series[], settings: Partial<NetworkSettings> = {}, horizon = 48) =>
  recurrentForecaster({ training: 'none', baselineShare: 0, ...settings }, shipped).fit(series, { horizon, seed: 1 });

/** The same forecast by a network that was saved without its coarser one. */
async function alone(series: readonly Series[], settings: Partial<NetworkSettings> = {}) {
  const { plan, weights } = fromBytes((await asIs(series, settings)).save());
  return assembleNetwork(series, plan, weights).forecast(series);
}

describe('planCoarser', () => {
  it('is that of the shipped network of the coarser step, as it is, for the whole cycles of the horizon', () => {
    expect(planCoarser(hours(2), options)).toMatchObject({
      training: 'none',
      horizon: 2,
      members: [{ start: 'daily' }],
    });
    expect(planCoarser(hours(2), { ...options, horizon: 71 })?.horizon).toBe(2);
  });

  it('is none within one cycle, without a coarser step, on few days, and where every change stays', () => {
    expect(planCoarser(hours(2), { ...options, horizon: 23 })).toBeNull();
    expect(planCoarser([], options)).toBeNull();
    expect(planCoarser(hours(2, { days: 3 }), options)).toBeNull();
    expect(planCoarser(hours(1, { walks: true }), options)).toBeNull();
    const weeks = hours(2).map((one) => ({ ...one, frequency: { unit: 'week', count: 1 } as const, season: 52 }));
    expect(planCoarser(weeks, { ...options, horizon: 60 })).toBeNull();
  });

  it('carries its forecast on where the horizon holds more cycles than its network looks ahead', async () => {
    const [series] = hours(1);
    const horizon = 24 * 30;
    const coarser = coarserFor([series], { ...options, horizon }, shipped)!;
    expect(coarser.networks.plan).toMatchObject({ horizon: 28, asked: 30 });
    const forecasts = await adopt([series], shipped, { horizon }).forecast([series]);
    expect(forecasts[0].quantiles[3]).toHaveLength(horizon);
    expect(forecasts[0].quantiles[3].every((v) => v > 40 && v < 160)).toBe(true);
  });
});

describe('forecasts drawn towards those of a coarser step', () => {
  it('move the level of a day and not its course, for the series whose means tell, and say so', async () => {
    const series = hours(3, { walks: true });
    const fitted = await asIs(series);
    expect(fitted.coarser).toEqual({
      share: 0.3,
      sentence:
        'The forecasts of 2 of 3 series are drawn by 30 % towards what the pre-trained network of daily series says of the means of whole days.',
    });
    const [ours, before] = [await fitted.forecast(series), await alone(series)];
    expect(ours[1]).toEqual(before[1]);
    const { networks } = coarserFor(series, options, shipped)!;
    for (const i of [0, 2]) {
      const [moved, own] = [ours[i].quantiles[3], before[i].quantiles[3]];
      expect(moved).not.toEqual(own);
      // Up to the middle of the first day all of it moves alike.
      const by = moved.map((v, k) => v / own[k]);
      for (const ratio of by.subarray(0, 12)) expect(ratio).toBeCloseTo(by[0], 9);
      expect(Math.abs(Math.log(by[0]))).toBeLessThan(0.1);
    }
    expect(await drawn(before, series, networks)).toEqual(ours);
  });

  it('are told of one series in its own words', async () => {
    expect((await asIs(hours(1))).coarser?.sentence).toMatch(/^Its forecast is drawn by 30 % towards/);
  });

  it('are saved with the networks they are drawn towards, and within the bounds of a person', async () => {
    const series = hours(2);
    const fitted = await asIs(series, { upper: 110 });
    const loaded = loadNetwork(fitted.save());
    expect(await loaded.forecast(series)).toEqual(await fitted.forecast(series));
    expect((await loaded.forecast(series)).every(({ quantiles }) => quantiles[6].every((v) => v <= 110))).toBe(true);
    expect(await loaded.forecast(series)).not.toEqual(await alone(series, { upper: 110 }));
  });

  it.each([
    ['a network of their own', { units: 4, epochs: 1, members: 1 }],
    ['one from nothing', { training: 'from-nothing', members: 1 }],
  ] as const)('are not made where a person asks for %s', async (_, settings) => {
    const own = await recurrentForecaster(settings, shipped).fit(hours(2), { horizon: 24, seed: 1 });
    expect(own.coarser).toBeNull();
    expect(fromBytes(own.save())).not.toHaveProperty('coarser');
  });

  it('are made by the share that a person set, and none by 0 or for another season', async () => {
    const series = hours(2);
    const all = await asIs(series, { coarserShare: 1 });
    expect(all.coarser).toMatchObject({ share: 1, sentence: expect.stringContaining('drawn by 100 %') });
    expect(await all.forecast(series)).not.toEqual(await (await asIs(series)).forecast(series));
    expect((await asIs(series, { coarserShare: 0 })).coarser).toBeNull();
    expect((await asIs(series, { season: 12 })).coarser).toBeNull();
  });

  it('are told of the series that are forecast by the networks alone', async () => {
    const series = hours(12);
    const stale = { ...series[3], id: 'stale', values: series[3].values.slice(0, 24 * 12) };
    const fitted = await asIs([...series, stale]);
    expect(fitted.coarser?.sentence).toContain('The forecasts of 12 of 13 series');
    expect((await fitted.forecast([...series, stale]))[12].fallback?.code).toBe('stale');
  });

  it('do not look behind the origin', async () => {
    const series = hours(2, { days: 30 });
    const past = series.map((one) => ({ ...one, values: one.values.slice(0, 24 * 25) }));
    const changed = series.map((one) => ({ ...one, values: one.values.map((v, t) => (t < 24 * 25 ? v : 1e6)) }));
    const cut = changed.map((one) => ({ ...one, values: one.values.subarray(0, 24 * 25) }));
    const fitted = await asIs(past);
    expect(await fitted.forecast(cut)).toEqual(await fitted.forecast(past));
  });
});

describe('steps of minutes', () => {
  const DAY = 48;
  /** Half-hours of four weeks with a day and a weekend, and what comes in the next week. */
  const load = (t: number) => (Math.floor(t / DAY) % 7 > 4 ? 50 : 100) * (1 + 0.3 * Math.sin((2 * Math.PI * t) / DAY));
  const halfHours: Series = {
    id: 'load',
    frequency: { unit: 'minute', count: 30 },
    zone: 'UTC',
    season: DAY,
    start: Date.UTC(2024, 0, 1),
    values: Float64Array.from({ length: 28 * DAY }, (_, t) => load(t)),
  };
  const horizon = 7 * DAY;
  const errorOf = (median: Float64Array) =>
    median.reduce((sum, v, k) => sum + Math.abs(v - load(28 * DAY + k)) / horizon, 0);

  it('are drawn towards hours, whose networks know the day and the week', async () => {
    const fitted = await asIs([halfHours], {}, horizon);
    expect(fitted.coarser).toMatchObject({ share: 0.7 });
    const [{ quantiles }] = await fitted.forecast([halfHours]);
    const { plan, weights } = fromBytes(fitted.save());
    const [before] = await assembleNetwork([halfHours], plan, weights).forecast([halfHours]);
    expect(errorOf(quantiles[3])).toBeLessThan(0.65 * errorOf(before.quantiles[3]));
  });

  it('are where every change stays, too', () => {
    const walk = randomFrom(5);
    let level = 100;
    const values = halfHours.values.map(() => {
      level += walk.normal();
      return level;
    });
    const given = { ...options, horizon, untrained: true };
    expect(planCoarser([{ ...halfHours, values }], given)?.members).toHaveLength(2);
  });

  it('are not where a member has learned from nothing what these know', () => {
    const given = { ...options, horizon };
    expect(planCoarser([halfHours], { ...given, untrained: true })?.members.map(({ start }) => start)).toEqual([
      'hourly',
      'hourly-week',
    ]);
    expect(planCoarser([halfHours], given)).toBeNull();
  });
});
