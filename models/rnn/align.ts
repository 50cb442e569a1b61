import type { Windows } from '../windows.ts';

/**
 * Moves the padding of windows from the left to the right. A recurrent state that starts at zero with the first real step is
 * exactly the state of a masked, left-padded window, and steps after the last real one change nothing before them: so the
 * layers need no mask and run at full speed. Targets move along where every step carries some (forks = context).
 */
export function alignLeft(
  { count, features, mask, targets }: Windows,
  { context, width, horizon }: { context: number; width: number; horizon: number },
): Windows {
  const forks = targets.length / Math.max(1, count * horizon);
  for (let w = 0; w < count; w++) {
    let padding = 0;
    while (padding < context && mask[w * context + padding] === 0) padding++;
    if (padding === 0) continue;
    shift(features.subarray(w * context * width, (w + 1) * context * width), padding * width, 0);
    shift(mask.subarray(w * context, (w + 1) * context), padding, 0);
    if (forks === context) {
      shift(targets.subarray(w * context * horizon, (w + 1) * context * horizon), padding * horizon, Number.NaN);
    }
  }
  return { count, features, mask, targets };
}

function shift(row: Float32Array, by: number, fill: number): void {
  row.copyWithin(0, by);
  row.fill(fill, row.length - by);
}
