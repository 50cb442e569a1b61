import { describe, expect, it } from 'vitest';
import { fromBytes } from '../../models/rnn/bytes.ts';
import { recurrentForecaster } from '../../models/rnn/forecaster.ts';
import { randomFrom } from '../../models/rnn/random.ts';
import type { Series } from '../../models/series.ts';
import type { NetworkSettings } from '../../models/settings.ts';
import { PRODUCT } from '../../server/forecasters.ts';
import { shipped } from '../../server/shipped.ts';
import { train } from '../../server/training.ts';
import { START } from '../support/store.ts';

describe('train', () => {
  it.each([
    // Further than the network of hours looks: from nothing, by validation and not by a person's wish.
    ['drawn towards days as it was scored', 600, 72, 'from-nothing'],
    // Before the folds there were too few days to see, so nothing was scored that is drawn.
    ['not drawn as it was not scored', 130, 48, 'none'],
  ] as const)('lets a network serve that is %s', async (_, length, horizon, kind) => {
    const random = randomFrom(7);
    const values = Array.from({ length }, (_, t) => 100 + 20 * Math.sin((t * Math.PI) / 12) + 5 * random.normal());
    const frequency = { unit: 'hour', count: 1 } as const;
    const hours: Series = {
      id: 'a',
      frequency,
      zone: 'UTC',
      season: 24,
      start: START,
      values: Float64Array.from(values),
    };
    const models = { ...PRODUCT, network: (settings: NetworkSettings) => recurrentForecaster(settings, shipped) };
    const settings = kind === 'none' ? { training: kind, folds: 1 } : { members: 1, folds: 1 };
    const { told, scoredWeights, weights } = await train({ series: [hours], horizon, settings, models });
    expect(told.training?.training).toBe(kind);
    const [scored, served] = [scoredWeights, weights].map((bytes) => fromBytes(bytes).coarser?.share);
    expect([scored, served, told.coarser?.share]).toEqual(Array(3).fill(kind === 'none' ? undefined : 0.3));
  });
});
