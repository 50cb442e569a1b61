import type { Store } from './open.ts';
import type { RunTraining } from './runs.ts';

/** The levels the quantile columns are named for, ascending. */
export const FORECAST_LEVELS = [0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975] as const;

export interface ForecastFallback {
  readonly code: 'constant' | 'short' | 'empty' | 'stale' | 'failed';
  readonly reason: string;
  /** The forecaster that stood in. */
  readonly model: string;
}

export interface NewForecast {
  readonly datasetId: number;
  readonly seriesId: number;
  /** Null when a baseline made it. */
  readonly runId: number | null;
  readonly model: string;
  readonly origin: number;
  readonly fallback: ForecastFallback | null;
  /** [horizon] */
  readonly times: ArrayLike<number>;
  /** One array [horizon] for each of FORECAST_LEVELS. */
  readonly quantiles: readonly ArrayLike<number>[];
  /** What it is made of, as JSON; absent where that is not known. */
  readonly explanation?: unknown;
  readonly createdAt: number;
}

/** A stored forecast beside what came: `actuals` is null where nothing has yet. */
export interface ForecastRow {
  readonly id: number;
  readonly seriesId: number;
  readonly runId: number | null;
  readonly model: string;
  /** Of the run that made it; null without one, and for runs of earlier versions. */
  readonly training: RunTraining | null;
  readonly origin: number;
  readonly createdAt: number;
  readonly fallback: ForecastFallback | null;
  readonly explanation: unknown;
  readonly times: number[];
  readonly levels: number[];
  readonly quantiles: number[][];
  readonly actuals: (number | null)[];
}

/**
 * A function that stores one forecast and returns its id. There is none that changes one: a forecast is never overwritten.
 * Call it inside a transaction. Throws SQLite's constraint error on a NaN (it becomes NULL, and the columns are NOT NULL).
 */
export function forecastWriter(store: Store): (forecast: NewForecast) => number {
  const insert = store.prepare(
    `INSERT INTO forecasts (dataset_id, series_id, run_id, model, origin, horizon, fallback, explanation, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const step = store.prepare(
    `INSERT INTO forecast_steps (forecast_id, step, time, ends, ${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  return (f) => {
    const { lastInsertRowid } = insert.run(
      f.datasetId,
      f.seriesId,
      f.runId,
      f.model,
      f.origin,
      f.times.length,
      f.fallback ? JSON.stringify(f.fallback) : null,
      f.explanation == null ? null : JSON.stringify(f.explanation),
      f.createdAt,
    );
    const n = f.times.length;
    for (let i = 0; i < n; i++) {
      const before = i === 0 ? f.origin : f.times[i - 1];
      const ends = i + 1 < n ? f.times[i + 1] : 2 * f.times[i] - before;
      step.run(lastInsertRowid, i + 1, f.times[i], ends, ...f.quantiles.map((q) => q[i]));
    }
    return Number(lastInsertRowid);
  };
}

/** The forecast made last at the newest origin of the series. */
export function latestForecast(store: Store, seriesId: number): ForecastRow | undefined {
  return readForecast(store, 'series_id = ? ORDER BY origin DESC, id DESC LIMIT 1', [seriesId]);
}

/** The forecast of the series made last at that origin. */
export function forecastAt(store: Store, seriesId: number, origin: number): ForecastRow | undefined {
  return readForecast(store, 'series_id = ? AND origin = ? ORDER BY id DESC LIMIT 1', [seriesId, origin]);
}

export function getForecast(store: Store, id: number): ForecastRow | undefined {
  return readForecast(store, 'id = ?', [id]);
}

/** What is stored already at the newest origin of a series: who made it, and how far it reaches. */
export function latestForecastKey(
  store: Store,
  seriesId: number,
): { runId: number | null; model: string; origin: number; horizon: number } | undefined {
  return store
    .prepare(
      `SELECT run_id AS runId, model, origin, horizon FROM forecasts WHERE series_id = ?
       ORDER BY origin DESC, id DESC LIMIT 1`,
    )
    .get(seriesId) as { runId: number | null; model: string; origin: number; horizon: number } | undefined;
}

/** When the dataset was last forecast; null if never. */
export function lastForecastAt(store: Store, datasetId: number): number | null {
  return store.prepare('SELECT MAX(created_at) FROM forecasts WHERE dataset_id = ?').pluck().get(datasetId) as
    | number
    | null;
}

export interface OriginRow {
  readonly origin: number;
  /** The forecast made last at that origin. */
  readonly id: number;
  readonly model: string;
  readonly createdAt: number;
  /** Steps whose actuals have come. */
  readonly scored: number;
  readonly mae: number | null;
}

/** The origins a series was forecast at, newest first, each with its realised error. */
export function originsOf(store: Store, seriesId: number): OriginRow[] {
  return store
    .prepare(
      `SELECT f.origin, f.id, f.model, f.created_at AS createdAt, COUNT(o.value) AS scored,
         AVG(ABS(o.value - s.q50)) AS mae
       FROM forecasts f JOIN forecast_steps s ON s.forecast_id = f.id LEFT JOIN observations o ON ${IS_ACTUAL}
       WHERE f.series_id = @seriesId AND f.id = (SELECT MAX(g.id) FROM forecasts g
         WHERE g.series_id = @seriesId AND g.origin = f.origin)
       GROUP BY f.id ORDER BY f.origin DESC`,
    )
    .all({ seriesId }) as OriginRow[];
}

export interface Accuracy {
  readonly scored: number;
  readonly mae: number | null;
  /** Per cent, 0 to 200. */
  readonly smape: number | null;
  readonly coverage50: number | null;
  readonly coverage80: number | null;
  readonly coverage95: number | null;
  readonly byStep: { step: number; scored: number; mae: number; coverage80: number; coverage95: number }[];
}

/**
 * Promised against realised, over the forecasts of a dataset, or of one series of it, whose actuals have come: of several from one
 * origin (a first one without training, then the training's) the one that served last.
 * Joined when read, so a corrected observation corrects the record. sMAPE as in the M3 competition: 200 |y - f| /
 * (|y| + |f|), 0 where both are 0 (Makridakis & Hibon 2000).
 */
export function accuracyOf(store: Store, of: { datasetId: number } | { seriesId: number }): Accuracy {
  const [where, id] = 'seriesId' in of ? ['f.series_id = ?', of.seriesId] : ['f.dataset_id = ?', of.datasetId];
  const steps = store
    .prepare(
      `SELECT s.step, COUNT(*) AS scored, AVG(ABS(o.value - s.q50)) AS mae,
         AVG(CASE WHEN o.value = s.q50 THEN 0 ELSE 200 * ABS(o.value - s.q50) / (ABS(o.value) + ABS(s.q50)) END) AS smape,
         AVG(o.value BETWEEN s.q25 AND s.q75) AS coverage50, AVG(o.value BETWEEN s.q10 AND s.q90) AS coverage80,
         AVG(o.value BETWEEN s.q025 AND s.q975) AS coverage95
       FROM forecasts f JOIN forecast_steps s ON s.forecast_id = f.id JOIN observations o ON ${IS_ACTUAL}
       WHERE ${where} AND NOT EXISTS (SELECT 1 FROM forecasts l
         WHERE l.series_id = f.series_id AND l.origin = f.origin AND l.id > f.id)
       GROUP BY s.step ORDER BY s.step`,
    )
    .all(id) as StepScores[];
  const scored = steps.reduce((sum, s) => sum + s.scored, 0);
  const mean = (of: (s: StepScores) => number) =>
    scored === 0 ? null : steps.reduce((sum, s) => sum + s.scored * of(s), 0) / scored;
  return {
    scored,
    mae: mean((s) => s.mae),
    smape: mean((s) => s.smape),
    coverage50: mean((s) => s.coverage50),
    coverage80: mean((s) => s.coverage80),
    coverage95: mean((s) => s.coverage95),
    byStep: steps.map(({ step, scored, mae, coverage80, coverage95 }) => ({
      step,
      scored,
      mae,
      coverage80,
      coverage95,
    })),
  };
}

interface StepScores {
  step: number;
  scored: number;
  mae: number;
  smape: number;
  coverage50: number;
  coverage80: number;
  coverage95: number;
}

// The observation o that meets step s of forecast f: as on the grid, the last one within the step.
const IS_ACTUAL = `o.series_id = f.series_id AND o.time = (SELECT MAX(a.time) FROM observations a
  WHERE a.series_id = f.series_id AND a.time >= s.time AND a.time < s.ends)`;

const COLUMNS = 'q025, q10, q25, q50, q75, q90, q975';

function readForecast(store: Store, where: string, parameters: number[]): ForecastRow | undefined {
  const row = store
    .prepare(
      `SELECT id, series_id AS seriesId, run_id AS runId, model, origin, created_at AS createdAt, fallback,
         explanation, (SELECT r.configuration ->> '$.training' FROM runs r WHERE r.id = run_id) AS training FROM forecasts WHERE ${where}`,
    )
    .get(...parameters) as
    | (Omit<ForecastRow, 'fallback' | 'explanation'> & { fallback: string | null; explanation: string | null })
    | undefined;
  if (!row) return undefined;
  const steps = store
    .prepare(
      `SELECT s.time, o.value, ${COLUMNS} FROM forecasts f JOIN forecast_steps s ON s.forecast_id = f.id
       LEFT JOIN observations o ON ${IS_ACTUAL} WHERE f.id = ? ORDER BY s.step`,
    )
    .raw()
    .all(row.id) as [number, number | null, ...number[]][];
  return {
    ...row,
    fallback: row.fallback === null ? null : JSON.parse(row.fallback),
    explanation: row.explanation === null ? null : JSON.parse(row.explanation),
    times: steps.map((s) => s[0]),
    levels: [...FORECAST_LEVELS],
    quantiles: FORECAST_LEVELS.map((_, level) => steps.map((s) => s[level + 2] as number)),
    actuals: steps.map((s) => s[1]),
  };
}
