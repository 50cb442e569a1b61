import { expect, test } from 'vitest';
import type { Forecast } from '../../models/forecaster.ts';
import { coverRepeats } from '../../models/intermittent.ts';
import { recurrentForecaster } from '../../models/rnn/forecaster.ts';
import type { Series } from '../../models/series.ts';

const daily = (values: number[], season = 7): Series => ({
  id: 's',
  frequency: { unit: 'day', count: 1 },
  zone: 'UTC',
  season,
  start: 0,
  values: Float64Array.from(values),
});

// What networks gave for such series: a narrow interval where nothing ever was.
const narrow = (horizon: number): Forecast => ({
  series: 's',
  origin: 0,
  times: new Float64Array(horizon),
  quantiles: [0.43, 0.5, 0.55, 0.6, 0.65, 0.7, 0.81].map((v) => new Float64Array(horizon).fill(v)),
});
const at = ({ quantiles }: Forecast, k: number) => quantiles.map((quantile) => quantile[k]);

// Threes at squares modulo a prime: one step in ten, without a cycle or runs.
const rare = (n: number) => Array.from({ length: n }, (_, t) => ((t * t * 37) % 101 < 10 ? 3 : 0));

test('the intervals of a series of zeros and threes hold both, and the median stays', () => {
  const covered = coverRepeats(narrow(9), daily(rare(120)), {});
  for (let k = 0; k < 9; k++) expect(at(covered, k)).toEqual([0, 0, 0, 0.6, 0.65, 3, 3]);
});

test('a forecast that is wide enough is not narrowed', () => {
  const wide = { ...narrow(1), quantiles: [-1, -1, -1, 0, 5, 6, 7].map((v) => Float64Array.of(v)) };
  expect(at(coverRepeats(wide, daily(rare(120)), {}), 0)).toEqual([-1, -1, -1, 0, 5, 6, 7]);
});

test('bounds of the person hold for what is widened', () => {
  const covered = coverRepeats(narrow(1), daily(rare(120)), { lower: 0.2, upper: 2 });
  expect(at(covered, 0)).toEqual([0.2, 0.2, 0.2, 0.6, 0.65, 2, 2]);
});

test('where the season tells which days are zero, only days of the same phase count', () => {
  // Days 5 and 6 of seven are 80 to 83, the others 0; 140 steps, so the first step ahead is a day 0.
  const open = Array.from({ length: 140 }, (_, t) => (t % 7 > 4 ? 80 + (t % 4) : 0));
  const covered = coverRepeats(narrow(14), daily(open), {});
  for (const k of [0, 4, 7, 11]) expect(at(covered, k)).toEqual([0, 0, 0, 0.6, 0.65, 0.7, 0.81]);
  for (const k of [5, 6, 12, 13]) expect(at(covered, k)).toEqual([0.43, 0.5, 0.55, 0.6, 83, 83, 83]);
});

test('a price changed now and then, a value that is rare, and one seen seven times leave the forecast as it is', () => {
  const price = Array.from({ length: 120 }, (_, t) => (t < 100 ? 9.99 : 12.99));
  const wave = Array.from({ length: 120 }, (_, t) => (t % 4 === 0 ? 5 : 10 + Math.sin(t)));
  const young = [5, 5, 5, 5, 5, 5, 5, 1, 2, 3];
  for (const values of [price, wave, young]) {
    const forecast = narrow(3);
    expect(coverRepeats(forecast, daily(values), {})).toBe(forecast);
  }
});

test('gaps are no value, and a series that has gone quiet counts its quiet', () => {
  const gappy = rare(120).flatMap((v) => [v, Number.NaN]);
  expect(at(coverRepeats(narrow(1), daily(gappy, 1), {}), 0)).toEqual([0, 0, 0, 0.6, 0.65, 3, 3]);
  const quiet = [...rare(120), ...new Array(220).fill(0)];
  expect(at(coverRepeats(narrow(1), daily(quiet), {}), 0)).toEqual([0, 0, 0, 0.6, 0.65, 0.7, 0.81]);
});

test('a network forecasts days of zeros and threes with intervals that hold the values they take', async () => {
  const series = [0, 1, 2].map((i) => ({ ...daily(rare(120 + 7 * i)), id: `s${i}` }));
  const fitted = await recurrentForecaster({ units: 6, epochs: 2, members: 1 }).fit(series, { horizon: 7, seed: 1 });
  for (const { quantiles, fallback } of await fitted.forecast(series)) {
    expect(fallback).toBeUndefined();
    for (let k = 0; k < 7; k++) {
      expect(quantiles[1][k]).toBe(0);
      expect(quantiles[6][k]).toBeGreaterThanOrEqual(3);
    }
  }
});
