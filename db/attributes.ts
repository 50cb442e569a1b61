import type { Attribute } from '../models/series.ts';
import type { Store } from './open.ts';

/** What storing one attribute of an upload's series did; `changes` are the first of those replaced. */
export interface AttributeMerge {
  readonly name: string;
  readonly added: number;
  readonly replaced: number;
  readonly unchanged: number;
  readonly changes: { readonly series: string; readonly from: string | number; readonly to: string | number }[];
}

const MOST_CHANGES = 20;

/**
 * Stores what an upload says of its series: another value than the stored one replaces it, for the newest word on what a series
 * is counts. Call it inside a transaction.
 *
 * @param said by the id of each series that says anything
 */
export function mergeAttributes(
  store: Store,
  datasetId: number,
  names: readonly string[],
  said: ReadonlyMap<number, readonly Attribute[]>,
): AttributeMerge[] {
  const read = store.prepare(
    `SELECT v.value, s.name AS series FROM attribute_values v JOIN series s ON s.id = v.series_id
     WHERE v.series_id = ? AND v.attribute_id = ?`,
  );
  const write = store.prepare(
    `INSERT INTO attribute_values (series_id, attribute_id, value) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET value = excluded.value`,
  );
  return names.map((name) => {
    store.prepare('INSERT OR IGNORE INTO attributes (dataset_id, name) VALUES (?, ?)').run(datasetId, name);
    const id = store
      .prepare('SELECT id FROM attributes WHERE dataset_id = ? AND name = ?')
      .pluck()
      .get(datasetId, name);
    const done = { added: 0, replaced: 0, unchanged: 0 };
    const changes: AttributeMerge['changes'] = [];
    for (const [seriesId, own] of said) {
      const value = own.find((attribute) => attribute.name === name)?.value;
      if (value === undefined) continue;
      const before = read.get(seriesId, id) as { value: string | number; series: string } | undefined;
      // A code of digits alone is a number in a file where all of them are.
      if (before && String(before.value) === String(value)) {
        done.unchanged++;
        continue;
      }
      write.run(seriesId, id, value);
      if (before) {
        done.replaced++;
        if (changes.length < MOST_CHANGES) changes.push({ series: before.series, from: before.value, to: value });
      } else done.added++;
    }
    return { name, ...done, changes };
  });
}

/** Names of a dataset's attributes, in order of their first appearance. */
export function attributesOf(store: Store, datasetId: number): string[] {
  return store
    .prepare('SELECT name FROM attributes WHERE dataset_id = ? ORDER BY id')
    .pluck()
    .all(datasetId) as string[];
}

/** What is known of a series. */
export function readAttributes(store: Store, seriesId: number): Attribute[] {
  return store
    .prepare(
      `SELECT a.name, v.value FROM attribute_values v JOIN attributes a ON a.id = v.attribute_id
       WHERE v.series_id = ? ORDER BY a.id`,
    )
    .all(seriesId) as Attribute[];
}

/** What is known of every series of a dataset, by its name: for exports. */
export function attributesBySeries(store: Store, datasetId: number): Map<string, Map<string, string | number>> {
  const rows = store
    .prepare(
      `SELECT s.name, a.name, v.value FROM attribute_values v JOIN attributes a ON a.id = v.attribute_id
       JOIN series s ON s.id = v.series_id WHERE s.dataset_id = ?`,
    )
    .raw()
    .all(datasetId) as [string, string, string | number][];
  const known = new Map<string, Map<string, string | number>>();
  for (const [series, name, value] of rows) {
    if (!known.has(series)) known.set(series, new Map());
    known.get(series)!.set(name, value);
  }
  return known;
}
