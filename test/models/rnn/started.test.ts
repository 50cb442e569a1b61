import { describe, expect, it } from 'vitest';
import { planFor } from '../../../models/rnn/plan.ts';
import { isMuch, networksFor } from '../../../models/rnn/started.ts';
import type { Series } from '../../../models/series.ts';
import type { NetworkSettings, Training } from '../../../models/settings.ts';

const monthly = (count: number, length = 60): Series[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `s${i}`,
    frequency: { unit: 'month', count: 1 },
    zone: 'UTC',
    season: 12,
    start: Date.UTC(2010, 0, 1),
    values: Float64Array.from({ length }, (_, t) => 100 + i + 10 * Math.sin((2 * Math.PI * t) / 12) + (t % 5)),
  }));
const plan = (count: number, settings: Partial<NetworkSettings> = {}, horizon = 12, shipped = true) =>
  planFor(monthly(count), settings, { horizon, seed: 3 }, shipped);
const startsOf = (...args: Parameters<typeof plan>) => plan(...args).members.map(({ start }) => start ?? null);

describe('networksFor', () => {
  const hours = (length: number): Series[] => [
    {
      id: 'h',
      frequency: { unit: 'hour', count: 1 },
      zone: 'UTC',
      season: 24,
      start: 0,
      values: Float64Array.from({ length }, (_, t) => 10 + (t % 24)),
    },
  ];
  const names = (series: Series[], season: number) => networksFor(series, season).map(({ name }) => name);

  it('adds the network of the week for hours that last three weeks', () => {
    expect(names(hours(503), 24)).toEqual(['hourly']);
    expect(names(hours(504), 24)).toEqual(['hourly', 'hourly-week']);
    expect(names(monthly(1, 600), 12)).toEqual(['monthly']);
  });

  it('gives every kind of training a member of each', () => {
    const starts = (training: Training, length = 600) =>
      planFor(hours(length), { training }, { horizon: 24, seed: 1 }, true).members.map(({ start, spec, epochs }) => [
        start ?? null,
        spec.season,
        epochs > 0,
      ]);
    expect(starts('none')).toEqual([
      ['hourly', 24, false],
      ['hourly-week', 168, false],
    ]);
    expect(starts('fine-tune')).toEqual([
      ['hourly', 24, true],
      ['hourly-week', 168, true],
      ['hourly', 24, false],
      ['hourly-week', 168, false],
    ]);
    expect(starts('full', 10_000).filter(([start]) => start !== null)).toEqual([
      ['hourly', 24, true],
      ['hourly-week', 168, true],
      ['hourly', 24, false],
      ['hourly', 24, true],
    ]);
    // Few series leave one, beside members from nothing.
    expect(starts('full')).toEqual([
      [null, 24, true],
      ['hourly', 24, true],
      [null, 24, true],
      [null, 24, true],
    ]);
  });
});

describe('isMuch', () => {
  it('is a hundred series, or ten thousand values in all', () => {
    expect([99, 100].map((count) => isMuch(monthly(count, 20)))).toEqual([false, true]);
    expect([2499, 2500].map((length) => isMuch(monthly(4, length)))).toEqual([false, true]);
  });
});

describe('a plan with shipped networks', () => {
  it('alternates members that go on from one with members from nothing, for many long series', () => {
    const many = planFor(monthly(120, 200), {}, { horizon: 12, seed: 3 }, true);
    expect(many.training).toBe('full');
    expect(many.members.map(({ start }) => start ?? null)).toEqual(['monthly', null, 'monthly', null, 'monthly', null]);
    const [gentle, first, asIs, , longer] = many.members;
    // Gentle steps, none, and more of them: fewer and smaller ones than from nothing.
    expect(asIs).toMatchObject({ epochs: 0, cell: 'gru', loss: 'pinball' });
    expect(gentle.epochs).toBeGreaterThan(0);
    expect(longer.epochs).toBeGreaterThan(gentle.epochs);
    expect(first.epochs).toBeGreaterThan(longer.epochs);
    expect([gentle.learningRate, longer.learningRate, first.learningRate]).toEqual([1e-3, 2e-3, undefined]);
    expect(new Set(many.members.map(({ seed }) => seed)).size).toBe(6);
    // The features are those of the network, whose horizon is longer than what was asked.
    expect(gentle.spec).toMatchObject({ horizon: 24, season: 12, lookback: 15 });
    expect([many.horizon, many.asked]).toEqual([12, undefined]);
  });

  it('has one member from nothing for short series, many or few', () => {
    for (const count of [5, 120]) {
      const { training, members } = plan(count);
      expect(training).toBe('full');
      expect(members.map(({ start }) => start ?? null)).toEqual(['monthly', null, 'monthly']);
      // Many teach it how wide to be, too.
      expect(members[1].medianOnly).toBe(count === 5 ? true : undefined);
    }
  });

  it('puts the middle of a member from nothing beside gentle steps and the network as it is, for few series', () => {
    const [one, twenty] = [plan(1), plan(20)];
    expect([one.training, twenty.training]).toEqual(['full', 'full']);
    for (const { members } of [one, twenty]) {
      expect(members.map(({ start, epochs, medianOnly }) => [start, epochs > 0, medianOnly])).toEqual([
        ['monthly', true, undefined],
        [undefined, true, true],
        ['monthly', false, undefined],
      ]);
    }
    // The fewer series there are, the smaller are the gentle steps.
    expect(one.members[0].learningRate).toBeCloseTo(1e-3 * 0.01 ** 0.25, 12);
    expect(twenty.members[0].learningRate).toBeCloseTo(1e-3 * 0.2 ** 0.25, 12);
  });

  it('trusts members from nothing wholly, and most of all, where a few series are long', () => {
    const members = (length: number, horizon = 12) =>
      planFor(monthly(1, length), {}, { horizon, seed: 3 }, true).members.map(({ start, medianOnly }) => [
        start ?? null,
        medianOnly ?? false,
      ]);
    const short = [
      ['monthly', false],
      [null, true],
      ['monthly', false],
    ];
    const long = [
      [null, false],
      ['monthly', false],
      [null, false],
      [null, false],
    ];
    expect(members(199)).toEqual(short);
    expect(members(200)).toEqual(long);
    // Five horizons at least: there must be something to learn the last step from.
    expect(members(200, 40).map(([start]) => start)).toEqual(new Array(6).fill(null));
    expect(members(200, 41).map(([start]) => start)).toEqual(['monthly', 'monthly']);
  });

  it('trains as much as a person says, and as many members', () => {
    expect(startsOf(120, { training: 'none' })).toEqual(['monthly']);
    expect(plan(120, { training: 'none' }).members[0].epochs).toBe(0);
    expect(startsOf(120, { training: 'fine-tune' })).toEqual(['monthly', 'monthly']);
    expect(startsOf(2, { training: 'full' })).toEqual(['monthly', null, 'monthly']);
    expect(startsOf(2, { training: 'full', members: 5 })).toEqual(['monthly', null, 'monthly', null, 'monthly']);
    expect(startsOf(120, { members: 2 })).toEqual(['monthly', null]);
    expect(startsOf(120, { members: 1 })).toEqual(['monthly']);
  });

  it.each<Partial<NetworkSettings>>([
    { cell: 'lstm' },
    { context: 20 },
    { units: 8 },
    { layers: 2 },
    { dropout: 0.1 },
    { learningRate: 0.01 },
    { batch: 16 },
    { epochs: 3 },
    { clip: 2 },
    { patience: 4 },
    { calendar: true },
  ])('trains from nothing where a person describes another network: %j', (own) => {
    const { training, ...without } = plan(5, own);
    expect(training).toBe('from-nothing');
    expect(without).toEqual(plan(5, own, 12, false));
    const [field] = Object.keys(own);
    for (const asked of ['none', 'fine-tune'] as const) {
      expect(() => plan(5, { ...own, training: asked })).toThrow(
        expect.objectContaining({
          code: 'invalid_setting',
          field: 'training',
          found: asked,
          expected: `full, from-nothing or auto where ${field} is chosen: the shipped network is as it is`,
        }),
      );
    }
  });

  it('keeps the shipped network where settings are left to it, or do not describe the network', () => {
    for (const settings of [{ epochs: 'auto' }, { calendar: false }, { covariates: [] }, { lower: 0 }] as const) {
      expect(startsOf(5, settings)).toEqual(['monthly', null, 'monthly']);
    }
    // Another season is served by the network for any.
    expect(startsOf(5, { season: 6 })).toEqual(['any', null, 'any']);
  });

  it('looks as far as the network does, and carries on to what was asked', () => {
    for (const training of ['none', 'fine-tune'] as const) {
      const { horizon, asked, members } = plan(5, { training }, 60);
      expect([horizon, asked]).toEqual([24, 60]);
      expect(members.every(({ spec }) => spec.horizon === 24)).toBe(true);
    }
    expect(plan(5, {}, 60).training).toBe('fine-tune');
    expect(planFor(monthly(5, 300), {}, { horizon: 60, seed: 3 }, true).training).toBe('from-nothing');
    // Where there is enough to learn all of it from, members from nothing look all the way.
    const { training, horizon, asked, members } = plan(120, {}, 30);
    expect([training, horizon, asked]).toEqual(['full', 30, undefined]);
    expect(members.map(({ start, spec }) => [start ?? null, spec.horizon])).toEqual([
      ['monthly', 24],
      [null, 30],
      ['monthly', 24],
    ]);
    // Series long enough for folds have no use for the shipped one.
    const long = monthly(120, 600);
    expect(planFor(long, {}, { horizon: 30, seed: 3 }, true)).toEqual({
      ...planFor(long, {}, { horizon: 30, seed: 3 }),
      training: 'from-nothing',
    });
    expect(plan(5, {}, 24)).not.toHaveProperty('asked');
  });

  it('is the plan from nothing where there are none, and says so where somebody asks for them', () => {
    expect(startsOf(5, {}, 12, false).every((start) => start === null)).toBe(true);
    expect(plan(5, {}, 12, false)).not.toHaveProperty('training');
    for (const training of ['none', 'fine-tune'] as const) {
      expect(() => plan(5, { training }, 12, false)).toThrow(
        `training: found "${training}", expected full or auto: there is no pre-trained network here`,
      );
    }
  });
});
