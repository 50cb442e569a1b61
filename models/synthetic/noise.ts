import type { Random } from '../rnn/random.ts';

/** Draws from distributions that `Random` does not have itself. */
export const between = (random: Random, low: number, high: number): number => low + (high - low) * random.uniform();

/** Log-uniform: every order of magnitude is as likely as another. */
export const magnitude = (random: Random, low: number, high: number): number =>
  Math.exp(between(random, Math.log(low), Math.log(high)));

export const chance = (random: Random, share: number): boolean => random.uniform() < share;

/** One of the keys, with probabilities in proportion to the values. */
export function choose<K extends string>(random: Random, shares: Readonly<Record<K, number>>): K {
  const entries = Object.entries(shares) as [K, number][];
  let left = random.uniform() * entries.reduce((sum, [, share]) => sum + share, 0);
  for (const [key, share] of entries) {
    left -= share;
    if (left < 0) return key;
  }
  return entries[entries.length - 1][0];
}

/** Gamma with mean 1 and the given shape (Marsaglia & Tsang 2000). */
export function gamma(random: Random, shape: number): number {
  if (shape < 1) return (gamma(random, shape + 1) * (shape + 1) * random.uniform() ** (1 / shape)) / shape;
  const d = shape - 1 / 3;
  for (;;) {
    const x = random.normal();
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - random.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return (d * v) / shape;
  }
}

/** Poisson: by products of uniforms (Knuth), from the normal for large means. */
export function poisson(random: Random, mean: number): number {
  if (!(mean > 0)) return 0;
  if (mean > 60) return Math.max(0, Math.round(mean + Math.sqrt(mean) * random.normal()));
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random.uniform(); product > limit; product *= random.uniform()) count++;
  return count;
}

/**
 * Surprises of variance about 1, [n]: normal; heavy-tailed (Student's t of 3 to 8 degrees of freedom) in a third of series;
 * of a volatility that wanders (log-volatility an AR(1), Taylor 1986) in a quarter.
 */
export function surprises(random: Random, n: number): Float64Array {
  const freedom = chance(random, 0.35) ? 3 + random.below(6) : 0;
  const restless = chance(random, 0.25) ? between(random, 0.15, 0.5) : 0;
  const memory = between(random, 0.8, 0.98);
  const jump = restless * Math.sqrt(1 - memory * memory);
  let volatility = restless * random.normal();
  return Float64Array.from({ length: n }, () => {
    let x = random.normal();
    // A normal over the root of a gamma of shape freedom / 2 is Student's t; the root brings its variance to 1.
    if (freedom > 0) x *= Math.sqrt((freedom - 2) / freedom / gamma(random, freedom / 2));
    if (restless > 0) {
      x *= Math.exp(volatility - restless * restless);
      volatility = memory * volatility + jump * random.normal();
    }
    return x;
  });
}
