/** A stream of random numbers from a seed: the same everywhere, which Math.random is not. */
export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** Uniform whole number in 0 .. n-1. */
  below(n: number): number;
  /** Shuffles in place (Fisher-Yates). */
  shuffle<T>(items: T[]): T[];
}

/** Counter-based generator (a Weyl sequence through a 32-bit finaliser), period 2^32: enough for one training. */
export function randomFrom(seed: number): Random {
  let state = mix(seed ^ 0x9e3779b9);
  const uniform = () => {
    state = (state + 0x9e3779b9) | 0;
    return (mix(state) >>> 0) / 2 ** 32;
  };
  const below = (n: number) => Math.floor(uniform() * n);
  return {
    uniform,
    below,
    // Box-Muller; 1 - u keeps the logarithm finite.
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    shuffle(items) {
      for (let i = items.length - 1; i > 0; i--) {
        const j = below(i + 1);
        [items[i], items[j]] = [items[j], items[i]];
      }
      return items;
    },
  };
}

function mix(x: number): number {
  let h = x | 0;
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
  return h ^ (h >>> 15);
}
