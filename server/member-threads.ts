import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { FitOptions, Forecaster } from '../models/forecaster.ts';
import {
  checksIntervals,
  fitBy,
  nameOf,
  type Trained,
  type TrainPlan,
  trainInTurn,
  UNCHECKED,
} from '../models/rnn/forecaster.ts';
import type { NetworkSettings } from '../models/settings.ts';
import { hireHelpers } from './kernel-threads.ts';
import type { ThreadData, ThreadMessage, ThreadTask } from './member-thread.ts';
import { mergeProgress } from './merged-progress.ts';
import { packageRoot } from './own-package.ts';
import { shipped } from './shipped.ts';
import { takeTurns } from './turns.ts';

/**
 * The recurrent forecaster with a thread for each member of its ensemble: the same weights, bit for bit, in the time that all
 * cores take together. Threads and not processes, so that killing the process that trains leaves nothing behind.
 */
export function threadedForecaster(
  settings: Partial<NetworkSettings> = {},
  threads: number = 2 * availableParallelism(),
): Forecaster {
  return {
    name: nameOf(settings),
    fit(series, options) {
      hireHelpers(availableParallelism() - 1);
      const inTurn = trainInTurn(options, shipped);
      const train: TrainPlan = (own, plan, told) =>
        // To start a thread takes longer than to train nothing.
        plan.members.every(({ epochs }) => epochs === 0)
          ? inTurn(own, plan, told)
          : trainMembers({ series: own, plan }, threads, options, told);
      return fitBy(train, series, settings, options, shipped);
    },
  };
}

// More threads than cores on purpose: three members on two cores are done after one and a half turns, not after two. The most
// work first, so that what comes last is short.
async function trainMembers(
  data: ThreadData,
  most: number,
  { signal, onProgress, onWork }: FitOptions,
  told: boolean,
): Promise<Trained> {
  const { members } = data.plan;
  const count = members.length;
  const effort = members.map(({ epochs, cell }) => epochs * GATES[cell]);
  // The intervals are checked on the first member, trained once more.
  if (told && checksIntervals(data)) effort.push(effort[0]);
  const tasks: ThreadTask[] = [...effort.keys()].sort((a, b) => effort[b] - effort[a]);
  const turns = takeTurns(effort, availableParallelism());
  let checked = UNCHECKED;
  const weights = new Array<Float32Array>(count);
  const merged = mergeProgress(
    members.map(({ epochs }) => epochs),
    told ? { onProgress, onWork } : {},
  );
  let next = 0;
  let stop: (error: Error) => void = () => {};
  const stopped = new Promise<never>((_, reject) => {
    stop = reject;
  });
  const cancel = () => stop(new Error('cancelled'));
  signal?.addEventListener('abort', cancel, { once: true });
  if (signal?.aborted) cancel();
  const threads: Worker[] = [];
  const work = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const thread = new Worker(ENTRY, {
        workerData: { ...data, gates: turns.gates, spare: turns.spare } satisfies ThreadData,
      });
      threads.push(thread);
      let task: ThreadTask = Number.NaN;
      const giveNext = () => {
        if (next >= tasks.length) return resolve();
        task = tasks[next++];
        turns.begin(task);
        thread.postMessage(task);
      };
      thread.on('message', (message: ThreadMessage) => {
        if ('error' in message) return reject(new Error(message.error));
        if ('progress' in message) {
          const { progress } = message;
          turns.advance(task, progress.epoch / progress.epochs);
          if (task < count) merged.epoch(task, progress);
          return;
        }
        turns.end(task);
        if ('checked' in message) checked = message.checked;
        else {
          weights[task] = message.weights;
          merged.end(task);
        }
        giveNext();
      });
      thread.on('error', reject);
      thread.on('exit', (code) => reject(new Error(`a training thread ended early, with status ${code}`)));
      giveNext();
    });
  try {
    const all = Promise.all(Array.from({ length: Math.min(tasks.length, Math.max(1, most)) }, work));
    // Only the first of the two to fail is looked at; the other must not count as unhandled.
    all.catch(() => {});
    stopped.catch(() => {});
    await Promise.race([all, stopped]);
    return { weights, checked };
  } finally {
    signal?.removeEventListener('abort', cancel);
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}

const ENTRY = new URL('dist/server/member-thread.js', packageRoot);

/** What an epoch costs by the cell: the matrix products of a step. */
const GATES = { simpleRnn: 1, gru: 3, lstm: 4 } as const;
