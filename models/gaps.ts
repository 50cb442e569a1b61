/** A series without holes: what a network can read. */
export interface Filled {
  /** Steps cut off the front because nothing was observed yet. */
  readonly dropped: number;
  /** [n - dropped], finite everywhere. */
  readonly values: Float64Array;
  /** [n - dropped] 1 where the value was observed, 0 where the rule below made it up. */
  readonly observed: Uint8Array;
}

/**
 * Fills gaps from the past alone: with the (observed or filled) value one cycle earlier, or the last value where there is no
 * earlier cycle. Steps before the first observation are dropped. Never a silent 0: a filled step is marked and is no target.
 * Infinities count as missing.
 */
export function fillGaps(values: Float64Array, season: number): Filled {
  let first = 0;
  while (first < values.length && !Number.isFinite(values[first])) first++;
  const filled = values.slice(first);
  const observed = new Uint8Array(filled.length);
  for (let t = 0; t < filled.length; t++) {
    if (Number.isFinite(filled[t])) observed[t] = 1;
    else filled[t] = season > 1 && t >= season ? filled[t - season] : filled[t - 1];
  }
  return { dropped: first, values: filled, observed };
}
