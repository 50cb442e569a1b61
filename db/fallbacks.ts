import type { ForecastFallback } from './forecasts.ts';
import type { Store } from './open.ts';

/** Why another forecaster stands in, by series: those whose newest forecast is a fallback. */
export function fallbacksOf(store: Store, datasetId: number): Map<number, ForecastFallback> {
  const rows = store
    .prepare(`SELECT s.id, ${NEWEST} AS fallback FROM series s WHERE s.dataset_id = ?`)
    .all(datasetId) as { id: number; fallback: string | null }[];
  return new Map(rows.flatMap(({ id, fallback }) => (fallback === null ? [] : [[id, JSON.parse(fallback)] as const])));
}

/** Why another forecaster stands in for the series; null when none does. */
export function fallbackOf(store: Store, seriesId: number): ForecastFallback | null {
  const text = store.prepare(`SELECT ${NEWEST} FROM series s WHERE s.id = ?`).pluck().get(seriesId) as
    | string
    | null
    | undefined;
  return text ? JSON.parse(text) : null;
}

const NEWEST =
  '(SELECT f.fallback FROM forecasts f WHERE f.series_id = s.id ORDER BY f.origin DESC, f.id DESC LIMIT 1)';
