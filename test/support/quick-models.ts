import { addSteps } from '../../models/calendar.ts';
import type { Fitted, Forecast, Forecaster } from '../../models/forecaster.ts';
import { naive, seasonalNaive } from '../../models/naive.ts';
import { QUANTILES, type Series } from '../../models/series.ts';
import type { Models } from '../../server/forecasters.ts';

/**
 * Forecasters that take no time: the "network" repeats the last season shifted by what it learned, the mean of all training
 * values times `learningRate`. So its weights tell which data it has seen, and a test decides how good it is.
 */
export function quickModels(overrides: Partial<Models> = {}): Models {
  return {
    network: ({ learningRate = 'auto' }) => quickNetwork(learningRate === 'auto' ? 0 : learningRate),
    load: (weights) => loadQuick(weights),
    configuration: (_series, settings) => ({ ...settings, units: 1 }),
    baselines: [seasonalNaive, naive],
    ...overrides,
  };
}

/** What a quick network remembers. */
export interface QuickWeights {
  readonly horizon: number;
  readonly shift: number;
  readonly steps: Record<string, number>;
}

export function readQuick(weights: Uint8Array): QuickWeights {
  return JSON.parse(new TextDecoder().decode(weights));
}

function quickNetwork(learningRate: number): Forecaster {
  return {
    name: 'quick',
    async fit(series, { horizon, signal, onProgress }) {
      const values = series.flatMap((one) => [...one.values].filter(Number.isFinite));
      const mean = values.reduce((sum, v) => sum + v, 0) / Math.max(1, values.length);
      for (let epoch = 1; epoch <= 3; epoch++) {
        if (signal?.aborted) throw new Error('cancelled');
        onProgress?.({ epoch, epochs: 3, loss: 1 / epoch, validationLoss: null });
      }
      const steps = Object.fromEntries(series.map((one) => [one.id, one.values.length]));
      return fittedQuick({ horizon, shift: learningRate * mean, steps });
    },
  };
}

const loadQuick = (weights: Uint8Array) => fittedQuick(readQuick(weights));

function fittedQuick(weights: QuickWeights): Fitted {
  return {
    forecast: async (series) => series.map((one) => forecastQuick(one, weights)),
    save: () => new TextEncoder().encode(JSON.stringify(weights)),
    dispose() {},
  };
}

// Knows the wave of test/support/store.ts: the last season again, and its climb of 0.2 a step.
function forecastQuick(
  { id, values, season, start, frequency, zone }: Series,
  { horizon, shift }: QuickWeights,
): Forecast {
  const n = values.length;
  const steps = Array.from({ length: horizon }, (_, k) => k);
  return {
    series: id,
    origin: addSteps(start, n - 1, frequency, zone),
    times: Float64Array.from(steps, (k) => addSteps(start, n + k, frequency, zone)),
    quantiles: QUANTILES.map((level) =>
      Float64Array.from(steps, (k) => {
        const cycles = Math.ceil((k + 1) / season);
        return (values[n + k - season * cycles] ?? values[n - 1]) + 0.2 * season * cycles + shift + 4 * (level - 0.5);
      }),
    ),
  };
}
