import { expect, test } from 'vitest';
import { naive2 } from '../../models/deseasonalise.ts';
import {
  type Outcome,
  pinballLoss,
  score,
  scoreByHorizon,
  scoreBySeries,
  symmetricError,
  yardstick,
} from '../../models/metrics.ts';

const NA = Number.NaN;

// Three series of season 4: one seasonal, one with gaps, zeros and negatives, one shorter than its season.
const outcomes: Outcome[] = [
  {
    series: 'a',
    actual: [16, 22, 12],
    quantiles: [
      [12, 17, 9],
      [14, 19, 11],
      [15, 20, 12],
      [16.5, 21, 13],
      [17, 23, 14],
      [18, 24, 15],
      [21, 26, 18],
    ],
    yardstick: yardstick(Float64Array.of(10, 14, 8, 20, 12, 16, 9, 23, 13, 18, 11, 25, 15, 19, 12, 28), 4, 3),
  },
  {
    series: 'b',
    actual: [5, NA, 0],
    quantiles: [
      [-3, -2, -4],
      [0, 0, -1],
      [1, 2, -0.5],
      [3, 4, 0],
      [5, 5, 0.5],
      [6, 7, 2],
      [8, 9, 4],
    ],
    yardstick: yardstick(Float64Array.of(5, NA, -2, 0, 3, 6, NA, 1, 4, 7), 4, 3),
  },
  {
    series: 'c',
    actual: [95, 120, 100],
    quantiles: [
      [60, 55, 50],
      [80, 75, 70],
      [85, 84, 83],
      [90, 90, 90],
      [96, 97, 98],
      [105, 110, 115],
      [120, 130, 140],
    ],
    yardstick: yardstick(Float64Array.of(100, 110, 90), 4, 3),
  },
];

test('the figures are those of the competitions’ own scoring of the same file', () => {
  const scores = score(outcomes);
  expect(scores.forecasts).toBe(3);
  expect(scores.points).toBe(8);
  expect(scores.smapePoints).toBeCloseTo(13.7789, 4);
  expect(scores.smapeSeries).toBeCloseTo(15.0257, 4);
  expect(scores.mase).toBeCloseTo(0.3939, 4);
  expect(scores.owa).toBeCloseTo(0.3881, 4);
  expect(scores.wql).toBeCloseTo(0.071, 4);
  expect(scores.coverage50).toBe(0.75);
  expect(scores.coverage80).toBe(0.875);
  expect(scores.coverage95).toBe(1);
});

test('every metric is the figure that a hand computes', () => {
  const first: Outcome = {
    series: 'first',
    actual: [5, 8],
    quantiles: [
      [1, 7],
      [2, 8],
      [3, 9],
      [4, 10],
      [6, 11],
      [7, 12],
      [8, 13],
    ],
    // Changes 2, 1, 2: mean 5/3, mean square 3. Naive2 is 4 at both steps.
    yardstick: yardstick(Float64Array.of(1, 3, 2, 4), 1, 2),
  };
  const second: Outcome = {
    series: 'second',
    actual: [20, NA],
    quantiles: [10, 21, 25, 30, 35, 40, 45].map((v) => [v, v]),
    // Changes 0, 10, 0: mean 10/3, mean square 100/3. Naive2 is 20.
    yardstick: yardstick(Float64Array.of(10, 10, 20, 20), 1, 2),
  };
  const scores = score([first, second]);
  // Errors 1 and 2; 10.
  expect(scores.mae).toBeCloseTo(13 / 3, 12);
  expect(scores.rmse).toBeCloseTo(Math.sqrt(105 / 3), 12);
  // 1.5 over 5/3 is 0.9, 10 over 10/3 is 3; roots of 2.5/3 and of 3.
  expect(scores.mase).toBeCloseTo(1.95, 12);
  expect(scores.rmsse).toBeCloseTo((Math.sqrt(2.5 / 3) + Math.sqrt(3)) / 2, 12);
  // 200/9 twice, and 40.
  expect(scores.smapePoints).toBeCloseTo((400 / 9 + 40) / 3, 12);
  expect(scores.smapeSeries).toBeCloseTo((200 / 9 + 40) / 2, 12);
  // Level by level: 0.375, 1.2, 5, 6.5, 4.75, 2.6, 0.825 make 21.25 over 3 points, 7 levels and values of 33.
  expect(scores.pinball).toBeCloseTo(21.25 / 21, 12);
  expect(scores.wql).toBeCloseTo((2 * 21.25) / 33 / 7, 12);
  expect(scores.coverage50).toBeCloseTo(1 / 3, 12);
  expect(scores.coverage80).toBeCloseTo(2 / 3, 12);
  expect(scores.coverage95).toBe(1);
  // Naive2: sMAPE 200/9 and 200/3, MASE 1.5; both 0 on the second. Averages 22.2 and 0.75: 1.4 and 2.6 make 2.
  expect(scores.owa).toBeCloseTo(2, 12);
});

test('MAE and RMSE are means over the points that have an actual', () => {
  // Errors 0.5, 1, 1; 2, 0; 5, 30, 10.
  const { mae, rmse } = score(outcomes);
  expect(mae).toBeCloseTo(49.5 / 8, 12);
  expect(rmse).toBeCloseTo(Math.sqrt((0.25 + 1 + 1 + 4 + 0 + 25 + 900 + 100) / 8), 12);
});

test('RMSSE divides by the root mean square of the seasonal differences of the past', () => {
  const past = Float64Array.of(1, 3, 2, 7); // differences 2, -1, 5
  const outcome = { series: 's', actual: [4], quantiles: Array(7).fill([6]), yardstick: yardstick(past, 1, 1) };
  expect(score([outcome]).rmsse).toBeCloseTo(2 / Math.sqrt(30 / 3), 12);
  expect(score([outcome]).mase).toBeCloseTo(2 / (8 / 3), 12);
});

test('the scaled pinball loss of a point forecast is its MASE', () => {
  const past = Float64Array.of(1, 3, 2, 7);
  const outcome = { series: 's', actual: [4], quantiles: Array(7).fill([6]), yardstick: yardstick(past, 1, 1) };
  const scores = score([outcome]);
  // Levels average one half, so twice the mean pinball loss of equal quantiles is the absolute error.
  expect(scores.scaledPinball).toBeCloseTo(scores.mase!, 12);
  expect(scores.pinball).toBeCloseTo(1, 12);
});

test('pinball loss weighs misses above by the level and misses below by its complement', () => {
  expect(pinballLoss(10, 8, 0.9)).toBeCloseTo(1.8, 12);
  expect(pinballLoss(8, 10, 0.9)).toBeCloseTo(0.2, 12);
});

test('sMAPE of two zeros is 0, of a zero missed 200, and huge values stay finite', () => {
  expect(symmetricError(0, 0)).toBe(0);
  expect(symmetricError(0, 3)).toBe(200);
  expect(symmetricError(1.6e308, 1.2e308)).toBeCloseTo((200 * 0.4) / 2.8, 9);
});

test('the steps of the horizon are scored apart, and a step without any actual has nulls', () => {
  const steps = scoreByHorizon(outcomes);
  expect(steps.map(({ points }) => points)).toEqual([3, 2, 3]);
  expect(steps.map(({ mae }) => mae)).toEqual([7.5 / 3, 31 / 2, 11 / 3]);
  const missing = { ...outcomes[0], actual: [NA, 22, 12] };
  expect(scoreByHorizon([missing])[0]).toMatchObject({
    forecasts: 0,
    points: 0,
    mae: null,
    mase: null,
    coverage80: null,
  });
});

test('each series is scored over its own folds, also under a name that objects reserve', () => {
  const renamed = { ...outcomes[1], series: '__proto__' };
  const scores = scoreBySeries([outcomes[0], renamed, { ...outcomes[0], actual: [16.5, 21, 13] }]);
  expect(Object.keys(scores)).toEqual(['a', '__proto__']);
  expect(scores.a.forecasts).toBe(2);
  expect(scores.a.mae).toBeCloseTo(2.5 / 6, 12);
});

test('a past that never changed has no MASE but still counts in the rest', () => {
  const flat: Outcome = {
    series: 'flat',
    actual: [5],
    quantiles: Array(7).fill([6]),
    yardstick: yardstick(Float64Array.of(5, 5, 5), 1, 1),
  };
  expect(score([flat])).toMatchObject({ mae: 1, mase: null, rmsse: null, scaledPinball: null, owa: null });
  expect(score([flat, outcomes[0]]).mase).toBe(score([outcomes[0]]).mase);
  expect(score([flat, outcomes[0]]).points).toBe(4);
});

test('a past that repeats itself up to rounding has no MASE either, so that it does not swamp the mean of the others', () => {
  const wave = (size: number, level: number) =>
    Float64Array.from({ length: 120 }, (_, t) =>
      Number((size * Math.sin((2 * Math.PI * t) / 7) + level).toPrecision(15)),
    );
  const almost = (values: Float64Array): Outcome => ({
    series: 'wave',
    actual: [values[1] * 1.1],
    quantiles: Array(7).fill([values[1]]),
    yardstick: yardstick(values, 7, 1),
  });
  for (const values of [
    wave(1e-12, 2e-12),
    wave(30, 100),
    Float64Array.from({ length: 20 }, (_, t) => [0.3, 0.1 + 0.2][t % 2]),
  ]) {
    expect(score([almost(values)])).toMatchObject({ mase: null, rmsse: null, scaledPinball: null });
    expect(score([almost(values), outcomes[0]]).mase).toBe(score([outcomes[0]]).mase);
  }
});

test('small changes far above rounding keep the definition of the competitions', () => {
  const counter = Float64Array.from({ length: 30 }, (_, t) => 1e9 + t * 0.5);
  expect(yardstick(counter, 1, 1)).toMatchObject({ absolute: 0.5, squared: 0.5 });
  const spike = Float64Array.from({ length: 30 }, (_, t) => (t === 9 ? 1e15 : t % 2));
  expect(yardstick(spike, 1, 1).absolute).toBeCloseTo(2e15 / 29, -2);
  const edge = Float64Array.of(-1.7e308, -1.6e308, -1.5e308, -1.4e308);
  expect(yardstick(edge, 1, 1).absolute).toBeCloseTo(1e307, -300);
});

test('values of 1e300 give finite scores', () => {
  const past = Float64Array.of(1e300, 3e300, 2e300, 7e300);
  const huge = { series: 's', actual: [4e300], quantiles: Array(7).fill([6e300]), yardstick: yardstick(past, 1, 1) };
  const scores = score([huge]);
  expect(scores.rmse).toBeCloseTo(2e300, -290);
  expect(scores.rmsse).toBeCloseTo(2 / Math.sqrt(10), 12);
  expect(scores.owa).toBeGreaterThan(0);
});

test('scores survive JSON unchanged', () => {
  const scores = score([]);
  expect(scores.mae).toBeNull();
  expect(JSON.parse(JSON.stringify(score(outcomes)))).toEqual(score(outcomes));
  expect(JSON.parse(JSON.stringify(scores))).toEqual(scores);
});

test('a yardstick without any observation is refused', () => {
  expect(() => yardstick(Float64Array.of(NA, NA), 1, 1)).toThrow('found no observation before the origin');
});

test('Naive2 repeats the last deseasonalised value where there is a season, the last value where there is none', () => {
  const pattern = [0.5, 1, 1.5, 1];
  const seasonal = Float64Array.from({ length: 24 }, (_, t) => 100 * pattern[t % 4]);
  expect(Array.from(naive2(seasonal, 4, 5), (v) => Math.round(v * 1e9) / 1e9)).toEqual([50, 100, 150, 100, 50]);
  expect(Array.from(naive2(Float64Array.of(3, 1, 4), 4, 2))).toEqual([4, 4]);
});
