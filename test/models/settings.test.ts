import { describe, expect, it } from 'vitest';
import type { Series } from '../../models/series.ts';
import { checkSettings, SettingError } from '../../models/settings.ts';
import { planTraining } from '../../models/training-plan.ts';

const many = (count: number, length: number, unit: Series['frequency']['unit'], season: number, step = 1): Series[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `s${i}`,
    frequency: { unit, count: step },
    zone: 'UTC',
    season,
    start: 0,
    values: new Float64Array(length),
  }));
const ask = { horizon: 8, seed: 1 };

describe('checkSettings', () => {
  it('completes with auto and keeps what was given', () => {
    expect(checkSettings({ cell: 'lstm', units: 32 })).toMatchObject({ cell: 'lstm', units: 32, epochs: 'auto' });
  });

  it.each([
    [{ cell: 'rnn' }, 'cell', 'cell: found "rnn", expected simpleRnn, lstm, gru or auto'],
    [{ epochs: 1.5 }, 'epochs', 'epochs: found 1.5, expected a whole number from 1 to 10000, or auto'],
    [{ dropout: 1 }, 'dropout', 'dropout: found 1, expected a number from 0 to 0.9, or auto'],
    [
      { learningRate: Number.NaN },
      'learningRate',
      'learningRate: found null, expected a number from 0.000001 to 1, or auto',
    ],
    [{ lower: Number.POSITIVE_INFINITY }, 'lower', 'lower: found null, expected a number'],
    [{ contxt: 8 }, 'contxt', 'contxt: found 8, expected one of cell, context'],
  ])('refuses %j, naming the field, what was found and what was expected', (given, field, message) => {
    expect(() => checkSettings(given as object)).toThrow(message);
    expect(() => checkSettings(given as object)).toThrow(expect.objectContaining({ field, code: 'invalid_setting' }));
  });
});

describe('planTraining', () => {
  it('answers every question by frequency, length and count of series', () => {
    const months = planTraining(many(1428, 126, 'month', 12), {}, ask);
    expect(months).toMatchObject({ season: 12, context: 126, history: 126, burnIn: 24, batch: 64 });
    expect(months.members[0].spec).toMatchObject({ season: 12, lookback: 15, lag: 0, discount: 0.85 });
    const hours = planTraining(many(400, 1000, 'hour', 24), {}, { horizon: 48, seed: 1 });
    expect(hours.members[0].spec).toMatchObject({ season: 24, lag: 168, lookback: 48 });
    expect(hours.history).toBe(1000);
    expect(hours.context).toBeLessThan(100);
    const years = planTraining(many(645, 40, 'year', 1), {}, ask);
    expect(years).toMatchObject({ season: 1, context: 40, burnIn: 4 });
    expect(years.members[0].spec).toMatchObject({ lookback: 7, lag: 0 });
  });

  it('shows last year to daily series that have seen three', () => {
    const lag = (length: number) => planTraining(many(3, length, 'day', 7), {}, ask).members[0].spec.lag;
    expect(lag(3 * 364)).toBe(364);
    expect(lag(3 * 364 - 1)).toBe(0);
  });

  it('trains longer where there is more to learn from, and with fewer members where each costs much', () => {
    const plan = (count: number, length: number, horizon: number) =>
      planTraining(many(count, length, 'hour', 24), {}, { horizon, seed: 1 });
    const steps = (p: ReturnType<typeof plan>) => p.members[0].epochs * p.stepsPerEpoch;
    expect(steps(plan(10, 100, 8))).toBeLessThan(steps(plan(1000, 100, 8)));
    expect(plan(400, 1000, 96).members.length).toBeLessThan(plan(10, 100, 8).members.length);
  });

  it('bounds what it looks at, however many and long the series are', () => {
    const plan = planTraining(many(4000, 5000, 'hour', 24), {}, ask);
    expect(plan.history * 4000).toBeLessThan(4_000_000);
  });

  it('takes what the person set over its own choice, season included', () => {
    const plan = planTraining(
      many(3, 60, 'month', 12),
      { season: 6, units: 9, members: 2, cell: 'simpleRnn', epochs: 5, lower: 0 },
      ask,
    );
    expect(plan).toMatchObject({ season: 6, units: 9, bounds: { lower: 0 } });
    expect(plan.members.map((m) => [m.cell, m.epochs, m.spec.season])).toEqual([
      ['simpleRnn', 5, 6],
      ['simpleRnn', 5, 6],
    ]);
  });

  it('gives every member a seed of its own, from the seed given', () => {
    const seeds = (seed: number) =>
      planTraining(many(3, 60, 'month', 12), { members: 4 }, { horizon: 3, seed }).members.map((m) => m.seed);
    expect(new Set(seeds(1)).size).toBe(4);
    expect(seeds(1)).toEqual(seeds(1));
    expect(seeds(1)).not.toEqual(seeds(2));
  });

  it('is plain data: it survives the way to another process', () => {
    const plan = planTraining(many(3, 60, 'month', 12), {}, ask);
    expect(JSON.parse(JSON.stringify(plan))).toEqual({ ...plan, bounds: {} });
  });

  it('refuses a horizon or seed that is no whole number in range', () => {
    expect(() => planTraining([], {}, { horizon: 0, seed: 1 })).toThrow(SettingError);
    expect(() => planTraining([], {}, { horizon: 1, seed: -1 })).toThrow(
      'seed: found -1, expected a whole number from 0',
    );
  });
});
