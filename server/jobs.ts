import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { observationsCounted } from '../db/imports.ts';
import {
  addLogLine,
  claimJob,
  finishJob,
  getJob,
  type JobError,
  type JobRow,
  requestCancel,
  requeueJob,
  runningJobs,
  setProgress,
} from '../db/jobs.ts';
import type { Store } from '../db/open.ts';
import { markSeen } from '../db/schedules.ts';
import { storeOutcome } from './outcome.ts';
import { packageVersion as ownVersion, packageRoot } from './own-package.ts';
import { abortTrainer, startTrainer, type Trainer } from './running-trainer.ts';
import { spareTrainer } from './spare-trainer.ts';
import type { FromTrainer } from './trainer.ts';
import { unstoredEnds } from './unstored-ends.ts';

export interface JobRunner {
  /** Puts jobs that a killed server left running back into the queue, then takes jobs. Call it once. */
  start(): void;
  /** Takes what is queued, as far as there is room. Call it after queueing a job. */
  wake(): void;
  /** Ends a queued job, or stops a running one within two seconds; also where the store takes no write. */
  cancel(jobId: number): void;
  /** The job as it is, where its end could not be stored yet. */
  asEnded(job: JobRow): JobRow;
  /** Calls `changed` after each change of the job (state, progress, log) until the function returned is called. */
  subscribe(jobId: number, changed: () => void): () => void;
  /** Stops all trainers; their jobs go back into the queue with the attempt given back. Nothing is taken afterwards. */
  stop(): Promise<void>;
  /** Resolves when nothing runs and nothing can be taken. */
  idle(): Promise<void>;
  /** What computes the tensors; null until the first trainer has said. */
  backend(): string | null;
}

export interface JobRunnerOptions {
  readonly store: Store;
  /** Where trainers open the same store. */
  readonly storeFile: string;
  readonly now: () => number;
  readonly log?: (line: string) => void;
  /** Trainers at a time, 1 unless told; never two for one dataset. */
  readonly concurrency?: number;
  /** Whether a trainer is started ahead and waits for the next job: for a server. */
  readonly ahead?: boolean;
  /** Takes this job and no other: for a program that was asked for one. */
  readonly only?: number;
  /** The program of a trainer: the built one unless told. */
  readonly trainerEntry?: string;
  /** Kept with each run. */
  readonly packageVersion?: string;
}

/** Runs the queued jobs of a store, each in a process of its own, and stores what comes of them. */
export function createJobRunner({
  store,
  storeFile,
  now,
  log = () => {},
  concurrency = 1,
  ahead = false,
  only,
  trainerEntry = fileURLToPath(new URL('dist/server/trainer.js', packageRoot)),
  packageVersion = ownVersion,
}: JobRunnerOptions): JobRunner {
  const spare = spareTrainer(trainerEntry);
  const ends = unstoredEnds();
  const trainers = new Map<number, Trainer>();
  const listeners = new Map<number, Set<() => void>>();
  const waiting: (() => void)[] = [];
  let stopped = false;
  let backend: string | null = null;
  let later: NodeJS.Timeout | undefined;
  let complaint = '';

  function wake(): void {
    clearTimeout(later);
    // Before anything is taken: among them may be the cancelling of a job that still waits.
    const settled = ends.settle();
    if (!settled) lookAgain();
    while (settled && !stopped && trainers.size < concurrency) {
      const job = takeJob();
      if (!job) break;
      launch(job);
    }
    if (ahead && !stopped && trainers.size < concurrency) spare.prepare(trainers.size > 0);
    if (trainers.size > 0) return;
    for (const resolve of waiting.splice(0)) resolve();
  }

  // A full disk or a busy store takes no claim: the job stays queued and is looked at again.
  function takeJob(): JobRow | undefined {
    try {
      return claimJob(store, now(), only);
    } catch (cause) {
      log(`No job could be taken: ${(cause as Error).message}`);
      lookAgain();
    }
  }

  function lookAgain(): void {
    if (!stopped) later = setTimeout(wake, LOOK_AGAIN_MS).unref();
  }

  function launch(job: JobRow): void {
    note(job, `Attempt ${job.attempts} of ${job.maxAttempts}.`);
    // Whatever is there when the work begins is in it: the data triggers count from here.
    const { datasetId: of } = job;
    const seen = (kind: 'train' | 'forecast') => markSeen(store, of, kind, observationsCounted(store, of, kind));
    keep(job, 'what it has seen', () => {
      if (job.kind === 'train') seen('train');
      if (job.kind !== 'backtest') seen('forecast');
    });

    const child = spare.take();
    const trainer = startTrainer(child, job, storeFile);
    trainer.ended = new Promise((resolve) => {
      const end = (how: string) => {
        if (!trainers.delete(job.id)) return;
        clearTimeout(trainer.killing);
        if (!trainer.concluded) crashed(trainer, how);
        resolve();
        wake();
      };
      child.on('error', (error) => end(error.message));
      child.on('exit', (code, signal) => end(signal ? `killed by ${signal}` : `exit status ${code}`));
    });
    trainers.set(job.id, trainer);
    child.on('message', (message: FromTrainer) => heard(trainer, message));
    changed(job.id);
  }

  function heard(trainer: Trainer, message: FromTrainer): void {
    const { job } = trainer;
    if (trainer.concluded) return;
    switch (message.type) {
      case 'backend':
        if (backend !== message.name) log(`Trainers compute on ${message.name}: ${message.reason}`);
        backend = message.name;
        return;
      case 'log':
        note(job, message.line);
        changed(job.id);
        return;
      case 'progress':
        keep(job, 'its progress', () => setProgress(store, job.id, message.progress));
        changed(job.id);
        return;
      case 'outcome':
        conclude(trainer, () => {
          if (trainer.cancelled) end(job, 'cancelled');
          else if (storeOutcome(store, job, message.outcome, { now: now(), packageVersion })) {
            note(job, message.outcome.message);
          }
        });
        return;
      case 'error':
        // What failed by its own reasons would fail again: only a crash is worth another attempt.
        conclude(trainer, () => {
          if (trainer.cancelled || message.code === 'cancelled') end(job, 'cancelled');
          else end(job, 'failed', { code: message.code, message: message.message });
        });
    }
  }

  function conclude(trainer: Trainer, record: () => void): void {
    const { job } = trainer;
    trainer.concluded = true;
    try {
      record();
    } catch (error) {
      const full = (error as { code?: string }).code === 'SQLITE_FULL';
      end(job, 'failed', { code: full ? 'disk_full' : 'internal', message: (error as Error).message });
    }
    changed(job.id);
  }

  function crashed({ job, cancelled, last }: Trainer, how: string): void {
    if (cancelled) end(job, 'cancelled');
    else if (stopped) {
      note(job, 'The server was stopped; the job waits for the next start.');
      keep(job, 'its end', () => requeueJob(store, job.id, { refund: true }));
    } else {
      if (last.text() !== '') note(job, last.text());
      again(job, `The trainer ended without a result (${how})`);
    }
    changed(job.id);
  }

  // Another attempt, if there is one left.
  function again(job: JobRow, why: string): void {
    if (job.attempts < job.maxAttempts) {
      note(job, `${why}; trying again.`);
      keep(job, 'its end', () => requeueJob(store, job.id));
    } else
      end(job, 'failed', {
        code: 'training_failed',
        message: `${why} in attempt ${job.attempts} of ${job.maxAttempts}.`,
      });
  }

  function end(job: JobRow, state: 'failed' | 'cancelled', error?: JobError): void {
    const finishedAt = now();
    const write = () => {
      if (finishJob(store, job.id, { state, error }, finishedAt)) note(job, error ? error.message : 'Cancelled.');
    };
    keep(job, 'its end', write, () => ends.keep(job.id, { state, error: error ?? null, finishedAt }, write));
  }

  // A disk that takes no more must not end the server.
  function keep({ id }: Pick<JobRow, 'id'>, what: string, write: () => void, otherwise = () => {}): void {
    try {
      write();
    } catch (cause) {
      otherwise();
      const line = `job ${id}: ${what} could not be stored: ${(cause as Error).message}`;
      // Progress comes several times a second.
      if (line !== complaint) log(line);
      complaint = line;
    }
  }

  function note(job: JobRow, line: string): void {
    log(`job ${job.id} (${job.kind} of dataset ${job.datasetId}): ${line}`);
    try {
      addLogLine(store, job.id, now(), line);
    } catch {
      // The job went with its dataset, or the disk is full: the line above stands in the server's own log.
    }
  }

  function changed(jobId: number): void {
    for (const listener of [...(listeners.get(jobId) ?? [])]) listener();
  }

  return {
    start() {
      if (!existsSync(trainerEntry)) log(`The trainer ${trainerEntry} is missing: run \`npm run build\` first.`);
      for (const job of runningJobs(store)) {
        if (job.cancelRequested) end(job, 'cancelled');
        else again(job, 'The server ended during the job');
      }
      wake();
    },
    wake,
    cancel(jobId) {
      const trainer = trainers.get(jobId);
      if (trainer && !trainer.cancelled) abortTrainer(trainer);
      const finishedAt = now();
      const write = () => void requestCancel(store, jobId, finishedAt);
      keep({ id: jobId }, 'that it is to be cancelled', write, () => {
        if (getJob(store, jobId)?.state !== 'queued') return;
        ends.keep(jobId, { state: 'cancelled', error: null, finishedAt }, write);
        lookAgain();
      });
      changed(jobId);
    },
    asEnded: ends.asEnded,
    subscribe(jobId, listener) {
      const ofJob = listeners.get(jobId) ?? new Set();
      listeners.set(jobId, ofJob.add(listener));
      return () => {
        ofJob.delete(listener);
        if (ofJob.size === 0 && listeners.get(jobId) === ofJob) listeners.delete(jobId);
      };
    },
    async stop() {
      stopped = true;
      spare.stop();
      clearTimeout(later);
      const all = [...trainers.values()];
      // They hold the store read-only and write no file: nothing is lost by a kill.
      for (const { child } of all) child.kill('SIGKILL');
      await Promise.all(all.map(({ ended }) => ended));
      ends.settle();
      for (const resolve of waiting.splice(0)) resolve();
    },
    idle() {
      return new Promise((resolve) => {
        waiting.push(resolve);
        wake();
      });
    },
    backend: () => backend,
  };
}

const LOOK_AGAIN_MS = 15_000;
