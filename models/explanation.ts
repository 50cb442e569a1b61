import type { Fallback } from './forecaster.ts';
import type { Parts } from './parts.ts';
import type { Importance } from './rnn/importance.ts';
import { chooseTransform, type Space } from './scaling.ts';

/** In which space a series is forecast, and by what evidence. */
export interface ChosenSpace {
  readonly space: Space;
  readonly reason: string;
}

/** Why `chooseTransform` chooses as it does. The whole of `values` counts as past. */
export function explainSpace(values: ArrayLike<number>): ChosenSpace {
  const { space } = chooseTransform(values);
  let [seen, zero, negative, low, high] = [0, 0, 0, Infinity, -Infinity];
  for (let t = 0; t < values.length; t++) {
    const v = values[t];
    if (!Number.isFinite(v)) continue;
    seen++;
    if (v === 0) zero++;
    if (v < 0) negative++;
    low = Math.min(low, v);
    high = Math.max(high, v);
  }
  if (seen === 0) return { space, reason: 'There is no value to choose by.' };
  const of = `of ${seen} values`;
  const range = `All ${seen} values are above zero (${figure(low)} to ${figure(high)})`;
  if (space === 'log') return { space, reason: `${range}, so changes are read in per cent, by logarithms.` };
  if (chooseTransform(values, false).space === 'log') {
    const found = 'but from one cycle to the next they change more evenly in units than in per cent';
    return { space, reason: `${range}, ${found}, so changes are read in units.` };
  }
  const why =
    negative > 0
      ? `${negative} ${of} ${negative === 1 ? 'is' : 'are'} below zero`
      : zero > 0
        ? `${zero} ${of} ${zero === 1 ? 'is' : 'are'} zero`
        : `The lowest value, ${figure(low)}, is next to nothing beside the others (up to ${figure(high)})`;
  if (space === 'asinh') {
    const found = 'and changes are larger the further from zero';
    return { space, reason: `${why}, ${found}, so they are read in units near zero and in per cent far from it.` };
  }
  return { space, reason: `${why}, so changes are read in units, not in per cent.` };
}

/** A forecast in sentences for a person. */
export function tellForecast(parts: Parts | null, chosen: ChosenSpace, fallback?: Fallback): string[] {
  if (fallback) return [`${fallback.reason} So ${named(fallback.model)} stands in for the network.`];
  if (parts === null) return [chosen.reason];
  const { level, season, correction, trend, shares, space } = parts;
  const seasonal = shares.season >= TELLING;
  const by = (effect: number) => (space === 'log' ? `${signed(100 * effect)} %` : signed(effect));
  return [
    `It starts from a level of ${figure(level)}: the newest value${seasonal ? ' with the season taken out' : ''}.`,
    seasonal
      ? `The season moves it between ${by(season.low)} and ${by(season.high)} (${percent(shares.season)} of the movement).`
      : 'No season stands out from the noise.',
    ...(correction !== 0 && shares.level >= TELLING
      ? [
          `The newest value was off its level: the whole forecast is moved by ${by(correction)} (${percent(shares.level)}).`,
        ]
      : []),
    shares.trend >= TELLING
      ? `The trend comes to ${by(trend)} at the last step (${percent(shares.trend)}).`
      : 'No trend is expected.',
    ...(shares.rest >= TELLING ? [`Other patterns make up ${percent(shares.rest)}.`] : []),
    chosen.reason,
  ];
}

/** A smaller part is not worth a sentence. */
const TELLING = 0.01;

/** What mattered to a network, in sentences for a person. */
export function tellImportance({ groups, windows, series }: Importance): string[] {
  const mattered = groups.filter(({ increase }) => increase >= 0.005);
  const looked = `Measured on ${windows} held-back windows of ${series} series, by exchanging one group at a time between them.`;
  if (mattered.length === 0) return ['No group of features alone makes a difference to the error.', looked];
  const [first, ...others] = mattered.map(
    ({ group, increase }) => `${MEANING[group] ?? group} (error ${signed(100 * increase)} % without)`,
  );
  const rest = others.length > 0 ? ` Then ${others.slice(0, 3).join(', ')}.` : '';
  return [`What matters most is ${first}.${rest}`, looked];
}

const MEANING: Record<string, string> = {
  'past values': 'the newest values',
  smoothing: 'the smoothed level',
  slope: 'the slope so far',
  season: 'the season',
  lag: 'the values one long cycle ago',
  noise: 'how noisy the series is',
  calendar: 'the calendar',
  attributes: 'the attributes of series',
  'known ahead': 'what is known ahead',
};

const NAMES: Record<string, string> = { 'seasonal-naive': 'seasonal naive', ets: 'ETS', dataset: 'the dataset' };
const named = (model: string) => NAMES[model] ?? model;

const percent = (share: number) => `${Math.round(100 * share)} %`;

const signed = (value: number) => `${value > 0 ? '+' : value < 0 ? '−' : ''}${figure(Math.abs(value))}`;

/** Three digits; a person reads 4,820 and 0.0123, but 1.2e-7 rather than a row of zeros. */
function figure(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) return value.toExponential(2);
  return Number(value.toPrecision(size >= 1000 ? 4 : 3)).toLocaleString('en-US', { maximumSignificantDigits: 6 });
}
