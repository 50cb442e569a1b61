import type { LocalForecast, LocalForecastReply, LocalForecastRequest } from '../server/contract.ts';
import type { Answers } from './import-recipe.ts';

export type { LocalForecast };

/** A forecast, or why there is none. */
export type Outcome = { readonly drawn: LocalForecast } | { readonly none: string };

export interface LocalForecaster {
  /** Forecasts a file in this browser; null where a later call made this one void. Never rejects. */
  forecast(file: File, answers: Answers, horizon?: number): Promise<Outcome | null>;
}

/**
 * Starts the worker that forecasts files by the pre-trained network, without the server, and ends it with `signal`. It is
 * fetched at once, while the person still looks for a file.
 */
export function startLocalForecaster(signal: AbortSignal): LocalForecaster {
  let id = 0;
  let broken: string | null = null;
  let settle: ((outcome: Outcome | null) => void) | null = null;
  const finish = (outcome: Outcome | null) => {
    settle?.(outcome);
    settle = null;
  };
  // Built beside the dashboard by forecast-worker.config.ts.
  const worker = new Worker('/forecast-worker.js', { type: 'module' });
  worker.addEventListener('message', ({ data }: MessageEvent<LocalForecastReply>) => {
    if (data.id === id) finish(data);
  });
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    broken = 'the forecast could not be computed in this browser';
    finish({ none: broken });
  });
  signal.addEventListener('abort', () => {
    worker.terminate();
    finish(null);
  });
  return {
    forecast(file, answers, horizon) {
      finish(null);
      if (broken !== null) return Promise.resolve({ none: broken });
      const request: LocalForecastRequest = { id: ++id, file, answers, horizon };
      return new Promise((resolve) => {
        settle = resolve;
        worker.postMessage(request);
      });
    },
  };
}
