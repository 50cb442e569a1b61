import type { Store } from './open.ts';

/** A dataset as stored. `recipe` and `settings` are JSON values of the server's making. */
export interface DatasetRow {
  readonly id: number;
  readonly name: string;
  readonly frequency: string;
  readonly season: number;
  readonly zone: string;
  readonly horizon: number;
  readonly recipe: unknown;
  readonly settings: Record<string, unknown>;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export type NewDataset = Omit<DatasetRow, 'id' | 'createdAt' | 'updatedAt'>;

/** Inserts a dataset and returns its id. */
export function insertDataset(store: Store, dataset: NewDataset, now: number): number {
  const { lastInsertRowid } = store
    .prepare(
      `INSERT INTO datasets (name, frequency, season, zone, horizon, recipe, settings, created_at, updated_at)
       VALUES (@name, @frequency, @season, @zone, @horizon, @recipe, @settings, @now, @now)`,
    )
    .run({ ...dataset, recipe: JSON.stringify(dataset.recipe), settings: JSON.stringify(dataset.settings), now });
  return Number(lastInsertRowid);
}

/** Changes the fields given. False when there is no such dataset. */
export function updateDataset(store: Store, id: number, changes: Partial<NewDataset>, now: number): boolean {
  const before = getDataset(store, id);
  if (!before) return false;
  const after = { ...before, ...changes };
  store
    .prepare(
      `UPDATE datasets SET name = @name, frequency = @frequency, season = @season, zone = @zone, horizon = @horizon,
       recipe = @recipe, settings = @settings, updated_at = @now WHERE id = @id`,
    )
    .run({
      id,
      name: after.name,
      frequency: after.frequency,
      season: after.season,
      zone: after.zone,
      horizon: after.horizon,
      recipe: JSON.stringify(after.recipe),
      settings: JSON.stringify(after.settings),
      now,
    });
  return true;
}

/** Deletes a dataset and everything that came of it. False when there is no such dataset. */
export function deleteDataset(store: Store, id: number): boolean {
  return store.prepare('DELETE FROM datasets WHERE id = ?').run(id).changes === 1;
}

export function getDataset(store: Store, id: number): DatasetRow | undefined {
  const row = store.prepare('SELECT * FROM datasets WHERE id = ?').get(id) as RawDataset | undefined;
  return row && fromRow(row);
}

/** Datasets of that exact name, oldest first: names need not be unique. */
export function datasetsNamed(store: Store, name: string): DatasetRow[] {
  return (store.prepare('SELECT * FROM datasets WHERE name = ? ORDER BY id').all(name) as RawDataset[]).map(fromRow);
}

export function listDatasets(store: Store): DatasetRow[] {
  return (store.prepare('SELECT * FROM datasets ORDER BY id').all() as RawDataset[]).map(fromRow);
}

interface RawDataset {
  id: number;
  name: string;
  frequency: string;
  season: number;
  zone: string;
  horizon: number;
  recipe: string;
  settings: string;
  created_at: number;
  updated_at: number;
}

function fromRow(row: RawDataset): DatasetRow {
  const { created_at, updated_at, recipe, settings, ...rest } = row;
  return {
    ...rest,
    recipe: JSON.parse(recipe),
    settings: JSON.parse(settings),
    createdAt: created_at,
    updatedAt: updated_at,
  };
}
