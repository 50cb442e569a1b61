import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Series } from '../../models/series.ts';

/** Public data whose ends are held back: what a forecaster may see, and what came. */
export interface HeldOut {
  readonly past: readonly Series[];
  /** By series, [horizon]. */
  readonly actual: ReadonlyMap<string, readonly number[]>;
  /** The past as a file, for the product's own command. */
  readonly trainCsv: string;
}

export interface HeldOutSet {
  readonly name: string;
  readonly horizon: number;
  /** Figures of others on the same data, a sentence. */
  readonly published: string;
  load(): HeldOut;
}

/** The sets under a folder that has m3, m4 and ett. */
export function competitionSets(folder: string): HeldOutSet[] {
  const long = (part: string, name: string, horizon: number, season: number, published: string): HeldOutSet => ({
    name,
    horizon,
    published,
    load: () => loadLong(join(folder, part, name), horizon, season),
  });
  const ett = (name: string, columns: string[] | null): HeldOutSet => ({
    name,
    horizon: 96,
    published: 'none for a single origin; the bar is 10 % below seasonal naive and ETS in MASE.',
    load: () => loadWide(join(folder, 'ett', 'ETTh1.csv'), columns, 96, 24),
  });
  return [
    long('m3', 'm3_yearly', 6, 1, 'Theta 16.90, Naive2 17.88, N-BEATS 15.93 (sMAPE over points)'),
    long('m3', 'm3_quarterly', 8, 4, 'Theta 8.96, Naive2 10.03, N-BEATS 8.84 (sMAPE over points)'),
    long('m3', 'm3_monthly', 18, 12, 'Theta 13.85, Naive2 16.76, N-BEATS 13.11 (sMAPE over points)'),
    long('m3', 'm3_other', 8, 1, 'Theta 4.41, Naive2 6.30, N-BEATS 4.24 (sMAPE over points)'),
    long('m4', 'm4_hourly', 48, 24, 'ES-RNN 9.33, Theta 18.14, Naive2 18.38 (sMAPE over series)'),
    long('m4', 'm4_weekly', 13, 1, 'ES-RNN 7.82, Theta 9.09, Naive2 9.16 (sMAPE over series)'),
    ett('etth1_ot', ['OT']),
    ett('etth1', null),
  ];
}

function loadLong(path: string, horizon: number, season: number): HeldOut {
  const trainCsv = readFileSync(`${path}_train.csv`, 'utf8');
  const actual = valuesBySeries(readFileSync(`${path}_test.csv`, 'utf8'));
  const past = [...valuesBySeries(trainCsv)].map(([id, values]) => bare(id, season, values));
  return { past, actual: new Map([...actual].map(([id, values]) => [id, values.slice(0, horizon)])), trainCsv };
}

// Wide: a column a series; the last `horizon` rows are held back.
function loadWide(path: string, only: string[] | null, horizon: number, season: number): HeldOut {
  const [header, ...rows] = readFileSync(path, 'utf8')
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','));
  const columns = header.flatMap((name, i) => (i > 0 && (only === null || only.includes(name)) ? [i] : []));
  const before = rows.slice(0, -horizon);
  const line = (row: string[]) => [0, ...columns].map((i) => row[i]).join(',');
  return {
    past: columns.map((i) =>
      bare(
        header[i],
        season,
        before.map((row) => Number(row[i])),
      ),
    ),
    actual: new Map(columns.map((i) => [header[i], rows.slice(-horizon).map((row) => Number(row[i]))])),
    trainCsv: `${[header, ...before].map(line).join('\n')}\n`,
  };
}

// series_id,ds,y: empty and NA are missing.
function valuesBySeries(csv: string): Map<string, number[]> {
  const series = new Map<string, number[]>();
  for (const line of csv.trim().split(/\r?\n/).slice(1)) {
    const [id, , y] = line.split(',');
    const values = series.get(id) ?? [];
    values.push(y === '' || y === 'NA' ? Number.NaN : Number(y));
    series.set(id, values);
  }
  return series;
}

// Only order matters to scores and baselines, so steps are numbered.
function bare(id: string, season: number, values: number[]): Series {
  return {
    id,
    frequency: { unit: 'step', count: 1 },
    zone: 'UTC',
    season,
    start: 0,
    values: Float64Array.from(values),
  };
}
