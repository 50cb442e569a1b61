import type { Correction } from './correction.ts';
import type { CovariateChoice } from './covariates.ts';
import type { Series } from './series.ts';
import type { ShareChoice, TrainingChoice } from './settings.ts';

/**
 * The contract every forecaster keeps: a trainable thing returns a trained thing, so a forecast without training cannot be
 * written; a forecast is a value. test/models/contract.ts runs the same suite over every implementation:
 * quantiles finite, ordered and of length horizon; same seed, same bytes; saved and loaded, the same forecast; nothing after
 * the origin changes anything.
 */
export interface Forecaster {
  /** The name in columns, URLs and on the screen: `gru`, `seasonal-naive`. */
  readonly name: string;
  /**
   * Learns from the past of every series. The whole of `series` counts as past: a caller who backtests truncates first.
   * Throws Error('cancelled') when `signal` aborts.
   */
  fit(series: readonly Series[], options: FitOptions): Promise<Fitted>;
}

export interface FitOptions {
  /** Steps to forecast, at least 1. */
  readonly horizon: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrainingProgress) => void;
  /**
   * Told at every epoch of every network of an ensemble, by those who train several at a time: for people who watch. It
   * differs from run to run, unlike the curve that `onProgress` tells.
   */
  readonly onWork?: (work: TrainingProgress) => void;
}

export interface TrainingProgress {
  readonly epoch: number;
  readonly epochs: number;
  /** Mean training loss of the epoch, in the scaled units of the network. */
  readonly loss: number;
  /** Loss on the later-in-time validation part, null without one. */
  readonly validationLoss: number | null;
}

export interface Fitted {
  /** One forecast for each series given, in order; its origin is the series' last step. Any series at the frequency will do, seen in training or not. */
  forecast(series: readonly Series[]): Promise<Forecast[]>;
  /** Everything needed to forecast again, as bytes; the loader stands beside the forecaster (`loadNetwork(bytes)`). */
  save(): Uint8Array;
  /** How the intervals were checked and corrected: null where the series are too short to, absent for forecasters that do not. */
  readonly intervals?: Correction | null;
  /** Which covariates are used and what decided it, where there were any to choose from. */
  readonly choice?: CovariateChoice;
  /** How much was trained and what decided it, where there was a pre-trained network to start from. */
  readonly training?: TrainingChoice;
  /** What part Theta and ETS have in the forecast and what decided it, where that was open. */
  readonly combination?: ShareChoice;
  /** What part networks by a coarser step have in the level of the forecast; null where none, absent where nobody asked. */
  readonly coarser?: ShareChoice | null;
  /** Names of the covariates' columns it reads; absent for none. */
  readonly covariates?: readonly string[];
  /** Frees what the forecaster holds outside the heap (tensors). */
  dispose(): void;
}

/** A forecast at one origin, in the units of the series. */
export interface Forecast {
  readonly series: string;
  /** Time of the last observation the forecast may use. */
  readonly origin: number;
  /** [horizon] times of the steps forecast. */
  readonly times: Float64Array;
  /** One array [horizon] for each level of QUANTILES, ascending level; ordered at every step. */
  readonly quantiles: readonly Float64Array[];
  /** Why another forecaster stood in for this series, if one did. */
  readonly fallback?: Fallback;
}

export interface Fallback {
  readonly code: 'constant' | 'short' | 'empty' | 'stale' | 'failed';
  /** A sentence for the person. */
  readonly reason: string;
  /** The forecaster that stood in. */
  readonly model: string;
}
