import { describe, expect, it } from 'vitest';
import { toSeries } from '../../models/grid.ts';
import type { Observations } from '../../models/series.ts';

const HOUR = 3_600_000;
const monthly = { frequency: { unit: 'month', count: 1 }, zone: 'UTC' } as const;
const hourly = { frequency: { unit: 'hour', count: 1 }, zone: 'UTC' } as const;
const observations = (times: number[], values: number[]): Observations => ({
  times: Float64Array.from(times),
  values: Float64Array.from(values),
});
const month = (m: number) => Date.UTC(2020, m, 1);

describe('toSeries', () => {
  it('lays observations on the grid of their frequency, with NaN where a step has none', () => {
    const { series, facts } = toSeries(
      new Map([
        ['a', observations([month(0), month(1), month(4)], [1, 2, 5])],
        ['b', observations([month(3), month(4)], [10, Number.NaN])],
      ]),
      monthly,
    );
    expect(series.map((s) => [s.id, s.start, s.season, Array.from(s.values)])).toEqual([
      ['a', month(0), 12, [1, 2, Number.NaN, Number.NaN, 5]],
      ['b', month(3), 12, [10, Number.NaN]],
    ]);
    expect(facts.map(({ id, observed, missing }) => [id, observed, missing])).toEqual([
      ['a', 3, 2],
      ['b', 1, 0],
    ]);
  });

  const MINUTE = 60_000;
  const jittered = observations(
    [0, HOUR - 10 * MINUTE, HOUR + 10 * MINUTE, 3 * HOUR - MINUTE, 3 * HOUR + 29 * MINUTE],
    [1, 2, 6, 4, Number.NaN],
  );

  it.each([
    ['last', 6],
    ['mean', 4],
    ['sum', 8],
  ] as const)('moves a reading to the nearest hour and keeps the %s of several, counting both', (duplicates, kept) => {
    const { series, facts } = toSeries(new Map([['a', jittered]]), { ...hourly, duplicates });
    expect(Array.from(series[0].values)).toEqual([1, kept, Number.NaN, 4]);
    expect(facts[0]).toMatchObject({ moved: 4, merged: 2, observed: 3, missing: 1 });
  });

  it('leaves a reading in the day in which it lies, however late, and joins those of one day', () => {
    const day = (d: number, hour: number) => Date.UTC(2024, 0, d, hour);
    const { series } = toSeries(
      new Map([['a', observations([day(1, 0), day(1, 23), day(2, 20), day(4, 5)], [1, 3, 7, 9])]]),
      { frequency: { unit: 'day', count: 1 }, zone: 'UTC', duplicates: 'mean' },
    );
    expect(Array.from(series[0].values)).toEqual([2, 7, Number.NaN, 9]);
  });

  it('follows the calendar of the zone: a day of 23 hours is one step', () => {
    const midnight = (day: number, offset: number) => Date.UTC(2024, 2, day) - offset * HOUR;
    const { series } = toSeries(
      new Map([['a', observations([midnight(30, 1), midnight(31, 1), midnight(32, 2)], [1, 2, 3])]]),
      { frequency: { unit: 'day', count: 1 }, zone: 'Europe/Berlin' },
    );
    expect(Array.from(series[0].values)).toEqual([1, 2, 3]);
  });

  it('says what is wrong with a series beside the others', () => {
    const from = (start: number, n: number, value: (t: number) => number) =>
      observations(
        Array.from({ length: n }, (_, t) => (start + t) * HOUR),
        Array.from({ length: n }, (_, t) => value(t)),
      );
    const wave = (t: number) => 5 + Math.sin(t);
    const { facts } = toSeries(
      new Map([
        ['good', from(0, 100, wave)],
        ['flat', from(0, 100, () => 5)],
        ['brief', from(80, 20, wave)],
        ['old', from(-1000, 100, wave)],
        ['void', from(0, 100, () => Number.NaN)],
        ['none', observations([], [])],
      ]),
      hourly,
    );
    expect(facts.map((f) => f.problem?.code)).toEqual([undefined, 'constant', 'short', 'stale', 'empty', 'empty']);
    expect(facts[3].problem?.reason).toBe('Its last observation is 1000 steps older than that of the other series.');
  });

  it('calls no series stale where they end all over the place', () => {
    const series = new Map(
      Array.from({ length: 10 }, (_, i) => [
        `s${i}`,
        observations(
          Array.from({ length: 60 }, (_, t) => (500 * i + t) * HOUR),
          Array.from({ length: 60 }, (_, t) => Math.sin(t)),
        ),
      ]),
    );
    expect(toSeries(series, hourly).facts.map((f) => f.problem)).toEqual(new Array(10).fill(null));
  });

  it('refuses a grid that only a wrong date can ask for', () => {
    const seconds = { frequency: { unit: 'second', count: 1 }, zone: 'UTC' } as const;
    expect(() => toSeries(new Map([['a', observations([0, 4e12], [1, 2])]]), seconds)).toThrow(
      'series "a": found 4000000001 steps of PT1S between its first and last observation, expected at most 20000000',
    );
  });

  it('gives nothing for nothing', () => {
    expect(toSeries(new Map(), monthly)).toEqual({ series: [], facts: [] });
  });
});

it('the last business days of months each have a step of their own, and a mid-month start keeps its own months', () => {
  const days = ['2021-01-29', '2021-02-26', '2021-03-31', '2021-05-31'].map((day) => Date.parse(day));
  const observed = observations(days, [1, 2, 3, 5]);
  const { series, facts } = toSeries(new Map([['a', observed]]), monthly);
  expect([...series[0].values]).toEqual([1, 2, 3, Number.NaN, 5]);
  expect(facts[0].merged).toBe(0);

  const billed = ['2021-01-15', '2021-02-14', '2021-02-15'].map((day) => Date.parse(day));
  const bills = observations(billed, [1, 2, 3]);
  expect([...toSeries(new Map([['b', bills]]), monthly).series[0].values]).toEqual([2, 3]);
});
