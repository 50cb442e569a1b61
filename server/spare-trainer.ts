import { type ChildProcess, fork } from 'node:child_process';

/**
 * A trainer takes a second or two to load its libraries: one that was started ahead begins at once. It waits as long as it
 * takes: what somebody imports after a quiet day shall have its forecast as soon as what comes next.
 */
export interface SpareTrainer {
  /** Starts a trainer that waits for a job, unless one waits already; `later`, not yet: a job that has just begun has the cores. */
  prepare(later: boolean): void;
  /** The trainer that waits, or a new one. */
  take(): ChildProcess;
  stop(): void;
}

/** The first forecast of a dataset is made by then, or it is a long one. */
const LATER_MS = 5000;

export function spareTrainer(entry: string): SpareTrainer {
  let spare: ChildProcess | undefined;
  let timer: NodeJS.Timeout | undefined;
  const start = () =>
    fork(entry, [], {
      serialization: 'advanced',
      execArgv: [],
      // Its output is for nobody; its last words explain a crash.
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
  const wait = () => {
    if (spare) return;
    const child = start();
    const gone = () => {
      if (spare === child) spare = undefined;
    };
    child.once('exit', gone).once('error', gone);
    spare = child;
  };
  return {
    prepare(later) {
      clearTimeout(timer);
      timer = setTimeout(wait, later ? LATER_MS : 0).unref();
    },
    take() {
      clearTimeout(timer);
      const child = spare?.connected ? spare : start();
      spare = undefined;
      return child;
    },
    stop() {
      clearTimeout(timer);
      spare?.kill('SIGKILL');
      spare = undefined;
    },
  };
}
