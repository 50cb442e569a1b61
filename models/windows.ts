import type { Description } from './features.ts';

/** One (context, target) pair: the series by its position in the list, and the step that is the origin. */
export interface Window {
  readonly series: number;
  readonly origin: number;
}

export interface WindowShape {
  /** Past steps fed to the model, the origin included. */
  readonly context: number;
  /** Origins a window carries: its last `forks` steps, each with the targets after it. 1 is the plain pair. */
  readonly forks: number;
}

/**
 * Windows as flat arrays, row-major. A series with fewer steps than the context is padded on the left with zeros and masked;
 * a longer one is cut off at the front.
 */
export interface Windows {
  readonly count: number;
  /** [windows, context, width] */
  readonly features: Float32Array;
  /** [windows, context] 1 for a step of the series, 0 for padding. */
  readonly mask: Float32Array;
  /** [windows, forks, horizon]; NaN where nothing was observed. With forks = 1 this is [windows, horizon]. */
  readonly targets: Float32Array;
}

/** Cuts windows out of described series. Throws RangeError for an origin outside its series. */
export function cutWindows(
  described: readonly Description[],
  origins: readonly Window[],
  { context, forks }: WindowShape,
  { width, horizon }: { width: number; horizon: number },
): Windows {
  const features = new Float32Array(origins.length * context * width);
  const mask = new Float32Array(origins.length * context);
  const targets = new Float32Array(origins.length * forks * horizon).fill(Number.NaN);
  origins.forEach(({ series, origin }, w) => {
    const { steps, features: source, targets: truth } = described[series];
    if (!(origin >= 0 && origin < steps)) {
      throw new RangeError(`found origin ${origin} in series ${series}, expected 0..${steps - 1}`);
    }
    const length = Math.min(context, origin + 1);
    const first = origin + 1 - length;
    const padding = context - length;
    features.set(source.subarray(first * width, (origin + 1) * width), (w * context + padding) * width);
    mask.fill(1, w * context + padding, (w + 1) * context);
    const carried = Math.min(forks, length);
    targets.set(
      truth.subarray((origin + 1 - carried) * horizon, (origin + 1) * horizon),
      (w * forks + forks - carried) * horizon,
    );
  });
  return { count: origins.length, features, mask, targets };
}
