import { renameSync, rmSync } from 'node:fs';
import { openStore, type Store } from './open.ts';

/** Pages copied between two looks at the clock, 40 MB: a copy starts again when another process writes in between. */
const PAGES = 10_000;

/**
 * Copies the whole store into one file while others read and write it, and checks the copy before it gets its name: what
 * stands under `file` is always a sound store. Throws when SQLite finds the copy damaged.
 *
 * @param onProgress told the share copied, 0 to 1
 */
export async function backupStore(store: Store, file: string, onProgress?: (done: number) => void): Promise<void> {
  const partial = `${file}.partial`;
  try {
    await store.backup(partial, {
      progress: ({ totalPages, remainingPages }) => {
        onProgress?.(totalPages === 0 ? 0 : 1 - remainingPages / totalPages);
        return PAGES;
      },
    });
    verify(partial);
    renameSync(partial, file);
  } finally {
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(partial + suffix, { force: true });
  }
}

// Back to a plain journal, so that the backup is one file without companions.
function verify(file: string): void {
  const copy = openStore(file);
  try {
    const found = copy.pragma('integrity_check', { simple: true });
    if (found !== 'ok') throw new Error(`The backup is damaged: SQLite's integrity check found "${found}".`);
    copy.pragma('journal_mode = DELETE');
  } finally {
    copy.close();
  }
}
