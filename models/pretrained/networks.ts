import type { FeatureSpec } from '../features.ts';
import { defaultDiscount } from '../seasonal.ts';
import type { Frequency } from '../series.ts';
import { PERIODS, type Period } from '../synthetic/periods.ts';

/** A network that is trained once, on generated series alone, and shipped. */
export interface PretrainedNetwork {
  readonly name: string;
  /** The periods whose series it learns from, in turn. */
  readonly periods: readonly Period[];
  /** Without the season, which is that of each series' period. */
  readonly spec: Omit<FeatureSpec, 'season' | 'discount'>;
  /** How many seasons are in the cycle that is taken out of the data: 7 for the week of hours. */
  readonly turns: number;
  /** Most steps of a series that are fed to it, and last steps that are looked at. */
  readonly context: number;
  readonly history: number;
  /** Steps at the front of a series that are no origin, in seasons and in steps, whichever is more. */
  readonly burnIn: number;
  /** Observations from which on it serves a series; by the season where none are given. */
  readonly fewest?: number;
  /** Rounds of training; each has series of its own. */
  readonly rounds: number;
}

const { yearly, quarterly, monthly, weekly, daily, hourly } = PERIODS;

/** Without the mean, which only the network of days is shown, nobody can tell what comes back from what wanders off. */
const wanderingDays = { ...daily, reverting: 0, eventful: 0 };

const HOURS = { horizon: 48, lookback: 48, lag: 168 };

/**
 * One network for each period that most series have, whose features are those a training on the data would choose, and one for
 * all others: it is shown no seasonal index, so that it serves any season. Horizons are the longest that people commonly ask
 * of the period; for more the forecast is carried on from itself.
 */
export const PRETRAINED: readonly PretrainedNetwork[] = [
  { ...network('yearly', [yearly], { horizon: 8, lookback: 7, lag: 0 }, [64, 100], 4, 1000), fewest: 4 },
  { ...network('quarterly', [quarterly], { horizon: 8, lookback: 8, lag: 0 }, [128, 200], 3, 1000), fewest: 4 },
  { ...network('monthly', [monthly], { horizon: 24, lookback: 15, lag: 0 }, [150, 300], 6, 1500), fewest: 4 },
  { ...network('weekly', [weekly], { horizon: 13, lookback: 20, lag: 52 }, [60, 520], 8, 1200), fewest: 8 },
  { ...network('daily', [daily], { horizon: 28, lookback: 21, lag: 0, mean: true }, [90, 800], 4, 1200), fewest: 4 },
  network('hourly', [hourly], HOURS, [72, 1000], 24, 400),
  // The same with the week taken out of the data, not the day: for series of some weeks.
  {
    ...network('hourly-week', [{ ...hourly, lengths: [440, 1000] }], HOURS, [72, 1000], 430, 400),
    turns: 7,
  },
  network(
    'any',
    [
      PERIODS.counted,
      PERIODS.halfHourly,
      quarterly,
      PERIODS.businessDaily,
      yearly,
      PERIODS.fiveMinutes,
      monthly,
      wanderingDays,
      PERIODS.quarterHourly,
    ],
    { horizon: 24, lookback: 16, lag: 0, seasonShown: 0 },
    [100, 1600],
    6,
    1080,
  ),
];

function network(
  name: string,
  periods: readonly Period[],
  spec: Pick<FeatureSpec, 'horizon' | 'lookback' | 'lag' | 'seasonShown' | 'mean'>,
  [context, history]: readonly [number, number],
  burnIn: number,
  rounds: number,
): PretrainedNetwork {
  return { name, periods, spec: { ...spec, calendar: 0 }, turns: 1, context, history, burnIn, rounds };
}

/** Which shipped network serves series of this frequency and season: the one of their period, else the one for any season. */
export function pretrainedFor({ unit }: Frequency, season: number): PretrainedNetwork {
  const short = unit === 'second' || unit === 'minute' || unit === 'hour';
  const name =
    season === 1 && unit === 'year'
      ? 'yearly'
      : season === 4 && !short
        ? 'quarterly'
        : season === 12 && !short
          ? 'monthly'
          : season === 52
            ? 'weekly'
            : season === 7 && unit === 'day'
              ? 'daily'
              : season === 24 && (short || unit === 'step')
                ? 'hourly'
                : 'any';
  return PRETRAINED.find((network) => network.name === name)!;
}

/** The features of one season, all else as the network has it. */
export function specFor({ spec, turns }: Pick<PretrainedNetwork, 'spec' | 'turns'>, season: number): FeatureSpec {
  const cycle = turns * season;
  return { ...spec, season: cycle, discount: defaultDiscount(cycle) };
}
