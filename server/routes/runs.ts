import type { z } from 'zod';
import { getDataset } from '../../db/datasets.ts';
import { FORECAST_LEVELS } from '../../db/forecasts.ts';
import { insertJob } from '../../db/jobs.ts';
import { insertPromotion, promotionsOf, servedBefore, servingOf } from '../../db/promotions.ts';
import { foldsOf, getRun, runsOf } from '../../db/runs.ts';
import { getSeries } from '../../db/series.ts';
import { FoldsQuery, Promotion, Promotions, RunDetail, RunFolds, Runs } from '../contract.ts';
import { AppError } from '../errors.ts';
import { type Deps, type Endpoint, endpoint, found } from './endpoint.ts';

/** Trainings, and which of them serves. */
export const runRoutes: Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/api/v1/datasets/{dataset}/runs',
    tag: 'runs',
    summary: 'The runs of a dataset, newest first',
    reply: { status: 200, schema: Runs },
    handle: ({ param }, { store }) => {
      found(getDataset(store, param('dataset')), 'dataset', param('dataset'));
      return runsOf(store, param('dataset'));
    },
  }),
  endpoint({
    method: 'get',
    path: '/api/v1/runs/{run}',
    tag: 'runs',
    summary: 'A run: configuration, loss curve, scores beside the baselines',
    reply: { status: 200, schema: RunDetail },
    handle: ({ param }, { store }) => found(getRun(store, param('run')), 'run', param('run')),
  }),
  endpoint({
    method: 'get',
    path: '/api/v1/runs/{run}/folds',
    tag: 'runs',
    summary: "The forecasts of the run's backtest for one series",
    query: FoldsQuery,
    reply: { status: 200, schema: RunFolds },
    handle: ({ param, query }, { store }) => {
      found(getRun(store, param('run')), 'run', param('run'));
      found(getSeries(store, query.series), 'series', query.series);
      const folds = foldsOf(store, param('run'), query.series);
      return { folds: folds.map((fold) => ({ ...fold, levels: FORECAST_LEVELS })) };
    },
  }),
  endpoint({
    method: 'post',
    path: '/api/v1/runs/{run}/promote',
    tag: 'runs',
    summary: 'Let this run serve, whatever the gate said',
    reply: { status: 200, schema: Promotion },
    handle: ({ param }, deps) => {
      const run = found(getRun(deps.store, param('run')), 'run', param('run'));
      if (servingOf(deps.store, run.datasetId)?.runId === run.id) {
        throw new AppError('conflict', `run ${run.id} serves already`, { details: { run: run.id } });
      }
      return promote(deps, {
        datasetId: run.datasetId,
        runId: run.id,
        model: run.model,
        by: 'hand',
        reason: `Run ${run.id} was promoted by hand.`,
      });
    },
  }),
  endpoint({
    method: 'post',
    path: '/api/v1/datasets/{dataset}/rollback',
    tag: 'runs',
    summary: 'Go back to what served before',
    reply: { status: 200, schema: Promotion },
    handle: ({ param }, deps) => {
      const dataset = found(getDataset(deps.store, param('dataset')), 'dataset', param('dataset'));
      const before = servedBefore(deps.store, dataset.id);
      if (!before) {
        throw new AppError('conflict', `nothing served dataset ${dataset.id} before what serves it now`, {
          details: { dataset: dataset.id },
        });
      }
      return promote(deps, {
        datasetId: dataset.id,
        runId: before.runId,
        model: before.model,
        by: 'roll back',
        reason: `Rolled back to ${before.runId === null ? before.model : `run ${before.runId} (${before.model})`}.`,
      });
    },
  }),
  endpoint({
    method: 'get',
    path: '/api/v1/datasets/{dataset}/promotions',
    tag: 'runs',
    summary: 'What served the dataset, newest first, each with its reason',
    reply: { status: 200, schema: Promotions },
    handle: ({ param }, { store }) => {
      found(getDataset(store, param('dataset')), 'dataset', param('dataset'));
      return promotionsOf(store, param('dataset')).map(withoutDataset);
    },
  }),
];

// The promotion and the forecast job that makes it visible are one step: one without the other would mislead.
function promote(
  { store, runner, now }: Deps,
  promotion: Omit<Parameters<typeof insertPromotion>[1], 'createdAt'>,
): z.infer<typeof Promotion> {
  const row = { ...promotion, createdAt: now() };
  const id = store.transaction(() => {
    insertJob(store, { datasetId: row.datasetId, kind: 'forecast', reason: row.reason }, now());
    return insertPromotion(store, row);
  })();
  runner.wake();
  return withoutDataset({ id, ...row });
}

function withoutDataset({ id, runId, model, by, reason, createdAt }: ReturnType<typeof promotionsOf>[number]) {
  return { id, runId, model, by, reason, createdAt };
}
