import type { Store } from './open.ts';

export type JobKind = 'train' | 'backtest' | 'forecast';
export type JobState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';

/** How far a running job is. `done` is the share of the whole job, 0 to 1. */
export interface JobProgress {
  readonly phase: string;
  readonly done: number;
  readonly epoch: number | null;
  readonly epochs: number | null;
  readonly loss: number | null;
  readonly validationLoss: number | null;
  readonly secondsLeft: number | null;
}

export interface JobError {
  readonly code: string;
  readonly message: string;
}

/** What came of a job: the run it made, whether that run serves now, what serves, and the forecasts stored. */
export interface JobResult {
  readonly runId: number | null;
  readonly promoted: boolean;
  readonly serving: string | null;
  readonly forecasts: number;
  readonly message: string;
}

export interface JobRow {
  readonly id: number;
  readonly datasetId: number;
  readonly kind: JobKind;
  readonly state: JobState;
  readonly reason: string;
  /** Settings for this job alone, over those of the dataset. */
  readonly request: Record<string, unknown>;
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly cancelRequested: boolean;
  readonly progress: JobProgress | null;
  readonly error: JobError | null;
  readonly result: JobResult | null;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
}

export interface NewJob {
  readonly datasetId: number;
  readonly kind: JobKind;
  readonly reason: string;
  readonly request?: Record<string, unknown>;
}

/** Queues a job and returns its id. Throws SQLite's foreign key error when there is no such dataset. */
export function insertJob(store: Store, job: NewJob, now: number): number {
  const { lastInsertRowid } = store
    .prepare(
      `INSERT INTO jobs (dataset_id, kind, reason, request, created_at)
       VALUES (@datasetId, @kind, @reason, @request, @now)`,
    )
    .run({
      datasetId: job.datasetId,
      kind: job.kind,
      reason: job.reason,
      request: JSON.stringify(job.request ?? {}),
      now,
    });
  return Number(lastInsertRowid);
}

export function getJob(store: Store, id: number): JobRow | undefined {
  const row = store.prepare(`${SELECT} WHERE id = ?`).get(id) as RawJob | undefined;
  return row && fromRow(row);
}

/** Newest first. */
export function listJobs(
  store: Store,
  { datasetId, state, limit = 50 }: { datasetId?: number; state?: JobState; limit?: number } = {},
): JobRow[] {
  const rows = store
    .prepare(
      `${SELECT} WHERE (@datasetId IS NULL OR dataset_id = @datasetId) AND (@state IS NULL OR state = @state)
       ORDER BY id DESC LIMIT @limit`,
    )
    .all({ datasetId: datasetId ?? null, state: state ?? null, limit }) as RawJob[];
  return rows.map(fromRow);
}

/** The dataset's job of that kind that is queued or running, the running one first. */
export function openJob(store: Store, datasetId: number, kind: JobKind): JobRow | undefined {
  const row = store
    .prepare(
      `${SELECT} WHERE dataset_id = ? AND kind = ? AND state IN ('queued', 'running')
       ORDER BY state = 'running' DESC, id LIMIT 1`,
    )
    .get(datasetId, kind) as RawJob | undefined;
  return row && fromRow(row);
}

/** The job that works on the dataset now, if one does. */
export function runningJob(store: Store, datasetId: number): JobRow | undefined {
  const row = store.prepare(`${SELECT} WHERE dataset_id = ? AND state = 'running'`).get(datasetId) as
    | RawJob
    | undefined;
  return row && fromRow(row);
}

/**
 * Takes the oldest queued job whose dataset has none running, marks it running and counts the attempt. One statement, so
 * that two callers never take the same job; the schema's index refuses two running jobs of one dataset besides. `only` takes
 * that job or none.
 */
export function claimJob(store: Store, now: number, only?: number): JobRow | undefined {
  const row = store
    .prepare(
      `UPDATE jobs SET state = 'running', attempts = attempts + 1, started_at = @now, finished_at = NULL,
       progress = NULL, error = NULL
       WHERE id = (SELECT id FROM jobs j WHERE j.state = 'queued' AND (@only IS NULL OR j.id = @only) AND NOT EXISTS
         (SELECT 1 FROM jobs r WHERE r.dataset_id = j.dataset_id AND r.state = 'running') ORDER BY id LIMIT 1)
       RETURNING *`,
    )
    .get({ now, only: only ?? null }) as RawJob | undefined;
  return row && fromRow(row);
}

export function setProgress(store: Store, id: number, progress: JobProgress): void {
  store.prepare('UPDATE jobs SET progress = ? WHERE id = ?').run(JSON.stringify(progress), id);
}

/** Ends a running job. False when it was not running: what ended once stays as it ended. */
export function finishJob(
  store: Store,
  id: number,
  outcome: { state: 'succeeded' | 'failed' | 'cancelled'; error?: JobError | null; result?: JobResult | null },
  now: number,
): boolean {
  const { changes } = store
    .prepare(
      `UPDATE jobs SET state = @state, error = @error, result = @result, finished_at = @now,
       progress = CASE WHEN @state = 'succeeded' THEN json_set(progress, '$.done', 1, '$.secondsLeft', 0) ELSE progress END
       WHERE id = @id AND state = 'running'`,
    )
    .run({
      id,
      now,
      state: outcome.state,
      error: outcome.error ? JSON.stringify(outcome.error) : null,
      result: outcome.result ? JSON.stringify(outcome.result) : null,
    });
  return changes === 1;
}

/** Puts a running job back into the queue; `refund` gives the attempt back (an orderly stop is nobody's failure). */
export function requeueJob(store: Store, id: number, { refund = false } = {}): boolean {
  return (
    store
      .prepare(
        `UPDATE jobs SET state = 'queued', progress = NULL, started_at = NULL, attempts = attempts - ?
         WHERE id = ? AND state = 'running'`,
      )
      .run(refund ? 1 : 0, id).changes === 1
  );
}

/** Ends a queued job before it started, or asks a running one to stop. Returns the state before, undefined for no such job. */
export function requestCancel(store: Store, id: number, now: number): JobState | undefined {
  return store.transaction(() => {
    const before = store.prepare('SELECT state FROM jobs WHERE id = ?').pluck().get(id) as JobState | undefined;
    if (before === 'queued') {
      store
        .prepare("UPDATE jobs SET state = 'cancelled', cancel_requested = 1, finished_at = ? WHERE id = ?")
        .run(now, id);
    } else if (before === 'running') {
      store.prepare('UPDATE jobs SET cancel_requested = 1 WHERE id = ?').run(id);
    }
    return before;
  })();
}

/** All rows marked running: after a start, those whose server was killed. */
export function runningJobs(store: Store): JobRow[] {
  return (store.prepare(`${SELECT} WHERE state = 'running' ORDER BY id`).all() as RawJob[]).map(fromRow);
}

export interface JobCounts {
  readonly queued: number;
  readonly running: number;
  /** Failed at or after the moment asked for. */
  readonly failed: number;
}

export function jobCounts(store: Store, failedSince: number): JobCounts {
  return store
    .prepare(
      `SELECT (SELECT COUNT(*) FROM jobs WHERE state = 'queued') AS queued,
       (SELECT COUNT(*) FROM jobs WHERE state = 'running') AS running,
       (SELECT COUNT(*) FROM jobs WHERE state = 'failed' AND finished_at >= ?) AS failed`,
    )
    .get(failedSince) as JobCounts;
}

export function addLogLine(store: Store, jobId: number, at: number, line: string): void {
  store.prepare('INSERT INTO job_log (job_id, at, line) VALUES (?, ?, ?)').run(jobId, at, line);
}

/** In order of writing. */
export function logOf(store: Store, jobId: number): { at: number; line: string }[] {
  return store.prepare('SELECT at, line FROM job_log WHERE job_id = ? ORDER BY id').all(jobId) as {
    at: number;
    line: string;
  }[];
}

const SELECT = 'SELECT * FROM jobs';

interface RawJob {
  id: number;
  dataset_id: number;
  kind: JobKind;
  state: JobState;
  reason: string;
  request: string;
  attempts: number;
  max_attempts: number;
  cancel_requested: number;
  progress: string | null;
  error: string | null;
  result: string | null;
  created_at: number;
  started_at: number | null;
  finished_at: number | null;
}

function fromRow(row: RawJob): JobRow {
  return {
    id: row.id,
    datasetId: row.dataset_id,
    kind: row.kind,
    state: row.state,
    reason: row.reason,
    request: JSON.parse(row.request),
    attempts: row.attempts,
    maxAttempts: row.max_attempts,
    cancelRequested: row.cancel_requested === 1,
    progress: row.progress === null ? null : JSON.parse(row.progress),
    error: row.error === null ? null : JSON.parse(row.error),
    result: row.result === null ? null : JSON.parse(row.result),
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  };
}
