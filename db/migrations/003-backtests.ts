/** Backtests whole, by series and by step, of a run or asked for alone; what explains a run and a forecast. */
export const backtests = `
CREATE TABLE backtests (
  id INTEGER PRIMARY KEY,
  dataset_id INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
  job_id INTEGER REFERENCES jobs (id) ON DELETE SET NULL,
  run_id INTEGER REFERENCES runs (id) ON DELETE CASCADE,  -- null: asked for alone, no network was kept
  model TEXT NOT NULL,                   -- the network's name
  report TEXT NOT NULL,                  -- JSON: horizon, folds, stride, refit, seed, scores in all and by step
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX backtests_of_dataset ON backtests (dataset_id, id);
CREATE INDEX backtests_of_run ON backtests (run_id);
CREATE INDEX backtests_of_job ON backtests (job_id);

-- Apart from the report, so that a dataset of thousands of series is read only where it is asked for.
CREATE TABLE backtest_series (
  backtest_id INTEGER NOT NULL REFERENCES backtests (id) ON DELETE CASCADE,
  series_id INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
  scores TEXT NOT NULL,                  -- JSON: by model
  PRIMARY KEY (backtest_id, series_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX backtest_series_of_series ON backtest_series (series_id);

ALTER TABLE runs ADD COLUMN explanation TEXT;       -- JSON: what mattered to the network; null for runs before this
ALTER TABLE forecasts ADD COLUMN explanation TEXT;  -- JSON: what the forecast is made of; null where it cannot be said
`;
