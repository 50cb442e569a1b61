import { describe, expect, it } from 'vitest';
import { byCoarser, coarserStep, drawnTowards, expected, meansTell } from '../../models/coarse.ts';
import type { Forecast } from '../../models/forecaster.ts';
import { randomFrom } from '../../models/rnn/random.ts';
import { parseFrequency, QUANTILES, type Series } from '../../models/series.ts';

const DAY = 86_400_000;

const seriesOf = (values: ArrayLike<number>, frequency = 'P1D', season = 7): Series => ({
  id: 'a',
  frequency: parseFrequency(frequency),
  zone: 'UTC',
  season,
  start: 19_000 * DAY,
  values: Float64Array.from(values),
});

/** Medians as given, the other quantiles one, two and three above and below. */
const forecastOf = (medians: readonly number[]): Forecast => ({
  series: 'a',
  origin: 0,
  times: Float64Array.from(medians, (_, k) => k),
  quantiles: QUANTILES.map((_, q) => Float64Array.from(medians, (v) => v + q - 3)),
});

describe('coarserStep', () => {
  it.each([
    ['PT30M', 48, 'hour', 24, 2],
    ['PT5M', 288, 'hour', 24, 12],
    ['PT10S', 8640, 'hour', 24, 360],
    ['PT1H', 24, 'day', 7, 24],
    ['PT6H', 4, 'day', 7, 4],
    ['PT40M', 36, 'day', 7, 36],
    ['P1D', 7, 'week', 52, 7],
    ['B', 5, 'week', 52, 5],
    ['P1M', 12, 'year', 1, 12],
    ['P2M', 6, 'year', 1, 6],
  ] as const)('of %s with season %i is the %s', (text, season, unit, coarser, steps) => {
    const frequency = parseFrequency(text);
    expect(coarserStep({ frequency, season })).toEqual({ frequency: { unit, count: 1 }, season: coarser, steps });
  });

  it.each([
    ['PT1H', 168],
    ['PT30M', 336],
    ['PT1H', 1],
    ['P1D', 30],
    ['P2D', 7],
    ['P1W', 52],
    ['P3M', 4],
    ['P1Y', 1],
    ['1', 12],
  ] as const)('is none of %s with season %i', (text, season) => {
    expect(coarserStep({ frequency: parseFrequency(text), season })).toBeNull();
  });
});

describe('byCoarser', () => {
  const weeks = { frequency: parseFrequency('P1W'), season: 52, steps: 7 };

  it('takes the means of whole cycles, the last of which ends with the series', () => {
    const { values, start, ...rest } = byCoarser(seriesOf([99, 99, ...Array.from({ length: 14 }, (_, t) => t)]), weeks);
    expect(Array.from(values)).toEqual([3, 10].map((v) => expect.closeTo(v, 12)));
    expect(start).toBe(19_002 * DAY);
    const { frequency, season } = weeks;
    expect(rest).toEqual({ id: 'a', zone: 'UTC', frequency, season });
  });

  it('leaves gaps out of a mean, and a mean of less than three quarters of its steps', () => {
    const gaps = (count: number) => Array.from({ length: 7 }, (_, t) => (t < count ? Number.NaN : t));
    const { values } = byCoarser(seriesOf([...gaps(1), ...gaps(2)]), weeks);
    expect(Array.from(values)).toEqual([expect.closeTo(3.5, 12), Number.NaN]);
  });

  it('keeps huge values finite', () => {
    expect(byCoarser(seriesOf(Array(7).fill(1e308)), weeks).values[0] / 1e308).toBeCloseTo(1, 12);
  });
});

describe('meansTell', () => {
  const random = randomFrom(3);
  const made = (next: (t: number, before: number) => number, length = 210) => {
    const values = new Float64Array(length);
    values.forEach((_, t) => {
      values[t] = next(t, values[t - 1] ?? 100);
    });
    return values;
  };
  const noise = () => random.normal();
  const weekly = (t: number) => 30 * Math.sin((2 * Math.PI * t) / 7);

  it.each([
    ['chance about a level', made(() => 100 + noise())],
    ['chance about a climb', made((t) => 100 + t + 3 * noise())],
    ['chance about a week', made((t) => 100 + weekly(t) + noise())],
    ['what comes back within days', made((_, before) => 100 + 0.5 * (before - 100) + noise())],
    ['chance after a walk of long ago', made((t, before) => (t < 420 ? before : 100) + noise(), 630)],
    ['gaps in chance', made((t) => (t % 5 === 0 ? Number.NaN : 100 + noise()))],
  ])('says so of %s', (_, values) => {
    expect(meansTell(seriesOf(values))).toBe(true);
  });

  const walk = made((_, before) => before + noise());
  it.each([
    ['a walk', walk],
    ['a walk under a week', walk.map((v, t) => v * Math.exp(weekly(t) / 100))],
    ['a walk under a climb', walk.map((v, t) => v + 3 * t)],
    ['less than two cycles', made(() => 100 + noise(), 13)],
    ['nothing that was observed', made(() => Number.NaN)],
    ['nothing', new Float64Array()],
  ])('does not say so of %s', (_, values) => {
    expect(meansTell(seriesOf(values))).toBe(false);
  });
});

describe('expected', () => {
  it('is the mean of what the quantiles spread, each step by itself', () => {
    // Even from 0 to 1, and from 10 to 30: the quantiles are the levels themselves.
    const quantiles = QUANTILES.map((level) => Float64Array.of(level, 10 + 20 * level));
    expect(Array.from(expected({ quantiles }))).toEqual([expect.closeTo(0.5, 12), expect.closeTo(20, 12)]);
  });

  it('is more than the median where most of the time nothing comes', () => {
    const quantiles = [0, 0, 0, 0, 1, 4, 8].map((v) => Float64Array.of(v));
    expect(expected({ quantiles })[0]).toBeCloseTo(0.2 + 4 * 0.1125 + 8 * 0.0625, 12);
  });
});

describe('drawnTowards', () => {
  const units = Float64Array.of(-1, 4, 3, 8, -2, 5, 6, 3, 4);
  const positive = Float64Array.of(100, 300, 200, 120, 310, 190, 110, 290, 210);
  const day = { steps: 3, bounds: {} };

  it('moves every quantile of the one cycle by the share of what its mean is off, in units', () => {
    const drawn = drawnTowards(forecastOf([1, 2, 6]), Float64Array.of(5), units, { ...day, share: 0.25 });
    expect(drawn.quantiles.map((level) => Array.from(level))).toEqual(
      QUANTILES.map((_, q) => [1.5 + q - 3, 2.5 + q - 3, 6.5 + q - 3]),
    );
  });

  it('takes straight lines between the middles of cycles, and the last cycle beyond them', () => {
    const drawn = drawnTowards(forecastOf(Array(8).fill(2)), Float64Array.of(2, 8), units, { ...day, share: 0.5 });
    expect(Array.from(drawn.quantiles[3])).toEqual([2, 2, 3, 4, 5, 5, 5, 5].map((v) => expect.closeTo(v, 12)));
  });

  it('moves by ratios where changes are read in per cent, so that nothing stays nothing', () => {
    const forecast = { ...forecastOf([0, 100, 200]), quantiles: QUANTILES.map(() => Float64Array.of(0, 100, 200)) };
    const [level] = drawnTowards(forecast, Float64Array.of(169), positive, { ...day, share: 0.5 }).quantiles;
    expect(Array.from(level)).toEqual([0, expect.closeTo(130, 9), expect.closeTo(260, 9)]);
  });

  it('moves by no more than the double or the half, before its share', () => {
    const forecast = { ...forecastOf([0, 0, 0]), quantiles: QUANTILES.map(() => Float64Array.of(100, 100, 100)) };
    for (const [mean, moved] of [
      [1e6, 200],
      [1, 50],
    ]) {
      const [level] = drawnTowards(forecast, Float64Array.of(mean), positive, { ...day, share: 1 }).quantiles;
      expect(Array.from(level)).toEqual(Array(3).fill(expect.closeTo(moved, 9)));
    }
  });

  it('moves counts by so many, not by ratios', () => {
    const counts = Float64Array.of(0, 1, 0, 2, 0, 1, 0, 1, 1);
    const [level] = drawnTowards(
      { ...forecastOf([]), quantiles: QUANTILES.map(() => Float64Array.of(1, 2, 6)) },
      Float64Array.of(5),
      counts,
      { ...day, share: 0.5 },
    ).quantiles;
    expect(Array.from(level)).toEqual([2, 3, 7]);
  });

  it('goes by the means of what may come and not by the medians, of which rain has none', () => {
    const rain = Float64Array.of(0, 0, 5, 0, 0, 0, 9, 0, 2);
    const quantiles = [0, 0, 0, 0, 1, 4, 8].map((v) => new Float64Array(3).fill(v));
    const forecast = { ...forecastOf([0, 0, 0]), quantiles };
    const mean = expected(forecast)[0];
    expect(drawnTowards(forecast, Float64Array.of(mean), rain, { ...day, share: 0.5 }).quantiles).toEqual(quantiles);
  });

  it('leaves a cycle alone of which the coarser forecast has no mean', () => {
    const forecast = forecastOf([1, 2, 6]);
    for (const mean of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(drawnTowards(forecast, Float64Array.of(mean), units, { ...day, share: 0.5 }).quantiles).toEqual(
        forecast.quantiles,
      );
    }
    expect(drawnTowards(forecast, Float64Array.of(-5), positive, { ...day, share: 0.5 }).quantiles[3]).toEqual(
      forecast.quantiles[3],
    );
  });

  it('stays within the bounds of a person, and above zero where the past was', () => {
    const counts = Float64Array.of(0, 1, 0, 2, 0, 1, 0, 1, 1);
    const high = drawnTowards(forecastOf([5, 5, 5]), Float64Array.of(50), units, {
      ...day,
      share: 1,
      bounds: { upper: 9 },
    });
    expect(high.quantiles.every((level) => level.every((v) => v === 9))).toBe(true);
    const low = drawnTowards(forecastOf([3, 3, 3]), Float64Array.of(0.5), counts, { ...day, share: 1 });
    expect(low.quantiles.every((level) => level.every((v) => v >= 0))).toBe(true);
  });
});
