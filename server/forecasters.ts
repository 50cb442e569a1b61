import { BASELINES } from '../models/baselines.ts';
import { describeCorrection } from '../models/correction.ts';
import type { Fitted, Forecast, Forecaster } from '../models/forecaster.ts';
import { cut } from '../models/further.ts';
import { loadNetwork } from '../models/rnn/forecaster.ts';
import { importanceOf } from '../models/rnn/importance.ts';
import { planFor } from '../models/rnn/plan.ts';
import type { Series } from '../models/series.ts';
import { type NetworkSettings, SettingError } from '../models/settings.ts';
import { planWithin } from './budget.ts';
import { AppError } from './errors.ts';
import { threadedForecaster } from './member-threads.ts';

/** The forecasters a training works with; a test passes quicker ones in. */
export interface Models {
  network(settings: Partial<NetworkSettings>): Forecaster;
  load(weights: Uint8Array): Fitted;
  /** What the network will be, with every open setting answered: for the record. */
  configuration(
    series: readonly Series[],
    settings: Partial<NetworkSettings>,
    options: { horizon: number; seed: number },
  ): Record<string, unknown>;
  readonly baselines: readonly Forecaster[];
  /** Makes settings fit a budget of time; see server/budget.ts. Without it a budget changes nothing. */
  readonly within?: typeof planWithin;
  /** How much a saved network leans on each group of its features; see models/rnn/importance.ts. */
  readonly importance?: typeof importanceOf;
}

/** The forecasters of the program. */
export const PRODUCT: Models = {
  network: (settings) => threadedForecaster(settings),
  load: loadNetwork,
  baselines: BASELINES,
  within: planWithin,
  importance: importanceOf,
  configuration(series, settings, options) {
    const { members, bounds, ...plan } = planFor(series, settings, options, true);
    const cells = members.map(({ cell }) => cell);
    return { ...plan, ...bounds, members: members.length, cells, epochs: members.map(({ epochs }) => epochs) };
  },
};

/** How the network's intervals were checked, in figures and in a sentence; nothing for one that does not check them. */
export function intervalsOf({ intervals }: Pick<Fitted, 'intervals'>): { intervals?: Record<string, unknown> } {
  if (intervals === undefined) return {};
  return { intervals: { ...intervals, sentence: describeCorrection(intervals) } };
}

/** The error of a network that could not be trained, or forecast with. */
export const trainingFailed = (reason: string, cause?: unknown): AppError =>
  new AppError('training_failed', `The network could not be trained: ${reason}.`, { cause });

/** Does the work; what models throw becomes an AppError: `cancelled`, `invalid_request` for a setting, `training_failed`. */
export async function orAppError<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (signal?.aborted) throw new AppError('cancelled', 'The job was cancelled.', { cause });
    if (cause instanceof AppError) throw cause;
    if (cause instanceof SettingError) {
      const { field, found, expected } = cause;
      throw new AppError('invalid_request', cause.message, { cause, details: [{ field, found, expected }] });
    }
    throw trainingFailed(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

/** The forecaster, its forecasts cut: a champion trained for more steps than are asked for now is scored on those. */
export function cutTo(forecaster: Forecaster, horizon: number): Forecaster {
  return {
    name: forecaster.name,
    async fit(series, options) {
      const fitted = await forecaster.fit(series, options);
      return { ...fitted, forecast: async (given) => (await fitted.forecast(given)).map((f) => cut(f, horizon)) };
    },
  };
}

/** Whether every quantile is a finite number. */
export const allFinite = ({ quantiles }: Forecast): boolean => quantiles.every((level) => level.every(Number.isFinite));
