import { expect, test } from 'vitest';
import type { TrainingProgress } from '../../models/forecaster.ts';
import { mergeProgress } from '../../server/merged-progress.ts';

test('a member that has fewer epochs counts with its last loss from then on', () => {
  const told: TrainingProgress[] = [];
  const merged = mergeProgress([1, 3], { onProgress: (progress) => told.push(progress) });
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

test('every epoch of every member is news at once, counted over all members', () => {
  const news: string[] = [];
  const merged = mergeProgress([2, 4, 2], {
    onProgress: ({ epoch, epochs }) => news.push(`curve ${epoch} of ${epochs}`),
    onWork: ({ epoch, epochs, loss }) => news.push(`${epoch} of ${epochs}, loss ${loss}`),
  });
  const epoch = (member: number, loss: number) =>
    merged.epoch(member, { epoch: 1, epochs: 4, loss, validationLoss: null });
  epoch(0, 9);
  epoch(1, 8);
  // The first stopped early; what it left out is done too.
  merged.end(0);
  epoch(1, 7);
  epoch(2, 5);
  expect(news).toEqual(['1 of 8, loss 9', '2 of 8, loss 8.5', '4 of 8, loss 8', '5 of 8, loss 7', 'curve 1 of 4']);
});
