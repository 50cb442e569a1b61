// What test/models/rnn/browser.test.ts bundles and runs, both in Node and in a page.
import { loadNetwork } from '../../../models/rnn/forecaster.ts';
import type { Series } from '../../../models/series.ts';

/** A series as it travels to the page: plain numbers. */
export type Sent = Omit<Series, 'values'> & { values: number[] };

/** The quantiles that a saved network forecasts: [series][levels][horizon]. */
export async function forecastSaved(bytes: number[], sent: Sent[]): Promise<number[][][]> {
  const fitted = loadNetwork(Uint8Array.from(bytes));
  const series = sent.map((one) => ({ ...one, values: Float64Array.from(one.values) }));
  const forecasts = await fitted.forecast(series);
  return forecasts.map(({ quantiles }) => quantiles.map((level) => Array.from(level)));
}

Object.assign(globalThis, { forecastSaved });
