import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recurrentForecaster } from '../../../models/rnn/forecaster.ts';
import { type OpenPage, openPage } from '../../support/browser.ts';
import { bundle } from '../../support/bundle.ts';
import { forecastSaved, type Sent } from './in-browser.ts';

let open: OpenPage;

beforeAll(async () => {
  const [script, opened] = await Promise.all([bundle(new URL('in-browser.ts', import.meta.url)), openPage()]);
  open = opened;
  await open.page.addScriptTag({ content: script });
});

afterAll(async () => {
  await open?.close();
});

describe('a saved forecaster in a browser', () => {
  it.each(['simpleRnn', 'lstm', 'gru'] as const)('%s gives the numbers of the server, to 1e-5', async (cell) => {
    const sent: Sent[] = Array.from({ length: 5 }, (_, s) => ({
      id: `sales ${s}`,
      frequency: { unit: 'month', count: 1 },
      zone: 'UTC',
      season: 12,
      start: Date.UTC(2015, 0, 1),
      // The last one crosses zero, so both spaces are tried.
      values: Array.from({ length: 60 }, (_, t) => (s === 4 ? -20 : 80) + 9 * s + t + 25 * Math.sin((t + s) / 1.9)),
    }));
    const series = sent.map((one) => ({ ...one, values: Float64Array.from(one.values) }));
    const settings = { cell, units: 8, epochs: 3, members: 1 };
    const fitted = await recurrentForecaster(settings).fit(series, { horizon: 6, seed: 4 });
    const bytes = Array.from(fitted.save());

    const expected = (await forecastSaved(bytes, sent)).flat(2);
    const found = await open.page.evaluate(
      ([saved, past]) => (globalThis as unknown as { forecastSaved: typeof forecastSaved }).forecastSaved(saved, past),
      [bytes, sent] as const,
    );
    expect(found.flat(2)).toHaveLength(5 * 7 * 6);
    const differences = found.flat(2).map((value, i) => Math.abs(value / expected[i] - 1));
    expect(Math.max(...differences)).toBeLessThan(1e-5);
  });
});
