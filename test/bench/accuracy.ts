import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ets } from '../../models/ets.ts';
import { type Scores, score, yardstick } from '../../models/metrics.ts';
import { seasonalNaive } from '../../models/naive.ts';
import { QUANTILES, type Series } from '../../models/series.ts';
import { theta } from '../../models/theta.ts';
import { competitionSets, type HeldOut } from '../support/held-out.ts';
import { runMeasured } from '../support/measured-process.ts';

/**
 * The product's own command on public data, by the definitions of the M3 and M4 competitions, beside the baselines and the
 * published figures:
 *
 *   npm run bench -- accuracy --data DIR [--only m3_monthly,m4_hourly] [--seeds 1,2,3] [--no-train] [--json]
 *
 * DIR (or TIDECAST_BENCH_DATA) has m3/, m4/ and ett/ with NAME_train.csv and NAME_test.csv (series_id,ds,y) and ETTh1.csv.
 * The command is given the horizon and nothing else (and the seed where seeds are named, and --no-train where it is said). Needs a built program.
 */
interface Row {
  readonly set: string;
  readonly model: string;
  /** Null where the command chose, and for the baselines, which have none. */
  readonly seed: number | null;
  readonly scores: Scores;
  /** Wall time of the whole command, and the most memory its processes held together; null where unknown. */
  readonly seconds: number;
  readonly megabytes: number | null;
  readonly version: string;
}

const ROOT = join(import.meta.dirname, '..', '..');
const CLI = join(ROOT, 'dist', 'server', 'cli.js');
const RESULTS = join(import.meta.dirname, 'results', 'accuracy.json');

export default async function accuracy(args: string[], json: boolean): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      data: { type: 'string' },
      only: { type: 'string' },
      seeds: { type: 'string' },
      'no-train': { type: 'boolean', default: false },
    },
  });
  const data = values.data ?? process.env.TIDECAST_BENCH_DATA;
  if (!data) throw new Error('found no --data and no TIDECAST_BENCH_DATA, expected the folder that has m3, m4 and ett');
  if (!existsSync(CLI)) throw new Error('found no dist/server/cli.js, expected a built program: npm run build');
  const sets = chosen(competitionSets(data), values.only);
  const seeds = values.seeds === undefined ? [null] : values.seeds.split(',').map(wholeNumber);
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  const log = json ? () => {} : console.log;
  const model = values['no-train'] ? 'tidecast, no training' : 'tidecast';

  const rows: Row[] = [];
  for (const set of sets) {
    const heldOut = set.load();
    for (const forecaster of [seasonalNaive, theta, ets]) {
      const from = performance.now();
      const fitted = await forecaster.fit(heldOut.past, { horizon: set.horizon, seed: 1 });
      const forecasts = await fitted.forecast(heldOut.past);
      const scores = scoreOf(heldOut, new Map(forecasts.map((f) => [f.series, f.quantiles])));
      rows.push({
        set: set.name,
        model: forecaster.name,
        seed: null,
        scores,
        seconds: (performance.now() - from) / 1000,
        megabytes: null,
        version,
      });
    }
    for (const seed of seeds) {
      log(
        `${set.name}: ${heldOut.past.length} series, horizon ${set.horizon}${seed === null ? '' : `, seed ${seed}`} ...`,
      );
      try {
        rows.push({
          set: set.name,
          model,
          seed,
          version,
          ...(await runCommand(heldOut, set.horizon, seed, values['no-train'])),
        });
      } catch (error) {
        // The other sets are still worth their time; the status tells that this one is missing.
        console.error(`${set.name}: ${error instanceof Error ? error.message : String(error)}`);
        process.exitCode = 1;
      }
    }
    log(table(rows.filter((row) => row.set === set.name)));
    log(`published: ${set.published}\n`);
    keep(rows);
  }
  const overall = allM3(rows, model);
  if (overall !== null) log(`M3, all ${overall.points} points: sMAPE ${overall.smape.toFixed(2)}. ${PUBLISHED_M3}`);
  if (json) console.log(JSON.stringify({ rows, m3: overall }));
}

const PUBLISHED_M3 =
  'Published: Theta 13.01, four-model statistical ensemble 12.63, N-BEATS 12.37, deep-learning ensemble 12.27.';

function chosen<T extends { name: string }>(sets: readonly T[], only: string | undefined): readonly T[] {
  if (only === undefined) return sets;
  return only.split(',').map((name) => {
    const set = sets.find((one) => one.name === name);
    if (!set) throw new Error(`found set "${name}", expected some of: ${sets.map((one) => one.name).join(', ')}`);
    return set;
  });
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`found seed "${text}", expected a whole number`);
  return Number(text);
}

async function runCommand(heldOut: HeldOut, horizon: number, seed: number | null, untrained: boolean) {
  const folder = mkdtempSync(join(tmpdir(), 'tidecast-accuracy-'));
  try {
    const out = join(folder, 'forecast.csv');
    const train = join(folder, 'train.csv');
    writeFileSync(train, heldOut.trainCsv);
    const { code, stderr, seconds, megabytes } = await runMeasured(process.execPath, [
      CLI,
      'forecast',
      train,
      '--horizon',
      String(horizon),
      '--out',
      out,
      ...(seed === null ? [] : ['--seed', String(seed)]),
      ...(untrained ? ['--no-train'] : []),
    ]);
    if (code !== 0) throw new Error(`the command ended with status ${code}: ${stderr.trim().slice(-2000)}`);
    return { scores: scoreOf(heldOut, readForecasts(out)), seconds, megabytes };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A forecast file by series, matched by order within the series so that any notation of time will do. */
function readForecasts(path: string): Map<string, number[][]> {
  const [header, ...lines] = readFileSync(path, 'utf8').trim().split(/\r?\n/);
  const columns = QUANTILES.map((level) => header.split(',').indexOf(`q${level}`));
  if (columns.includes(-1))
    throw new Error(`found the columns ${header}, expected a quantile for each of ${QUANTILES}`);
  const forecasts = new Map<string, number[][]>();
  for (const line of lines) {
    const cells = line.split(',').map((cell) => cell.replace(/^"|"$/g, ''));
    const quantiles = forecasts.get(cells[0]) ?? QUANTILES.map(() => []);
    for (const [q, column] of columns.entries()) quantiles[q].push(Number(cells[column]));
    forecasts.set(cells[0], quantiles);
  }
  return forecasts;
}

function scoreOf(heldOut: HeldOut, forecasts: ReadonlyMap<string, readonly ArrayLike<number>[]>): Scores {
  return score(
    heldOut.past.map((past: Series) => {
      const actual = heldOut.actual.get(past.id)!;
      const quantiles = forecasts.get(past.id);
      if (!quantiles || quantiles[0].length < actual.length) {
        throw new Error(
          `series ${past.id}: found ${quantiles?.[0].length ?? 0} forecast steps, expected ${actual.length}`,
        );
      }
      if (quantiles.some((level) => Array.from(level).some((v) => !Number.isFinite(v)))) {
        throw new Error(`series ${past.id}: found a forecast that is not a number`);
      }
      return { series: past.id, actual, quantiles, yardstick: yardstick(past.values, past.season, actual.length) };
    }),
  );
}

// With several seeds a row each, then their spread.
function table(rows: readonly Row[]): string {
  const figure = (value: number | null, digits: number) => (value === null ? '-' : value.toFixed(digits));
  const cells = rows.map(({ model, seed, scores, seconds, megabytes }) => [
    seed === null ? model : `${model} (seed ${seed})`,
    figure(scores.smapePoints, 2),
    figure(scores.smapeSeries, 2),
    figure(scores.mase, 3),
    figure(scores.owa, 3),
    figure(scores.coverage80, 3),
    figure(scores.coverage95, 3),
    figure(scores.wql, 4),
    figure(seconds, 1),
    figure(megabytes, 0),
  ]);
  const seeded = rows.filter(({ seed }) => seed !== null);
  if (seeded.length > 1) {
    const all = seeded.map(({ scores }) => scores.smapePoints ?? Number.NaN);
    const mean = all.reduce((a, b) => a + b, 0) / all.length;
    cells.push([
      `${seeded.length} seeds: ${mean.toFixed(2)} +- ${((Math.max(...all) - Math.min(...all)) / 2).toFixed(2)}`,
    ]);
  }
  const head = ['model', 'sMAPE points', 'series', 'MASE', 'OWA', 'cov. 80', 'cov. 95', 'WQL', 's', 'MB'];
  const widths = head.map((title, i) =>
    Math.max(title.length, ...cells.map((row) => (row.length > 1 ? row[i].length : 0))),
  );
  const print = (row: string[]) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ');
  return [head, ...cells].map(print).join('\n');
}

// The first seed of each group; null unless all four groups were run.
function allM3(rows: readonly Row[], model: string): { smape: number; points: number; seconds: number } | null {
  const groups = ['m3_yearly', 'm3_quarterly', 'm3_monthly', 'm3_other'].map((set) =>
    rows.find((row) => row.set === set && row.model === model),
  );
  let [sum, points, seconds] = [0, 0, 0];
  for (const row of groups) {
    if (!row || row.scores.smapePoints === null) return null;
    sum += row.scores.smapePoints * row.scores.points;
    points += row.scores.points;
    seconds += row.seconds;
  }
  return { smape: sum / points, points, seconds };
}

// Sets that were not run keep what was measured before.
function keep(rows: readonly Row[]): void {
  const before: Row[] = existsSync(RESULTS) ? (JSON.parse(readFileSync(RESULTS, 'utf8')) as { rows: Row[] }).rows : [];
  const others = before.filter((row) => !rows.some(({ set, model }) => set === row.set && model === row.model));
  const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version };
  mkdirSync(join(RESULTS, '..'), { recursive: true });
  writeFileSync(RESULTS, `${JSON.stringify({ machine, rows: [...others, ...rows] }, null, 1)}\n`);
}
