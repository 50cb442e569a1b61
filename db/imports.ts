import type { Store } from './open.ts';

export interface ImportRow {
  readonly id: number;
  readonly datasetId: number;
  readonly fileName: string | null;
  readonly hash: string;
  readonly added: number;
  /** The import report, as the server made it. */
  readonly report: unknown;
  readonly createdAt: number;
}

export function insertImport(store: Store, row: Omit<ImportRow, 'id'>): number {
  const { lastInsertRowid } = store
    .prepare(
      `INSERT INTO imports (dataset_id, file_name, hash, added, report, created_at)
       VALUES (@datasetId, @fileName, @hash, @added, @report, @createdAt)`,
    )
    .run({ ...row, report: JSON.stringify(row.report) });
  return Number(lastInsertRowid);
}

/** Newest first. */
export function importsOf(store: Store, datasetId: number): ImportRow[] {
  const rows = store
    .prepare(
      `SELECT id, dataset_id AS datasetId, file_name AS fileName, hash, added, report, created_at AS createdAt
       FROM imports WHERE dataset_id = ? ORDER BY id DESC`,
    )
    .all(datasetId) as (Omit<ImportRow, 'report'> & { report: string })[];
  return rows.map((row) => ({ ...row, report: JSON.parse(row.report) }));
}

/**
 * What the data trigger of a schedule counts: all observations ever added to the dataset; to forecast, the corrected ones as
 * well, because a forecast that stands on a value since replaced is stale.
 */
export function observationsCounted(store: Store, datasetId: number, kind: 'train' | 'forecast'): number {
  const counted = kind === 'train' ? 'added' : `added + COALESCE(json_extract(report, '$.replaced'), 0)`;
  return store
    .prepare(`SELECT COALESCE(SUM(${counted}), 0) FROM imports WHERE dataset_id = ?`)
    .pluck()
    .get(datasetId) as number;
}
