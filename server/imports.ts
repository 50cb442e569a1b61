import { Worker } from 'node:worker_threads';
import type { Preview } from './csv/preview.ts';
import { AppError } from './errors.ts';
import type {
  Imported,
  ImportTask,
  PreviewTask,
  ReadSoFar,
  ThreadData,
  ThreadMessage,
  ThreadTask,
} from './import-thread.ts';
import { packageRoot } from './own-package.ts';

/** An import under way, as its sender may follow it. */
export interface UnderWay extends ReadSoFar {
  /** The sender's own name for this upload. */
  readonly key: string;
  /** Of the file as it was sent. */
  readonly size: number;
}

export interface Imports {
  /**
   * Imports a file in a thread. `signal` cancels it at any moment until it is stored, and nothing is then stored: AppError
   * `cancelled`. Throws whatever `ingest` throws.
   */
  importFile(
    task: ImportTask,
    options: { signal: AbortSignal; follow?: { key: string; size: number } },
  ): Promise<Imported>;
  /** Looks at a file in a thread. Throws whatever `preview` throws. */
  preview(task: PreviewTask, options: { signal: AbortSignal }): Promise<Preview>;
  /** Those under way that are followed, in the order in which they began. */
  underWay(): UnderWay[];
}

/**
 * Reading files off the server's thread, which goes on answering meanwhile. A thread lives as long as its task: one that
 * waits would save a third of a second of every file, and hold 30 MB. At most two of a kind at a time, the others wait.
 */
export function createImports(): Imports {
  const followed = new Map<symbol, UnderWay>();
  const takeTurn = { import: createTurns(2), preview: createTurns(2) };
  const inTurn = async <T>(task: ThreadTask, signal: AbortSignal, tell?: (progress: ReadSoFar) => void): Promise<T> => {
    const done = await takeTurn[task.kind]();
    try {
      if (signal.aborted) throw cancelled();
      return await runThread<T>(task, signal, tell);
    } finally {
      done();
    }
  };
  return {
    async importFile(task, { signal, follow }) {
      const own = Symbol();
      const tell = (progress: ReadSoFar) => {
        if (follow) followed.set(own, { ...follow, ...progress });
      };
      tell({ phase: 'reading', bytes: 0, rows: 0 });
      try {
        return await inTurn<Imported>(task, signal, tell);
      } finally {
        followed.delete(own);
      }
    },
    preview: (task, { signal }) => inTurn<Preview>(task, signal),
    underWay: () => [...followed.values()],
  };
}

const ENTRY = new URL('dist/server/import-thread.js', packageRoot);

// The thread is asked to stop and not killed: an import has a transaction to roll back. A preview has nothing to tidy.
function runThread<T>(task: ThreadTask, signal: AbortSignal, tell?: (progress: ReadSoFar) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const data: ThreadData = { task, stop };
    // A small nursery: what is read dies young, and 16 MB take no more time than 32 but keep ten million rows under 300 MB.
    const thread = new Worker(ENTRY, { workerData: data, resourceLimits: { maxYoungGenerationSizeMb: 16 } });
    let outcome: () => void = () => reject(new AppError('internal', 'the thread that read the file ended early'));
    const cancel = () => {
      Atomics.store(stop, 0, 1);
      if (task.kind === 'import') return;
      outcome = () => reject(cancelled());
      void thread.terminate();
    };
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) cancel();
    thread.on('message', (message: ThreadMessage) => {
      if ('progress' in message) tell?.(message.progress);
      else if ('done' in message) outcome = () => resolve(message.done as T);
      else if ('refused' in message) {
        const { code, message: text, details } = message.refused;
        outcome = () => reject(new AppError(code, text, { details }));
      } else {
        const { code, message: text, stack } = message.failed;
        outcome = () => reject(Object.assign(new Error(text), { stack, ...(code === undefined ? {} : { code }) }));
      }
    });
    thread.on('error', (error: NodeJS.ErrnoException) => {
      outcome = () => reject(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? outOfMemory(error) : error);
    });
    // Only when the thread is gone is its connection closed and the file no longer read.
    thread.on('exit', () => {
      signal.removeEventListener('abort', cancel);
      outcome();
    });
  });
}

const cancelled = () => new AppError('cancelled', 'the import was cancelled: nothing was stored');

const outOfMemory = (cause: unknown) =>
  new AppError('unreadable', 'the file needs more memory to be read than there is: nothing of it was stored', {
    cause,
  });

// So many at a time; who comes later waits in the order of coming.
function createTurns(most: number): () => Promise<() => void> {
  const waiting: (() => void)[] = [];
  let taken = 0;
  const give = () => {
    const next = waiting.shift();
    if (next) next();
    else taken--;
  };
  return async () => {
    if (taken < most) taken++;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    return give;
  };
}
