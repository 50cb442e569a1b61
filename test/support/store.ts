import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { insertDataset, type NewDataset } from '../../db/datasets.ts';
import { insertImport } from '../../db/imports.ts';
import { observationWriter } from '../../db/observations.ts';
import { openStore, type Store } from '../../db/open.ts';
import { seriesWriter } from '../../db/series.ts';
import { addSteps } from '../../models/calendar.ts';
import { parseFrequency } from '../../models/series.ts';

export interface FreshStore {
  readonly store: Store;
  readonly file: string;
  /** Closes the store and deletes its folder. */
  close(): void;
}

/** An empty store in a folder of its own. */
export function freshStore(): FreshStore {
  const folder = mkdtempSync(join(tmpdir(), 'tidecast-test-'));
  const file = join(folder, 'tidecast.db');
  const store = openStore(file);
  return {
    store,
    file,
    close() {
      store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** 1 January 2020, 00:00 UTC. */
export const START = 1_577_836_800_000;
export const DAY = 86_400_000;

/** `steps` steps of a weekly wave on a slow climb, with a fixed small disturbance: learnable, never constant. */
export function wave(steps: number, phase = 0): number[] {
  return Array.from(
    { length: steps },
    (_, t) => 100 + 0.2 * t + 10 * Math.sin((2 * Math.PI * (t + phase)) / 7) + (((t * 7919) % 13) - 6) / 6,
  );
}

/** Adds a dataset with the values given for each series from START on; NaN leaves a gap. Returns the ids. */
export function addDataset(
  store: Store,
  values: Record<string, readonly number[]>,
  dataset: Partial<NewDataset> = {},
): { datasetId: number; seriesIds: Record<string, number> } {
  const whole: NewDataset = {
    name: 'tides',
    frequency: 'P1D',
    season: 7,
    zone: 'UTC',
    horizon: 7,
    recipe: {},
    settings: {},
    ...dataset,
  };
  return store.transaction(() => {
    const datasetId = insertDataset(store, whole, START);
    return { datasetId, seriesIds: appendValues(store, datasetId, whole, values, 0) };
  })();
}

/** Adds values from step `from` on, as an import does: the count of added observations is kept. */
export function appendValues(
  store: Store,
  datasetId: number,
  { frequency, zone }: { frequency: string; zone: string },
  values: Record<string, readonly number[]>,
  from: number,
): Record<string, number> {
  const write = observationWriter(store);
  const seriesId = seriesWriter(store, datasetId);
  const start = frequency.startsWith('P') || frequency.endsWith('B') ? START : 0;
  const ids: Record<string, number> = {};
  let added = 0;
  for (const [name, ofSeries] of Object.entries(values)) {
    ids[name] = seriesId(name);
    for (const [i, value] of ofSeries.entries()) {
      if (Number.isNaN(value)) continue;
      const time = addSteps(start, from + i, parseFrequency(frequency), zone);
      if (write(ids[name], time, value) === 'added') added++;
    }
  }
  insertImport(store, { datasetId, fileName: null, hash: '', added, report: {}, createdAt: START });
  return ids;
}
