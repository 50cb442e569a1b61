import type { TrainingProgress } from '../models/forecaster.ts';
import type { JobProgress } from './contract.ts';

/** The part of a whole job that a piece of work is, as shares from 0 to 1. */
export type Share = readonly [from: number, to: number];

/** Says how far a piece of work is (`part`, 0 to 1) and what it does. */
export type Report = (share: Share, part: number, phase: string, training?: TrainingProgress) => void;

/** Turns what pieces of work say into the progress of the whole job, with an estimate of the time left. `clock`: ms. */
export function reporter({
  onProgress,
  clock = () => performance.now(),
}: {
  readonly onProgress?: (progress: JobProgress) => void;
  readonly clock?: () => number;
}): Report {
  // Counted from the first finished part: loading and warming up before it would make every estimate frightening.
  let first: { at: number; done: number } | undefined;
  return ([from, to], part, phase, training) => {
    const done = Math.min(1, from + part * (to - from));
    const now = clock();
    if (done > 0) first ??= { at: now, done };
    const gone = first ? done - first.done : 0;
    const secondsLeft = first && gone >= 0.02 ? (((now - first.at) / 1000) * (1 - done)) / gone : null;
    const { epoch = null, epochs = null, loss = null, validationLoss = null } = training ?? {};
    onProgress?.({ phase, done, epoch, epochs, loss, validationLoss, secondsLeft });
  };
}
