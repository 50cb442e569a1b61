import { foldsOf } from '../models/backtest.ts';
import type { Series } from '../models/series.ts';
import type { JobProgress, Settings } from './contract.ts';
import { type Models, orAppError, PRODUCT } from './forecasters.ts';
import { split } from './identity.ts';

/** What a training with a budget has to say of itself. */
export interface Budgeted {
  readonly series: readonly Series[];
  readonly horizon: number;
  readonly settings?: Settings;
  readonly champion?: unknown;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: JobProgress) => void;
  /** Seconds of a budget that are gone when the training begins (reading the file); 0 unless told. */
  readonly spent?: number;
  /** Told before the training begins how it was made to fit a budget, a sentence. */
  readonly onPlan?: (sentence: string) => void;
  /** Seconds the whole is expected to take, where a budget was given. */
  readonly budgetEstimate?: number;
  /** Milliseconds from any fixed moment. */
  readonly clock?: () => number;
  readonly models?: Models;
}

/**
 * The same options, with members and epochs set so that all of it ends within the budget; as they are without a budget.
 * `trainings`: beside those of the backtest. Throws as a training does.
 */
export async function inBudget<T extends Budgeted>(
  options: T,
  { trainings, scored }: { trainings: number; scored: boolean },
): Promise<T> {
  const { series, horizon, signal, clock, spent = 0, onPlan, onProgress, models = PRODUCT } = options;
  const { settings, seed, budget, refit, folds = foldsOf(series, horizon) } = split(options.settings);
  if (budget === undefined || !models.within) return options;
  const phase = 'Measuring the speed of this machine';
  onProgress?.({ phase, done: 0, epoch: null, epochs: null, loss: null, validationLoss: null, secondsLeft: null });
  const { within } = models;
  const chosen = await orAppError(signal, () =>
    within({
      series,
      settings,
      horizon,
      seed,
      budget,
      spent,
      trainings: trainings + (scored ? (refit ? folds : 1) : 0),
      // Of every fold by the network and by a champion; of all series by what serves.
      forecasts: trainings + (scored ? (options.champion ? 2 : 1) * folds : 0),
      baselines: models.baselines,
      folds: scored ? folds : 0,
      signal,
      clock,
    }),
  );
  onPlan?.(chosen.sentence);
  return {
    ...options,
    settings: { ...options.settings, ...(chosen.settings as Settings) },
    budgetEstimate: Math.round(chosen.estimate),
  };
}
