import type { Store } from './open.ts';

/** What serves a dataset from a moment on: a run's network, or (without a run) a baseline. */
export interface PromotionRow {
  readonly id: number;
  readonly datasetId: number;
  readonly runId: number | null;
  readonly model: string;
  readonly by: 'gate' | 'hand' | 'roll back';
  readonly reason: string;
  readonly createdAt: number;
}

export function insertPromotion(store: Store, promotion: Omit<PromotionRow, 'id'>): number {
  const { lastInsertRowid } = store
    .prepare(
      `INSERT INTO promotions (dataset_id, run_id, model, by, reason, created_at)
       VALUES (@datasetId, @runId, @model, @by, @reason, @createdAt)`,
    )
    .run(promotion);
  return Number(lastInsertRowid);
}

/** Newest first. */
export function promotionsOf(store: Store, datasetId: number): PromotionRow[] {
  return store.prepare(`${SELECT} WHERE dataset_id = ? ORDER BY id DESC`).all(datasetId) as PromotionRow[];
}

/** What serves the dataset now; undefined before the first training. */
export function servingOf(store: Store, datasetId: number): PromotionRow | undefined {
  return store.prepare(`${SELECT} WHERE dataset_id = ? ORDER BY id DESC LIMIT 1`).get(datasetId) as
    | PromotionRow
    | undefined;
}

/** The run that serves the dataset now, or that served last before a baseline did. */
export function lastChampion(store: Store, datasetId: number): PromotionRow | undefined {
  return store
    .prepare(`${SELECT} WHERE dataset_id = ? AND run_id IS NOT NULL ORDER BY id DESC LIMIT 1`)
    .get(datasetId) as PromotionRow | undefined;
}

/**
 * What a roll back would return to: what served before what serves now, where rolled-back states count as undone. So two
 * roll backs in a row go two states back, and do not swing between the last two. Undefined when there is nothing before.
 */
export function servedBefore(store: Store, datasetId: number): PromotionRow | undefined {
  const states: PromotionRow[] = [];
  for (const promotion of promotionsOf(store, datasetId).reverse()) {
    const top = states.at(-1);
    if (promotion.by === 'roll back') states.pop();
    else if (!top || top.runId !== promotion.runId || top.model !== promotion.model) states.push(promotion);
  }
  return states.at(-2);
}

const SELECT =
  'SELECT id, dataset_id AS datasetId, run_id AS runId, model, by, reason, created_at AS createdAt FROM promotions';
