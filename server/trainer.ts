import { constants, setPriority } from 'node:os';
import { getJob } from '../db/jobs.ts';
import { openStore } from '../db/open.ts';
import { selectBackend } from '../models/kernel/backend.ts';
import type { JobProgress } from './contract.ts';
import { AppError, type ErrorCode } from './errors.ts';
import { packageVersion } from './own-package.ts';
import { rehearse } from './rehearsal.ts';
import { doJob, type Outcome } from './work.ts';

/**
 * The process that does one job, off the server's thread. It reads the store and never writes: whoever started it stores what
 * it sends back, so a trainer that is killed at any moment leaves nothing half-done. It ends with its parent.
 */
export type ToTrainer =
  | { readonly type: 'start'; readonly storeFile: string; readonly jobId: number }
  | { readonly type: 'abort' };

export type FromTrainer =
  | { readonly type: 'backend'; readonly name: string; readonly reason: string }
  | { readonly type: 'log'; readonly line: string }
  | { readonly type: 'progress'; readonly progress: JobProgress }
  | { readonly type: 'outcome'; readonly outcome: Outcome }
  | { readonly type: 'error'; readonly code: ErrorCode; readonly message: string };

/** Progress more often than this helps nobody and costs the server a write each time. */
const PROGRESS_MS = 200;

const abort = new AbortController();
const rehearsal = new AbortController();
// No parent, nobody to send the result to.
process.on('disconnect', () => process.exit(1));
process.on('message', (message: ToTrainer) => {
  rehearsal.abort();
  if (message.type === 'abort') abort.abort();
  else void work(message.storeFile, message.jobId).then(finish);
});
yieldToServer();
prepare().catch(() => {});

// Before a job is there: a trainer that waits for one has its backend up and its code compiled. What goes wrong is told by the job.
async function prepare(): Promise<void> {
  await selectBackend();
  if (!rehearsal.signal.aborted) await rehearse(rehearsal.signal);
}

async function work(storeFile: string, jobId: number): Promise<FromTrainer> {
  try {
    const store = openStore(storeFile, { readonly: true });
    try {
      const job = getJob(store, jobId);
      if (!job) throw new AppError('not_found', `There is no job ${jobId}.`);
      const { backend, reason } = await selectBackend();
      send({ type: 'backend', name: backend, reason });
      send({ type: 'log', line: `Computing on ${backend}: ${reason}` });
      const outcome = await doJob(store, job, {
        signal: abort.signal,
        onProgress: throttled((progress) => send({ type: 'progress', progress })),
        log: (line) => send({ type: 'log', line }),
        packageVersion,
      });
      return { type: 'outcome', outcome };
    } finally {
      store.close();
    }
  } catch (error) {
    if (error instanceof AppError) return { type: 'error', code: error.code, message: error.message };
    return { type: 'error', code: 'internal', message: (error as Error)?.stack ?? String(error) };
  }
}

function send(message: FromTrainer, sent?: () => void): void {
  process.send?.(message, undefined, undefined, sent);
}

// The last message must be on its way before the process ends.
function finish(message: FromTrainer): void {
  send(message, () => process.exit(0));
}

// The last report of a moment is sent too, late: the next may be seconds away.
function throttled(report: (progress: JobProgress) => void): (progress: JobProgress) => void {
  let last = Number.NEGATIVE_INFINITY;
  let late: NodeJS.Timeout | undefined;
  return (progress) => {
    clearTimeout(late);
    const wait = last + PROGRESS_MS - performance.now();
    const now = () => {
      last = performance.now();
      report(progress);
    };
    if (wait <= 0) now();
    else late = setTimeout(now, wait);
  };
}

// The server should answer at once while this computes for minutes; not every system lets a process step back.
function yieldToServer(): void {
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {}
}
