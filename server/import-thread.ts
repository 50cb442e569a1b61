import { createReadStream } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { openStore } from '../db/open.ts';
import { previewFile } from './csv/preview-file.ts';
import type { Recipe } from './csv/recipe.ts';
import { AppError, type ErrorCode } from './errors.ts';
import { type ImportReport, ingest } from './ingest.ts';
import { completeDataset } from './new-dataset.ts';

/** A file to be read off the server's thread: plain data, as it is sent to the thread. */
export type ThreadTask = ImportTask | PreviewTask;

export interface ImportTask {
  readonly kind: 'import';
  readonly storeFile: string;
  readonly path: string;
  readonly fileName: string | null;
  readonly datasetId?: number;
  readonly name?: string;
  /** Steps to forecast of a new dataset; chosen from its frequency where absent. */
  readonly horizon?: number;
  readonly recipe?: Recipe;
  readonly answers?: Partial<Recipe>;
  readonly maxBytes: number;
  readonly now: number;
}

export interface PreviewTask {
  readonly kind: 'preview';
  readonly path: string;
  readonly answers?: Partial<Recipe>;
}

/** What an import comes to. `jobId` is the first training of a new dataset, null where the dataset was there. */
export interface Imported {
  readonly report: ImportReport;
  readonly jobId: number | null;
}

export interface ReadSoFar {
  /** Bytes of the file as it was sent. */
  readonly bytes: number;
  readonly rows: number;
  readonly phase: 'reading' | 'storing';
}

export type ThreadMessage =
  | { readonly progress: ReadSoFar }
  | { readonly done: unknown }
  | { readonly refused: { code: ErrorCode; message: string; details: unknown } }
  | { readonly failed: { code?: string; message: string; stack?: string } };

/** What a thread is started with. `stop[0]` becomes 1 when nobody wants the result any more. */
export interface ThreadData {
  readonly task: ThreadTask;
  readonly stop: Int32Array;
}

/** Four times a second is as often as anybody looks. */
const TELL_MS = 250;

/** Entry of a thread of imports.ts: does its one task, says how it went, and ends. */
const { task, stop } = workerData as ThreadData;
const port = parentPort!;
const say = (message: ThreadMessage) => port.postMessage(message);

try {
  say({ done: task.kind === 'import' ? await importFile(task) : await previewFile(task.path, task.answers) });
} catch (error) {
  if (error instanceof AppError) {
    const { code, message, details } = error;
    say({ refused: { code, message, details } });
  } else {
    const { code, message, stack } = error as Error & { code?: string };
    say({ failed: { code, message, stack } });
  }
}

async function importFile({ storeFile, path, horizon, kind: _, ...how }: ImportTask): Promise<Imported> {
  // A connection of the import's own: its rows wait in temporary tables there, and others read and write meanwhile.
  const store = openStore(storeFile);
  const source = createReadStream(path, { highWaterMark: 2 ** 18 });
  let jobId: number | null = null;
  try {
    const report = await ingest(store, {
      ...how,
      source,
      cancelled: () => Atomics.load(stop, 0) === 1,
      onProgress: seldom((progress) => say({ progress: { ...progress, bytes: source.bytesRead } })),
      onCreated: (id) => {
        jobId = completeDataset(store, id, horizon, how.now);
      },
    });
    return { report, jobId };
  } finally {
    source.destroy();
    store.close();
  }
}

function seldom(tell: (progress: ReadSoFar) => void): (progress: ReadSoFar) => void {
  let told = Number.NEGATIVE_INFINITY;
  let phase: ReadSoFar['phase'] | undefined;
  return (progress) => {
    const now = performance.now();
    if (now - told < TELL_MS && progress.phase === phase) return;
    told = now;
    phase = progress.phase;
    tell(progress);
  };
}
