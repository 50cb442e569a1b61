import { isDeepStrictEqual } from 'node:util';
import { getJob, insertJob, type JobKind, type JobRow, openJob, requestCancel } from '../../db/jobs.ts';
import type { Store } from '../../db/open.ts';
import type { Config } from '../config.ts';
import type { Settings } from '../contract.ts';
import { lockDataFolder, storeFile } from '../data-folder.ts';
import { AppError, type ErrorCode, STATUS } from '../errors.ts';
import { showJobProgress } from './show-progress.ts';
import type { Terminal } from './verb.ts';

export interface JobOrder {
  readonly store: Store;
  readonly config: Config;
  readonly datasetId: number;
  readonly kind: JobKind;
  /** Settings for this job alone. */
  readonly settings?: Settings;
}

const POLL_MS = 100;

/**
 * Queues a job and follows it to its end. A server that works on the data folder does it; without one this process does, with
 * the same runner. Throws AppError with the job's own code when it failed, `cancelled` when it or this program was stopped.
 */
export async function runJob(order: JobOrder, terminal: Terminal): Promise<JobRow> {
  const { store } = order;
  const id = queue(order, terminal.now());
  let worker: Worker | undefined;
  const cancel = () => {
    requestCancel(store, id, terminal.now());
    worker?.cancel();
  };
  terminal.signal.addEventListener('abort', cancel, { once: true });
  const show = showJobProgress(terminal.progress);
  let followed = false;
  try {
    for (;;) {
      const job = getJob(store, id);
      if (!job)
        throw new AppError('not_found', `Job ${id} is gone: its dataset was deleted.`, { details: { job: id } });
      if (job.finishedAt !== null) return finished(job);
      if (job.state === 'queued') {
        // Tried again and again: whoever works on the folder now may end before it comes to this job.
        worker ??= await startWorker(order, id, terminal);
        if (!worker && !followed) terminal.note('Another Tidecast works on this data folder: the job is queued there.');
        followed = true;
      }
      if (job.progress) show(job.progress);
      else terminal.progress.show({ phase: job.state === 'queued' ? 'waiting' : 'starting', done: 0 });
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  } finally {
    terminal.signal.removeEventListener('abort', cancel);
    await worker?.stop();
  }
}

// The same job that waits or runs already is followed. One that an import queued gives way to what a person asks for.
function queue({ store, datasetId, kind, settings = {} }: JobOrder, now: number): number {
  const request = Object.keys(settings).length > 0 ? { settings } : {};
  return store
    .transaction(() => {
      const open = openJob(store, datasetId, kind);
      if (open && isDeepStrictEqual(open.request, request)) return open.id;
      if (open?.state === 'queued' && open.reason === 'import') requestCancel(store, open.id, now);
      return insertJob(store, { datasetId, kind, reason: 'manual', request }, now);
    })
    .immediate();
}

interface Worker {
  cancel(): void;
  stop(): Promise<void>;
}

async function startWorker({ store, config }: JobOrder, id: number, { now }: Terminal): Promise<Worker | undefined> {
  const lock = lockDataFolder(config.dataFolder);
  if (!lock) return undefined;
  const { createJobRunner } = await import('../jobs.ts');
  const runner = createJobRunner({ store, storeFile: storeFile(config.dataFolder), now, only: id });
  runner.start();
  return {
    cancel: () => runner.cancel(id),
    async stop() {
      await runner.stop();
      lock.release();
    },
  };
}

function finished(job: JobRow): JobRow {
  const details = { job: job.id };
  if (job.state === 'succeeded') return job;
  if (job.state === 'cancelled') throw new AppError('cancelled', `Job ${job.id} was cancelled.`, { details });
  const code = job.error && job.error.code in STATUS ? (job.error.code as ErrorCode) : 'internal';
  throw new AppError(code, job.error?.message ?? `Job ${job.id} failed without a reason.`, { details });
}
