import type { Observations } from '../models/series.ts';
import type { Written } from './observations.ts';
import type { Store } from './open.ts';

/** What storing the cells of one covariate did. */
export interface CovariateMerge {
  readonly name: string;
  readonly added: number;
  readonly replaced: number;
  readonly unchanged: number;
}

/** Columns of cells, all of one length; `series` and `columns` are numbers of the caller's, from 0. */
export interface StagedCells {
  readonly series: Int32Array;
  readonly columns: Int32Array;
  readonly times: Float64Array;
  readonly values: Float64Array;
}

export interface CovariateStaging {
  add(cells: StagedCells): void;
  /** First and last time of what is staged, null while nothing is. */
  extent(): { start: number; end: number } | null;
  /** Moves everything staged to its place, the later cell of one time replacing the earlier. Call it inside a transaction. */
  merge(datasetId: number, ids: readonly number[], names: readonly string[]): CovariateMerge[];
  /** Drops what is staged; to be called in any case. */
  close(): void;
}

/** A waiting room for the covariates of an upload, in a temporary table of this connection: memory does not grow with the file. */
export function createCovariateStaging(store: Store): CovariateStaging {
  store.exec(`
    ${DROP}
    CREATE TEMP TABLE staged_covariates (
      series INTEGER, "column" INTEGER, time INTEGER, value REAL, PRIMARY KEY (series, "column", time)
    ) WITHOUT ROWID;
  `);
  const insert = store.prepare('INSERT OR REPLACE INTO temp.staged_covariates VALUES (?, ?, ?, ?)');
  return {
    add({ series, columns, times, values }) {
      store.transaction(() => {
        for (let i = 0; i < series.length; i++) insert.run(series[i], columns[i], times[i], values[i]);
      })();
    },
    extent() {
      const row = store.prepare('SELECT MIN(time) AS start, MAX(time) AS end FROM temp.staged_covariates').get();
      const { start, end } = row as { start: number | null; end: number | null };
      return start === null || end === null ? null : { start, end };
    },
    merge(datasetId, ids, names) {
      store.exec(
        'DROP TABLE IF EXISTS temp.covariate_series; CREATE TEMP TABLE covariate_series (number INTEGER PRIMARY KEY, id INTEGER);',
      );
      const number = store.prepare('INSERT INTO temp.covariate_series VALUES (?, ?)');
      ids.forEach((id, i) => {
        number.run(i, id);
      });
      return names.map((name, column) => {
        store.prepare('INSERT OR IGNORE INTO covariates (dataset_id, name) VALUES (?, ?)').run(datasetId, name);
        const id = store
          .prepare('SELECT id FROM covariates WHERE dataset_id = ? AND name = ?')
          .pluck()
          .get(datasetId, name);
        const { total, known, replaced } = store
          .prepare(
            `SELECT COUNT(*) AS total, COUNT(v.time) AS known, COALESCE(SUM(v.value <> c.value), 0) AS replaced
             FROM temp.staged_covariates c JOIN temp.covariate_series n ON n.number = c.series
             LEFT JOIN covariate_values v ON v.series_id = n.id AND v.covariate_id = @id AND v.time = c.time
             WHERE c."column" = @column`,
          )
          .get({ id, column }) as { total: number; known: number; replaced: number };
        store
          .prepare(
            `INSERT INTO covariate_values (series_id, covariate_id, time, value)
             SELECT n.id, @id, c.time, c.value FROM temp.staged_covariates c
             JOIN temp.covariate_series n ON n.number = c.series WHERE c."column" = @column
             ON CONFLICT DO UPDATE SET value = excluded.value WHERE value <> excluded.value`,
          )
          .run({ id, column });
        return { name, added: total - known, replaced, unchanged: known - replaced };
      });
    },
    close() {
      store.exec(DROP);
    },
  };
}

const DROP = 'DROP TABLE IF EXISTS temp.staged_covariates; DROP TABLE IF EXISTS temp.covariate_series;';

/** A function that stores one cell of a covariate: the same time again replaces the value. Call it inside a transaction. */
export function covariateWriter(
  store: Store,
  datasetId: number,
): (name: string, seriesId: number, time: number, value: number) => Written {
  const name = store.prepare('INSERT OR IGNORE INTO covariates (dataset_id, name) VALUES (?, ?)');
  const idOf = store.prepare('SELECT id FROM covariates WHERE dataset_id = ? AND name = ?').pluck();
  const insert = store.prepare(
    'INSERT INTO covariate_values (series_id, covariate_id, time, value) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const replace = store.prepare(
    `UPDATE covariate_values SET value = @value
     WHERE series_id = @seriesId AND covariate_id = @id AND time = @time AND value <> @value`,
  );
  const ids = new Map<string, number>();
  return (column, seriesId, time, value) => {
    let id = ids.get(column);
    if (id === undefined) {
      name.run(datasetId, column);
      id = idOf.get(datasetId, column) as number;
      ids.set(column, id);
    }
    if (insert.run(seriesId, id, time, value).changes === 1) return 'added';
    return replace.run({ seriesId, id, time, value }).changes === 1 ? 'replaced' : 'unchanged';
  };
}

/** Names of a dataset's covariates, in order of their first appearance. */
export function covariatesOf(store: Store, datasetId: number): string[] {
  return store
    .prepare('SELECT name FROM covariates WHERE dataset_id = ? ORDER BY id')
    .pluck()
    .all(datasetId) as string[];
}

/** What is known of a series, by covariate, each in order of time. */
export function readCovariates(store: Store, seriesId: number): Map<string, Observations> {
  const rows = store
    .prepare(
      `SELECT c.name, v.time, v.value FROM covariate_values v JOIN covariates c ON c.id = v.covariate_id
       WHERE v.series_id = ? ORDER BY v.covariate_id, v.time`,
    )
    .raw()
    .all(seriesId) as [string, number, number][];
  const lists = new Map<string, { times: number[]; values: number[] }>();
  for (const [name, time, value] of rows) {
    const list = lists.get(name) ?? { times: [], values: [] };
    if (list.times.length === 0) lists.set(name, list);
    list.times.push(time);
    list.values.push(value);
  }
  return new Map(
    [...lists].map(([name, { times, values }]) => [
      name,
      { times: Float64Array.from(times), values: Float64Array.from(values) },
    ]),
  );
}

/** Every step of a dataset at which a value or a covariate is known, by series, then time: for exports. */
export function* eachKnownStep(
  store: Store,
  datasetId: number,
  names: readonly string[],
): Generator<{ series: string; time: number; value: number | null; covariates: (number | null)[] }> {
  const rows = store
    .prepare(
      `SELECT s.name AS series, o.time AS time, NULL AS name, o.value AS value, s.id AS id
       FROM series s JOIN observations o ON o.series_id = s.id WHERE s.dataset_id = @id
       UNION ALL
       SELECT s.name, v.time, c.name, v.value, s.id FROM series s JOIN covariate_values v ON v.series_id = s.id
       JOIN covariates c ON c.id = v.covariate_id WHERE s.dataset_id = @id
       ORDER BY id, time`,
    )
    .iterate({ id: datasetId }) as IterableIterator<{
    series: string;
    time: number;
    name: string | null;
    value: number;
  }>;
  let step: { series: string; time: number; value: number | null; covariates: (number | null)[] } | undefined;
  for (const { series, time, name, value } of rows) {
    if (!step || step.series !== series || step.time !== time) {
      if (step) yield step;
      step = { series, time, value: null, covariates: names.map(() => null) };
    }
    if (name === null) step.value = value;
    else if (names.includes(name)) step.covariates[names.indexOf(name)] = value;
  }
  if (step) yield step;
}
