import { expect, test } from 'vitest';
import type { TrainingProgress } from '../../models/forecaster.ts';
import { mergeProgress } from '../../server/merged-progress.ts';

test('a member that has fewer epochs counts with its last loss from then on', () => {
  const told: TrainingProgress[] = [];
  const merged = mergeProgress([1, 3], (progress) => told.push(progress));
  const epoch = (member: number, loss: number) =>
    merged.epoch(member, { epoch: 1, epochs: 3, loss, validationLoss: null });
  epoch(1, 8);
  expect(told).toEqual([]);
  epoch(0, 2);
  merged.end(0);
  epoch(1, 6);
  epoch(1, 4);
  merged.end(1);
  expect(told).toEqual([
    { epoch: 1, epochs: 3, loss: 5, validationLoss: null },
    { epoch: 2, epochs: 3, loss: 4, validationLoss: null },
    { epoch: 3, epochs: 3, loss: 3, validationLoss: null },
  ]);
});
