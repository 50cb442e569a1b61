import type { Store } from './open.ts';

/** What a merge did, observation by observation. */
export interface Merged {
  readonly added: number;
  readonly replaced: number;
  readonly unchanged: number;
  /** Staged rows at a time that their series already had in the same upload. */
  readonly duplicates: number;
}

export interface Staging {
  /** Takes columnar rows in file order; `series` are numbers of the caller's, from 0. */
  add(rows: StagedRows): void;
  /** Does what can be done before the transaction. `fresh`: none of the series will have observations. */
  prepare(fresh: boolean): void;
  /**
   * Moves everything staged into the observations, several values at one time becoming one by the rule. `ids[number]` is the
   * id of the series. Call it inside a transaction, after `prepare`. `pulse` is called between slices of the work, so that it
   * can be given up by throwing.
   */
  merge(ids: readonly number[], rule: 'last' | 'mean' | 'sum', pulse?: () => void): Merged;
  /** Drops what is staged; to be called in any case. */
  close(): void;
}

/** Columns of rows, all of one length. */
export interface StagedRows {
  readonly series: Int32Array;
  readonly times: Float64Array;
  readonly values: Float64Array;
}

/**
 * A waiting room for an upload, in temporary tables of this connection: the upload takes as long as its sender likes without
 * holding the store's write lock, in memory that does not grow with it, and only the merge is a transaction.
 *
 * Rows wait as packs of columns. Where they come in the order of the observations, as in most files of a new dataset, they go
 * from there straight to their place; otherwise they are first laid out as a table that SQLite can sort, group and join.
 */
export function createStaging(store: Store): Staging {
  store.exec(`
    ${DROP}
    CREATE TEMP TABLE packs (id INTEGER PRIMARY KEY, series BLOB, times BLOB, "values" BLOB);
  `);
  const pack = store.prepare('INSERT INTO temp.packs (series, times, "values") VALUES (?, ?, ?)');
  const unpack = store.prepare('SELECT series, times, "values" FROM temp.packs WHERE id = ?').raw();
  const order = createOrder();
  let packs = 0;
  let staged = 0;
  let straight = false;
  let fresh = false;

  function* eachPack(): Generator<StagedRows> {
    for (let id = 1; id <= packs; id++) {
      // A copy of its own starts where a double may start, which a blob need not.
      const [series, times, values] = (unpack.get(id) as Buffer[]).map((blob) => new Uint8Array(blob).buffer);
      yield { series: new Int32Array(series), times: new Float64Array(times), values: new Float64Array(values) };
    }
  }

  return {
    add({ series, times, values }) {
      pack.run(
        ...[series, times, values].map(({ buffer, byteOffset, byteLength }) =>
          Buffer.from(buffer, byteOffset, byteLength),
        ),
      );
      packs++;
      staged += series.length;
      order.add(series, times);
    },
    prepare(isFresh) {
      fresh = isFresh;
      straight = fresh && order.sorted && order.distinct;
      if (straight) return;
      store.exec(`
        CREATE TEMP TABLE staged (position INTEGER PRIMARY KEY, series INTEGER, time INTEGER, value REAL);
        CREATE TEMP TABLE staged_series (number INTEGER PRIMARY KEY, id INTEGER NOT NULL);
      `);
      const insert = rowInserter(store, 'temp.staged (series, time, value)');
      store.transaction(() => {
        for (const { series, times, values } of eachPack()) insert(series, times, values);
      })();
    },
    merge(ids, rule, pulse = () => {}) {
      if (straight) {
        const insert = rowInserter(store, OBSERVATIONS);
        for (const { series, times, values } of eachPack()) {
          pulse();
          insert(
            series.map((number) => ids[number]),
            times,
            values,
          );
        }
        return { added: staged, replaced: 0, unchanged: 0, duplicates: 0 };
      }
      const name = store.prepare('INSERT INTO temp.staged_series (number, id) VALUES (?, ?)');
      ids.forEach((id, number) => {
        name.run(number, id);
      });
      pulse();
      if (fresh) {
        const rows = order.distinct ? `${DISTINCT} ORDER BY series_id, time` : MERGED[rule];
        const added = store.prepare(`INSERT INTO ${OBSERVATIONS} ${rows}`).run().changes;
        return { added, replaced: 0, unchanged: 0, duplicates: staged - added };
      }
      store.exec(`
        DROP TABLE IF EXISTS temp.merged;
        CREATE TEMP TABLE merged AS ${MERGED[rule]};
      `);
      pulse();
      const { total, known, replaced } = store
        .prepare(
          `SELECT COUNT(*) AS total, COUNT(o.time) AS known, COALESCE(SUM(o.value <> m.value), 0) AS replaced
           FROM temp.merged m LEFT JOIN observations o ON o.series_id = m.series_id AND o.time = m.time`,
        )
        .get() as { total: number; known: number; replaced: number };
      pulse();
      store.exec(`
        INSERT INTO ${OBSERVATIONS} SELECT series_id, time, value FROM temp.merged WHERE true
        ON CONFLICT (series_id, time) DO UPDATE SET value = excluded.value WHERE value <> excluded.value;
        DROP TABLE temp.merged;
      `);
      return { added: total - known, replaced, unchanged: known - replaced, duplicates: staged - total };
    },
    close() {
      store.exec(DROP);
    },
  };
}

const OBSERVATIONS = 'observations (series_id, time, value)';

const DROP = ['packs', 'staged', 'staged_series', 'merged']
  .map((name) => `DROP TABLE IF EXISTS temp.${name};`)
  .join(' ');

// Many rows a statement: the cost of a call is larger than that of a row.
function rowInserter(store: Store, into: string) {
  const many = store.prepare(`INSERT INTO ${into} VALUES ${Array(ROWS).fill('(?,?,?)').join()}`);
  const one = store.prepare(`INSERT INTO ${into} VALUES (?, ?, ?)`);
  const cells: number[] = new Array(ROWS * 3);
  return (series: Int32Array, times: Float64Array, values: Float64Array): void => {
    let i = 0;
    for (; i + ROWS <= series.length; i += ROWS) {
      for (let j = 0; j < ROWS; j++) {
        cells[j * 3] = series[i + j];
        cells[j * 3 + 1] = times[i + j];
        cells[j * 3 + 2] = values[i + j];
      }
      many.run(cells);
    }
    for (; i < series.length; i++) one.run(series[i], times[i], values[i]);
  };
}

const ROWS = 100;

// Whether the rows come in the order of the table, and whether a time can come twice in a series: mostly they do and it
// cannot, and then neither sorting nor grouping is needed.
function createOrder() {
  const last: number[] = [];
  let before = -1;
  return {
    sorted: true,
    distinct: true,
    add(series: Int32Array, times: Float64Array): void {
      for (let i = 0; i < series.length && (this.sorted || this.distinct); i++) {
        const id = series[i];
        if (id < before) this.sorted = false;
        if (last[id] !== undefined && times[i] <= last[id]) this.sorted = this.distinct = false;
        last[id] = times[i];
        before = id;
      }
    },
  };
}

const DISTINCT = `SELECT n.id AS series_id, s.time AS time, s.value AS value FROM temp.staged s
  CROSS JOIN temp.staged_series n ON n.number = s.series`;

const merged = (value: string, order: string) =>
  `SELECT n.id AS series_id, s.time AS time, ${value} AS value${order} FROM temp.staged s
   JOIN temp.staged_series n ON n.number = s.series GROUP BY n.id, s.time`;

// SQLite takes a bare column from the row that has the maximum, which is the last in file order; the outer SELECT drops the
// column that only serves that purpose.
const MERGED = {
  last: `SELECT series_id, time, value FROM (${merged('s.value', ', MAX(s.position) AS position')})`,
  mean: merged('AVG(s.value)', ''),
  sum: merged('SUM(s.value)', ''),
};
