import type { FitOptions, TrainingProgress } from '../models/forecaster.ts';

/**
 * One curve of several members: an epoch is told once every member that has so many has finished it, with the mean of all
 * losses, the last one of a member that had fewer. So the curve does not depend on which thread was faster, and does not jump
 * where the shorter members end. `onWork` is told at every epoch of every member: members that wait for a thread keep the
 * curve back, not the news.
 *
 * @param planned epochs of each member
 */
export function mergeProgress(
  planned: readonly number[],
  { onProgress, onWork }: Pick<FitOptions, 'onProgress' | 'onWork'>,
) {
  const curves: TrainingProgress[][] = planned.map(() => []);
  const ended = planned.map(() => false);
  let told = 0;
  const tellFinished = () => {
    for (;;) {
      const waiting = curves.some((curve, member) => curve.length <= told && !ended[member]);
      if (waiting || curves.every((curve) => curve.length <= told)) return;
      const points = curves.flatMap((curve) => curve[Math.min(told, curve.length - 1)] ?? []);
      told++;
      onProgress?.({ epoch: told, epochs: Math.max(...planned), ...meanOf(points) });
    }
  };
  return {
    epoch(member: number, progress: TrainingProgress) {
      curves[member].push(progress);
      // One that stopped early leaves nothing to do.
      const epoch = sum(curves.map((curve, m) => (ended[m] ? planned[m] : curve.length)));
      onWork?.({ epoch, epochs: sum(planned), ...meanOf(curves.flatMap((curve) => curve.at(-1) ?? [])) });
      tellFinished();
    },
    end(member: number) {
      ended[member] = true;
      tellFinished();
    },
  };
}

function meanOf(points: readonly TrainingProgress[]): Pick<TrainingProgress, 'loss' | 'validationLoss'> {
  const validation = points.flatMap(({ validationLoss }) => (validationLoss === null ? [] : [validationLoss]));
  return {
    loss: sum(points.map(({ loss }) => loss)) / points.length,
    validationLoss: validation.length === points.length ? sum(validation) / points.length : null,
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
