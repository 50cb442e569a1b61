import { type ChildProcess, fork } from 'node:child_process';

/** A trainer takes a second to load its libraries: one that was started ahead begins at once. */
export interface SpareTrainer {
  /** Starts a trainer that waits for a job, unless one waits already. It is ended when none comes. */
  prepare(): void;
  /** The trainer that waits, or a new one. */
  take(): ChildProcess;
  stop(): void;
}

/** A person looks at a preview before confirming it; after that time nobody is about to import, and its memory is given back. */
const WAITS_MS = 120_000;

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
  const stop = () => {
    clearTimeout(timer);
    spare?.kill('SIGKILL');
    spare = undefined;
  };
  return {
    prepare() {
      clearTimeout(timer);
      timer = setTimeout(stop, WAITS_MS).unref();
      if (spare) return;
      const child = start();
      const gone = () => {
        if (spare === child) spare = undefined;
      };
      child.once('exit', gone).once('error', gone);
      spare = child;
    },
    take() {
      clearTimeout(timer);
      const child = spare?.connected ? spare : start();
      spare = undefined;
      return child;
    },
    stop,
  };
}
