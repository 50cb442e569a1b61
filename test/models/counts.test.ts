import { expect, test } from 'vitest';
import { inWholeNumbers } from '../../models/counts.ts';
import type { Forecast } from '../../models/forecaster.ts';
import { recurrentForecaster } from '../../models/rnn/forecaster.ts';
import { QUANTILES, type Series } from '../../models/series.ts';

const series = (...values: number[]): Series => ({
  id: 's',
  frequency: { unit: 'day', count: 1 },
  zone: 'UTC',
  season: 7,
  start: 0,
  values: Float64Array.from(values),
});

const forecast = (...levels: number[]): Forecast => ({
  series: 's',
  origin: 0,
  times: Float64Array.of(1),
  quantiles: levels.map((v) => Float64Array.of(v)),
});
const levels = ({ quantiles }: Forecast) => quantiles.map(([v]) => v);

test('every quantile of a count is the nearest count, and 0 has no sign', () => {
  const smooth = forecast(-0.4, -0.1, 0.2, 0.49, 0.5, 2.6, 1e16);
  const whole = levels(inWholeNumbers(smooth, series(0, 3, Number.NaN, 12), {}));
  expect(whole).toEqual([0, 0, 0, 0, 1, 3, 1e16]);
});

test('one value between whole numbers, or none at all, and the forecast is the very same', () => {
  const smooth = forecast(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7);
  expect(inWholeNumbers(smooth, series(1, 2, 2.5, 3), {})).toBe(smooth);
  expect(inWholeNumbers(smooth, series(Number.NaN, Number.NaN), {})).toBe(smooth);
});

test('bounds of the person hold, whole or not', () => {
  const whole = inWholeNumbers(forecast(0.1, 0.4, 1, 2, 3, 4.4, 9), series(0, 3), { lower: 0.2, upper: 4.3 });
  expect(levels(whole)).toEqual([0.2, 0.2, 1, 2, 3, 4, 4.3]);
});

test('what is known of a Poisson count is best said in whole numbers', () => {
  // P(X <= k) of mean 0.6, spread evenly from k - 1/2 to k + 1/2: the smooth distribution with the same masses.
  const mass = Array.from({ length: 12 }, (_, k) => (Math.exp(-0.6) * 0.6 ** k) / factorial(k));
  const upTo = mass.map((_, k) => mass.slice(0, k + 1).reduce((sum, m) => sum + m, 0));
  const smoothQuantile = (p: number) => {
    const k = upTo.findIndex((sum) => sum >= p);
    return k + 0.5 - (upTo[k] - p) / mass[k];
  };
  const smooth = QUANTILES.map(smoothQuantile);
  const whole = levels(inWholeNumbers(forecast(...smooth), series(0, 1), {}));
  const pinball = (quantiles: readonly number[]) =>
    QUANTILES.reduce(
      (sum, p, q) =>
        sum + mass.reduce((all, m, k) => all + m * Math.max(p * (k - quantiles[q]), (p - 1) * (k - quantiles[q])), 0),
      0,
    );
  expect(whole).toEqual([0, 0, 0, 0, 1, 2, 2]);
  expect(pinball(whole)).toBeLessThan(pinball(smooth));
});

test('a network forecasts visits in visits, a series too short for it too, and temperatures beside them as they are', async () => {
  const visits = series(...Array.from({ length: 60 }, (_, t) => (t * t * 37) % 7));
  const short = { ...series(3, 8, 1), id: 'short' };
  const degrees = { ...visits, id: 'degrees', values: visits.values.map((v) => v + 0.3) };
  const small = recurrentForecaster({ units: 4, epochs: 1, members: 2 });
  const fitted = await small.fit([visits, short, degrees], { horizon: 3, seed: 1 });
  const [ofVisits, ofShort, ofDegrees] = (await fitted.forecast([visits, short, degrees])).map(({ quantiles }) =>
    quantiles.flatMap((level) => [...level]),
  );
  expect(ofVisits.every(Number.isInteger)).toBe(true);
  expect(ofShort.every(Number.isInteger)).toBe(true);
  expect(ofDegrees.some(Number.isInteger)).toBe(false);
});

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
