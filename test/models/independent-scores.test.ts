import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ets } from '../../models/ets.ts';
import { type Outcome, score, yardstick } from '../../models/metrics.ts';
import { QUANTILES } from '../../models/series.ts';
import { competitionSets } from '../support/held-out.ts';

/**
 * The same forecasts, scored by ours and by a program that others wrote. It is not part of the project: TIDECAST_SCORER names
 * it, or it lies beside the folder of TIDECAST_BENCH_DATA as score.mjs. It takes --train, --actual and --forecast (CSV files),
 * --season and --json, and rounds to four decimals.
 */
const DATA = process.env.TIDECAST_BENCH_DATA;
const BESIDE = DATA ? join(DATA, '..', 'score.mjs') : null;
const SCORER = process.env.TIDECAST_SCORER ?? (BESIDE && existsSync(BESIDE) ? BESIDE : null);
if (!SCORER) console.warn('skipped: the comparison with an independent scorer, which needs TIDECAST_SCORER');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidecast-scores-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(!SCORER)('an independent scorer gives the same figures', () => {
  test('on series with gaps, zeros, negative values and missing actuals', () => {
    expectSame(madeUp(), 4);
    expectSame(madeUp(), 1);
  });

  test.skipIf(!DATA).each([
    ['m3_quarterly', 4],
    ['m3_yearly', 1],
    ['m3_monthly', 12],
  ] as const)('on ETS forecasts of %s', async (name, season) => {
    const set = competitionSets(DATA!).find((one) => one.name === name)!;
    const { past, actual } = set.load();
    const fitted = await ets.fit(past, { horizon: set.horizon, seed: 1 });
    const forecasts = await fitted.forecast(past);
    expectSame(
      past.map(({ id, values }, i) => ({
        id,
        past: values,
        actual: actual.get(id)!,
        quantiles: forecasts[i].quantiles,
      })),
      season,
    );
  });
});

interface Scored {
  readonly id: string;
  readonly past: Float64Array;
  readonly actual: readonly number[];
  readonly quantiles: readonly ArrayLike<number>[];
}

function expectSame(cases: readonly Scored[], season: number): void {
  const outcomes = cases.map(
    ({ id, past, actual, quantiles }): Outcome => ({
      series: id,
      actual,
      quantiles,
      yardstick: yardstick(past, season, actual.length),
    }),
  );
  const ours = score(outcomes);
  const theirs = independent(cases, season);
  const figures = {
    series: ours.forecasts,
    points: ours.points,
    smape_points: ours.smapePoints,
    smape_series: ours.smapeSeries,
    mase: ours.mase,
    owa: ours.owa,
    wql: ours.wql,
    coverage: { 50: ours.coverage50, 80: ours.coverage80, 95: ours.coverage95 },
  };
  const { naive2: _, ...named } = theirs;
  expect(rounded(figures)).toEqual(named);
}

const rounded = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_, v) => (typeof v === 'number' ? Math.round(v * 1e4) / 1e4 : v));

function independent(cases: readonly Scored[], season: number): Record<string, unknown> {
  const cell = (v: number) => (Number.isNaN(v) ? 'NA' : String(v));
  const file = (name: string, header: string, lines: string[]) => {
    const path = join(folder, name);
    writeFileSync(path, [header, ...lines, ''].join('\n'));
    return path;
  };
  const long = (name: string, of: (one: Scored) => ArrayLike<number>) =>
    file(
      name,
      'series_id,ds,y',
      cases.flatMap((one) => Array.from(of(one), (v, t) => `${one.id},${t},${cell(v)}`)),
    );
  const forecast = file(
    'forecast.csv',
    `series_id,ds,${QUANTILES.map((q) => `q${q}`).join(',')}`,
    cases.flatMap(({ id, actual, quantiles }) =>
      actual.map((_, k) => `${id},${k},${quantiles.map((level) => level[k]).join(',')}`),
    ),
  );
  const args = [
    '--train',
    long('train.csv', ({ past }) => past),
    '--actual',
    long('actual.csv', ({ actual }) => actual),
  ];
  const answer = execFileSync(process.execPath, [
    SCORER!,
    ...args,
    ...['--forecast', forecast, '--season', String(season), '--json'],
  ]);
  return JSON.parse(answer.toString());
}

/** Nine series of every kind that trips a scorer. */
function madeUp(): Scored[] {
  const noise = (t: number) => ((t * 7919) % 101) / 101 - 0.5;
  const kinds: ((t: number) => number)[] = [
    (t) => 100 + 20 * Math.sin((2 * Math.PI * t) / 4) + 3 * noise(t),
    (t) => 50 + t + noise(t),
    (t) => (t % 3 === 0 ? 0 : 5 + noise(t)),
    (t) => -10 + 8 * noise(t),
    (t) => (t % 5 === 2 ? Number.NaN : 30 + 4 * noise(t)),
    (t) => 1e6 * (1 + noise(t)),
    (t) => 0.001 * (2 + noise(t)),
    (t) => Math.round(4 * Math.abs(noise(t))),
    (t) => 200 - 3 * t + 9 * noise(t + 5),
  ];
  return kinds.map((kind, i) => {
    const all = Array.from({ length: 30 + i + 6 }, (_, t) => kind(t));
    const actual = all.slice(-6);
    if (i === 1) actual[2] = Number.NaN;
    const level = all.slice(0, -6).filter(Number.isFinite).at(-1)!;
    const width = 1 + Math.abs(level) / 10;
    return {
      id: `s${i}`,
      past: Float64Array.from(all.slice(0, -6)),
      actual,
      quantiles: QUANTILES.map((q) => Float64Array.from(actual, (_, k) => level + width * (k + 1) * (q - 0.5))),
    };
  });
}
