import { dropOldSeriesScores, insertBacktest } from '../db/backtests.ts';
import { forecastWriter } from '../db/forecasts.ts';
import { finishJob, getJob, insertJob, type JobResult, type JobRow, openJob } from '../db/jobs.ts';
import type { Store } from '../db/open.ts';
import { insertPromotion, servingOf } from '../db/promotions.ts';
import { dropOldFolds, foldWriter, insertRun } from '../db/runs.ts';
import type { Outcome } from './work.ts';

/** Runs that keep what their backtest forecast; older ones keep their scores. */
const KEPT_FOLDS = 10;

/**
 * Stores what a job came to (run, promotion, forecasts) and ends the job, all in one transaction: a crash leaves all of it or
 * nothing. False, and nothing stored, when the job is no longer running: it was cancelled, or went with its dataset.
 */
export function storeOutcome(
  store: Store,
  job: Pick<JobRow, 'id' | 'datasetId'>,
  outcome: Outcome,
  { now, packageVersion }: { now: number; packageVersion: string },
): boolean {
  return store.transaction((): boolean => {
    if (getJob(store, job.id)?.state !== 'running') return false;
    const { datasetId } = job;
    const runId = outcome.run
      ? insertRun(store, { ...outcome.run, datasetId, jobId: job.id, packageVersion, createdAt: now })
      : null;
    const idOf = (run: 'new' | number | null) => (run === 'new' ? runId : run);
    if (runId !== null) {
      const write = foldWriter(store, runId);
      for (const { seriesId, origin, times, quantiles } of outcome.folds) {
        const level = (_: unknown, q: number) => quantiles.subarray(q * times.length, (q + 1) * times.length);
        write(seriesId, { origin, times, quantiles: Array.from({ length: quantiles.length / times.length }, level) });
      }
    }
    if (outcome.backtest) {
      insertBacktest(store, { ...outcome.backtest, datasetId, jobId: job.id, runId, createdAt: now });
    }
    // The decision was made beside what served when the work began. A choice made by hand since then stands.
    const undisturbed = (servingOf(store, datasetId)?.id ?? null) === outcome.servingId;
    const { promotion } = undisturbed ? outcome : { promotion: null };
    if (promotion) {
      const { model, reason } = promotion;
      insertPromotion(store, { datasetId, runId: idOf(promotion.run), model, by: 'gate', reason, createdAt: now });
    }
    if (undisturbed) {
      const write = forecastWriter(store);
      for (const { run, ...forecast } of outcome.forecasts) {
        write({ ...forecast, datasetId, runId: idOf(run), createdAt: now });
      }
    } else if (outcome.forecasts.length > 0 && !openJob(store, datasetId, 'forecast')) {
      insertJob(store, { datasetId, kind: 'forecast', reason: 'what serves was changed during a job' }, now);
    }
    dropOldFolds(store, datasetId, KEPT_FOLDS);
    dropOldSeriesScores(store, datasetId, KEPT_FOLDS);
    const result: JobResult = {
      runId,
      promoted: runId !== null && promotion?.run === 'new',
      serving: undisturbed ? outcome.serving : (servingOf(store, datasetId)?.model ?? null),
      forecasts: undisturbed ? outcome.forecasts.length : 0,
      message: undisturbed ? outcome.message : `${outcome.message} What serves was changed meanwhile, and stands.`,
    };
    return finishJob(store, job.id, { state: 'succeeded', result }, now);
  })();
}
