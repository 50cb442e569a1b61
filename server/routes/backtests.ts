import type { z } from 'zod';
import { type BacktestRow, backtestBySeries, backtestOfJob, backtestOfRun, backtestsOf } from '../../db/backtests.ts';
import { getDataset } from '../../db/datasets.ts';
import { getJob } from '../../db/jobs.ts';
import type { Store } from '../../db/open.ts';
import { getRun } from '../../db/runs.ts';
import { BacktestQuery, BacktestReport, Backtests } from '../contract.ts';
import { AppError } from '../errors.ts';
import { type Endpoint, endpoint, found } from './endpoint.ts';

/** Scores on held-back data: in all, by series, by step of the horizon. */
export const backtestRoutes: Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/api/v1/datasets/{dataset}/backtests',
    tag: 'backtests',
    summary: 'The backtests of a dataset, newest first: those of its runs, and those asked for alone',
    reply: { status: 200, schema: Backtests },
    handle: ({ param }, { store }) => {
      found(getDataset(store, param('dataset')), 'dataset', param('dataset'));
      return backtestsOf(store, param('dataset')).map((row) => reportOf(store, row, {}));
    },
  }),
  endpoint({
    method: 'get',
    path: '/api/v1/runs/{run}/backtest',
    tag: 'backtests',
    summary: 'The backtest of a run, by series or by step where asked',
    query: BacktestQuery,
    reply: { status: 200, schema: BacktestReport },
    handle: ({ param, query }, { store }) => {
      found(getRun(store, param('run')), 'run', param('run'));
      const row = backtestOfRun(store, param('run'));
      if (!row)
        throw none('run', param('run'), 'was made before backtests were kept; its scores are in the run itself');
      return reportOf(store, row, query);
    },
  }),
  endpoint({
    method: 'get',
    path: '/api/v1/jobs/{job}/backtest',
    tag: 'backtests',
    summary: 'The backtest that a job made, by series or by step where asked',
    query: BacktestQuery,
    reply: { status: 200, schema: BacktestReport },
    handle: ({ param, query }, { store }) => {
      const job = found(getJob(store, param('job')), 'job', param('job'));
      const row = backtestOfJob(store, job.id);
      if (!row) throw none('job', job.id, `made no backtest: it is ${job.state}, and its kind is ${job.kind}`);
      return reportOf(store, row, query);
    },
  }),
];

const none = (what: string, id: number, why: string) =>
  new AppError('not_found', `${what} ${id} ${why}`, { details: { [what]: id } });

function reportOf(store: Store, row: BacktestRow, { by }: z.infer<typeof BacktestQuery>): BacktestReport {
  return {
    ...row,
    byHorizon: by === 'horizon' ? row.byHorizon : null,
    bySeries: by === 'series' ? backtestBySeries(store, row.id) : null,
  };
}
