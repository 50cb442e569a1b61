import { api, type Job } from './api.ts';

/** How often an open screen looks for jobs that it did not start itself; ms. */
const LOOK_MS = 3000;

/**
 * Notices a job that began elsewhere (a schedule, another tab, a terminal) and draws the screen again. A screen that is drawn
 * again watches again: this ends with `host`, an element of what is drawn now, as it does with `signal`. Nothing is asked while
 * nobody sees the page, and at once when it is looked at again.
 *
 * @param known the jobs on the screen, so far as they have not ended, and the newest there was
 * @param dataset of one dataset, or of all
 */
export function watchJobs(
  host: Element,
  known: readonly Job[],
  { signal, again, dataset }: { signal: AbortSignal; again: () => Promise<void>; dataset?: number },
): void {
  const ids = new Set(known.map(({ id }) => id));
  const newest = Math.max(0, ...ids);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let looking = false;
  const look = async () => {
    if (looking || document.hidden) return;
    looking = true;
    clearTimeout(timer);
    try {
      const found = (await Promise.all([api.newestJob(dataset, signal), api.runningJobs(dataset, signal)])).flat();
      const began = found.some(({ id, state }) => id > newest || (state === 'running' && !ids.has(id)));
      if (began && host.isConnected) await again();
    } catch {
      // A server that does not answer now is asked again.
    }
    looking = false;
    if (host.isConnected && !signal.aborted) timer = setTimeout(look, LOOK_MS);
    else document.removeEventListener('visibilitychange', look);
  };
  timer = setTimeout(look, LOOK_MS);
  document.addEventListener('visibilitychange', look, { signal });
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
}
