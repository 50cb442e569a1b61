import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { first } from './migrations/001-first.ts';
import { covariates } from './migrations/002-covariates.ts';
import { backtests } from './migrations/003-backtests.ts';
import { attributes } from './migrations/004-attributes.ts';

export type Store = Database.Database;

/** In order; the index + 1 is the version. Forward only: a change of the schema is a new entry, never an edit. */
const MIGRATIONS = [first, covariates, backtests, attributes];

const BUSY_MS = 60_000;

/** The store was written by a newer program than this one. */
export class NewerStoreError extends Error {
  readonly code = 'newer_store';
}

/**
 * Opens the store, creating or migrating it as needed. `file` may be ':memory:'.
 * Whoever finds it busy waits a minute: an import is stored in one transaction, and ten million rows held it for 19 seconds on
 * two busy cores. To wait is right, since the other writer is at work; to fail is not.
 * synchronous=FULL on purpose: WAL's default NORMAL can lose the last commits on power loss, and an import that was
 * confirmed must be there. Throws NewerStoreError when the file's version is above this program's.
 */
export function openStore(file: string, options: { readonly?: boolean } = {}): Store {
  const store = new Database(file, { timeout: BUSY_MS, readonly: options.readonly ?? false });
  try {
    store.pragma('foreign_keys = ON');
    if (options.readonly) {
      checkVersion(store, file);
      return store;
    }
    store.pragma('journal_mode = WAL');
    store.pragma('synchronous = FULL');
    migrate(store, file);
    return store;
  } catch (error) {
    store.close();
    throw error;
  }
}

function checkVersion(store: Store, file: string): number {
  const version = store.pragma('user_version', { simple: true }) as number;
  if (version > MIGRATIONS.length) {
    throw new NewerStoreError(
      `${file} was written by a newer Tidecast: its schema is version ${version}, this program knows ${MIGRATIONS.length}. Start the newer program, or restore a backup made by this one.`,
    );
  }
  return version;
}

// Each migration claims its number inside its own transaction, so two programs that start at once cannot both run it.
function migrate(store: Store, file: string): void {
  const step = store.transaction((): boolean => {
    const version = checkVersion(store, file);
    if (version === MIGRATIONS.length) return false;
    store.exec(MIGRATIONS[version]);
    store.pragma(`user_version = ${version + 1}`);
    return true;
  });
  while (step.immediate());
}

/** Whether another process holds `file` as its lock now. */
export function isLocked(file: string): boolean {
  if (!existsSync(file)) return false;
  const lock = new Database(file, { timeout: 0, readonly: true });
  try {
    lock.prepare('SELECT COUNT(*) FROM sqlite_schema').get();
    return false;
  } catch (error) {
    if ((error as { code?: string }).code === 'SQLITE_BUSY') return true;
    throw error;
  } finally {
    lock.close();
  }
}

/**
 * Takes `file` as a lock between processes; undefined while another holds it. SQLite's own exclusive lock, because the
 * operating system gives it back however the holder ends: a file with a process number in it would outlive a kill -9.
 */
export function takeLock(file: string): { release(): void } | undefined {
  const lock = new Database(file, { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return { release: () => void lock.close() };
  } catch (error) {
    lock.close();
    if ((error as { code?: string }).code === 'SQLITE_BUSY') return undefined;
    throw error;
  }
}
