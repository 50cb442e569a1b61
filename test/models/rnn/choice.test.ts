import { describe, expect, it } from 'vitest';
import type { Fitted } from '../../../models/forecaster.ts';
import { settleCovariates } from '../../../models/rnn/choice.ts';
import { loadNetwork, recurrentForecaster } from '../../../models/rnn/forecaster.ts';
import type { Series } from '../../../models/series.ts';
import type { NetworkSettings } from '../../../models/settings.ts';
import { shipped } from '../../../server/shipped.ts';
import { type Promoted, promotions, rewritten, without } from '../../support/promotions.ts';

const SMALL: Partial<NetworkSettings> = { cell: 'gru', units: 16, members: 1 };
const OPTIONS = { horizon: 7, seed: 5 };
const fit = (series: readonly Series[], settings: Partial<NetworkSettings> = {}) =>
  recurrentForecaster({ ...SMALL, ...settings }).fit(series, OPTIONS);

async function errorOf(fitted: Fitted, { series, actual }: Promoted): Promise<number> {
  const forecasts = await fitted.forecast(series);
  const errors = actual.flatMap((came, i) => came.map((y, k) => Math.abs(forecasts[i].quantiles[3][k] / y - 1)));
  return errors.reduce((sum, e) => sum + e, 0) / errors.length;
}

describe('a training with covariates', () => {
  it('uses a promotion that moves the series and forecasts clearly better by it; says so with both figures', async () => {
    const shops = promotions();
    const [chosen, blind] = [await fit(shops.series), await fit(shops.series, { covariates: [] })];
    const { choice } = chosen;
    expect(choice?.used).toEqual(['promo']);
    expect(choice?.candidates.map(({ group }) => group)).toEqual(['promo', 'coin', 'calendar']);
    expect(choice!.with!).toBeLessThan(0.7 * choice!.without!);
    expect(choice?.sentence).toMatch(
      /^Used: promo\. The loss on 20 validation forecasts inside the training data was [\d.]+ with, [\d.]+ without\. Not used: coin, calendar\.$/,
    );
    expect(await errorOf(chosen, shops)).toBeLessThan(0.6 * (await errorOf(blind, shops)));
  });

  it('does not use a column of noise, and is then the network without it, byte for byte', async () => {
    const series = without(promotions({ effect: 0 }).series, 'promo');
    const chosen = await fit(series);
    expect(chosen.choice?.used).toEqual([]);
    expect(chosen.choice?.with).toBe(chosen.choice?.without);
    expect(chosen.choice?.sentence).toMatch(
      /^Not used: coin, calendar\. Without any the loss on 20 validation forecasts /,
    );
    expect(chosen.covariates).toBeUndefined();
    const bare = await fit(without(series, 'coin'));
    expect(Buffer.from(chosen.save()).equals(Buffer.from(bare.save()))).toBe(true);
  });

  it('trains nothing and changes nothing where there is nothing to choose from', async () => {
    const series = without(promotions().series, 'promo', 'coin');
    const settings = { ...SMALL };
    const settled = await settleCovariates(series, settings, OPTIONS, () => {
      throw new Error('a trial was trained');
    });
    expect(settled).toEqual({ settings: SMALL });
    expect(settled.settings).toBe(settings);
    const header = Buffer.from((await fit(series)).save()).toString('latin1');
    expect(header).not.toContain('covariates');
  });

  it.each([
    'none',
    'fine-tune',
  ] as const)('is not asked for with training %s: the shipped network reads none, so it forecasts without them', async (training) => {
    const settings = { training };
    const settled = await settleCovariates(promotions().series, settings, OPTIONS, () => {
      throw new Error('a trial was trained');
    });
    expect(settled.settings).toBe(settings);
    const fitted = await recurrentForecaster(settings, shipped).fit(promotions().series, OPTIONS);
    expect(fitted.covariates).toBeUndefined();
    expect((await fitted.forecast(promotions().series))[0].quantiles[3].every(Number.isFinite)).toBe(true);
  });

  it('obeys a person: what is named is used without a trial, what is not is not', async () => {
    const { series } = promotions();
    const fitted = await fit(series, { covariates: ['coin'] });
    expect(fitted.choice).toBeUndefined();
    expect(fitted.covariates).toEqual(['coin']);
    await expect(fit(series, { covariates: ['rain'] })).rejects.toThrow(
      'covariates: found "rain", expected names among promo, coin, calendar',
    );
  });

  it('compares nothing on series too short for it, and says so', async () => {
    const fitted = await fit(promotions({ steps: 24 }).series);
    expect(fitted.choice).toMatchObject({ used: [], without: null, with: null, folds: 0 });
    expect(fitted.choice?.sentence).toBe(
      'Not used: promo, coin, calendar. The series are too short to compare forecasts with and without.',
    );
  });
});

describe('the wall', () => {
  const { series } = promotions({ shops: 2 });
  const settings = { covariates: ['promo', 'calendar'], epochs: 3 };

  it('what is known beyond the horizon changes no byte and no forecast, what is known within it does', async () => {
    const longer = series.map((one) => ({
      ...one,
      covariates: one.covariates!.map((own) => ({ ...own, values: Float64Array.of(...own.values, 1, 0, 1, 1) })),
    }));
    const fitted = await fit(series, settings);
    const other = await fit(
      rewritten(longer, 'promo', (v, t) => (t >= 157 ? 1000 : v)),
      settings,
    );
    expect(Buffer.from(other.save()).equals(Buffer.from(fitted.save()))).toBe(true);
    const forecast = await fitted.forecast(series);
    expect(await fitted.forecast(rewritten(longer, 'promo', (v, t) => (t >= 157 ? -1 : v)))).toEqual(forecast);
    const within = await fitted.forecast(rewritten(longer, 'promo', (v, t) => (t === 152 ? 1 - v : v)));
    const moved = within[0].quantiles[3].map((v, k) => (v === forecast[0].quantiles[3][k] ? 0 : 1));
    // Only the step whose own promotion changed: every target step sees its own covariates.
    expect([...moved]).toEqual([0, 0, 1, 0, 0, 0, 0]);
  });

  it('a network that is trained knows nothing of covariates after its data but what it forecasts from', async () => {
    const future = rewritten(series, 'promo', (v, t) => (t >= 150 ? 1 - v : v));
    const [one, two] = [await fit(series, settings), await fit(future, settings)];
    expect(Buffer.from(one.save()).equals(Buffer.from(two.save()))).toBe(true);
  });

  it('saved and loaded, it reads the same columns and forecasts the same', async () => {
    const fitted = await fit(series, settings);
    const loaded = loadNetwork(fitted.save());
    expect(loaded.covariates).toEqual(fitted.covariates);
    expect(await loaded.forecast(series)).toEqual(await fitted.forecast(series));
  });

  it('carries the last value forward where the known future ends before the horizon', async () => {
    const fitted = await fit(series, settings);
    const ending = rewritten(series, 'promo', (v, t) => (t > 151 ? Number.NaN : t === 151 ? 1 : v));
    const carried = rewritten(series, 'promo', (v, t) => (t >= 151 ? 1 : v));
    expect(await fitted.forecast(ending)).toEqual(await fitted.forecast(carried));
  });
});
