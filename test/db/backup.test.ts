import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backupStore } from '../../db/backup.ts';
import { insertDataset } from '../../db/datasets.ts';
import { insertImport } from '../../db/imports.ts';
import { datasetExtent } from '../../db/observations.ts';
import { openStore } from '../../db/open.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidecast-backup-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const DATASET = {
  name: 'tides',
  frequency: 'P1D',
  season: 7,
  zone: 'UTC',
  horizon: 14,
  recipe: {},
  settings: {},
};

describe('backupStore', () => {
  it('copies a store that is open and being written to into one file that opens as a store', async () => {
    const store = openStore(join(folder, 'tidecast.db'));
    const id = insertDataset(store, DATASET, 1);
    store.exec(
      `INSERT INTO series VALUES (1, ${id}, 'a'); INSERT INTO observations VALUES (1, 0, 2.5), (1, 86400000, 3)`,
    );
    insertImport(store, { datasetId: id, fileName: null, hash: '', added: 2, report: {}, createdAt: 1 });
    const shares: number[] = [];
    await backupStore(store, join(folder, 'copy.db'), (done) => shares.push(done));
    store.close();
    expect(readdirSync(folder).sort()).toEqual(['copy.db', 'tidecast.db']);
    expect(shares.length).toBeGreaterThan(0);
    const copy = openStore(join(folder, 'copy.db'));
    expect(datasetExtent(copy, id)).toEqual({ series: 1, observations: 2, start: 0, end: 86_400_000 });
    copy.close();
  });

  it('leaves nothing behind when the folder is not there', async () => {
    const store = openStore(join(folder, 'tidecast.db'));
    await expect(backupStore(store, join(folder, 'nowhere', 'copy.db'))).rejects.toThrow();
    store.close();
    expect(existsSync(join(folder, 'nowhere'))).toBe(false);
  });

  it('replaces an older copy', async () => {
    const store = openStore(join(folder, 'tidecast.db'));
    writeFileSync(join(folder, 'copy.db'), 'an older copy');
    await backupStore(store, join(folder, 'copy.db'));
    store.close();
    const copy = openStore(join(folder, 'copy.db'), { readonly: true });
    expect(copy.pragma('integrity_check', { simple: true })).toBe('ok');
    copy.close();
  });
});
