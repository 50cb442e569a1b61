import { describe, expect, it } from 'vitest';
import {
  candidateGroups,
  carriedForward,
  columnsOf,
  placeCovariate,
  readColumns,
  stepsCarried,
} from '../../models/covariates.ts';
import type { Covariate, Series } from '../../models/series.ts';

const DAY = 86_400_000;
const one = (values: number[], covariates: Covariate[] = [], zone = 'UTC'): Series => ({
  id: 'a',
  frequency: { unit: 'day', count: 1 },
  zone,
  season: 7,
  start: Date.UTC(2024, 0, 1),
  values: Float64Array.from(values),
  covariates,
});
const column = (name: string, ...values: number[]): Covariate => ({
  name,
  group: name,
  values: Float64Array.from(values),
});

describe('scales', () => {
  it('leave yes and no as they are, take prices as ratios to their median and the rest as distances from it', () => {
    const series = [
      one(
        [1, 1, 1, 1, 1],
        [
          column('promo', 0, 1, 0, 0, 0, 1, 1),
          column('price', 10, 10, 20, 10, 5, 20, 40),
          column('degrees', -2, 0, 2, 0, 0, 4, Number.NaN),
        ],
      ),
    ];
    const columns = columnsOf(series, ['promo', 'price', 'degrees']);
    expect(columns.map(({ name, scaling }) => [name, scaling])).toEqual([
      ['promo', 'none'],
      ['price', 'ratio'],
      ['degrees', 'distance'],
    ]);
    expect(columns[1].unit).toBeCloseTo(Math.log(2), 10);
    expect(columns[2].unit).toBe(2);
    const [promo, price, degrees] = readColumns(series[0], columns, 0, 2);
    expect([...promo]).toEqual([0, 1, 0, 0, 0, 1, 1]);
    expect([...price].map((v) => Math.round(v * 1e6) / 1e6)).toEqual([0, 0, 1, 0, -1, 1, 2]);
    // Where nothing is known of a step, the last value stands in.
    expect([...degrees]).toEqual([-1, 0, 1, 0, 0, 2, 2]);
  });

  it('come from the past alone: rewriting what is known ahead changes no column before it, and a wild value is bounded', () => {
    const price = column('price', 10, 12, 10, 8, 10);
    const wild = column('price', 10, 12, 10, 8, 1e9);
    const [calm, other] = [one([1, 1, 1, 1], [price]), one([1, 1, 1, 1], [wild])];
    const columns = columnsOf([calm], ['price']);
    expect(columnsOf([other], ['price'])).toEqual(columns);
    expect([...readColumns(other, columns, 0, 1)[0]].slice(0, 4)).toEqual(
      [...readColumns(calm, columns, 0, 1)[0]].slice(0, 4),
    );
    expect(readColumns(other, columns, 0, 1)[0][4]).toBe(8);
  });

  it('say nothing before the first known value and where a series has no such column', () => {
    const late = one([1, 1, 1], [column('price', Number.NaN, 10, 20, 20)]);
    const columns = columnsOf([late], ['price']);
    expect(readColumns(late, columns, 0, 1)[0][0]).toBe(0);
    expect([...readColumns(one([1, 1, 1]), columns, 0, 1)[0]]).toEqual([0, 0, 0, 0]);
  });
});

describe('the calendar', () => {
  it('is a group of its own, whose columns follow the date of each target step in the zone', () => {
    const series = one([1, 2, 3], [], 'Asia/Tokyo');
    const columns = columnsOf([series], ['calendar']);
    expect(columns.map(({ name }) => name)).toEqual([
      ...['weekday_sin', 'weekday_cos', 'monthday_sin', 'monthday_cos', 'yearday_sin', 'yearday_cos'],
    ]);
    const [sine] = readColumns({ ...series, start: Date.UTC(2024, 0, 7, 15) }, columns, 1, 2);
    // 2024-01-08 00:00 in Tokyo is a Monday; from the step after it on.
    expect([...sine].map((v) => v.toFixed(4))).toEqual(
      [1, 2, 3, 4].map((day) => Math.sin((2 * Math.PI * day) / 7).toFixed(4)),
    );
  });
});

describe('what is known ahead', () => {
  it('is placed on the grid of its series as far as the horizon, the last of several readings in a step', () => {
    const at = (day: number, hour = 0) => Date.UTC(2024, 0, 1) + day * DAY + hour * 3_600_000;
    const known = {
      times: Float64Array.of(at(-1), at(0), at(2, 5), at(2, 9), at(4), at(5)),
      values: Float64Array.of(9, 1, 2, 3, 4, 5),
    };
    expect([...placeCovariate(one([1, 1, 1]), 'price', known, 2).values]).toEqual([1, Number.NaN, 3, Number.NaN, 4]);
  });

  it('says how far it is carried: steps at the end of the horizon without a value, by column and series', () => {
    const whole = column('promo', 0, 1, 0, 1, 1);
    const short = column('price', 5, 5, 5, 6);
    const none = column('price', 5, 5, 5);
    expect([whole, short, none].map((own) => stepsCarried(own, 3, 2))).toEqual([0, 1, 2]);
    const series = [one([1, 1, 1], [whole, short]), one([1, 1, 1], [whole, none])];
    expect(carriedForward(series, ['promo', 'price'], 2)).toEqual([{ name: 'price', series: 2, steps: 2 }]);
  });

  it('is a candidate once anything is known of it and it is offered', () => {
    const retired = { ...column('old', 1, 2), offered: false };
    expect(candidateGroups([one([1, 1], [column('promo', 0, 1), column('empty', Number.NaN), retired])])).toEqual([
      'promo',
    ]);
  });
});
