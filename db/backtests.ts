import type { Store } from './open.ts';
import { completeScores, type RunScores } from './runs.ts';

/** A backtest in all; its scores by series are read apart. */
export interface BacktestRow {
  readonly id: number;
  readonly datasetId: number;
  readonly jobId: number | null;
  /** Null where it was asked for alone. */
  readonly runId: number | null;
  /** The network's name, among the models of `scores`. */
  readonly model: string;
  readonly horizon: number;
  readonly folds: number;
  readonly stride: number;
  readonly refit: boolean;
  readonly seed: number;
  /** By model, all on the same folds. */
  readonly scores: Record<string, RunScores>;
  /** By model, one for each step of the horizon. */
  readonly byHorizon: Record<string, RunScores[]>;
  readonly leftOut: { series: string; reason: string }[];
  readonly createdAt: number;
}

export interface NewBacktest extends Omit<BacktestRow, 'id'> {
  /** By id of the series: JSON of its scores by model, as `readScores` reads them. */
  readonly bySeries: ReadonlyMap<number, string>;
}

/** Stores a backtest and returns its id. Call it inside a transaction. */
export function insertBacktest(store: Store, { bySeries, ...row }: NewBacktest): number {
  const { datasetId, jobId, runId, model, createdAt, ...report } = row;
  const { lastInsertRowid } = store
    .prepare(`INSERT INTO backtests (dataset_id, job_id, run_id, model, report, created_at) VALUES (?, ?, ?, ?, ?, ?)`)
    .run(datasetId, jobId, runId, model, JSON.stringify(report), createdAt);
  const insert = store.prepare('INSERT INTO backtest_series (backtest_id, series_id, scores) VALUES (?, ?, ?)');
  for (const [seriesId, scores] of bySeries) insert.run(lastInsertRowid, seriesId, scores);
  return Number(lastInsertRowid);
}

export function backtestOfRun(store: Store, runId: number): BacktestRow | undefined {
  return rows(store, 'run_id = ? ORDER BY id DESC LIMIT 1', runId)[0];
}

export function backtestOfJob(store: Store, jobId: number): BacktestRow | undefined {
  return rows(store, 'job_id = ? ORDER BY id DESC LIMIT 1', jobId)[0];
}

/** Newest first. */
export function backtestsOf(store: Store, datasetId: number): BacktestRow[] {
  return rows(store, 'dataset_id = ? ORDER BY id DESC LIMIT 100', datasetId);
}

/** The scores of each series, in the order of the data; empty where they were dropped since. */
export function backtestBySeries(
  store: Store,
  backtestId: number,
): { seriesId: number; series: string; scores: Record<string, RunScores> }[] {
  const found = store
    .prepare(
      `SELECT s.id AS seriesId, s.name AS series, b.scores FROM backtest_series b JOIN series s ON s.id = b.series_id
       WHERE b.backtest_id = ? ORDER BY s.id`,
    )
    .all(backtestId) as { seriesId: number; series: string; scores: string }[];
  return found.map((row) => ({ ...row, scores: completed(JSON.parse(row.scores)) }));
}

/** Drops the scores by series of all but the newest `keep` backtests of the dataset; those in all and by step stay. */
export function dropOldSeriesScores(store: Store, datasetId: number, keep: number): void {
  store
    .prepare(
      `DELETE FROM backtest_series WHERE backtest_id IN (SELECT id FROM backtests WHERE dataset_id = @datasetId)
       AND backtest_id NOT IN (SELECT id FROM backtests WHERE dataset_id = @datasetId ORDER BY id DESC LIMIT @keep)`,
    )
    .run({ datasetId, keep });
}

function rows(store: Store, where: string, id: number): BacktestRow[] {
  const found = store
    .prepare(
      `SELECT id, dataset_id AS datasetId, job_id AS jobId, run_id AS runId, model, report, created_at AS createdAt
       FROM backtests WHERE ${where}`,
    )
    .all(id) as (Pick<BacktestRow, 'id' | 'datasetId' | 'jobId' | 'runId' | 'model' | 'createdAt'> & {
    report: string;
  })[];
  return found.map(({ report, ...row }) => {
    const parsed = JSON.parse(report) as Omit<BacktestRow, keyof typeof row>;
    return { ...row, ...parsed, scores: completed(parsed.scores) };
  });
}

function completed(scores: Record<string, RunScores>): Record<string, RunScores> {
  return Object.fromEntries(Object.entries(scores).map(([model, own]) => [model, completeScores(own)]));
}
