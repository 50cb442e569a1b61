import { describe, expect, test } from 'vitest';
import type { Series } from '../../models/series.ts';
import { fit, planWithin, type WithinBudget } from '../../server/budget.ts';
import { PRODUCT } from '../../server/forecasters.ts';
import { measureSpeed } from '../../server/speed.ts';
import { evaluate, train, trainUnscored } from '../../server/training.ts';
import { quickModels } from '../support/quick-models.ts';
import { START, wave } from '../support/store.ts';

const daily = (id: string, values: readonly number[]): Series => ({
  id,
  frequency: { unit: 'day', count: 1 },
  zone: 'UTC',
  season: 7,
  start: START,
  values: Float64Array.from(values),
});
const series = [daily('a', wave(70)), daily('b', wave(80, 3))];

describe('the choice for a budget', () => {
  // Six members of 20 epochs; a member costs a second an epoch, the whole begins at two seconds.
  const plan = { members: Array.from({ length: 6 }, () => ({ epochs: 20 })) };
  const choose = (budget: number, settings = {}) =>
    fit({ plan, settings, budget, seconds: (members, epochs) => 2 + members * (epochs ?? 20) });

  test('changes nothing where all of it fits, and says how long it will take', () => {
    expect(choose(140)).toEqual({
      settings: {},
      estimate: 122,
      sentence: 'The budget of 2 min is enough for the training as it is: 6 networks, about 2 min.',
    });
  });

  test('takes members away first, then epochs', () => {
    expect(choose(75)).toMatchObject({ settings: { members: 3 }, estimate: 62 });
    expect(choose(50)).toMatchObject({ settings: { members: 2 }, estimate: 42 });
    const { settings, estimate } = choose(20);
    expect(settings).toEqual({ members: 1, epochs: 15 });
    expect(estimate).toBe(17);
  });

  test('is told with what repeats it', () => {
    expect(choose(50).sentence).toBe(
      'To keep to 50 s: 2 networks instead of 6 networks, about 42 s. --members 2 repeats it without a budget.',
    );
    expect(choose(20).sentence).toContain('--members 1 --epochs 15 repeats it without a budget.');
  });

  test('leaves what a person has set as it is', () => {
    expect(choose(75, { members: 6 }).settings).toEqual({ members: 6, epochs: 10 });
    expect(choose(75, { epochs: 20 }).settings).toEqual({ members: 3 });
  });

  test('of too little time is the least possible training, and says so', () => {
    expect(choose(2)).toEqual({
      settings: { members: 1, epochs: 1 },
      estimate: 3,
      sentence:
        '2 s is less than any training takes here. The least possible one: 1 network for 1 epoch instead of 6 networks for 20 epochs, about 3 s.',
    });
  });
});

test('the speed of the machine is measured by real steps of every cell of the plan', async () => {
  const { planFor } = await import('../../models/rnn/plan.ts');
  const speed = await measureSpeed(series, planFor(series, { units: 8 }, { horizon: 7, seed: 1 }), 2000);
  expect(Object.keys(speed.step).sort()).toEqual(['gru', 'lstm']);
  expect(speed.step.gru).toBeGreaterThan(0);
  expect(speed.setup).toBeGreaterThan(0);
  const stopped = measureSpeed(series, planFor(series, {}, { horizon: 7, seed: 1 }), 2000, AbortSignal.abort());
  await expect(stopped).rejects.toThrow('cancelled');
}, 60_000);

test('a training with a budget is the one without it under the settings it recorded, byte for byte', async () => {
  const sentences: string[] = [];
  const small = { units: 8, seed: 3 };
  const budgeted = await trainUnscored({
    series,
    horizon: 7,
    // Less than the start of a thread takes: the least possible training, however fast the machine.
    settings: { ...small, budget: 1 },
    spent: 1,
    onPlan: (sentence) => sentences.push(sentence),
  });
  expect(sentences).toEqual([expect.stringContaining('1 network for 1 epoch instead of')]);
  expect(budgeted.configuration).toMatchObject({ budget: 1, members: 1, epochs: [1], seed: 3 });
  expect(budgeted.configuration.budgetEstimate).toBeGreaterThan(1);
  const repeated = await trainUnscored({ series, horizon: 7, settings: { ...small, members: 1, epochs: 1 } });
  expect(repeated.weights).toEqual(budgeted.weights);
}, 60_000);

test('a budget that is enough gives the bytes of no budget', async () => {
  const settings = { units: 8, members: 1, epochs: 2 };
  const free = await trainUnscored({ series, horizon: 7, settings });
  const budgeted = await trainUnscored({ series, horizon: 7, settings: { ...settings, budget: 3600 } });
  expect(budgeted.weights).toEqual(free.weights);
}, 60_000);

test('the work to fit is all of it: the trainings, the forecasts of the folds, the baselines, and the time that is gone', async () => {
  const asked: unknown[] = [];
  const within: typeof planWithin = async ({ budget, spent, trainings, forecasts, folds }) => {
    asked.push({ budget, spent, trainings, forecasts, folds });
    return { settings: { members: 2 }, estimate: 9, sentence: 'It fits.' } satisfies WithinBudget;
  };
  const models = quickModels({ within });
  const given = { series, horizon: 7, settings: { budget: 30, folds: 3 }, spent: 4, models };
  const { configuration } = await train(given);
  expect(configuration).toMatchObject({ members: 2, budget: 30, budgetEstimate: 9 });
  await evaluate({ ...given, settings: { ...given.settings, refit: true } });
  await trainUnscored(given);
  expect(asked).toEqual([
    { budget: 30, spent: 4, trainings: 2, forecasts: 4, folds: 3 },
    { budget: 30, spent: 4, trainings: 3, forecasts: 3, folds: 3 },
    { budget: 30, spent: 4, trainings: 1, forecasts: 1, folds: 0 },
  ]);
});

test('data that no network can be trained on needs no measuring', async () => {
  const { sentence } = await planWithin({
    series: [daily('flat', new Array(30).fill(2))],
    settings: {},
    horizon: 3,
    seed: 1,
    budget: 5,
    spent: 0,
    trainings: 1,
    forecasts: 1,
    baselines: PRODUCT.baselines,
    folds: 0,
  });
  expect(sentence).toBe('No series can be trained on, so the budget changes nothing.');
});
