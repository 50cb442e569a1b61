import type { ForecastReply, RunFolds } from './api.ts';

/** What a chart is made of, before anything is drawn: layers over a time or a plain axis. Pure. */

export interface Point {
  readonly x: number;
  /** Null breaks the line: nothing was observed there. */
  readonly y: number | null;
}

/** A colour by its role; the stylesheet gives it a value for light and for dark. */
export type Colour = 'history' | 'forecast' | 'actual' | 'fold' | 'second' | 'third' | 'fourth';

export type Layer =
  | {
      readonly kind: 'line';
      readonly label: string;
      readonly colour: Colour;
      readonly points: readonly Point[];
      readonly dashed?: boolean;
      readonly thin?: boolean;
      readonly dots?: boolean;
    }
  | {
      readonly kind: 'band';
      readonly label: string;
      readonly colour: Colour;
      /** 0 to 1: how opaque the fill is. */
      readonly strength: number;
      readonly lower: readonly Point[];
      readonly upper: readonly Point[];
    };

/** A whole picture: layers on axes. */
export interface Plot {
  readonly layers: readonly Layer[];
  /** Time in a zone, or plain numbers. */
  readonly axis:
    | { readonly kind: 'time'; readonly zone: string }
    | { readonly kind: 'linear'; readonly title?: string };
  /** What is visible, and how far one may go. */
  readonly range?: { readonly from: number; readonly to: number };
  readonly limits?: { readonly from: number; readonly to: number; readonly least: number };
  /** A vertical line with a word beside it. */
  readonly mark?: { readonly x: number; readonly label: string } | null;
  /** Days that stand out, marked behind the layers; from where to where on the axis, or one place. */
  readonly days?: readonly { readonly from: number; readonly to: number }[];
  /** What is to be known of a place on the axis beside the values there; '' for nothing. */
  readonly noteText?: (x: number) => string;
  readonly timeText: (x: number) => string;
  readonly valueText: (y: number | null | undefined) => string;
  readonly yTitle?: string;
}

export const BANDS = [
  { share: 95, low: 0.025, high: 0.975, strength: 0.13 },
  { share: 80, low: 0.1, high: 0.9, strength: 0.18 },
  { share: 50, low: 0.25, high: 0.75, strength: 0.26 },
] as const;
export type Share = (typeof BANDS)[number]['share'];

/** Columnar arrays -> points. */
export function line(times: readonly number[], values: readonly (number | null)[]): Point[] {
  return times.map((x, i) => ({ x, y: values[i] ?? null }));
}

/** The values of one quantile over the horizon; null when the forecast does not carry that level. */
export function level(
  forecast: { levels: readonly number[]; quantiles: readonly (readonly number[])[] },
  quantile: number,
): readonly number[] | null {
  const i = forecast.levels.findIndex((found) => Math.abs(found - quantile) < 1e-9);
  return i < 0 ? null : forecast.quantiles[i];
}

/**
 * A forecast as layers, widest band first. `from` is the observation at the origin: the fan opens there, so that the eye
 * is led from the history into it.
 */
export function fan(
  forecast: Pick<ForecastReply, 'times' | 'levels' | 'quantiles'>,
  shares: readonly Share[],
  from: Point | null,
): Layer[] {
  const points = (quantile: number): Point[] | null => {
    const values = level(forecast, quantile);
    if (!values) return null;
    const start = from && from.y !== null && from.x < forecast.times[0] ? [from] : [];
    return [...start, ...line(forecast.times, values)];
  };
  const layers: Layer[] = [];
  for (const { share, low, high, strength } of BANDS) {
    if (!shares.includes(share)) continue;
    const lower = points(low);
    const upper = points(high);
    if (lower && upper) {
      layers.push({ kind: 'band', label: `${share} % interval`, colour: 'forecast', strength, lower, upper });
    }
  }
  const median = points(0.5);
  if (median) layers.push({ kind: 'line', label: 'Forecast (median)', colour: 'forecast', points: median, dots: true });
  return layers;
}

/** Each fold of a backtest as a thin median with its 80 % interval. */
export function foldLayers(folds: RunFolds['folds']): Layer[] {
  return folds.flatMap((fold): Layer[] => {
    const median = level(fold, 0.5);
    const low = level(fold, 0.1);
    const high = level(fold, 0.9);
    const layers: Layer[] = [];
    if (low && high) {
      layers.push({
        kind: 'band',
        label: 'Backtest, 80 % interval',
        colour: 'fold',
        strength: 0.12,
        lower: line(fold.times, low),
        upper: line(fold.times, high),
      });
    }
    if (median) {
      layers.push({
        kind: 'line',
        label: 'Backtest median',
        colour: 'fold',
        points: line(fold.times, median),
        dashed: true,
        thin: true,
      });
    }
    return layers;
  });
}

export interface Realised {
  /** Steps whose actual has come. */
  readonly scored: number;
  readonly steps: number;
  readonly mae: number | null;
  /** Share of those inside the 80 % interval. */
  readonly inside80: number | null;
}

/** How a forecast did against what came since. */
export function realised(forecast: Pick<ForecastReply, 'levels' | 'quantiles' | 'actuals'>): Realised {
  const median = level(forecast, 0.5);
  const low = level(forecast, 0.1);
  const high = level(forecast, 0.9);
  let scored = 0;
  let error = 0;
  let inside = 0;
  forecast.actuals.forEach((actual, i) => {
    if (actual === null || actual === undefined || !median) return;
    scored++;
    error += Math.abs(actual - median[i]);
    if (low && high && actual >= low[i] && actual <= high[i]) inside++;
  });
  return {
    scored,
    steps: forecast.actuals.length,
    mae: scored ? error / scored : null,
    inside80: scored ? inside / scored : null,
  };
}

/** The range a person wants first: the forecast, and before it as much history as makes it readable. */
export function firstRange(options: {
  start: number;
  end: number;
  horizonEnd: number;
  stepLength: number;
  season: number;
  horizon: number;
}): { from: number; to: number } {
  const { start, end, horizonEnd, stepLength, season, horizon } = options;
  const past = Math.max(4 * horizon, 4 * season, 40) * stepLength;
  return { from: Math.max(start, end - past), to: Math.max(horizonEnd, end) + stepLength };
}
