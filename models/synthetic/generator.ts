import { type Random, randomFrom } from '../rnn/random.ts';
import { levelPath } from './level.ts';
import { between, chance, choose, gamma, magnitude, poisson, surprises } from './noise.ts';
import type { Period } from './periods.ts';
import { seasonPath } from './season.ts';

/**
 * Series that never were, made to be like those that people have: a network that has learned from enough of them forecasts a
 * series it has never seen. What series are like was decided from what they are (growth by years, cycles by the calendar,
 * surprises, counting), not from how any published collection scores.
 *
 * Worlds: most series are positive and change in per cent; some are measured from an arbitrary zero and cross it; some are
 * counts, with zeros; some are intermittent: mostly zero, now and then a lot.
 */
const WORLDS = { ratio: 0.78, interval: 0.1, count: 0.07, intermittent: 0.05 };

/** One series of the period, NaN for gaps: [length]. The same random stream gives the same series. */
export function synthesise(random: Random, period: Period, length = lengthOf(random, period)): Float64Array {
  // What a step surprises by: a thousandth (a population) to a third (one shop's sales of one thing).
  const size = magnitude(random, 0.003, 0.3);
  const level = levelPath(random, period, surprises(random, length), size);
  const season = seasonPath(random, period, length);
  const error = chance(random, 0.45) ? size * between(random, 0.1, 1.5) : 0;
  const shift = shifts(random, length, size);
  const z = level.map((v, t) => v + season[t] + shift[t] + (error > 0 ? error * random.normal() : 0));
  const values = inWorld(random, z, period);
  if (chance(random, 0.12)) strayInto(random, values);
  if (period.eventful > 0 && chance(random, period.eventful)) eventsInto(random, values);
  if (chance(random, 0.08)) makeGaps(random, values);
  return values;
}

/** A length from the period's range; short series are as likely as long ones, order of magnitude by order. */
export function lengthOf(random: Random, { lengths: [low, high] }: Period): number {
  return Math.round(magnitude(random, low, high));
}

/**
 * What this generator makes of these periods, in one number: a digest of twenty series of each, to five digits, which engines that
 * round the last bit of a sine differently do not change. Weights carry that of what they have learned from, so that they can be
 * told from those of another generator.
 */
export function generatorDigest(periods: readonly Period[]): string {
  let digest = 0x811c9dc5;
  for (const [i, period] of periods.entries()) {
    const random = randomFrom(1000 + i);
    for (let s = 0; s < 20; s++) {
      for (const value of synthesise(random, period)) {
        for (const character of value.toPrecision(5)) {
          // FNV-1a over the characters.
          digest = Math.imul(digest ^ character.charCodeAt(0), 0x01000193) >>> 0;
        }
      }
    }
  }
  return digest.toString(16).padStart(8, '0');
}

function inWorld(random: Random, z: Float64Array, { perYear }: Period): Float64Array {
  // Nobody counts a country's population by the year in ones and twos: small counts belong to short steps.
  const shares = perYear > 4 ? WORLDS : { ...WORLDS, count: 0.02, intermittent: 0 };
  const bounded = z.map((v) => Math.min(Math.max(v, -8), 8));
  switch (choose(random, shares)) {
    case 'ratio': {
      const base = magnitude(random, 1, 1e6);
      const values = bounded.map((v) => base * Math.exp(v));
      // As published: whole numbers, or two decimals.
      const unit = chance(random, 0.4) ? magnitude(random, 1e-4, 1e-2) * base : 0;
      return unit > 0 ? values.map((v) => Math.max(unit, Math.round(v / unit) * unit)) : values;
    }
    case 'interval': {
      const scale = magnitude(random, 0.1, 1e4);
      const offset = 1.5 * random.normal();
      return bounded.map((v) => scale * (offset + 3 * v));
    }
    case 'count': {
      const base = magnitude(random, 0.5, 40);
      const shape = chance(random, 0.5) ? between(random, 0.7, 8) : 0;
      return bounded.map((v) => poisson(random, base * Math.exp(v) * (shape > 0 ? gamma(random, shape) : 1)));
    }
    case 'intermittent': {
      const share = between(random, 0.05, 0.5);
      const base = magnitude(random, 1, 50);
      const spread = between(random, 0.2, 0.8);
      return bounded.map((v) =>
        chance(random, Math.min(0.9, share * Math.exp(0.5 * v)))
          ? Math.max(1, Math.round(base * Math.exp(0.5 * v + spread * random.normal())))
          : 0,
      );
    }
  }
}

/** Lasting changes of level, [n]: one or two in an eighth of series. */
function shifts(random: Random, n: number, size: number): Float64Array {
  const path = new Float64Array(n);
  if (!chance(random, 0.12)) return path;
  for (let left = 1 + random.below(2); left > 0; left--) {
    const by = random.normal() * Math.max(4 * size, 0.1);
    for (let t = random.below(n); t < n; t++) path[t] += by;
  }
  return path;
}

/** Single values far off, as errors and strikes make them. */
function strayInto(random: Random, values: Float64Array): void {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  for (let left = 1 + random.below(Math.max(1, Math.floor(values.length / 40))); left > 0; left--) {
    const t = random.below(values.length);
    values[t] += between(random, -0.7, 1.5) * Math.abs(mean);
    if (mean > 0 && values[t] < 0) values[t] = 0;
  }
}

/** Two to four steps in a row far off to one side: a feast, a fair, a strike. */
function eventsInto(random: Random, values: Float64Array): void {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  for (let left = 1 + random.below(Math.max(1, Math.floor(values.length / 80))); left > 0; left--) {
    const first = random.below(values.length);
    const last = Math.min(values.length, first + 2 + random.below(3));
    const by = chance(random, 0.6) ? between(random, 0.1, 1.2) : -between(random, 0.1, 0.9);
    for (let t = first; t < last; t++) {
      values[t] += by * between(random, 0.7, 1.3) * Math.abs(mean);
      if (mean > 0 && values[t] < 0) values[t] = 0;
    }
  }
}

function makeGaps(random: Random, values: Float64Array): void {
  for (let left = 1 + random.below(3); left > 0; left--) {
    const first = 1 + random.below(values.length - 1);
    values.fill(Number.NaN, first, first + 1 + random.below(Math.max(1, Math.floor(values.length / 30))));
  }
}
