import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isLocked, NewerStoreError, openStore, type Store, takeLock } from '../db/open.ts';
import { AppError } from './errors.ts';

/** The one file of the data folder that matters: a copy of it is a whole backup. */
export const storeFile = (folder: string): string => join(folder, 'tidecast.db');

/**
 * Opens the store of a data folder. With `create` both are made where they are missing, readable by their owner alone;
 * without it a missing store is AppError `not_found`. What SQLite or the system says becomes a sentence.
 */
export function openDataFolder(folder: string, { create }: { create: boolean }): Store {
  const file = storeFile(folder);
  if (!create && !existsSync(file)) {
    throw new AppError(
      'not_found',
      `There is no store in ${folder}: import a file first, or set TIDECAST_DATA to the folder that has one.`,
      { details: { folder } },
    );
  }
  makeFolder(folder);
  try {
    return openStore(file);
  } catch (error) {
    if (error instanceof NewerStoreError) throw new AppError('unavailable', error.message, { cause: error });
    if ((error as { code?: string }).code === 'SQLITE_NOTADB') {
      throw new AppError('unavailable', `${file} is not a store of Tidecast: move it away, or restore a backup.`, {
        cause: error,
      });
    }
    throw new AppError('unavailable', `The store ${file} does not open: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}

export interface FolderLock {
  release(): void;
}

/** The right to run jobs and listen for this folder, which one process has at a time; undefined while another has it. */
export function lockDataFolder(folder: string): FolderLock | undefined {
  makeFolder(folder);
  try {
    return takeLock(lockFile(folder));
  } catch (error) {
    throw new AppError('unavailable', `The data folder ${folder} cannot be written: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}

/** Whether a process works on this folder now: without one no job of its store goes on. */
export const isAtWork = (folder: string): boolean => isLocked(lockFile(folder));

const lockFile = (folder: string): string => join(folder, 'tidecast.lock');

function makeFolder(folder: string): void {
  if (existsSync(folder)) {
    if (statSync(folder).isDirectory()) return;
    throw new AppError('unavailable', `TIDECAST_DATA: ${folder} is a file, expected a folder.`);
  }
  try {
    mkdirWithParents(folder);
    chmodSync(folder, 0o700);
  } catch (error) {
    throw new AppError('unavailable', `The data folder ${folder} cannot be made: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}

// One folder at a time: Node's own `recursive` never returns where a folder that exists denies that it can hold another
// (/proc, some mounts), and a program that hangs at its start cannot even be interrupted.
function mkdirWithParents(folder: string): void {
  if (existsSync(folder)) return;
  mkdirWithParents(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
