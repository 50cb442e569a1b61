import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { FitOptions, Forecaster, TrainingProgress } from '../models/forecaster.ts';
import { assembleNetwork, planFor, recurrentForecaster, settleFor } from '../models/rnn/forecaster.ts';
import type { NetworkSettings } from '../models/settings.ts';
import type { ThreadData, ThreadMessage } from './member-thread.ts';
import { packageRoot } from './own-package.ts';

/**
 * The recurrent forecaster with a thread for each member of its ensemble: the same weights, bit for bit, in the time that all
 * cores take together. Threads and not processes, so that killing the process that trains leaves nothing behind.
 */
export function threadedForecaster(
  settings: Partial<NetworkSettings> = {},
  threads: number = 2 * availableParallelism(),
): Forecaster {
  const { name } = recurrentForecaster(settings);
  return {
    name,
    async fit(series, options) {
      const settled = await settleFor(series, settings, options, (own, plan) =>
        trainMembers({ series: own, plan }, threads, { ...options, onProgress: undefined }),
      );
      const plan = planFor(series, settled.settings, options);
      const weights = await trainMembers({ series, plan }, threads, options);
      return assembleNetwork(series, plan, weights, settled.choice);
    },
  };
}

// More threads than cores on purpose: three members on two cores are done after one and a half turns, not after two, and all
// of them are at about the same epoch, which is what the loss curve shows.
async function trainMembers(
  data: ThreadData,
  most: number,
  { signal, onProgress }: FitOptions,
): Promise<Float32Array[]> {
  const count = data.plan.members.length;
  const weights = new Array<Float32Array>(count);
  const merged = mergeProgress(
    data.plan.members.map(({ epochs }) => epochs),
    onProgress,
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
      const thread = new Worker(ENTRY, { workerData: data });
      threads.push(thread);
      const giveNext = () => (next < count ? thread.postMessage(next++) : resolve());
      thread.on('message', (message: ThreadMessage) => {
        if ('progress' in message) return merged.epoch(message.member, message.progress);
        if ('error' in message) return reject(new Error(message.error));
        weights[message.member] = message.weights;
        merged.end(message.member);
        giveNext();
      });
      thread.on('error', reject);
      thread.on('exit', (code) => reject(new Error(`a training thread ended early, with status ${code}`)));
      giveNext();
    });
  try {
    const all = Promise.all(Array.from({ length: Math.min(count, Math.max(1, most)) }, work));
    // Only the first of the two to fail is looked at; the other must not count as unhandled.
    all.catch(() => {});
    stopped.catch(() => {});
    await Promise.race([all, stopped]);
    return weights;
  } finally {
    signal?.removeEventListener('abort', cancel);
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}

const ENTRY = new URL('dist/server/member-thread.js', packageRoot);

/**
 * One curve of several members: an epoch is told once every member that has so many has finished it, with the mean of their
 * losses. So the curve does not depend on which thread was faster.
 */
function mergeProgress(planned: readonly number[], tell: FitOptions['onProgress']) {
  const curves: TrainingProgress[][] = planned.map(() => []);
  const ended = planned.map(() => false);
  let told = 0;
  const tellFinished = () => {
    for (;;) {
      const waiting = curves.some((curve, member) => curve.length <= told && !ended[member]);
      const points = curves.flatMap((curve) => (curve.length > told ? [curve[told]] : []));
      if (waiting || points.length === 0) return;
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
