import { expect, test } from 'vitest';
import { partsOf } from '../../models/parts.ts';

const wave = (n: number, of: (t: number) => number) => Float64Array.from({ length: n }, (_, t) => of(t));
const season = (t: number) => [12, -4, -8, 0][t % 4];

test('a forecast that repeats the season is season alone', () => {
  const values = wave(80, (t) => season(t) - 3);
  const parts = partsOf(
    { values, season: 4 },
    wave(8, (k) => season(80 + k) - 3),
  )!;
  expect(parts.space).toBe('linear');
  expect(parts.shares.season).toBeGreaterThan(0.98);
  expect(parts.level).toBeCloseTo(-3, 1);
  expect(parts.season.low).toBeCloseTo(-8, 1);
  expect(parts.season.high).toBeCloseTo(12, 1);
});

test('a line that goes on is trend alone, and its amount is what it has added by the last step', () => {
  const values = wave(60, (t) => -50 + 2 * t);
  const parts = partsOf(
    { values, season: 1 },
    wave(10, (k) => -50 + 2 * (60 + k)),
  )!;
  expect(parts.trend).toBeCloseTo(20, 6);
  expect(parts.shares.trend).toBeCloseTo(1, 6);
  expect(parts.correction).toBeCloseTo(0, 6);
});

test('a forecast that falls back to where the values were is a correction of the level', () => {
  const values = wave(60, (t) => (t === 59 ? -3 : 4 * (t % 2) - 8));
  const parts = partsOf(
    { values, season: 1 },
    wave(6, () => -6),
  )!;
  expect(parts.level).toBeCloseTo(-3, 9);
  expect(parts.correction).toBeCloseTo(-3, 9);
  expect(parts.shares).toEqual({ season: 0, level: 1, trend: 0, rest: 0 });
});

test('a forecast of the last value is level alone', () => {
  const values = wave(30, (t) => 5 + (t % 3));
  const parts = partsOf(
    { values, season: 1 },
    wave(4, () => 7),
  )!;
  expect(parts.shares).toEqual({ season: 0, level: 1, trend: 0, rest: 0 });
});

test('a forecast of zeros for counts that have a season is level alone, moved from the newest value', () => {
  const values = wave(80, (t) => (t % 4 === 3 ? 5 : 0));
  const parts = partsOf(
    { values, season: 4 },
    wave(8, () => 0),
  )!;
  expect(parts).toMatchObject({ level: 5, correction: -5, trend: 0, season: { low: 0, high: 0 } });
  expect(parts.shares).toEqual({ season: 0, level: 1, trend: 0, rest: 0 });
});

test('effects on positive series are shares of the level: growth of 1 % a step is 10.5 % after ten', () => {
  const values = wave(50, (t) => 200 * 1.01 ** t);
  const parts = partsOf(
    { values, season: 1 },
    wave(10, (k) => 200 * 1.01 ** (50 + k)),
  )!;
  expect(parts.space).toBe('log');
  expect(parts.trend).toBeCloseTo(1.01 ** 10 - 1, 9);
  expect(parts.level).toBeCloseTo(200 * 1.01 ** 49, 6);
});

test('effects on series of all sizes about zero are amounts in the units of the series', () => {
  const flows = wave(80, (t) => 100 * Math.sinh(2 * (Math.sin(t * t) + Math.sin(2.7 * t * t) + Math.sin(1.3 * t * t))));
  flows[79] = 2000;
  const parts = partsOf(
    { values: flows, season: 1 },
    wave(6, () => 5000),
  )!;
  expect(parts.space).toBe('asinh');
  expect(parts.level).toBeCloseTo(2000, 6);
  expect(parts.correction).toBeCloseTo(3000, 6);
  expect(parts.trend).toBeCloseTo(0, 6);
  expect(parts.shares).toEqual({ season: 0, level: 1, trend: 0, rest: 0 });
});

test('the shares add up to 1, whatever the forecast, and what fits neither line nor season is the rest', () => {
  const values = wave(80, (t) => season(t) + 0.5 * t - 60);
  const bent = wave(12, (k) => season(80 + k) + 0.5 * k - 20 + (k % 3 === 0 ? 9 : -4));
  const { shares } = partsOf({ values, season: 4 }, bent)!;
  expect(shares.season + shares.level + shares.trend + shares.rest).toBeCloseTo(1, 12);
  expect(shares.rest).toBeGreaterThan(0.1);
});

test('a median at zero is taken apart in units, though the series is positive', () => {
  const parts = partsOf(
    { values: wave(40, (t) => 10 + (t % 5)), season: 1 },
    wave(3, () => 0),
  )!;
  expect(parts.space).toBe('linear');
  expect(parts.correction).toBeCloseTo(-14, 6);
});

test('one step ahead, a gap at the end and huge values are survived; nothing observed has no parts', () => {
  const values = wave(40, (t) => (t > 37 ? Number.NaN : 1e300 * (2 + (t % 2))));
  const parts = partsOf({ values, season: 1 }, [2.5e300])!;
  expect(Object.values(parts.shares).every(Number.isFinite)).toBe(true);
  expect(Number.isFinite(parts.level)).toBe(true);
  expect(partsOf({ values: wave(5, () => Number.NaN), season: 1 }, [1])).toBeNull();
});
