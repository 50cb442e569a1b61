import type { JobProgress } from '../contract.ts';
import type { ProgressBar } from '../progress-bar.ts';

/** Draws the progress of a training on the bar. */
export function showJobProgress(bar: ProgressBar): (progress: JobProgress) => void {
  return ({ phase, done, epoch, epochs, loss, secondsLeft }) => {
    const parts = [
      ...(epoch === null ? [] : [`epoch ${epoch} of ${epochs}`]),
      ...(loss === null ? [] : [`loss ${loss.toPrecision(3)}`]),
    ];
    bar.show({ phase, done, note: parts.join(', '), secondsLeft });
  };
}
