import type { FitOptions, TrainingProgress } from '../models/forecaster.ts';

/**
 * One curve of several members: an epoch is told once every member that has so many has finished it, with the mean of all
 * losses, the last one of a member that had fewer. So the curve does not depend on which thread was faster, and does not jump
 * where the shorter members end.
 */
export function mergeProgress(planned: readonly number[], tell: FitOptions['onProgress']) {
  const curves: TrainingProgress[][] = planned.map(() => []);
  const ended = planned.map(() => false);
  let told = 0;
  const tellFinished = () => {
    for (;;) {
      const waiting = curves.some((curve, member) => curve.length <= told && !ended[member]);
      if (waiting || curves.every((curve) => curve.length <= told)) return;
      const points = curves.flatMap((curve) => curve[Math.min(told, curve.length - 1)] ?? []);
      told++;
      tell?.({
        epoch: told,
        epochs: Math.max(...planned),
        loss: mean(points.map(({ loss }) => loss)),
        validationLoss: points.every(({ validationLoss }) => validationLoss !== null)
          ? mean(points.map(({ validationLoss }) => validationLoss as number))
          : null,
      });
    }
  };
  return {
    epoch(member: number, progress: TrainingProgress) {
      curves[member].push(progress);
      tellFinished();
    },
    end(member: number) {
      ended[member] = true;
      tellFinished();
    },
  };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
