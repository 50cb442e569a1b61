import { randomFrom } from '../models/rnn/random.ts';
import type { Series } from '../models/series.ts';
import { synthesise } from '../models/synthetic/generator.ts';
import { PERIODS } from '../models/synthetic/periods.ts';
import { explainForecasts, explainRun } from './explanation.ts';
import { forecastAll, train } from './training.ts';

const SERIES = 24;
const STEPS = 120;
const HORIZON = 12;

/**
 * Makes a first forecast of made-up series, as a job would, and throws it away: the program's code is then compiled, the kernels'
 * too, and the next first forecast takes two thirds of the time. Throws where a job would, and when `signal` aborts.
 */
export async function rehearse(signal: AbortSignal): Promise<void> {
  const random = randomFrom(1);
  const series = Array.from(
    { length: SERIES },
    (_, i): Series => ({
      id: String(i),
      frequency: { unit: 'month', count: 1 },
      zone: 'UTC',
      season: 12,
      start: 0,
      values: synthesise(random, PERIODS.monthly, STEPS),
    }),
  );
  const training = await train({ series, horizon: HORIZON, settings: { training: 'none' }, signal });
  try {
    const forecasts = await forecastAll({ by: training.fitted, series, horizon: HORIZON, signal });
    const explained = explainForecasts(series, forecasts);
    await explainRun({ ...training, series, forecasts, explained, signal });
  } finally {
    training.fitted.dispose();
  }
}
