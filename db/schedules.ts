import type { Store } from './open.ts';

export interface ScheduleRow {
  readonly datasetId: number;
  readonly kind: 'train' | 'forecast';
  /** Null: no clock trigger. */
  readonly cron: string | null;
  /** IANA zone the cron is read in. */
  readonly zone: string;
  /** Null: no data trigger. */
  readonly afterObservations: number | null;
  readonly enabled: boolean;
  /** The due time last fired for, not the moment of firing. */
  readonly lastFiredAt: number | null;
  /** The dataset's count of added observations when the data trigger last counted from zero. */
  readonly observationsSeen: number;
  /** The moment its cron or zone was set: due times before it never count. */
  readonly updatedAt: number;
}

export type ScheduleSetting = Pick<ScheduleRow, 'cron' | 'zone' | 'afterObservations' | 'enabled'>;

/**
 * Creates or changes a schedule. A changed cron or zone, or switching it on, starts afresh: nothing due before `now` fires,
 * so an edit is never answered by a catch-up. The data trigger keeps its count; one that is new, or switched on, starts at
 * `observationsSeen`.
 */
export function putSchedule(
  store: Store,
  datasetId: number,
  kind: ScheduleRow['kind'],
  setting: ScheduleSetting,
  { now, observationsSeen = 0 }: { now: number; observationsSeen?: number },
): void {
  store
    .prepare(
      `INSERT INTO schedules (dataset_id, kind, cron, zone, after_observations, enabled, observations_seen, updated_at)
       VALUES (@datasetId, @kind, @cron, @zone, @afterObservations, @enabled, @observationsSeen, @now)
       ON CONFLICT (dataset_id, kind) DO UPDATE SET
         last_fired_at = CASE WHEN cron IS excluded.cron AND zone = excluded.zone AND enabled >= excluded.enabled
           THEN last_fired_at END,
         updated_at = CASE WHEN cron IS excluded.cron AND zone = excluded.zone AND enabled >= excluded.enabled
           THEN updated_at ELSE excluded.updated_at END,
         observations_seen = CASE WHEN after_observations IS NOT NULL AND enabled >= excluded.enabled
           THEN observations_seen ELSE excluded.observations_seen END,
         cron = excluded.cron, zone = excluded.zone, after_observations = excluded.after_observations,
         enabled = excluded.enabled`,
    )
    .run({
      datasetId,
      kind,
      cron: setting.cron,
      zone: setting.zone,
      afterObservations: setting.afterObservations,
      enabled: setting.enabled ? 1 : 0,
      observationsSeen,
      now,
    });
}

export function getSchedule(store: Store, datasetId: number, kind: ScheduleRow['kind']): ScheduleRow | undefined {
  const row = store.prepare(`${SELECT} WHERE dataset_id = ? AND kind = ?`).get(datasetId, kind) as
    | RawSchedule
    | undefined;
  return row && fromRow(row);
}

/** Of one dataset, or of all; training before forecasting, because a training forecasts too. */
export function listSchedules(store: Store, datasetId?: number): ScheduleRow[] {
  const rows = store
    .prepare(`${SELECT} WHERE @id IS NULL OR dataset_id = @id ORDER BY dataset_id, kind DESC`)
    .all({ id: datasetId ?? null }) as RawSchedule[];
  return rows.map(fromRow);
}

/** Remembers the due time a schedule fired for. It only moves forward, whatever the clock does. */
export function markFired(store: Store, datasetId: number, kind: ScheduleRow['kind'], dueAt: number): void {
  store
    .prepare(
      `UPDATE schedules SET last_fired_at = MAX(COALESCE(last_fired_at, @dueAt), @dueAt)
       WHERE dataset_id = @datasetId AND kind = @kind`,
    )
    .run({ datasetId, kind, dueAt });
}

/** Starts the data trigger's count again from `count`. */
export function markSeen(store: Store, datasetId: number, kind: ScheduleRow['kind'], count: number): void {
  store
    .prepare('UPDATE schedules SET observations_seen = ? WHERE dataset_id = ? AND kind = ?')
    .run(count, datasetId, kind);
}

const SELECT = `SELECT dataset_id AS datasetId, kind, cron, zone, after_observations AS afterObservations, enabled,
  last_fired_at AS lastFiredAt, observations_seen AS observationsSeen, updated_at AS updatedAt FROM schedules`;

type RawSchedule = Omit<ScheduleRow, 'enabled'> & { enabled: number };

const fromRow = (row: RawSchedule): ScheduleRow => ({ ...row, enabled: row.enabled === 1 });
