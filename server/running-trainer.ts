import type { ChildProcess } from 'node:child_process';
import type { JobRow } from '../db/jobs.ts';
import { type LastWords, lastWords } from './last-words.ts';
import type { ToTrainer } from './trainer.ts';

/** A process at work on one job, and how far its end has come. */
export interface Trainer {
  readonly job: JobRow;
  readonly child: ChildProcess;
  ended?: Promise<void>;
  /** Its end is stored; what it says afterwards does not count. */
  concluded: boolean;
  cancelled: boolean;
  killing?: NodeJS.Timeout;
  /** The end of its stderr. */
  readonly last: LastWords;
}

/** Gives the job to the process. `storeFile` is where it opens the store. */
export function startTrainer(child: ChildProcess, job: JobRow, storeFile: string): Trainer {
  const trainer: Trainer = { job, child, cancelled: false, concluded: false, last: lastWords() };
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    trainer.last.hear(text);
  });
  tell(child, { type: 'start', storeFile, jobId: job.id });
  return trainer;
}

/** With this, the time to notice and to end, a cancel takes less than two seconds. */
const KILL_AFTER_MS = 1500;

/** Asks the trainer to stop, and stops it where it does not hear. */
export function abortTrainer(trainer: Trainer): void {
  trainer.cancelled = true;
  tell(trainer.child, { type: 'abort' });
  // One that is deep in a computation does not hear.
  trainer.killing = setTimeout(() => trainer.child.kill('SIGKILL'), KILL_AFTER_MS);
}

// A child that has just ended takes no message; its exit is told apart.
function tell(child: ChildProcess, message: ToTrainer): void {
  child.send(message, () => {});
}
