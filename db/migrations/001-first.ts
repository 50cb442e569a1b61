/** The first schema. Times are epoch ms UTC; `*_at` are moments of the program's own clock. */
export const first = `
CREATE TABLE datasets (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  frequency TEXT NOT NULL,               -- ISO 8601 duration, B, or a count of integer steps
  season INTEGER NOT NULL CHECK (season >= 1),
  zone TEXT NOT NULL,                    -- IANA
  horizon INTEGER NOT NULL CHECK (horizon >= 1),
  recipe TEXT NOT NULL,                  -- JSON: how its files are read
  settings TEXT NOT NULL DEFAULT '{}',   -- JSON: what the user chose of the network's settings
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE series (
  id INTEGER PRIMARY KEY,
  dataset_id INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  UNIQUE (dataset_id, name)
) STRICT;

CREATE TABLE observations (
  series_id INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
  time INTEGER NOT NULL,
  value REAL NOT NULL,
  PRIMARY KEY (series_id, time)
) STRICT, WITHOUT ROWID;

CREATE TABLE imports (
  id INTEGER PRIMARY KEY,
  dataset_id INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
  file_name TEXT,
  hash TEXT NOT NULL,                    -- SHA-256 of the bytes, hex
  added INTEGER NOT NULL,                -- observations that were not there before
  report TEXT NOT NULL,                  -- JSON
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX imports_of_dataset ON imports (dataset_id, id);

CREATE TABLE jobs (
  id INTEGER PRIMARY KEY,
  dataset_id INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('train', 'backtest', 'forecast')),
  state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
  reason TEXT NOT NULL,                  -- who asked: 'manual', 'schedule', 'catch-up', 'new observations', 'import'
  request TEXT NOT NULL DEFAULT '{}',    -- JSON: settings for this job alone
  attempts INTEGER NOT NULL DEFAULT 0,
  max_attempts INTEGER NOT NULL DEFAULT 3,
  cancel_requested INTEGER NOT NULL DEFAULT 0,
  progress TEXT,                         -- JSON: see JobProgress
  error TEXT,                            -- JSON: {code, message}
  result TEXT,                           -- JSON: what came of it (run, promoted, forecasts)
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER
) STRICT;
CREATE INDEX jobs_by_state ON jobs (state, id);
CREATE INDEX jobs_of_dataset ON jobs (dataset_id, id);
-- Two trainings of one dataset never overlap, whatever the program does.
CREATE UNIQUE INDEX one_running_job_of_dataset ON jobs (dataset_id) WHERE state = 'running';

CREATE TABLE job_log (
  id INTEGER PRIMARY KEY,
  job_id INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  at INTEGER NOT NULL,
  line TEXT NOT NULL
) STRICT;
CREATE INDEX job_log_of_job ON job_log (job_id, id);

CREATE TABLE runs (
  id INTEGER PRIMARY KEY,
  dataset_id INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
  job_id INTEGER REFERENCES jobs (id) ON DELETE SET NULL,
  model TEXT NOT NULL,                   -- the network's name, such as gru
  configuration TEXT NOT NULL,           -- JSON: the resolved settings
  seed INTEGER NOT NULL,
  horizon INTEGER NOT NULL,
  data_start INTEGER NOT NULL,
  data_end INTEGER NOT NULL,
  data_hash TEXT NOT NULL,
  package_version TEXT NOT NULL,
  loss_curve TEXT NOT NULL,              -- JSON: [{epoch, loss, validationLoss}]
  backtest TEXT NOT NULL,                -- JSON: folds, scores and scores by step of the network and the baselines
  duration_ms INTEGER NOT NULL,
  weights BLOB NOT NULL,                 -- the network that serves, fitted on all data
  scored_weights BLOB NOT NULL,          -- the network that was scored, fitted on what came before the first fold
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX runs_of_dataset ON runs (dataset_id, id);

-- What the backtest of a run forecast, for looking at; apart from runs, so that listing those stays quick.
CREATE TABLE run_folds (
  run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  series_id INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
  origin INTEGER NOT NULL,
  times BLOB NOT NULL,                   -- 64-bit floats, little-endian: [horizon]
  quantiles BLOB NOT NULL,               -- the same: [level][horizon]. As JSON a large dataset takes the server a second
  PRIMARY KEY (run_id, series_id, origin)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_folds_of_series ON run_folds (series_id);

-- The newest row of a dataset says what serves it. Rows are never changed: a roll-back is a new row.
CREATE TABLE promotions (
  id INTEGER PRIMARY KEY,
  dataset_id INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
  run_id INTEGER REFERENCES runs (id) ON DELETE CASCADE,  -- the champion; null while there is none
  model TEXT NOT NULL,                   -- what serves: the run's model, or a baseline that no network beat
  by TEXT NOT NULL CHECK (by IN ('gate', 'hand', 'roll back')),
  reason TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX promotions_of_dataset ON promotions (dataset_id, id);

CREATE TABLE forecasts (
  id INTEGER PRIMARY KEY,
  dataset_id INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
  series_id INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
  run_id INTEGER REFERENCES runs (id) ON DELETE SET NULL, -- null when a baseline made it
  model TEXT NOT NULL,
  origin INTEGER NOT NULL,
  horizon INTEGER NOT NULL,
  fallback TEXT,                         -- JSON: {code, reason, model}
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX forecasts_of_series ON forecasts (series_id, origin, id);
CREATE INDEX forecasts_of_dataset ON forecasts (dataset_id, id);
CREATE INDEX forecasts_of_run ON forecasts (run_id);

CREATE TABLE forecast_steps (
  forecast_id INTEGER NOT NULL REFERENCES forecasts (id) ON DELETE CASCADE,
  step INTEGER NOT NULL,                 -- 1..horizon
  time INTEGER NOT NULL,
  ends INTEGER NOT NULL,                 -- the start of the next step: an actual lies in [time, ends)
  q025 REAL NOT NULL, q10 REAL NOT NULL, q25 REAL NOT NULL, q50 REAL NOT NULL,
  q75 REAL NOT NULL, q90 REAL NOT NULL, q975 REAL NOT NULL,
  PRIMARY KEY (forecast_id, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE schedules (
  dataset_id INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('train', 'forecast')),
  cron TEXT,                             -- null: no clock trigger
  zone TEXT NOT NULL,
  after_observations INTEGER,            -- null: no data trigger
  enabled INTEGER NOT NULL DEFAULT 1,
  last_fired_at INTEGER,                 -- the due time last fired for: a restart or a clock set back cannot fire twice
  observations_seen INTEGER NOT NULL DEFAULT 0,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (dataset_id, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE tokens (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('session', 'api')),
  name TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,             -- SHA-256 of the token, hex; the token itself is shown once
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  last_used_at INTEGER
) STRICT;
`;
