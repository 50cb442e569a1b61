import { type Correction, correctWidths, FEWEST_FOLDS, INTERVALS, type Interval, UNCHANGED } from './correction.ts';
import { MEDIAN, QUANTILES } from './series.ts';

/** A forecast of a fold beside what came, both in the space in which the correction will be applied. */
export interface Calibrating {
  readonly fold: number;
  /** One array [horizon] for each level of QUANTILES. */
  readonly quantiles: readonly ArrayLike<number>[];
  /** [horizon] NaN where nothing was observed. */
  readonly actual: ArrayLike<number>;
}

/**
 * Intervals that hold what they promise: how wide the central intervals have to be, as a factor of what the network says, found
 * on folds it has not seen. One factor an interval (50, 80 and 95 %), for both sides and all steps alike: what the errors of one
 * fold say of one side, or of one step, the next fold takes back, because all series share the surprises of their time. So it is
 * the folds that count as evidence and not the errors in them: each weighs 0.7 of the one after it, the factor that would have
 * been right over all of them is shrunk towards 1 by how much it changes when one is left out (jackknife), and it is kept only
 * if factors found without a fold lower the pinball loss on it.
 *
 * @returns null where there are fewer than FEWEST_FOLDS folds, or nothing was observed
 */
export function calibrate(forecasts: readonly Calibrating[]): Correction | null {
  const byFold = new Map<number, Calibrating[]>();
  for (const one of forecasts) {
    if (!usable(one)) continue;
    const own = byFold.get(one.fold);
    if (own) own.push(one);
    else byFold.set(one.fold, [one]);
  }
  const folds = [...byFold].sort(([a], [b]) => a - b).map(([, own]) => own);
  if (folds.length < FEWEST_FOLDS) return null;
  const needed = INTERVALS.map((interval) => factorsNeeded(folds, interval));
  const weights = folds.map((_, fold) => AGEING ** (folds.length - 1 - fold));
  const found = shrunken(needed, weights);
  // Each fold by factors that have not seen it, the shrinking included.
  const without = folds.map((_, left) => shrunken(needed, leaving(weights, left)));
  const gain = folds.reduce(
    (sum, own, fold) => sum + (weights[fold] * (loss(own, UNCHANGED) - loss(own, without[fold]))) / own.length,
    0,
  );
  const before = coverage(folds, weights, () => UNCHANGED);
  return {
    widths: gain > 0 ? found : UNCHANGED,
    folds: folds.length,
    forecasts: folds.flat().length,
    before,
    after: gain > 0 ? coverage(folds, weights, (fold) => without[fold]) : before,
  };
}

/**
 * By what factor the mean of an ensemble needs narrower intervals than a member by itself. Its errors are smaller by what the
 * members disagree on (Krogh & Vedelsby 1995), its quantiles as far from the median as theirs are on average, so it holds more
 * than they do. Members that have learned from what came may be asked: all know it too well, and it is the mean that is compared.
 *
 * @param members the same forecasts by each, in one order; at least one member
 */
export function averagingFactors(members: readonly (readonly Calibrating[])[]): Correction['widths'] {
  const kept = members[0].flatMap((_, i) => (members.every((own) => usable(own[i])) ? [i] : []));
  if (kept.length === 0) return UNCHANGED;
  const each = members.map((own) => kept.map((i) => own[i]));
  const mean = each[0].map(
    (one, i): Calibrating => ({
      ...one,
      quantiles: one.quantiles.map((level, q) =>
        Float64Array.from(level, (_, k) => each.reduce((sum, own) => sum + own[i].quantiles[q][k], 0) / each.length),
      ),
    }),
  );
  return INTERVALS.map((interval) => {
    const needed = (own: readonly Calibrating[]) => logFactor(factorsNeeded([own], interval), [1]);
    const byOne = each.reduce((sum, own) => sum + needed(own), 0) / each.length;
    return Math.exp(Math.min(0, needed(mean) - byOne));
  }) as [number, number, number];
}

/** Weight of a fold against the one after it: times change, and what was calm last time is likely to be calm again. */
const AGEING = 0.7;
/** No correction goes further: beyond that something else is wrong. */
const LARGEST = Math.log(3);

const usable = ({ quantiles, actual }: Calibrating) =>
  observed(actual) > 0 && quantiles.every((level) => Array.from(level).every(Number.isFinite));

/** The factors needed by all points of all folds, ascending, each with its fold. */
interface Needed {
  readonly share: number;
  readonly factors: Float64Array;
  readonly folds: Uint16Array;
  /** Points of each fold, and how many of them count as independent. */
  readonly points: readonly number[];
  readonly independent: readonly number[];
}

/**
 * By what factor the interval would have to be widened to just hold each value that came: 0 at the median, infinite where the
 * side has no width.
 */
function factorsNeeded(folds: readonly (readonly Calibrating[])[], { low, high, share }: Interval): Needed {
  const found: number[] = [];
  const from: number[] = [];
  const points = folds.map((own, fold) => {
    const before = found.length;
    for (const { quantiles, actual } of own) {
      for (let k = 0; k < actual.length; k++) {
        if (Number.isNaN(actual[k])) continue;
        const median = quantiles[MEDIAN][k];
        const distance = actual[k] - median;
        const side = quantiles[distance < 0 ? low : high][k] - median;
        found.push(distance === 0 ? 0 : side === 0 ? Number.POSITIVE_INFINITY : distance / side);
        from.push(fold);
      }
    }
    return found.length - before;
  });
  const order = Uint32Array.from(found, (_, i) => i).sort((a, b) => found[a] - found[b] || a - b);
  return {
    share,
    factors: Float64Array.from(order, (i) => found[i]),
    folds: Uint16Array.from(order, (i) => from[i]),
    points,
    // Errors of one forecast lean on each other: of 96 in a row about ten speak for themselves.
    independent: folds.map((own) => own.reduce((sum, { actual }) => sum + Math.sqrt(observed(actual)), 0)),
  };
}

const observed = (actual: ArrayLike<number>) => Array.from(actual).filter((v) => !Number.isNaN(v)).length;

/** One shrunken factor an interval, from the folds that have a weight. */
function shrunken(needed: readonly Needed[], weights: readonly number[]): Correction['widths'] {
  return needed.map((one) => {
    const all = logFactor(one, weights);
    const variance = Math.max(
      jackknife(all, weights, (left) => logFactor(one, leaving(weights, left))),
      chance(one.independent, weights),
    );
    return Math.exp(all === 0 ? 0 : all * Math.max(0, 1 - variance / all ** 2));
  }) as [number, number, number];
}

/** The logarithm of the factor that would have held just the share, each fold counting by its weight; within reason. */
function logFactor({ share, factors, folds, points }: Needed, weights: readonly number[]): number {
  const each = weights.map((weight, fold) => weight / points[fold]);
  const wanted = share * weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  let i = -1;
  while (i + 1 < factors.length && sum < wanted) sum += each[folds[++i]];
  return Math.min(Math.max(Math.log(factors[Math.max(i, 0)]), -LARGEST), LARGEST);
}

/** Variance of an estimate by leaving out one fold at a time, for folds of unequal weight (Busing, Meijer & van der Leeden 1999). */
function jackknife(all: number, weights: readonly number[], leftOut: (fold: number) => number): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const parts = weights.flatMap((weight, fold) =>
    weight > 0 ? [{ share: total / weight, estimate: leftOut(fold) }] : [],
  );
  const mean = parts.reduce((sum, { share, estimate }) => sum + all - (1 - 1 / share) * estimate, 0);
  const squares = parts.map(({ share, estimate }) => (share * all - (share - 1) * estimate - mean) ** 2 / (share - 1));
  return squares.reduce((sum, square) => sum + square, 0) / parts.length;
}

/**
 * The least the variance can be, by chance alone, where errors are few: folds of a single series may agree without meaning
 * anything. The logarithm of a normal variable's central interval of 50 to 95 % has a variance of 0.8 to 1.4 over the number of
 * values it was found from.
 */
function chance(independent: readonly number[], weights: readonly number[]): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.reduce((sum, weight, fold) => sum + (weight / total) ** 2 / independent[fold], 0);
}

const leaving = (weights: readonly number[], left: number) => weights.map((w, fold) => (fold === left ? 0 : w));

function coverage(
  folds: readonly (readonly Calibrating[])[],
  weights: readonly number[],
  widthsOf: (fold: number) => Correction['widths'],
): [number, number, number] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const shares: [number, number, number] = [0, 0, 0];
  folds.forEach((own, fold) => {
    const hits = [0, 0, 0];
    let points = 0;
    eachStep(own, widthsOf(fold), (actual, z) => {
      points++;
      INTERVALS.forEach(({ low, high }, i) => {
        if (actual >= z[low] && actual <= z[high]) hits[i]++;
      });
    });
    for (const i of INTERVALS.keys()) shares[i] += ((hits[i] / points) * weights[fold]) / total;
  });
  return shares;
}

/** Pinball loss, that of each forecast in units of the mean width of its own 80 % interval, so that all count alike. */
function loss(forecasts: readonly Calibrating[], widths: Correction['widths']): number {
  let total = 0;
  for (const one of forecasts) {
    const { low, high } = INTERVALS[1];
    const [lower, upper] = [one.quantiles[low], one.quantiles[high]];
    let unit = 0;
    for (let k = 0; k < lower.length; k++) unit += (upper[k] - lower[k]) / lower.length;
    let sum = 0;
    let points = 0;
    eachStep([one], widths, (actual, z) => {
      points++;
      z.forEach((quantile, q) => {
        const d = actual - quantile;
        sum += Math.max(QUANTILES[q] * d, (QUANTILES[q] - 1) * d);
      });
    });
    if (unit > 0 && Number.isFinite(sum)) total += sum / points / unit;
  }
  return total;
}

/** Visits what came beside the corrected quantiles. */
function eachStep(
  forecasts: readonly Calibrating[],
  widths: Correction['widths'],
  visit: (actual: number, z: Float64Array) => void,
): void {
  const z = new Float64Array(QUANTILES.length);
  for (const { quantiles, actual } of forecasts) {
    for (let k = 0; k < actual.length; k++) {
      if (Number.isNaN(actual[k])) continue;
      quantiles.forEach((level, q) => {
        z[q] = level[k];
      });
      correctWidths(z, 0, widths);
      visit(actual[k], z);
    }
  }
}
