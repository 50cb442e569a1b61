import { jobCounts, runningJobs } from '../db/jobs.ts';
import type { Store } from '../db/open.ts';
import type { JobRunner } from './jobs.ts';
import type { Scheduler } from './scheduler.ts';

const LOOK_MS = 500;

/**
 * Notices what other programs write into the store while this one serves it: `tidecast import` brings observations, `tidecast
 * train` queues a job, its Ctrl-C asks to cancel one. SQLite counts the commits of other connections, so a look costs nothing
 * while there are none.
 */
export function watchStore(
  store: Store,
  { runner, scheduler, log }: { runner: JobRunner; scheduler: Scheduler; log: (line: string) => void },
): { stop(): void } {
  const version = () => store.pragma('data_version', { simple: true }) as number;
  let seen = version();
  const look = () => {
    const found = version();
    if (found === seen) return;
    for (const job of runningJobs(store)) if (job.cancelRequested) runner.cancel(job.id);
    scheduler.check();
    // Taking a job is a write, which waits for other writers: only where there is one to take.
    if (jobCounts(store, 0).queued > 0) runner.wake();
    seen = found;
  };
  const timer = setInterval(() => {
    try {
      look();
    } catch (error) {
      // A store that is busy for long: what was not seen now is seen at the next look.
      log(`The store could not be looked at: ${(error as Error).message}`);
    }
  }, LOOK_MS);
  return { stop: () => clearInterval(timer) };
}
