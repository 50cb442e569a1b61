/** What a series is and stays: its region, its kind, its size. */
export const attributes = `
CREATE TABLE attributes (
  id INTEGER PRIMARY KEY,
  dataset_id INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
  name TEXT NOT NULL,                    -- the column of the files
  UNIQUE (dataset_id, name)
) STRICT;

CREATE TABLE attribute_values (
  series_id INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
  attribute_id INTEGER NOT NULL REFERENCES attributes (id) ON DELETE CASCADE,
  value ANY NOT NULL,                    -- a number, or text as it was written
  PRIMARY KEY (series_id, attribute_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX attribute_values_of_attribute ON attribute_values (attribute_id);
`;
