import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { insertDataset, listDatasets } from '../../db/datasets.ts';
import { openStore, takeLock } from '../../db/open.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidecast-open-'));
  file = join(folder, 'tidecast.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('openStore', () => {
  it('creates a store with WAL, foreign keys, full synchronisation and a busy timeout', () => {
    const store = openStore(file);
    expect(store.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(store.pragma('foreign_keys', { simple: true })).toBe(1);
    expect(store.pragma('synchronous', { simple: true })).toBe(2);
    expect(store.pragma('busy_timeout', { simple: true })).toBe(60_000);
    expect(store.pragma('user_version', { simple: true })).toBe(4);
    store.close();
  });

  it('opens a store again with what it held, also beside another connection', () => {
    const store = openStore(file);
    insertDataset(store, DATASET, 5);
    const other = openStore(file);
    expect(listDatasets(other).map(({ name }) => name)).toEqual(['tides']);
    other.close();
    store.close();
  });

  it('refuses a store of a newer version with a sentence, and leaves it as it is', () => {
    const store = openStore(file);
    store.pragma('user_version = 99');
    store.close();
    for (const readonly of [false, true]) {
      expect(() => openStore(file, { readonly })).toThrow(
        expect.objectContaining({
          code: 'newer_store',
          message: expect.stringMatching(/newer Tidecast: its schema is version 99, this program knows 4/),
        }),
      );
    }
  });

  it('cannot write a store opened for reading', () => {
    openStore(file).close();
    const store = openStore(file, { readonly: true });
    expect(() => insertDataset(store, DATASET, 5)).toThrow(/readonly/);
    store.close();
  });

  it('refuses rows that break a rule', () => {
    const store = openStore(file);
    expect(() => store.exec("INSERT INTO series (dataset_id, name) VALUES (1, 'a')")).toThrow(/FOREIGN KEY/);
    expect(() => insertDataset(store, { ...DATASET, season: 0 }, 1)).toThrow(/CHECK/);
    expect(() => insertDataset(store, { ...DATASET, horizon: 1.5 }, 1)).toThrow(/INTEGER/);
    store.close();
  });

  it('undoes a migration that fails, whole', () => {
    const store = openStore(file);
    store.exec('PRAGMA user_version = 0; DROP TABLE forecast_steps;');
    const tables = () => store.prepare("SELECT COUNT(*) FROM sqlite_master WHERE type = 'table'").pluck().get();
    const before = tables();
    // The first statement fails (its table is there), so nothing of the migration stays and the version is not claimed.
    expect(() => openStore(file)).toThrow(/already exists/);
    expect(tables()).toBe(before);
    expect(store.pragma('user_version', { simple: true })).toBe(0);
    store.close();
  });
});

describe('takeLock', () => {
  it('is held by one at a time', () => {
    const lock = takeLock(join(folder, 'lock'));
    expect(lock).toBeDefined();
    expect(takeLock(join(folder, 'lock'))).toBeUndefined();
    lock?.release();
    const again = takeLock(join(folder, 'lock'));
    expect(again).toBeDefined();
    again?.release();
  });
});

const DATASET = { name: 'tides', frequency: 'P1D', season: 7, zone: 'UTC', horizon: 14, recipe: {}, settings: {} };
