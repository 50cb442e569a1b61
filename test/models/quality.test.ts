import { describe, expect, it } from 'vitest';
import { assess, commonEnd } from '../../models/quality.ts';
import type { Series } from '../../models/series.ts';

const series = (values: number[], start = 0, season = 1): Series => ({
  id: 's',
  frequency: { unit: 'step', count: 1 },
  zone: 'UTC',
  season,
  start,
  values: Float64Array.from(values),
});
const count = (n: number) => Array.from({ length: n }, (_, t) => t);

describe('assess', () => {
  it('counts what is there and what is missing between the first and the last', () => {
    expect(assess(series([Number.NaN, 1, Number.NaN, 3, 4, 5, Number.NaN]), 3, null)).toEqual({
      observed: 4,
      missing: 1,
      problem: null,
    });
  });

  it('asks for two and a half seasons, or four observations where there is no season', () => {
    expect(assess(series(count(3)), 3, null).problem?.reason).toBe(
      'It has 3 observations; a network needs at least 4.',
    );
    expect(assess(series(count(12), 0, 5), 3, null).problem?.code).toBe('short');
    expect(assess(series(count(13), 0, 5), 3, null).problem).toBeNull();
  });

  it('asks for few of months, quarters, weeks, days and steps of such seasons, whose networks have learned from few', () => {
    const of = (unit: 'month' | 'week' | 'day' | 'step', length: number, season: number) =>
      assess({ ...series(count(length), 0, season), frequency: { unit, count: 1 } }, 3, null).problem;
    for (const [unit, season, least] of [
      ['month', 12, 4],
      ['month', 4, 4],
      ['day', 7, 4],
      ['week', 52, 8],
      ['day', 30, 60],
      ['step', 12, 4],
      ['step', 52, 8],
    ] as const) {
      expect(of(unit, least - 1, season)?.code).toBe('short');
      expect(of(unit, least, season)).toBeNull();
    }
  });

  it('takes sixty observations as enough where two and a half seasons are more', () => {
    expect(assess(series(count(59), 0, 48), 3, null).problem?.reason).toBe(
      'It has 59 observations; a network needs at least 60.',
    );
    expect(assess(series(count(60), 0, 48), 3, null).problem).toBeNull();
  });

  it('names the value of a constant series', () => {
    expect(assess(series([2, 2, Number.NaN, 2, 2, 2]), 3, null).problem).toEqual({
      code: 'constant',
      reason: 'All of its 5 observations are 2.',
    });
  });

  it('finds a series stale when it ended more than two seasons and a horizon before the others', () => {
    expect(assess(series(count(10)), 3, 12).problem).toBeNull();
    expect(assess(series(count(10)), 3, 13).problem?.code).toBe('stale');
    expect(assess(series(count(10), 0, 4), 3, 17).problem).toBeNull();
  });
});

describe('commonEnd', () => {
  it('is the last observation of the dataset where all but a few series reach it', () => {
    const current = Array.from({ length: 20 }, () => series(count(10), 90));
    expect(commonEnd([...current, series(count(10)), series(count(10))], 3)).toBe(99);
    expect(commonEnd([...current, ...Array.from({ length: 5 }, () => series(count(10)))], 3)).toBeNull();
    expect(commonEnd([series(count(10), 90), series(count(10))], 3)).toBe(99);
  });

  it('looks at observations, not at the grid behind them', () => {
    expect(commonEnd([series([1, 2, Number.NaN]), series([1, 2])], 3)).toBe(1);
  });
});
