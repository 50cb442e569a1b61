import type { Store } from './open.ts';

/** Scores of one model over the backtest; null where a score cannot be computed. */
export interface RunScores {
  readonly mae: number | null;
  readonly rmse: number | null;
  readonly mase: number | null;
  readonly rmsse: number | null;
  /** Over all points (M3). */
  readonly smape: number | null;
  /** Averaged over forecasts (M4). */
  readonly smapeSeries: number | null;
  readonly pinball: number | null;
  readonly wql: number | null;
  readonly owa: number | null;
  readonly coverage50: number | null;
  readonly coverage80: number | null;
  readonly coverage95: number | null;
  readonly points: number;
}

/** How far the network of a run was trained on the dataset: not at all, gently from the pre-trained one, or in full. */
export type RunTraining = 'none' | 'fine-tune' | 'full';

export interface RunSummaryRow {
  readonly id: number;
  readonly datasetId: number;
  readonly jobId: number | null;
  readonly model: string;
  /** From its configuration; null for runs of earlier versions. */
  readonly training: RunTraining | null;
  readonly seed: number;
  readonly horizon: number;
  readonly dataStart: number;
  readonly dataEnd: number;
  readonly dataHash: string;
  readonly packageVersion: string;
  readonly durationMs: number;
  /** Whether the dataset's newest promotion names this run. */
  readonly champion: boolean;
  /** By model: the network under its cell, and each baseline, on the same folds. */
  readonly scores: Record<string, RunScores>;
  readonly createdAt: number;
}

export interface RunRow extends RunSummaryRow {
  readonly configuration: Record<string, unknown>;
  readonly lossCurve: { epoch: number; loss: number; validationLoss: number | null }[];
  readonly folds: number;
  /** By model: the scaled error (MASE) at each step of the horizon. */
  readonly byStep: Record<string, (number | null)[]>;
  readonly leftOut: { series: string; reason: string }[];
  /** What mattered to the network, as JSON; null where that is not known. */
  readonly explanation: unknown;
}

export interface NewRun extends Omit<RunRow, 'id' | 'champion' | 'training'> {
  /** The network that serves: fitted on all data. */
  readonly weights: Uint8Array;
  /** The network that was scored: fitted on what came before the first fold, so that it can stand against later runs fairly. */
  readonly scoredWeights: Uint8Array;
}

/** Inserts a run with its weights and returns its id. */
export function insertRun(store: Store, run: NewRun): number {
  const { folds, scores, byStep, leftOut } = run;
  const { lastInsertRowid } = store
    .prepare(
      `INSERT INTO runs (dataset_id, job_id, model, configuration, seed, horizon, data_start, data_end, data_hash,
         package_version, loss_curve, backtest, duration_ms, weights, scored_weights, explanation, created_at)
       VALUES (@datasetId, @jobId, @model, @configuration, @seed, @horizon, @dataStart, @dataEnd, @dataHash,
         @packageVersion, @lossCurve, @backtest, @durationMs, @weights, @scoredWeights, @explanation, @createdAt)`,
    )
    .run({
      datasetId: run.datasetId,
      jobId: run.jobId,
      model: run.model,
      configuration: JSON.stringify(run.configuration),
      seed: run.seed,
      horizon: run.horizon,
      dataStart: run.dataStart,
      dataEnd: run.dataEnd,
      dataHash: run.dataHash,
      packageVersion: run.packageVersion,
      lossCurve: JSON.stringify(run.lossCurve),
      backtest: JSON.stringify({ folds, scores, byStep, leftOut }),
      durationMs: run.durationMs,
      weights: run.weights,
      scoredWeights: run.scoredWeights,
      explanation: run.explanation == null ? null : JSON.stringify(run.explanation),
      createdAt: run.createdAt,
    });
  return Number(lastInsertRowid);
}

export function getRun(store: Store, id: number): RunRow | undefined {
  const row = store.prepare(`${SELECT} WHERE r.id = ?`).get(id) as RawRun | undefined;
  return row && fromRow(row);
}

/** Newest first. */
export function runsOf(store: Store, datasetId: number, { limit = 100 } = {}): RunSummaryRow[] {
  const rows = store
    .prepare(`${SELECT} WHERE r.dataset_id = ? ORDER BY r.id DESC LIMIT ?`)
    .all(datasetId, limit) as RawRun[];
  return rows.map((row) => {
    const { configuration, lossCurve, folds, byStep, leftOut, explanation, ...summary } = fromRow(row);
    return summary;
  });
}

/** The saved networks of a run, undefined when there is no such run. */
export function runWeights(store: Store, id: number): Pick<NewRun, 'weights' | 'scoredWeights'> | undefined {
  return store.prepare('SELECT weights, scored_weights AS scoredWeights FROM runs WHERE id = ?').get(id) as
    | Pick<NewRun, 'weights' | 'scoredWeights'>
    | undefined;
}

/** One forecast of a run's backtest: `quantiles` is one array [horizon] for each level, ascending. */
export interface FoldForecast {
  readonly origin: number;
  /** [horizon] */
  readonly times: ArrayLike<number>;
  readonly quantiles: readonly ArrayLike<number>[];
}

/** A function that stores one forecast of the run's backtest for a series. Call it inside a transaction. */
export function foldWriter(store: Store, runId: number): (seriesId: number, forecast: FoldForecast) => void {
  const insert = store.prepare(
    'INSERT INTO run_folds (run_id, series_id, origin, times, quantiles) VALUES (?, ?, ?, ?, ?)',
  );
  return (seriesId, { origin, times, quantiles }) => {
    insert.run(runId, seriesId, origin, toBlob([times]), toBlob(quantiles));
  };
}

/** The forecasts of a run's backtest for one series, oldest origin first: `quantiles` is one array [horizon] a level. */
export function foldsOf(
  store: Store,
  runId: number,
  seriesId: number,
): { origin: number; times: number[]; quantiles: number[][] }[] {
  const rows = store
    .prepare('SELECT origin, times, quantiles FROM run_folds WHERE run_id = ? AND series_id = ? ORDER BY origin')
    .all(runId, seriesId) as { origin: number; times: Uint8Array; quantiles: Uint8Array }[];
  return rows.map((row) => {
    const times = fromBlob(row.times);
    const quantiles = fromBlob(row.quantiles);
    const levels = quantiles.length / times.length;
    const ofLevel = (_: unknown, q: number) => quantiles.slice(q * times.length, (q + 1) * times.length);
    return { origin: row.origin, times, quantiles: Array.from({ length: levels }, ofLevel) };
  });
}

/** The oldest origin the run's backtest used, by the name of each series: its scored network knows nothing from after it. */
export function firstOrigins(store: Store, runId: number): Map<string, number> {
  const rows = store
    .prepare(
      `SELECT s.name, MIN(f.origin) FROM run_folds f JOIN series s ON s.id = f.series_id
       WHERE f.run_id = ? GROUP BY f.series_id`,
    )
    .raw()
    .all(runId) as [string, number][];
  return new Map(rows);
}

/**
 * Drops the backtest's forecasts of all but the newest `keep` runs of the dataset and its last champion; scores stay. They are
 * for looking at, and with thousands of series they outweigh the observations after a few weeks of retraining.
 */
export function dropOldFolds(store: Store, datasetId: number, keep: number): void {
  store
    .prepare(
      `DELETE FROM run_folds WHERE run_id IN (SELECT id FROM runs WHERE dataset_id = @datasetId)
       AND run_id NOT IN (SELECT id FROM runs WHERE dataset_id = @datasetId ORDER BY id DESC LIMIT @keep)
       AND run_id IS NOT (SELECT run_id FROM promotions WHERE dataset_id = @datasetId AND run_id IS NOT NULL
         ORDER BY id DESC LIMIT 1)`,
    )
    .run({ datasetId, keep });
}

function toBlob(parts: readonly ArrayLike<number>[]): Uint8Array {
  const size = parts[0].length;
  const packed = new Float64Array(size * parts.length);
  for (const [i, part] of parts.entries()) packed.set(part, i * size);
  return new Uint8Array(packed.buffer);
}

// Copied, because a blob may begin at any byte.
const fromBlob = (blob: Uint8Array) => Array.from(new Float64Array(Uint8Array.from(blob).buffer));

// Columns by name, so that listing runs does not read every network's weights.
const SELECT = `SELECT r.id, r.dataset_id AS datasetId, r.job_id AS jobId, r.model, r.configuration,
  r.configuration ->> '$.training' AS training, r.seed, r.horizon,
  r.data_start AS dataStart, r.data_end AS dataEnd, r.data_hash AS dataHash, r.package_version AS packageVersion,
  r.loss_curve AS lossCurve, r.backtest, r.explanation, r.duration_ms AS durationMs, r.created_at AS createdAt,
  r.id IS (SELECT p.run_id FROM promotions p WHERE p.dataset_id = r.dataset_id ORDER BY p.id DESC LIMIT 1) AS champion
  FROM runs r`;

type RawRun = Omit<
  RunRow,
  'configuration' | 'lossCurve' | 'champion' | 'folds' | 'scores' | 'byStep' | 'leftOut' | 'explanation'
> & {
  explanation: string | null;
  configuration: string;
  lossCurve: string;
  backtest: string;
  champion: number;
};

/** Scores as an earlier program stored them, with null for what it did not measure. */
export function completeScores(scores: RunScores): RunScores {
  return { ...scores, smapeSeries: scores.smapeSeries ?? null, owa: scores.owa ?? null };
}

function fromRow({ backtest, ...row }: RawRun): RunRow {
  const parsed = JSON.parse(backtest) as Pick<RunRow, 'folds' | 'scores' | 'byStep' | 'leftOut'>;
  return {
    ...row,
    configuration: JSON.parse(row.configuration),
    lossCurve: JSON.parse(row.lossCurve),
    champion: row.champion === 1,
    explanation: row.explanation === null ? null : JSON.parse(row.explanation),
    ...parsed,
    scores: Object.fromEntries(Object.entries(parsed.scores).map(([model, own]) => [model, completeScores(own)])),
  };
}
