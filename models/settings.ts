import type { Bounds } from './scaling.ts';

export type Cell = 'simpleRnn' | 'lstm' | 'gru';
export type Training = 'none' | 'fine-tune' | 'full' | 'from-nothing';
export type Auto<T> = T | 'auto';

/** What a person may set; everything is `auto` by default and then follows frequency, lengths and count of the series. */
export interface NetworkSettings extends Bounds {
  readonly cell: Auto<Cell>;
  /** Past steps fed to the network. */
  readonly context: Auto<number>;
  /** Steps in one cycle; `auto` takes the season of the series. */
  readonly season: Auto<number>;
  readonly units: Auto<number>;
  readonly layers: Auto<number>;
  /** Share of the state dropped between layers while training, 0 to 0.9. */
  readonly dropout: Auto<number>;
  readonly learningRate: Auto<number>;
  /** Windows in a batch. */
  readonly batch: Auto<number>;
  /** Passes over the training windows. */
  readonly epochs: Auto<number>;
  /** Largest global norm of a gradient. */
  readonly clip: Auto<number>;
  /** Epochs without gain on the validation part before training stops; 0 trains on everything for a fixed number of steps. */
  readonly patience: Auto<number>;
  /** Networks in the ensemble. */
  readonly members: Auto<number>;
  /**
   * `none`: the shipped network as it is; `fine-tune`: a few gentle steps from it; `full`: as many as the data
   * bear, partly from it; `from-nothing`: as many, from random weights alone. `auto` lets
   * the data decide.
   */
  readonly training: Auto<Training>;
  /** Share of Theta and ETS together in the forecast, 0 to 1; `auto` asks what held-back steps say of it (models/rnn/share-choice.ts). */
  readonly baselineShare: Auto<number>;
  /** By how much of the way forecasts are drawn towards those of a coarser step, 0 to 1; `auto` as models/rnn/coarser.ts says. */
  readonly coarserShare: Auto<number>;
  /**
   * Whether the network is shown the calendar of steps (hour, weekday, day, month). `auto` does not, for it over-fits to it; only
   * where there are covariates to choose from, the calendar is one more candidate.
   */
  readonly calendar: Auto<boolean>;
  /** Groups of the series' covariates that the network is shown; `auto` those that validation says help (models/rnn/choice.ts). */
  readonly covariates: Auto<readonly string[]>;
}

/** How much a network is trained, and what decided it. */
export interface TrainingChoice {
  readonly training: Training;
  /** A sentence for the person. */
  readonly sentence: string;
  /** Scaled pinball loss of each that was tried on what was held back; absent where nothing had to be tried. */
  readonly losses?: Partial<Record<Training, number>>;
}

/** What part Theta and ETS have in the forecast, and what decided it. */
export interface ShareChoice {
  readonly share: number;
  /** A sentence for the person. */
  readonly sentence: string;
}

export class SettingError extends RangeError {
  readonly code = 'invalid_setting';
  readonly field: string;
  readonly found: unknown;
  readonly expected: string;
  constructor(field: string, found: unknown, expected: string) {
    super(`${field}: found ${JSON.stringify(found) ?? String(found)}, expected ${expected}`);
    this.field = field;
    this.found = found;
    this.expected = expected;
  }
}

export type Check = (value: unknown) => boolean;
export const whole =
  (low: number, high: number): Check =>
  (v) =>
    Number.isInteger(v) && (v as number) >= low && (v as number) <= high;
const between =
  (low: number, high: number): Check =>
  (v) =>
    typeof v === 'number' && v >= low && v <= high;

const RULES: Record<keyof NetworkSettings, readonly [Check, string]> = {
  cell: [(v) => v === 'simpleRnn' || v === 'lstm' || v === 'gru', 'simpleRnn, lstm, gru or auto'],
  context: [whole(2, 10_000), 'a whole number from 2 to 10000, or auto'],
  season: [whole(1, 10_000), 'a whole number from 1 to 10000, or auto'],
  units: [whole(1, 1024), 'a whole number from 1 to 1024, or auto'],
  layers: [whole(1, 8), 'a whole number from 1 to 8, or auto'],
  dropout: [between(0, 0.9), 'a number from 0 to 0.9, or auto'],
  learningRate: [between(1e-6, 1), 'a number from 0.000001 to 1, or auto'],
  batch: [whole(1, 4096), 'a whole number from 1 to 4096, or auto'],
  epochs: [whole(1, 10_000), 'a whole number from 1 to 10000, or auto'],
  clip: [between(1e-3, 1e6), 'a number from 0.001 to 1000000, or auto'],
  patience: [whole(0, 10_000), 'a whole number from 0 to 10000, or auto'],
  members: [whole(1, 64), 'a whole number from 1 to 64, or auto'],
  training: [
    (v) => v === 'none' || v === 'fine-tune' || v === 'full' || v === 'from-nothing',
    'none, fine-tune, full, from-nothing or auto',
  ],
  baselineShare: [between(0, 1), 'a number from 0 to 1, or auto'],
  coarserShare: [between(0, 1), 'a number from 0 to 1, or auto'],
  calendar: [(v) => typeof v === 'boolean', 'true, false or auto'],
  covariates: [(v) => Array.isArray(v) && v.every((x) => typeof x === 'string'), 'names of covariates, or auto'],
  lower: [Number.isFinite, 'a number'],
  upper: [Number.isFinite, 'a number'],
};

/** Checks settings and completes them with `auto`. Throws SettingError for an unknown field or a value out of range. */
export function checkSettings(given: Partial<NetworkSettings>): NetworkSettings {
  const settings: Record<string, unknown> = {};
  for (const field of Object.keys(RULES)) if (field !== 'lower' && field !== 'upper') settings[field] = 'auto';
  for (const [field, value] of Object.entries(given)) {
    if (!Object.hasOwn(RULES, field)) throw new SettingError(field, value, `one of ${Object.keys(RULES).join(', ')}`);
    const [check, expected] = RULES[field as keyof NetworkSettings];
    if (value === undefined || value === 'auto') continue;
    if (!check(value)) throw new SettingError(field, value, expected);
    settings[field] = value;
  }
  const { lower, upper } = given;
  if (lower !== undefined && upper !== undefined && lower > upper) {
    throw new SettingError('lower', lower, `at most upper, which is ${upper}`);
  }
  return settings as unknown as NetworkSettings;
}
