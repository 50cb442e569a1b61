import { describe, expect, it } from 'vitest';
import type { Fitted } from '../../../models/forecaster.ts';
import { loadNetwork, recurrentForecaster } from '../../../models/rnn/forecaster.ts';
import type { Series } from '../../../models/series.ts';
import type { NetworkSettings } from '../../../models/settings.ts';
import { type Kinds, kinds, unsaid } from '../../support/kinds.ts';

const SMALL: Partial<NetworkSettings> = { cell: 'gru', units: 16, members: 1 };
const OPTIONS = { horizon: 8, seed: 5 };
const fit = (series: readonly Series[], settings: Partial<NetworkSettings> = {}) =>
  recurrentForecaster({ ...SMALL, ...settings }).fit(series, OPTIONS);

async function errorOf(fitted: Fitted, { series, actual }: Kinds): Promise<number> {
  const forecasts = await fitted.forecast(series);
  const errors = actual.flatMap((came, i) => came.map((y, k) => Math.abs(forecasts[i].quantiles[3][k] / y - 1)));
  return errors.reduce((sum, e) => sum + e, 0) / errors.length;
}

describe('a training with attributes of series', () => {
  it('uses them where kinds of series go different ways, and says so with both figures', async () => {
    const articles = kinds({ seed: 3 });
    const [chosen, blind] = [await fit(articles.series), await fit(unsaid(articles.series))];
    expect(chosen.choice?.used).toEqual(['attributes']);
    expect(chosen.choice!.with!).toBeLessThan(0.95 * chosen.choice!.without!);
    expect(chosen.choice?.sentence).toMatch(
      /^Used: attributes \(kind, owner\)\. The loss on 30 validation forecasts inside the training data was [\d.]+ with, [\d.]+ without\.$/,
    );
    expect(await errorOf(chosen, articles)).toBeLessThan(0.95 * (await errorOf(blind, articles)));
  });

  it('does not use them where they are noise, and is then the network without them, byte for byte', async () => {
    const { series } = kinds({ effect: 0 });
    const chosen = await fit(series);
    expect(chosen.choice?.used).toEqual([]);
    expect(chosen.choice?.sentence).toMatch(/^Not used: attributes \(kind, owner\)\. Without any the loss on 30 /);
    const bare = await fit(unsaid(series));
    expect(bare.choice).toBeUndefined();
    expect(Buffer.from(chosen.save()).equals(Buffer.from(bare.save()))).toBe(true);
  });

  it('tries them beside the calendar, where steps have one, and keeps to what helps', async () => {
    const { series } = kinds({ seed: 3, frequency: { unit: 'week', count: 1 } });
    const { choice } = await fit(series);
    expect(choice?.candidates.map(({ group }) => group)).toEqual(['attributes', 'calendar']);
    expect(choice?.used).toEqual(['attributes']);
    expect(choice?.sentence).toMatch(/^Used: attributes \(kind, owner\)\. .+ Not used: calendar\.$/);
  });

  it('obeys a person: used without a trial, or not', async () => {
    const { series } = kinds();
    const forced = await fit(series, { covariates: ['attributes'], epochs: 2 });
    expect(forced.choice).toBeUndefined();
    expect(Buffer.from(forced.save()).toString('latin1')).toContain('"attributes":[{"name":"kind","kind":"category"');
    const without = await fit(series, { covariates: [], epochs: 2 });
    const bare = await fit(unsaid(series), { epochs: 2 });
    expect(Buffer.from(without.save()).equals(Buffer.from(bare.save()))).toBe(true);
    await expect(fit(unsaid(series), { covariates: ['attributes'] })).rejects.toThrow(
      'covariates: found "attributes", expected names among calendar',
    );
  });

  it('forecasts a series by its kind, saved and loaded the same, and one of an unknown kind too', async () => {
    const { series } = kinds();
    const fitted = await fit(series, { covariates: ['attributes'] });
    const loaded = loadNetwork(fitted.save());
    expect(await loaded.forecast(series)).toEqual(await fitted.forecast(series));
    const as = (value: string) => ({ ...series[0], attributes: [{ name: 'kind', value }] });
    const [up, down, other] = await fitted.forecast([as('fashion'), as('classic'), as('vintage')]);
    expect(up.quantiles[3][7]).toBeGreaterThan(1.1 * down.quantiles[3][7]);
    expect(other.quantiles[3].every(Number.isFinite)).toBe(true);
  });
});
