import type { Observations } from '../models/series.ts';
import type { Store } from './open.ts';

/** What writing one observation did. */
export type Written = 'added' | 'replaced' | 'unchanged';

/** A function that stores one observation: the same time again replaces the value. Call it inside a transaction. */
export function observationWriter(store: Store): (seriesId: number, time: number, value: number) => Written {
  const insert = store.prepare(
    'INSERT INTO observations (series_id, time, value) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const replace = store.prepare(
    'UPDATE observations SET value = @value WHERE series_id = @seriesId AND time = @time AND value <> @value',
  );
  return (seriesId, time, value) => {
    if (insert.run(seriesId, time, value).changes === 1) return 'added';
    return replace.run({ seriesId, time, value }).changes === 1 ? 'replaced' : 'unchanged';
  };
}

/** Observations of one series in order of time, from `from` (inclusive) to `to` (inclusive). */
export function readObservations(
  store: Store,
  seriesId: number,
  { from = -Number.MAX_SAFE_INTEGER, to = Number.MAX_SAFE_INTEGER } = {},
): Observations {
  const rows = store
    .prepare('SELECT time, value FROM observations WHERE series_id = ? AND time BETWEEN ? AND ? ORDER BY time')
    .raw()
    .all(seriesId, from, to) as [number, number][];
  const times = new Float64Array(rows.length);
  const values = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) [times[i], values[i]] = rows[i];
  return { times, values };
}

/** The newest `count` observations of a series, in order of time. */
export function lastObservations(store: Store, seriesId: number, count: number): Observations {
  const first = store
    .prepare('SELECT time FROM observations WHERE series_id = ? ORDER BY time DESC LIMIT 1 OFFSET ?')
    .pluck()
    .get(seriesId, count - 1) as number | undefined;
  return readObservations(store, seriesId, first === undefined ? {} : { from: first });
}

export interface DatasetExtent {
  readonly series: number;
  readonly observations: number;
  readonly start: number | null;
  readonly end: number | null;
}

/**
 * How much a dataset has and from when to when. Counted from its imports, which account for every observation, and from the
 * two ends of each series: counting ten million rows would hold the server up for seconds.
 */
export function datasetExtent(store: Store, datasetId: number): DatasetExtent {
  return store
    .prepare(
      `SELECT COUNT(*) AS series, (SELECT COALESCE(SUM(added), 0) FROM imports WHERE dataset_id = @id) AS observations,
       MIN((SELECT MIN(time) FROM observations WHERE series_id = s.id)) AS start,
       MAX((SELECT MAX(time) FROM observations WHERE series_id = s.id)) AS end
       FROM series s WHERE s.dataset_id = @id`,
    )
    .get({ id: datasetId }) as DatasetExtent;
}

/** Every observation of a dataset by series, then time: for exports, streamed so that memory stays flat. */
export function eachObservation(
  store: Store,
  datasetId: number,
): IterableIterator<{ series: string; time: number; value: number }> {
  return store
    .prepare(
      `SELECT s.name AS series, o.time, o.value FROM series s JOIN observations o ON o.series_id = s.id
       WHERE s.dataset_id = ? ORDER BY s.id, o.time`,
    )
    .iterate(datasetId) as IterableIterator<{ series: string; time: number; value: number }>;
}
