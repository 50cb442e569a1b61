import { isDeepStrictEqual } from 'node:util';
import type { JobRow } from '../db/jobs.ts';
import type { Store } from '../db/open.ts';
import { type PromotionRow, servingOf } from '../db/promotions.ts';
import { getRun, type NewRun, runsOf } from '../db/runs.ts';
import type { Forecast } from '../models/forecaster.ts';
import { backtestOf, foldsToKeep, type OutcomeBacktest, type OutcomeFold } from './backtest-record.ts';
import { championOf, decideServing, storedScores, unseenWeights } from './champion.ts';
import type { ForecastExplanation, RunExplanation, Settings } from './contract.ts';
import { AppError } from './errors.ts';
import { explainRun } from './explanation.ts';
import { orAppError, PRODUCT } from './forecasters.ts';
import {
  carriedNotes,
  forecastBy,
  IDLE,
  networkOf,
  type OutcomeForecast,
  type Promoted,
  type Task,
  type WorkHooks,
} from './forecasting.ts';
import { withHolidaysOf } from './holidays.ts';
import { type Evaluation, evaluate, train } from './training.ts';
import { loadTrainingData } from './training-data.ts';

/** What a job came to, as data that travels between processes; nothing is stored yet. */
export interface Outcome {
  /** A sentence for the person. */
  readonly message: string;
  readonly run: Omit<NewRun, 'datasetId' | 'jobId' | 'createdAt' | 'packageVersion'> | null;
  readonly folds: OutcomeFold[];
  /** The scores whole; null where nothing was scored. */
  readonly backtest: OutcomeBacktest | null;
  /** The promotion that stood when the work began; what follows assumes that it still does. Null for none. */
  readonly servingId: number | null;
  /** What shall serve from now on, null for no change. `run`: 'new' for the run above, null for a baseline. */
  readonly promotion: { readonly run: 'new' | number | null; readonly model: string; readonly reason: string } | null;
  /** The model that serves after the job. */
  readonly serving: string | null;
  readonly forecasts: OutcomeForecast[];
}

/**
 * Does what a job says, reading the store and writing nothing. Throws AppError: `not_found` when the dataset is gone,
 * `cancelled`, `invalid_request` for a setting, `training_failed` where the data or the network give no finite result.
 */
export async function doJob(
  store: Store,
  job: Pick<JobRow, 'datasetId' | 'kind' | 'reason' | 'request'>,
  hooks: WorkHooks,
): Promise<Outcome> {
  const loaded = await orAppError(hooks.signal, async () => loadTrainingData(store, job.datasetId));
  const { dataset } = loaded;
  const settings = { ...dataset.settings, ...(job.request.settings as Settings | undefined) } as Settings;
  const serving = servingOf(store, dataset.id);
  const read = [placeRead(store, serving), (dataset.settings as Settings).holidays];
  const series = withHolidaysOf(loaded.series, settings.holidays, read, dataset.horizon);
  const data = { ...loaded, series };
  hooks.log?.(`${series.length} series of ${data.observations} observations, data ${data.hash.slice(0, 12)}`);
  const task: Task = { store, data, settings, serving, hooks };
  switch (job.kind) {
    case 'train':
      return sameAsLastRun(task, job.reason)
        ? forecastJob(task, 'Nothing has changed since the last training. ')
        : trainJob(task);
    case 'backtest':
      return backtestJob(task);
    case 'forecast':
      return forecastJob(task);
  }
}

// The place whose holidays the network that serves has learnt; the settings may have changed since.
function placeRead(store: Store, serving: PromotionRow | undefined): string | undefined {
  if (!serving?.runId) return undefined;
  return (getRun(store, serving.runId)?.configuration.settings as Settings | undefined)?.holidays;
}

async function trainJob(task: Task): Promise<Outcome> {
  const { store, data, settings, serving, hooks } = task;
  const { dataset, series } = data;
  const { clock = () => performance.now(), models = PRODUCT } = hooks;
  const began = clock();
  const champion = championOf(store, dataset.id, serving);
  const training = await train({
    series,
    horizon: dataset.horizon,
    settings,
    champion: champion && ((past) => unseenWeights(store, champion, past, dataset.horizon)),
    signal: hooks.signal,
    onProgress: (progress) => hooks.onProgress?.({ ...progress, done: 0.97 * progress.done }),
    onPlan: hooks.log,
    clock,
    models,
  });
  try {
    logScores(training, hooks);
    const { promote, serve, reason } = decideServing(training, champion, dataset.horizon);
    const to: Promoted = promote
      ? { run: 'new', model: training.model, by: training.fitted }
      : serve === 'network'
        ? { run: champion!.run.id, model: champion!.run.model, by: networkOf(store, champion!.run.id, models) }
        : { run: null, model: serve, by: serve };
    const { forecasts, made, explained } = await forecastBy(task, to);
    const { backtest, lossCurve, configuration, model, seed } = training;
    return {
      message: [reason, ...carriedNotes(series, to.by, dataset.horizon)].join(' '),
      run: {
        model,
        seed,
        // `champion`: the run whose network stands beside this one in the scores.
        configuration: { ...configuration, ...(champion ? { champion: champion.run.id } : {}), settings },
        horizon: dataset.horizon,
        dataStart: data.start,
        dataEnd: data.end,
        dataHash: data.hash,
        lossCurve,
        folds: backtest.folds,
        scores: Object.fromEntries(Object.entries(backtest.scores).map(([name, s]) => [name, storedScores(s)])),
        byStep: Object.fromEntries(
          Object.entries(backtest.byHorizon).map(([name, s]) => [name, s.map((one) => one.mase)]),
        ),
        leftOut: backtest.leftOut,
        durationMs: Math.round(clock() - began),
        explanation: await explainTraining(task, training, made, explained),
        weights: training.weights,
        scoredWeights: training.scoredWeights,
      },
      folds: foldsToKeep(
        backtest.forecasts.filter((f) => f.model === model),
        data,
      ),
      backtest: backtestOf(training, data),
      servingId: serving?.id ?? null,
      promotion: sameServing(serving, to) ? null : { run: to.run, model: to.model, reason },
      serving: to.model,
      forecasts,
    };
  } finally {
    training.fitted.dispose();
  }
}

async function backtestJob({ data, settings, serving, hooks }: Task): Promise<Outcome> {
  const { signal, onProgress, log, clock, models } = hooks;
  const { dataset, series } = data;
  const evaluation = await evaluate({
    series,
    horizon: dataset.horizon,
    settings,
    signal,
    onProgress,
    onPlan: log,
    clock,
    models,
  });
  logScores(evaluation, hooks);
  const figures = Object.entries(evaluation.backtest.scores).map(
    ([name, { mase }]) => `${name} ${mase?.toFixed(3) ?? 'none'}`,
  );
  const message = `MASE over ${evaluation.backtest.folds} folds: ${figures.join(', ') || 'no series is long enough'}.`;
  return {
    ...NOTHING,
    message,
    backtest: backtestOf(evaluation, data),
    servingId: serving?.id ?? null,
    serving: serving?.model ?? null,
  };
}

async function forecastJob(task: Task, before = ''): Promise<Outcome> {
  const { store, serving, hooks, data } = task;
  const { dataset } = data;
  const { models = PRODUCT } = hooks;
  // Before the first training there is only what needs none.
  const model = serving?.model ?? 'seasonal-naive';
  const run = serving?.runId ?? null;
  const by = run === null ? model : networkOf(store, run, models);
  const { forecasts } = await forecastBy(task, { run, model, by });
  if (typeof by !== 'string') by.dispose();
  const who = run === null ? model : `${model} (run ${run})`;
  const message =
    forecasts.length === 0
      ? `${before}Nothing new to forecast: ${who} has forecast every series from its newest observation already.`
      : `${before}${forecasts.length} series were forecast by ${who}.`;
  const notes = forecasts.length === 0 ? [] : carriedNotes(data.series, by, dataset.horizon);
  return {
    ...NOTHING,
    message: [message, ...notes].join(' '),
    servingId: serving?.id ?? null,
    serving: model,
    forecasts,
  };
}

const NOTHING = { run: null, folds: [], backtest: null, promotion: null, forecasts: [] };

const sameServing = (serving: PromotionRow | undefined, to: Promoted) =>
  serving !== undefined && serving.runId === to.run && serving.model === to.model;

// A training that cannot explain itself is none the worse: the log says why.
async function explainTraining(
  { data: { series }, hooks }: Task,
  { backtest, scoredWeights }: Evaluation,
  forecasts: readonly Forecast[],
  explained: ReadonlyMap<string, ForecastExplanation>,
): Promise<RunExplanation | null> {
  const { signal, models, log, onProgress } = hooks;
  onProgress?.({ ...IDLE, phase: 'Explaining', done: 0.98 });
  try {
    return await explainRun({ series, backtest, scoredWeights, explained, forecasts, signal, models });
  } catch (cause) {
    if (signal?.aborted) throw new AppError('cancelled', 'The job was cancelled.', { cause });
    log?.(`What mattered to the network could not be measured: ${(cause as Error).message}`);
    return null;
  }
}

function logScores({ backtest }: Evaluation, { log }: WorkHooks): void {
  for (const [name, { mase, smapePoints, coverage80 }] of Object.entries(backtest.scores)) {
    const share = coverage80 === null ? 'none' : `${(100 * coverage80).toFixed(0)} %`;
    log?.(
      `${name}: MASE ${mase?.toFixed(3) ?? 'none'}, sMAPE ${smapePoints?.toFixed(2) ?? 'none'}, 80 % coverage ${share}`,
    );
  }
  for (const { model, series, reason } of backtest.failures.slice(0, 20)) {
    log?.(`${model} failed on ${series ?? 'all series'}: ${reason}`);
  }
}

// A schedule asks again and again; the same data, settings and program would give the same bytes. A person who asks is obeyed.
function sameAsLastRun({ store, data, settings, hooks }: Task, reason: string): boolean {
  if (reason !== 'schedule' && reason !== 'catch-up') return false;
  const [last] = runsOf(store, data.dataset.id, { limit: 1 });
  if (!last || last.dataHash !== data.hash || last.horizon !== data.dataset.horizon) return false;
  if (last.packageVersion !== hooks.packageVersion) return false;
  return isDeepStrictEqual(getRun(store, last.id)?.configuration.settings, JSON.parse(JSON.stringify(settings)));
}
