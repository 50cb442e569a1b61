import { availableParallelism } from 'node:os';
import { type Backtest, backtest, foldsOf } from '../models/backtest.ts';
import { foldShape } from '../models/folds.ts';
import type { FitOptions, Fitted, Forecast, Forecaster, TrainingProgress } from '../models/forecaster.ts';
import { cut } from '../models/further.ts';
import { seasonalNaive } from '../models/naive.ts';
import { assess, commonEnd } from '../models/quality.ts';
import { assembleNetwork } from '../models/rnn/forecaster.ts';
import { planFor } from '../models/rnn/plan.ts';
import type { Series } from '../models/series.ts';
import type { Settings } from './contract.ts';
import { AppError } from './errors.ts';
import { allFinite, cutTo, type Models, orAppError, PRODUCT, trainingFailed } from './forecasters.ts';
import { identity, settledBy, split, type Told, toldBy } from './identity.ts';
import { type Budgeted, inBudget } from './in-budget.ts';
import { type Report, reporter, type Share } from './reporter.ts';

export interface TrainOptions extends Budgeted {
  /** Steps to forecast. */
  readonly horizon: number;
  /**
   * A saved network to score on the same folds, as `champion`, chosen by what every series was before its first fold: it must
   * not have learned from anything later. Throws where there is none; the reason then stands among the backtest's failures.
   */
  readonly champion?: (past: readonly Series[]) => Uint8Array;
}

export interface LossPoint {
  readonly epoch: number;
  readonly loss: number;
  readonly validationLoss: number | null;
}

export interface Evaluation {
  /** The network's name, the key of its scores in `backtest`. */
  readonly model: string;
  readonly seed: number;
  /** Every setting, chosen or answered from the data. */
  readonly configuration: Record<string, unknown>;
  readonly backtest: Backtest;
  /** The network as it was scored: fitted on what came before the first fold. Empty when no series was long enough. */
  readonly scoredWeights: Uint8Array;
  readonly lossCurve: LossPoint[];
  /** What decided on it, and what was found of it. */
  readonly told: Told;
}

export interface Training extends Evaluation {
  /** The network that may serve: fitted on all data. Dispose of it. */
  readonly fitted: Fitted;
  /** The same, saved. */
  readonly weights: Uint8Array;
}

/** The name the champion is scored under. */
export const CHAMPION = 'champion';

/**
 * Scores the network, the baselines, and the champion if there is one, on the same folds. Throws AppError `cancelled`,
 * `invalid_request` for a setting that makes no sense, `training_failed` when the network could not be trained.
 */
export async function evaluate(given: TrainOptions): Promise<Evaluation> {
  const options = await inBudget(given, { trainings: 0, scored: true });
  return evaluateWithin(options, reporter(options), [0, 1]);
}

/**
 * Evaluates the network, then trains the one that may serve. They are two trainings: the network that is scored must not know
 * the folds, the network that serves should know everything up to now. The scores of the first stand for the second.
 * Throws as `evaluate` does.
 */
export async function train(given: TrainOptions): Promise<Training> {
  const options = await inBudget(given, { trainings: 1, scored: true });
  const report = reporter(options);
  const evaluation = await evaluateWithin(options, report, [0, 0.55]);
  // The network that serves is the one that was scored: what validation decided was decided before the folds, if there were any.
  const { fitted, lossCurve } = await fitNetwork(options, report, [0.55, 1], evaluation.told);
  const decided = evaluation.scoredWeights.length > 0 ? evaluation.told : toldBy(fitted);
  const told = { ...decided, intervals: fitted.intervals };
  return { ...evaluation, ...identity(options, told), told, lossCurve, fitted, weights: fitted.save() };
}

/** Trains on all data without scoring, for a caller that wants forecasts alone. Throws as `evaluate` does. */
export async function trainUnscored(given: TrainOptions): Promise<Omit<Training, 'backtest' | 'scoredWeights'>> {
  const options = await inBudget(given, { trainings: 1, scored: false });
  const { fitted, lossCurve } = await fitNetwork(options, reporter(options), [0, 1]);
  return { ...identity(options, fitted), told: fitted, lossCurve, fitted, weights: fitted.save() };
}

export interface ForecastOptions {
  /** A trained network, or the name of a baseline. */
  readonly by: Fitted | string;
  readonly series: readonly Series[];
  readonly horizon: number;
  /** No forecast leaves these. */
  readonly bounds?: Pick<Settings, 'lower' | 'upper'>;
  readonly signal?: AbortSignal;
  readonly models?: Models;
}

/**
 * One forecast for each series, in order. A series that cannot be forecast so (constant, short, empty, stale, or where the
 * forecaster fails) gets a stand-in that says why; it never stops the others. Throws AppError `cancelled`, and
 * `training_failed` where not even the stand-in gives finite numbers.
 */
export async function forecastAll(options: ForecastOptions): Promise<Forecast[]> {
  const { by, series, horizon, bounds = {}, signal, models = PRODUCT } = options;
  if (typeof by !== 'string') {
    const forecasts = await each(by, series, horizon, signal, (one) => standIn(series, [one], horizon, bounds));
    // A network knows the bounds of its training; those of now may be others.
    return forecasts.map((forecast) => bounded(forecast, bounds));
  }
  const baseline = models.baselines.find(({ name }) => name === by);
  if (!baseline) throw new AppError('internal', `found baseline "${by}", expected one of the program's own`);
  const end = commonEnd(series, horizon);
  const able = series.filter((one) => assess(one, horizon, end).problem === null);
  const fitted = await baseline.fit(able, { horizon, seed: 0, signal });
  const ours = await each(fitted, able, horizon, signal, (one) => standIn(series, [one], horizon, bounds));
  const byId = new Map(ours.map((forecast) => [forecast.series, bounded(forecast, bounds)]));
  const others = series.filter(({ id }) => !byId.has(id));
  if (others.length > 0) {
    for (const forecast of await standIn(series, others, horizon, bounds)) byId.set(forecast.series, forecast);
  }
  return series.map(({ id }) => byId.get(id)!);
}

// Of an evaluation, the part that is the network's training; the rest is forecasting the folds by all forecasters.
const TRAINING_PART = 0.75;

async function evaluateWithin(options: TrainOptions, report: Report, share: Share): Promise<Evaluation> {
  const { series, horizon, champion, signal, models = PRODUCT } = options;
  const { settings, seed, folds = foldsOf(series, horizon), stride, refit = false } = split(options.settings);
  const { held, fewest } = foldShape(series, horizon);
  const middle = share[0] + TRAINING_PART * (share[1] - share[0]);
  const network = await orAppError(signal, async () => models.network(settings));
  const own = await orAppError(signal, async () => identity(options));
  const lossCurve: LossPoint[] = [];
  let scoredWeights: Uint8Array = new Uint8Array(0);
  let told: Told = {};
  // With refit a training a fold, begun in the order of the folds. The oldest is the one that is kept: it has seen none of them.
  const parts: number[] = [];
  let trained = 0;
  const recorded: Forecaster = {
    name: network.name,
    async fit(past, fitOptions) {
      const training = parts.push(0) - 1;
      const where = refit ? `at each of ${folds} folds` : 'on what came before the folds';
      const phase = `Backtest: ${settings.training === 'none' ? 'the network as it is' : 'training the network'} ${where}`;
      const tell = (part: number, progress?: TrainingProgress) => {
        parts[training] = part;
        report([share[0], middle], parts.reduce((sum, one) => sum + one, 0) / (refit ? folds : 1), phase, progress);
      };
      tell(0);
      const following = followed(
        (progress) => tell(progress.epoch / progress.epochs, progress),
        training === 0 ? lossCurve : [],
      );
      // For the whole horizon, also where fewer steps can be held back: later the same network may be scored on all of them.
      const fitted = await network.fit(past, { ...fitOptions, horizon, ...following });
      trained++;
      if (training === 0) {
        scoredWeights = fitted.save();
        told = toldBy(fitted);
      }
      return fitted;
    },
  };
  // Members train in threads: beside them this thread has time for the baselines, and spare cores for another fold.
  const spare = refit ? Math.floor(availableParallelism() / (Number(own.configuration.members) || 1)) : 1;
  const forecasters = [
    recorded,
    ...(champion ? [{ name: CHAMPION, fit: async (past: readonly Series[]) => models.load(champion(past)) }] : []),
    ...models.baselines,
  ].map((forecaster) => cutTo(forecaster, held));
  const result = await orAppError(signal, () =>
    backtest({
      forecasters,
      series,
      horizon: held,
      fewest,
      folds,
      stride,
      refit,
      concurrency: 1 + Math.max(1, spare),
      seed,
      signal,
      onProgress({ done, total, sentence }) {
        // Until the network is trained its own reports say more.
        if (trained === (refit ? folds : 1)) report([middle, share[1]], done / total, `Backtest: ${sentence}`);
      },
    }),
  );
  const failure = result.failures.find(({ model, series }) => model === network.name && series === null);
  if (failure) throw trainingFailed(failure.reason);
  checkLosses(lossCurve);
  return { ...own, ...identity(options, told), told, backtest: result, scoredWeights, lossCurve };
}

async function fitNetwork(options: TrainOptions, report: Report, share: Share, told: Told = {}) {
  const { series, horizon, signal, models = PRODUCT } = options;
  const { settings, seed } = split(options.settings);
  const lossCurve: LossPoint[] = [];
  const phase = `${settings.training === 'none' ? 'Reading' : 'Training the network that may serve, on'} all data`;
  report(share, 0, phase);
  const following = followed((progress) => report(share, progress.epoch / progress.epochs, phase, progress), lossCurve);
  const fitted = await orAppError(signal, async () =>
    models.network(settledBy(settings, told)).fit(series, { horizon, seed, signal, ...following }),
  );
  checkLosses(lossCurve);
  return { fitted, lossCurve };
}

// The curve is kept; of how far it is, people are told by the epochs of all members where the forecaster says these.
function followed(
  tell: (progress: TrainingProgress) => void,
  lossCurve: LossPoint[],
): Required<Pick<FitOptions, 'onProgress' | 'onWork'>> {
  let works = false;
  return {
    onProgress(progress) {
      lossCurve.push(point(progress));
      if (!works) tell(progress);
    },
    onWork(work) {
      works = true;
      tell(work);
    },
  };
}

const point = ({ epoch, loss, validationLoss }: TrainingProgress): LossPoint => ({ epoch, loss, validationLoss });

function checkLosses(lossCurve: readonly LossPoint[]): void {
  const bad = lossCurve.find(
    ({ loss, validationLoss }) => !Number.isFinite(loss) || !Number.isFinite(validationLoss ?? 0),
  );
  if (bad) {
    throw trainingFailed(
      `found a loss of ${bad.loss} in epoch ${bad.epoch}, expected a finite number: try a lower learning rate`,
    );
  }
}

async function each(
  fitted: Fitted,
  series: readonly Series[],
  horizon: number,
  signal: AbortSignal | undefined,
  insteadOf: (one: Series) => Promise<Forecast[]>,
): Promise<Forecast[]> {
  if (signal?.aborted) throw new AppError('cancelled', 'The job was cancelled.');
  let whole: (Forecast | undefined)[];
  try {
    whole = await fitted.forecast(series);
  } catch {
    // One series is at fault: all are tried alone, so that the others have their forecasts.
    whole = [];
    for (const one of series)
      whole.push(
        await fitted.forecast([one]).then(
          ([own]) => own,
          () => undefined,
        ),
      );
  }
  const forecasts: Forecast[] = [];
  for (const [i, one] of series.entries()) {
    const own = whole[i] && cut(whole[i], horizon);
    forecasts.push(own && allFinite(own) ? own : (await insteadOf(one))[0]);
  }
  return forecasts;
}

// A network without members forecasts by its stand-ins alone, with their reasons: the same ones, whoever serves.
async function standIn(
  all: readonly Series[],
  these: readonly Series[],
  horizon: number,
  bounds: Pick<Settings, 'lower' | 'upper'>,
): Promise<Forecast[]> {
  const settings = { lower: bounds.lower, upper: bounds.upper };
  const plan = { ...planFor(all, settings, { horizon, seed: 0 }), members: [] };
  const forecasts = await assembleNetwork(all, plan, []).forecast(these);
  return forecasts.map((forecast) => {
    if (!allFinite(forecast)) throw trainingFailed(`no forecaster gives series "${forecast.series}" a finite forecast`);
    const reason = 'Its forecaster gave no finite number.';
    const { fallback } = forecast;
    return fallback?.code === 'failed'
      ? { ...forecast, fallback: { ...fallback, reason, model: seasonalNaive.name } }
      : forecast;
  });
}

function bounded(
  forecast: Forecast,
  { lower = -Infinity, upper = Infinity }: Pick<Settings, 'lower' | 'upper'>,
): Forecast {
  const quantiles = forecast.quantiles.map((level) => level.map((v) => Math.min(Math.max(v, lower), upper)));
  return { ...forecast, quantiles };
}
