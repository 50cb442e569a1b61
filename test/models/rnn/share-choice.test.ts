import { describe, expect, it } from 'vitest';
import { ets } from '../../../models/ets.ts';
import { loadNetwork, recurrentForecaster } from '../../../models/rnn/forecaster.ts';
import { randomFrom } from '../../../models/rnn/random.ts';
import type { Series } from '../../../models/series.ts';
import type { NetworkSettings } from '../../../models/settings.ts';
import { theta } from '../../../models/theta.ts';
import { shipped } from '../../../server/shipped.ts';

const MEDIAN = 3;

/** Months with a climb and a season, every third with a little noise of its own. */
const months = (count: number, length = 72): Series[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `s${i}`,
    frequency: { unit: 'month', count: 1 },
    zone: 'UTC',
    season: 12,
    start: Date.UTC(2015, 0),
    values: Float64Array.from(
      { length },
      (_, t) => 100 + i + t + 12 * Math.sin(((t + i) * Math.PI) / 6) + ((t * t) % 5),
    ),
  }));

/** Hours of work days and of weekends, where there is nothing: what neither Theta nor ETS knows. */
function workHours(count: number): Series[] {
  const random = randomFrom(4);
  return Array.from({ length: count }, (_, i) => ({
    id: `h${i}`,
    frequency: { unit: 'hour', count: 1 },
    zone: 'UTC',
    season: 24,
    start: Date.UTC(2024, 0, 1),
    values: Float64Array.from({ length: 24 * 40 }, (_, t) => {
      const [hour, day] = [t % 24, Math.floor(t / 24) % 7];
      const open = day < 5 && hour > 7 && hour < 19;
      return 20 + 5 * random.uniform() + (open ? 200 + 30 * Math.sin(hour) : 0);
    }),
  }));
}

/** 240 years of each, by the year and the value before: a horizon of twelve is beyond the shipped network. */
const years = (count: number, next: (t: number, before: number) => number): Series[] =>
  Array.from({ length: count }, (_, i) => {
    const values = new Float64Array(240);
    values.forEach((_, t) => {
      values[t] = next(t, values[t - 1]);
    });
    return { id: `y${i}`, frequency: { unit: 'year', count: 1 }, zone: 'UTC', season: 1, start: 0, values };
  });

async function fit(series: Series[], settings: Partial<NetworkSettings>, horizon: number) {
  const fitted = await recurrentForecaster({ training: 'none', ...settings }, shipped).fit(series, {
    horizon,
    seed: 1,
  });
  return { fitted, forecasts: await fitted.forecast(series) };
}

const mediansOf = (forecasts: readonly { quantiles: readonly Float64Array[] }[]) =>
  forecasts.map(({ quantiles }) => quantiles[MEDIAN]);

describe('the part of Theta and ETS', () => {
  it('is the share that was set, half each, of every level', async () => {
    const series = months(2);
    // Within one year: nothing else draws the forecast.
    const horizon = 11;
    const { forecasts } = await fit(series, { baselineShare: 0.4 }, horizon);
    const { forecasts: alone } = await fit(series, { baselineShare: 0 }, horizon);
    const [byTheta, byEts] = await Promise.all(
      [theta, ets].map(async (one) => (await one.fit(series, { horizon, seed: 0 })).forecast(series)),
    );
    forecasts.forEach(({ quantiles }, i) => {
      quantiles.forEach((level, q) => {
        level.forEach((value, k) => {
          const partners = (byTheta[i].quantiles[q][k] + byEts[i].quantiles[q][k]) / 2;
          expect(value).toBeCloseTo(0.6 * alone[i].quantiles[q][k] + 0.4 * partners, 8);
        });
      });
    });
    expect(mediansOf(forecasts)).not.toEqual(mediansOf(alone));
  });

  it('keeps within the bounds of the data and of the person', async () => {
    const falling = months(1).map((one) => ({
      ...one,
      values: one.values.map((_, t) => Math.max(0, 60 - t) + (t % 2)),
    }));
    const { forecasts } = await fit(falling, { baselineShare: 1, upper: 3 }, 24);
    const all = forecasts[0].quantiles.flatMap((level) => Array.from(level));
    expect(Math.min(...all)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...all)).toBeLessThanOrEqual(3);
  });

  it('is 30 % by default for few series, and says on what ground', async () => {
    const { fitted } = await fit(months(3), {}, 12);
    expect(fitted.combination?.share).toBe(0.3);
    expect(fitted.combination?.sentence).toMatch(
      /^Theta and ETS have 30 % of the forecast\. MASE on 3 stretches of newest steps, held back: \d\.\d+ with them, \d\.\d+ without\.$/,
    );
  });

  it('is 30 % where nothing can be held back, and says that', async () => {
    const { fitted } = await fit(months(1, 40), {}, 36);
    expect(fitted.combination).toEqual({
      share: 0.3,
      sentence:
        'Theta and ETS have 30 % of the forecast: combinations are right more often, and there are too few data to see whether it is so here.',
    });
  });

  it('is none in series under three seasons, in which Theta and ETS look for none', async () => {
    const [long, young] = [months(2), months(1, 30).map((one) => ({ ...one, id: 'young' }))];
    const { forecasts } = await fit([...long, ...young], { baselineShare: 0.3 }, 6);
    const { forecasts: alone } = await fit([...long, ...young], { baselineShare: 0 }, 6);
    expect(mediansOf(forecasts)[2]).toEqual(mediansOf(alone)[2]);
    expect(mediansOf(forecasts)[0]).not.toEqual(mediansOf(alone)[0]);
    const { fitted } = await fit(young, {}, 6);
    expect(fitted.combination).toEqual({
      share: 0,
      sentence:
        'Theta and ETS have no part in the forecast: they know a season from 3 of its cycles on, and all series are shorter.',
    });
  });

  it('is none where the held-back steps speak against it', async () => {
    const series = workHours(12);
    const { fitted, forecasts } = await fit(series, {}, 48);
    expect(fitted.combination).toMatchObject({
      share: 0,
      sentence: expect.stringMatching(
        /^Theta and ETS have no part in the forecast\. MASE on 48 stretches of newest steps/,
      ),
    });
    const { forecasts: alone } = await fit(series, { baselineShare: 0 }, 48);
    expect(mediansOf(forecasts)).toEqual(mediansOf(alone));
  });

  it('is asked of folds by networks that start from nothing, as they do beyond the shipped one', async () => {
    const settings = { training: 'auto', members: 1 } as const;
    const random = randomFrom(6);
    const waves = years(4, (t) => 100 * Math.exp(0.4 * Math.sin((2 * Math.PI * t) / 9) + 0.02 * random.normal()));
    const known = await fit(waves, settings, 12);
    expect(known.fitted.training?.training).toBe('from-nothing');
    expect(known.fitted.combination).toMatchObject({
      share: 0,
      sentence: expect.stringMatching(
        /^Theta and ETS have no part.* MASE on 16 stretches that one network had not seen/,
      ),
    });
    const wandering = years(4, (t, before) => (t === 0 ? 100 : before * Math.exp(0.05 * random.normal())));
    const wanted = await fit(wandering, settings, 12);
    expect(wanted.fitted.training?.training).toBe('from-nothing');
    expect(wanted.fitted.combination).toMatchObject({
      share: 0.3,
      sentence: expect.stringMatching(/^Theta and ETS have 30 %.* MASE on 16 stretches that one network had not seen/),
    });
    const { forecasts: alone } = await fit(wandering, { ...settings, baselineShare: 0 }, 12);
    expect(mediansOf(wanted.forecasts)).not.toEqual(mediansOf(alone));
  });

  it('is none where networks from nothing cannot be asked, and the shipped one loses to seasonal naive', async () => {
    const { fitted } = await fit(workHours(2), { training: 'auto', members: 1 }, 96);
    expect(fitted.training?.training).toBe('from-nothing');
    expect(fitted.combination).toEqual({
      share: 0,
      sentence:
        'Theta and ETS have no part in the forecast: nothing that was held back can tell whether they would help.',
    });
  });

  it('is that of the shipped network where networks from nothing cannot be asked and it beats seasonal naive', async () => {
    const { fitted } = await fit(months(4, 240), { training: 'auto', members: 1 }, 30);
    expect(fitted.training?.training).toBe('from-nothing');
    expect(fitted.combination?.sentence).toMatch(/MASE on 4 stretches of newest steps, held back/);
  });

  it('is not asked for where it was set, or where another network than the shipped one is', async () => {
    const set = await fit(months(2), { baselineShare: 0.1 }, 6);
    expect(set.fitted.combination).toBeUndefined();
    const nothing = await fit(months(2), { training: 'from-nothing', epochs: 1, members: 1 }, 6);
    expect(nothing.fitted.combination).toBeUndefined();
  });

  it('is saved with the network', async () => {
    const series = months(2);
    const { fitted, forecasts } = await fit(series, {}, 12);
    expect(mediansOf(await loadNetwork(fitted.save()).forecast(series))).toEqual(mediansOf(forecasts));
  });
});
