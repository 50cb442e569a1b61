/** Columns that are known ahead, such as a price or a promotion: observations of them, and their future. */
export const covariates = `
CREATE TABLE covariates (
  id INTEGER PRIMARY KEY,
  dataset_id INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
  name TEXT NOT NULL,                    -- the column of the files
  UNIQUE (dataset_id, name)
) STRICT;

CREATE TABLE covariate_values (
  series_id INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
  covariate_id INTEGER NOT NULL REFERENCES covariates (id) ON DELETE CASCADE,
  time INTEGER NOT NULL,
  value REAL NOT NULL,
  PRIMARY KEY (series_id, covariate_id, time)
) STRICT, WITHOUT ROWID;
CREATE INDEX covariate_values_of_covariate ON covariate_values (covariate_id);
`;
