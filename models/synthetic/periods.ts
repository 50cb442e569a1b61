import type { Frequency } from '../series.ts';

/** What steps of one length are like: the cycles that series of them may have, and how long such series get. */
export interface Period {
  readonly name: string;
  readonly frequency: Frequency;
  /** Steps in the cycle that is described, 1 for none. */
  readonly season: number;
  /** Steps in a longer cycle on top of it, not always whole (a year of weeks), 0 for none. */
  readonly longer: number;
  /** Steps in a year: growth is a matter of years, whatever the step. */
  readonly perYear: number;
  /** Shortest and longest series. */
  readonly lengths: readonly [number, number];
  /** Share of series that have the season, and the longer cycle. */
  readonly seasonal: number;
  readonly seasonalLonger: number;
  /** Share of series whose level always comes back to its mean, beside those of level.ts; of series with events of some steps. */
  readonly reverting: number;
  readonly eventful: number;
}

const period = (
  name: string,
  frequency: Frequency,
  [season, longer]: readonly [number, number],
  perYear: number,
  lengths: readonly [number, number],
  [seasonal, seasonalLonger]: readonly [number, number],
): Period => ({ ...CALM, name, frequency, season, longer, perYear, lengths, seasonal, seasonalLonger });

/** What only days are known to have (DECISIONS.md). */
const CALM = { reverting: 0, eventful: 0 };

/**
 * The periods that series come in. Lengths are those of catalogues people publish and databases keep: decades of years, a few
 * years of days, some weeks of hours. Shares of seasonal series are guesses from experience: nearly every hourly series knows
 * day and night, of monthly ones three in four know the year.
 */
export const PERIODS = {
  yearly: period('yearly', { unit: 'year', count: 1 }, [1, 0], 1, [10, 70], [0, 0]),
  quarterly: period('quarterly', { unit: 'month', count: 3 }, [4, 0], 4, [14, 140], [0.75, 0]),
  monthly: period('monthly', { unit: 'month', count: 1 }, [12, 0], 12, [28, 260], [0.78, 0]),
  weekly: period('weekly', { unit: 'week', count: 1 }, [52, 52.1775], 52.18, [60, 620], [0, 0.75]),
  // Weather, air, traffic and custom of a place: what is unusual today is so for some days. And days have feasts, fairs and failures.
  daily: {
    ...period('daily', { unit: 'day', count: 1 }, [7, 365.25], 365.25, [30, 800], [0.85, 0.5]),
    reverting: 0.35,
    eventful: 0.15,
  },
  hourly: period('hourly', { unit: 'hour', count: 1 }, [24, 168], 8766, [96, 1000], [0.95, 0.8]),
  halfHourly: period('half-hourly', { unit: 'minute', count: 30 }, [48, 336], 17_532, [150, 1000], [0.95, 0.8]),
  quarterHourly: period('quarter-hourly', { unit: 'minute', count: 15 }, [96, 672], 35_064, [250, 1200], [0.9, 0.6]),
  fiveMinutes: period('five-minute', { unit: 'minute', count: 5 }, [288, 2016], 105_192, [700, 1600], [0.9, 0.4]),
  businessDaily: period('business-daily', { unit: 'businessDay', count: 1 }, [5, 261], 261, [30, 600], [0.6, 0.4]),
  counted: period('counted', { unit: 'step', count: 1 }, [1, 0], 12, [12, 300], [0, 0]),
} as const satisfies Record<string, Period>;
