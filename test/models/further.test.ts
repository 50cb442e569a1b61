import { describe, expect, it } from 'vitest';
import { addSteps } from '../../models/calendar.ts';
import type { Forecast } from '../../models/forecaster.ts';
import { cut, forecastFurther } from '../../models/further.ts';
import { QUANTILES, type Series } from '../../models/series.ts';

/** Standard normal quantiles of QUANTILES. */
const Z = [-1.96, -1.2816, -0.6745, 0, 0.6745, 1.2816, 1.96];
const MEDIAN = 3;
const BLOCK = 4;

type Width = (step: number) => number;
/** A random walk's intervals, and those of noise about a known level. */
const WALK: Width = (k) => 0.1 * Math.sqrt(k);
const NOISE: Width = () => 0.1;

/** What a network of `BLOCK` steps might say: the last value and a drift, in the logarithms or in the values as they are. */
function forecasterOf(space: 'log' | 'linear', width: Width, seen: number[][] = []) {
  return async (series: readonly Series[]): Promise<Forecast[]> => {
    seen.push(series.map(({ values }) => values.length));
    return series.map(({ id, start, frequency, zone, values }) => {
      const last = values[values.length - 1];
      const at = (z: number, k: number) =>
        space === 'log' ? last * Math.exp(0.02 * k + z * width(k)) : last + 3 * k + 100 * z * width(k);
      return {
        series: id,
        origin: addSteps(start, values.length - 1, frequency, zone),
        times: Float64Array.from({ length: BLOCK }, (_, k) => addSteps(start, values.length + k, frequency, zone)),
        quantiles: Z.map((z) => Float64Array.from({ length: BLOCK }, (_, k) => at(z, k + 1))),
      };
    });
  };
}

const monthly = (id: string, values: number[]): Series => ({
  id,
  frequency: { unit: 'month', count: 1 },
  zone: 'UTC',
  season: 12,
  start: Date.UTC(2020, 0, 1),
  values: Float64Array.from(values),
});
const SALES = monthly('sales', [100, 110, 105, 120, 118, 125]);
const DEGREES = monthly('degrees', [-30, 20, -10, 40, 10, 5]);

const CASES = [
  ['logarithms of a random walk', SALES, 'log', WALK],
  ['logarithms of noise', SALES, 'log', NOISE],
  ['values of a random walk', DEGREES, 'linear', WALK],
  ['values of noise', DEGREES, 'linear', NOISE],
] as const;

describe('forecastFurther', () => {
  it('cuts what is shorter than a block, and asks once', async () => {
    const seen: number[][] = [];
    const forecastBlock = forecasterOf('log', WALK, seen);
    const [[whole], [short]] = [await forecastBlock([SALES]), await forecastFurther([SALES], 3, BLOCK, forecastBlock)];
    expect(seen).toEqual([[6], [6]]);
    expect(short).toEqual({
      ...whole,
      times: whole.times.slice(0, 3),
      quantiles: whole.quantiles.map((level) => level.slice(0, 3)),
    });
    expect(cut(whole, BLOCK)).toBe(whole);
  });

  it('changes nothing where a block is what was asked for', async () => {
    const forecastBlock = forecasterOf('linear', NOISE);
    expect(await forecastFurther([DEGREES], BLOCK, BLOCK, forecastBlock)).toEqual(await forecastBlock([DEGREES]));
  });

  it.each(
    CASES,
  )('in %s: carries on for any number of blocks, ordered, finite, never narrower', async (_, one, space, width) => {
    const seen: number[][] = [];
    const [first] = await forecasterOf(space, width)([one]);
    const [forecast] = await forecastFurther([one], 14, BLOCK, forecasterOf(space, width, seen));
    // Three more blocks, each knowing the medians before it.
    expect(seen).toEqual([[6], [10], [14], [18]]);
    expect(forecast.origin).toBe(Date.UTC(2020, 5, 1));
    expect(Array.from(forecast.times)).toEqual(Array.from({ length: 14 }, (_, k) => Date.UTC(2020, 6 + k, 1)));
    expect(forecast.quantiles).toHaveLength(QUANTILES.length);
    forecast.quantiles.forEach((level, q) => {
      expect(level).toHaveLength(14);
      expect(level.every(Number.isFinite)).toBe(true);
      // The first block is what was said of it, every level to the bit.
      expect(level.slice(0, BLOCK)).toEqual(first.quantiles[q]);
      if (q > 0) for (let k = 0; k < 14; k++) expect(level[k]).toBeGreaterThan(forecast.quantiles[q - 1][k]);
    });
    // The drift goes on across the seams.
    const last = one.values[5];
    for (let k = 1; k <= 14; k++) {
      const expected = space === 'log' ? last * Math.exp(0.02 * k) : last + 3 * k;
      expect(forecast.quantiles[MEDIAN][k - 1]).toBeCloseTo(expected, 8);
    }
    for (const [low, high] of [
      [0, 6],
      [1, 5],
      [2, 4],
    ]) {
      const into = (v: number) => (space === 'log' ? Math.log(v) : v);
      const spread = Array.from(forecast.quantiles[high], (v, k) => into(v) - into(forecast.quantiles[low][k]));
      for (let k = 1; k < 14; k++) expect(spread[k]).toBeGreaterThan(spread[k - 1] - 1e-9);
    }
  });

  it('adds up the variances of a random walk, and leaves noise about a known level as wide as it is', async () => {
    const spreadAt = async (width: Width, step: number) => {
      const [{ quantiles }] = await forecastFurther([DEGREES], 12, BLOCK, forecasterOf('linear', width));
      return quantiles[6][step - 1] - quantiles[MEDIAN][step - 1];
    };
    for (const step of [1, 4, 5, 8, 9, 12]) expect(await spreadAt(NOISE, step)).toBeCloseTo(1.96 * 10, 8);
    // sqrt(d(k)^2 + D^2 - d(1)^2): at step 5 the walk has gone 4 steps, of which what a single step surprises by is left out.
    expect(await spreadAt(WALK, 4)).toBeCloseTo(1.96 * 10 * Math.sqrt(4), 8);
    expect(await spreadAt(WALK, 5)).toBeCloseTo(1.96 * 10 * Math.sqrt(1 + 4 - 1), 8);
    expect(await spreadAt(WALK, 8)).toBeCloseTo(1.96 * 10 * Math.sqrt(4 + 4 - 1), 8);
    expect(await spreadAt(WALK, 12)).toBeCloseTo(1.96 * 10 * Math.sqrt(4 + 7 - 1), 8);
  });

  it('carries on a series of more values than a call takes', async () => {
    const seen: number[][] = [];
    const minutes: Series = {
      ...monthly('minutes', []),
      frequency: { unit: 'minute', count: 1 },
      values: new Float64Array(400_000).fill(10),
    };
    const [forecast] = await forecastFurther([minutes], 6, BLOCK, forecasterOf('log', NOISE, seen));
    expect(forecast.times).toHaveLength(6);
    expect(seen).toEqual([[400_000], [400_004]]);
  });

  it('carries each series on by itself', async () => {
    const by = forecasterOf('linear', WALK);
    const [both, alone] = [
      await forecastFurther([SALES, DEGREES], 10, BLOCK, by),
      await forecastFurther([DEGREES], 10, BLOCK, by),
    ];
    expect(both.map(({ series }) => series)).toEqual(['sales', 'degrees']);
    expect(both[1]).toEqual(alone[0]);
  });
});
