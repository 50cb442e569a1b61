import type { Forecast } from './forecaster.ts';
import { type Bounds, within } from './scaling.ts';
import { QUANTILES, type Series } from './series.ts';

/** Steps before the origin that speak of today. */
const RECENT = 200;
/** A value that makes up this share of them, and came this often, makes a series intermittent: none of M3, M4 weekly and M4 hourly. */
const SHARE = 1 / 3;
const OFTEN = 8;
/** Agreement of steps (Cohen's kappa) from which one tells the other: halfway from chance to certainty. */
const TELLS = 0.5;

/**
 * Widens a forecast of an intermittent series (one value, mostly 0, again and again, and others between: spare parts, rare
 * sales) until its intervals hold what the series itself was. A smooth distribution says little of such series: the average of
 * networks puts a narrow interval between 0 and 3 where nothing ever was. So where one value makes up a third of the last 200
 * steps, lower levels are at most, and upper ones at least, the same quantile of those steps; the median stays. Where the
 * season tells when the value comes (a shop shut at five days of seven), it is the quantile of the steps of the same phase;
 * where it comes in runs (a price that is changed now and then), the past as a whole is no guide and nothing changes.
 * Returns the very same forecast for every other series.
 *
 * @param series what the forecast was made from; all of it counts as past
 */
export function coverRepeats(forecast: Forecast, { values, season }: Series, bounds: Bounds): Forecast {
  const past = values.subarray(Math.max(0, values.length - RECENT));
  const seen = past.filter(Number.isFinite).sort();
  const value = mostFrequent(seen);
  if (value === null) return forecast;
  const [runs, seasonal] = [agreement(past, value, 1), agreement(past, value, season)];
  const phased = seasonal > TELLS && seasonal > runs;
  if (!phased && runs > TELLS) return forecast;

  const same = Array.from({ length: phased ? Math.min(season, forecast.times.length) : 0 }, (_, k) =>
    past.filter((v, t) => Number.isFinite(v) && (past.length + k - t) % season === 0).sort(),
  );
  const pastAt = (k: number) => (phased && same[k % season].length > 0 ? same[k % season] : seen);
  const quantiles = forecast.quantiles.map((quantile, q) => {
    const p = QUANTILES[q];
    if (p === 0.5) return quantile;
    return quantile.map((v, k) => {
      const own = within(outwards(pastAt(k), p), bounds);
      return p < 0.5 ? Math.min(v, own) : Math.max(v, own);
    });
  });
  return { ...forecast, quantiles };
}

// Of sorted values, the one that comes most often; null where none comes often enough.
function mostFrequent(sorted: Float64Array): number | null {
  let best = 0;
  let value = 0;
  let from = 0;
  for (let t = 0; t < sorted.length; t++) {
    if (sorted[t] !== sorted[from]) from = t;
    if (t - from + 1 > best) {
      best = t - from + 1;
      value = sorted[t];
    }
  }
  return best >= OFTEN && best >= SHARE * sorted.length ? value : null;
}

// Cohen's kappa between "is the value" at a step and `lag` steps before: 0 by chance, 1 where one is always as the other.
function agreement(past: Float64Array, value: number, lag: number): number {
  let pairs = 0;
  let agreed = 0;
  let now = 0;
  let before = 0;
  for (let t = lag; t < past.length; t++) {
    if (!Number.isFinite(past[t]) || !Number.isFinite(past[t - lag])) continue;
    const [a, b] = [past[t] === value, past[t - lag] === value];
    pairs++;
    if (a === b) agreed++;
    if (a) now++;
    if (b) before++;
  }
  const chance = (now * before + (pairs - now) * (pairs - before)) / (pairs * pairs);
  // Without pairs, or with one value alone, there is nothing to tell.
  return chance < 1 ? (agreed / pairs - chance) / (1 - chance) : 0;
}

// Positions p (n + 1), rounded away from the median: a value between two that were is none the series takes.
function outwards(sorted: Float64Array, p: number): number {
  const position = p * (sorted.length + 1);
  const rank = p < 0.5 ? Math.floor(position) : Math.ceil(position);
  return sorted[Math.min(Math.max(rank, 1), sorted.length) - 1];
}
