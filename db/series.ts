import type { Store } from './open.ts';

export interface SeriesRow {
  readonly id: number;
  readonly datasetId: number;
  readonly name: string;
}

/** A series with the extent of its observations; start and end are null while it has none. */
export interface SeriesExtent extends SeriesRow {
  readonly observations: number;
  readonly start: number | null;
  readonly end: number | null;
}

const EXTENT = `SELECT s.id, s.dataset_id AS datasetId, s.name,
  (SELECT COUNT(*) FROM observations o WHERE o.series_id = s.id) AS observations,
  (SELECT MIN(time) FROM observations o WHERE o.series_id = s.id) AS start,
  (SELECT MAX(time) FROM observations o WHERE o.series_id = s.id) AS end
  FROM series s`;

/** A function that finds or adds a series of the dataset by name and returns its id; it remembers what it has seen. */
export function seriesWriter(store: Store, datasetId: number): (name: string) => number {
  const known = new Map<string, number>(seriesOf(store, datasetId).map((s) => [s.name, s.id]));
  const insert = store.prepare('INSERT INTO series (dataset_id, name) VALUES (?, ?)');
  return (name) => {
    let id = known.get(name);
    if (id === undefined) {
      id = Number(insert.run(datasetId, name).lastInsertRowid);
      known.set(name, id);
    }
    return id;
  };
}

export function seriesOf(store: Store, datasetId: number): SeriesRow[] {
  return store
    .prepare('SELECT id, dataset_id AS datasetId, name FROM series WHERE dataset_id = ? ORDER BY id')
    .all(datasetId) as SeriesRow[];
}

/**
 * A function that tells the first and the last time of a series by its name, undefined where it has none. Nothing is counted:
 * it takes no longer of ten million observations.
 */
export function spanReader(
  store: Store,
  datasetId: number,
): (name: string) => { start: number; end: number } | undefined {
  const read = store.prepare(
    `SELECT (SELECT MIN(time) FROM observations WHERE series_id = s.id) AS start,
     (SELECT MAX(time) FROM observations WHERE series_id = s.id) AS end
     FROM series s WHERE s.dataset_id = ? AND s.name = ?`,
  );
  return (name) => {
    const span = read.get(datasetId, name) as { start: number | null; end: number | null } | undefined;
    return span === undefined || span.start === null || span.end === null
      ? undefined
      : { start: span.start, end: span.end };
  };
}

/** In order of their first appearance. */
export function seriesExtents(store: Store, datasetId: number): SeriesExtent[] {
  return store.prepare(`${EXTENT} WHERE s.dataset_id = ? ORDER BY s.id`).all(datasetId) as SeriesExtent[];
}

export function getSeries(store: Store, id: number): SeriesExtent | undefined {
  return store.prepare(`${EXTENT} WHERE s.id = ?`).get(id) as SeriesExtent | undefined;
}
