import { ATTRIBUTES, attributeColumns } from './attributes.ts';
import { CALENDAR, candidateGroups, columnsOf } from './covariates.ts';
import { type FeatureSpec, featureWidth } from './features.ts';
import type { Bounds } from './scaling.ts';
import { defaultDiscount } from './seasonal.ts';
import { type Frequency, QUANTILES, type Series, typicalLength } from './series.ts';
import {
  type Auto,
  type Cell,
  checkSettings,
  type NetworkSettings,
  SettingError,
  type Training,
  whole,
} from './settings.ts';

/** One network of the ensemble, all questions answered. Plain data: it travels to another process and into the saved bytes. */
export interface MemberPlan {
  readonly cell: Cell;
  readonly spec: FeatureSpec;
  /** `relative`: the median learns sMAPE's loss; `pinball`: every quantile learns the pinball loss. */
  readonly loss: 'relative' | 'pinball';
  /** Standard deviation of the logarithm of the random amplitude given to each window. */
  readonly augment: number;
  readonly epochs: number;
  readonly seed: number;
  /** Amplitudes at which it is asked, its answers averaged: the series as it is alone, where it is not said. */
  readonly amplitudes?: readonly number[];
  /** Only its median counts: what it says of the spread, it has from too few errors. */
  readonly medianOnly?: boolean;
  /** The shipped network whose weights it goes on from; from random ones where there is none. */
  readonly start?: string;
  /** Its own peak learning rate; the plan's where there is none. */
  readonly learningRate?: number;
}

export interface TrainingPlan {
  readonly horizon: number;
  /** Steps to forecast where they are more than the horizon: the forecast is carried on from itself. */
  readonly asked?: number;
  /** How much is trained, where there was a shipped network to start from. */
  readonly training?: Training;
  readonly season: number;
  readonly context: number;
  /** Last steps of each series that are looked at. */
  readonly history: number;
  /** Steps at the front of a series that are no origin: nothing is known yet. */
  readonly burnIn: number;
  readonly units: number;
  readonly layers: number;
  readonly dropout: number;
  readonly learningRate: number;
  readonly batch: number;
  readonly stepsPerEpoch: number;
  readonly clip: number;
  readonly patience: number;
  readonly bounds: Bounds;
  /** Share that Theta and ETS, half each, have in every forecast beside the ensemble; none where it is not said. */
  readonly baselineShare?: number;
  /** Whether that share is open until the intervals are checked: the folds decide on it (calibration.ts). */
  readonly shareOnFolds?: true;
  readonly members: readonly MemberPlan[];
}

/** A crop of this many steps holds what the recurrent state can use; series not much longer are taken whole. */
const WHOLE_SERIES = 150;
/** Steps of all series together that are described at once, and numbers (340 MB of them), which bounds memory. */
const DESCRIBED_STEPS = 400_000;
const DESCRIBED_NUMBERS = 85_000_000;
/**
 * Steps of training by the number of points to learn from, STEPS * points ^ STEPS_POWER, or of series, 9 sqrt(count): fitted to what validation preferred for
 * 20, 100 and 1428 monthly series, short yearly and long hourly ones. More steps over-fit few series badly; crops of long series
 * bear twice as many.
 */
const STEPS = 1.7;
const STEPS_POWER = 0.45;
/** Floating-point operations an ensemble may cost, some three minutes of one core: the number of members follows. */
const WORK = 3e12;

/** Answers every open question from the data: pure, so that all processes that train members come to the same plan. */
export function planTraining(
  series: readonly Series[],
  given: Partial<NetworkSettings>,
  { horizon, seed }: { horizon: number; seed: number },
): TrainingPlan {
  if (!whole(1, 10_000)(horizon)) throw new SettingError('horizon', horizon, 'a whole number from 1 to 10000');
  if (!whole(0, 2 ** 32 - 1)(seed)) throw new SettingError('seed', seed, 'a whole number from 0 to 4294967295');
  const settings = checkSettings(given);
  const lengths = series.map((s) => s.values.length);
  const count = Math.max(1, lengths.length);
  const longest = lengths.reduce((most, n) => Math.max(most, n), 1);
  const typical = typicalLength(series) || 1;
  const season = pick(settings.season, series[0]?.season ?? 1);
  const frequency = series[0]?.frequency ?? { unit: 'step', count: 1 };
  const lag = longCycle(frequency, season, typical);
  const cycle = Math.max(lag, season);

  // A step takes its targets, up to twice as many columns of season and lag, and some more.
  const described = Math.min(DESCRIBED_STEPS, DESCRIBED_NUMBERS / (3 * horizon + 60));
  const history = Math.min(longest, Math.max(4 * cycle, Math.floor(described / count)));
  const context = pick(settings.context, history <= WHOLE_SERIES ? Math.max(2, history) : cropOf(season));
  const cropped = history > context;
  const burnIn = Math.min(
    season === 1 ? (frequency.unit === 'year' ? 4 : 8) : lag > 0 ? lag + 8 : 2 * season,
    Math.max(1, Math.floor(typical / 2)),
  );
  const batch = pick(settings.batch, cropped && season < 52 ? 32 : 64);
  const windows = lengths.reduce((sum, n) => sum + Math.max(1, Math.floor(Math.min(n, history) / context)), 0);
  const points = lengths.reduce((sum, n) => sum + Math.max(0, Math.min(n, history) - burnIn), 0);
  const fitted = Math.max(STEPS * points ** STEPS_POWER, 9 * Math.sqrt(count));
  const steps = Math.round(Math.min(1500, Math.max(30, cropped ? Math.min(2 * fitted, 300) : 0, fitted)));
  const stepsPerEpoch = Math.max(1, Math.min(Math.ceil(windows / batch), Math.ceil(steps / 10)));
  const epochs = pick(settings.epochs, Math.max(1, Math.round(steps / stepsPerEpoch)));
  const units = pick(settings.units, 64);

  // As with covariates: `auto` is settled before a plan is made, and counts as none here.
  const baselineShare = pick(settings.baselineShare, 0);
  const groups = shownGroups(series, settings);
  const covariates = columnsOf(series, groups);
  const attributes = groups.includes(ATTRIBUTES) ? attributeColumns(series) : [];
  const spec: FeatureSpec = {
    horizon,
    season,
    discount: defaultDiscount(season),
    lookback: Math.min(lookbackOf(frequency, season), Math.max(2, context)),
    lag,
    calendar: 0,
    adaptive: true,
    mean: true,
    ...(covariates.length > 0 ? { covariates } : {}),
    ...(attributes.length > 0 ? { attributes } : {}),
  };
  // A year of days is shown but not taken out: its indices would rest on a value a year each.
  const twoCycles = lag === 7 * season && typical >= 4 * lag;
  const { width } = featureWidth(spec);
  const perRow = 6 * (units + width) * (horizon * QUANTILES.length + 3 * units);
  const work = epochs * stepsPerEpoch * Math.min(batch, windows) * Math.min(context, typical) * perRow;
  const affordable = Math.min(6, Math.max(2, Math.round(WORK / work)));
  const members = Array.from({ length: pick(settings.members, affordable) }, (_, i): MemberPlan => {
    const kind = KINDS[i % KINDS.length];
    return {
      cell: pick(settings.cell, kind.cell),
      // Where there are two cycles, each is taken out by every second member; the long one stays visible to all as the lag.
      spec: twoCycles && i % 2 === 1 ? { ...spec, season: lag, discount: defaultDiscount(lag) } : spec,
      loss: kind.loss,
      augment: kind.augment,
      epochs: settings.epochs === 'auto' ? Math.max(1, Math.round(kind.pace * epochs)) : epochs,
      seed: (seed * 1000 + i) >>> 0,
    };
  });
  return {
    horizon,
    season,
    context,
    history,
    burnIn,
    units,
    layers: pick(settings.layers, 1),
    dropout: pick(settings.dropout, 0),
    learningRate: pick(settings.learningRate, 5e-3),
    batch,
    stepsPerEpoch,
    clip: pick(settings.clip, 1),
    patience: pick(settings.patience, 0),
    bounds: { lower: settings.lower, upper: settings.upper },
    ...(baselineShare > 0 ? { baselineShare } : {}),
    members,
  };
}

/**
 * The kinds of network an ensemble cycles through: their errors differ, which is what averaging lives on. The right length of
 * training is not known in advance, so members differ in that too.
 */
const KINDS: readonly (Pick<MemberPlan, 'cell' | 'loss' | 'augment'> & { pace: number })[] = [
  { cell: 'gru', loss: 'pinball', augment: 0.3, pace: 1 },
  { cell: 'lstm', loss: 'pinball', augment: 0.3, pace: 1.4 },
  { cell: 'gru', loss: 'relative', augment: 0.3, pace: 0.85 },
];

/** Groups that are set, of those there are; `auto` is settled before a plan is made, and counts as none here. */
function shownGroups(series: readonly Series[], { covariates, calendar }: NetworkSettings): string[] {
  const set = pick(covariates, []);
  const known = [...candidateGroups(series), CALENDAR];
  const unknown = set.find((group) => !known.includes(group));
  if (unknown !== undefined && series.length > 0) {
    throw new SettingError('covariates', unknown, `names among ${known.join(', ')}`);
  }
  const shown = set.filter((group) => known.includes(group) && !(group === CALENDAR && calendar === false));
  return calendar === true && !shown.includes(CALENDAR) ? [...shown, CALENDAR] : shown;
}

const pick = <T>(setting: Auto<T>, otherwise: T): T => (setting === 'auto' ? otherwise : setting);

/** Steps of a crop where series are not taken whole: three cycles of a short season. */
function cropOf(season: number): number {
  return season === 1 || season > 30 ? 60 : Math.min(90, Math.max(72, 3 * season));
}

/**
 * The cycle beyond the season whose last turn is shown as it was: a week of hours, a year of days (52 whole weeks, so that
 * weekdays meet) or weeks; 0 where the series have not seen it often enough.
 */
function longCycle({ unit, count }: Frequency, season: number, typical: number): number {
  const short = unit === 'second' || unit === 'minute' || unit === 'hour';
  const [lag, turns] =
    short && season > 1
      ? [7 * season, 2]
      : (unit === 'day' || unit === 'businessDay') && count === 1
        ? [unit === 'day' ? 364 : 260, 3]
        : season >= 52
          ? [season, 2]
          : [0, 0];
  return typical >= turns * lag ? lag : 0;
}

function lookbackOf({ unit }: Frequency, season: number): number {
  if (season === 1) return unit === 'year' ? 7 : 8;
  if (season <= 4) return 2 * season;
  if (season <= 12) return season === 12 ? 15 : 3 * season;
  return season <= 24 ? 2 * season : 20;
}
