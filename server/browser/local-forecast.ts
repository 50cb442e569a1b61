import { addSteps } from '../../models/calendar.ts';
import { gridded, place } from '../../models/placement.ts';
import { planCoarser } from '../../models/rnn/coarser.ts';
import { adopt } from '../../models/rnn/pretrained.ts';
import { networksFor } from '../../models/rnn/started.ts';
import {
  defaultHorizon,
  type Frequency,
  formatFrequency,
  type Observations,
  QUANTILES,
  type Series,
} from '../../models/series.ts';
import type { LocalForecast } from '../contract.ts';
import type { DatasetFile } from '../csv/dataset-file.ts';
import { lookAt } from '../csv/preview.ts';
import type { Question } from '../csv/questions.ts';
import type { Recipe } from '../csv/recipe.ts';
import { AppError } from '../errors.ts';

/** More series than anyone compares before an import. */
const MOST_SERIES = 50;
/** As many last steps of a series as the shipped networks of its own step look at, and some more; those of a coarser step could use others. */
const MOST_STEPS = 2000;

export interface LocalOptions {
  readonly answers?: Partial<Recipe>;
  /** The bytes are only the file's first part. */
  readonly truncated?: boolean;
  /** Steps to forecast; chosen from the frequency when absent. */
  readonly horizon?: number;
}

/**
 * A forecast of an unpacked file by the shipped network as it is, from the bytes alone: what the import page draws before
 * anything is sent. Read by the code that imports it, and placed on its steps by the code of the grid, without danfo.
 * `shipped` gives the bytes of a network by its name.
 *
 * Throws AppError for a file that cannot be read or has a question for its owner, RangeError for series without a grid.
 */
export async function localForecast(
  bytes: Uint8Array,
  shipped: (name: string) => Promise<Uint8Array>,
  { answers, truncated = false, horizon: wanted }: LocalOptions = {},
): Promise<LocalForecast> {
  const { detection, file } = await lookAt(bytes, { answers, truncated });
  if (detection.questions.length > 0) throw undecided(detection.questions[0]);
  const { frequency, season, zone } = file;
  const horizon = wanted ?? defaultHorizon(frequency, season);
  const series = seriesOf(file);
  const networks = networksFor(series, season).map(({ name }) => name);
  const coarser = planCoarser(series, { horizon, seed: 0, bounds: {}, untrained: true, share: 'auto' });
  const names = [...networks, ...(coarser?.members.map(({ start }) => start!) ?? [])];
  const bytesByName = new Map(await Promise.all(names.map(async (name) => [name, await shipped(name)] as const)));
  const fitted = adopt(series, (name) => bytesByName.get(name)!, { horizon });
  const forecasts = await fitted.forecast(series);
  fitted.dispose();
  if (forecasts.every(({ fallback }) => fallback)) throw noneForecast(series[0].id, forecasts[0].fallback!.reason);
  return {
    frequency: formatFrequency(frequency),
    zone,
    season,
    horizon,
    network: networks[0],
    truncated,
    regular: detection.inference.regular,
    seriesCount: file.series.length,
    series: series.map((one, i) => {
      const { times, quantiles, fallback } = forecasts[i];
      return {
        name: one.id,
        history: historyOf(one, Math.max(3 * season, 3 * horizon, 30)),
        times: Array.from(times),
        levels: [...QUANTILES],
        quantiles: quantiles.map((values) => Array.from(values)),
        fallback: fallback ? { model: fallback.model, reason: fallback.reason } : null,
      };
    }),
  };
}

function seriesOf({ series, frequency, zone, season, recipe, report }: DatasetFile): readonly Series[] {
  const observed = new Map<string, Observations>();
  for (const { name, times, values } of series) {
    if (observed.size === MOST_SERIES) break;
    if (times.length > 0) observed.set(name, lastSteps({ times, values }, frequency, zone));
  }
  if (observed.size === 0) {
    const [problem] = report.rejected;
    const found = problem
      ? `line ${problem.line}: found "${problem.found}", expected ${problem.expected}`
      : 'expected at least one number';
    throw new AppError('unreadable', `no observation could be read: ${found}`);
  }
  const options = { frequency, zone, season, duplicates: recipe.duplicates };
  return gridded(observed, place(observed, options), options).series;
}

function lastSteps({ times, values }: Observations, frequency: Frequency, zone: string): Observations {
  const first = addSteps(times[times.length - 1], 1 - MOST_STEPS, frequency, zone);
  const from = times.findIndex((time) => time >= first);
  return { times: times.subarray(from), values: values.subarray(from) };
}

function historyOf({ start, values, frequency, zone }: Series, most: number) {
  const from = Math.max(0, values.length - most);
  const shown = Array.from(values.subarray(from), (value) => (Number.isFinite(value) ? value : null));
  return { times: shown.map((_, t) => addSteps(start, from + t, frequency, zone)), values: shown };
}

const undecided = ({ column, found }: Question) =>
  new AppError(
    'ambiguous',
    `"${column}" can be read more than one way (found ${found.slice(0, 3).join(', ')}); it comes with your answer`,
  );

const noneForecast = (name: string, reason: string) =>
  new AppError(
    'unreadable',
    `the network does not forecast "${name}": ${reason.charAt(0).toLowerCase()}${reason.slice(1)}`,
  );
