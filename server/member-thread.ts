import { parentPort, workerData } from 'node:worker_threads';
import type { Correction } from '../models/correction.ts';
import type { TrainingProgress } from '../models/forecaster.ts';
import { calibratePlanned, trainPlanned } from '../models/rnn/forecaster.ts';
import type { Series } from '../models/series.ts';
import type { TrainingPlan } from '../models/training-plan.ts';
import { shipped } from './shipped.ts';

/** What a thread is started with: everything members are trained on. */
export interface ThreadData {
  readonly series: readonly Series[];
  readonly plan: TrainingPlan;
}

/** What a thread is sent: the number of a member to train, or to check the intervals. */
export type ThreadTask = number | 'intervals';

/** What a thread says: a finished epoch of a member, its weights at the end, what was found of the intervals, or what went wrong. */
export type ThreadMessage =
  | { readonly member: number; readonly progress: TrainingProgress }
  | { readonly member: number; readonly weights: Float32Array }
  | { readonly correction: Correction | null }
  | { readonly error: string };

/** Entry of a thread of member-threads.ts: is sent a task, does it, answers, waits for the next. */
const { series, plan } = workerData as ThreadData;
const port = parentPort!;
const say = (message: ThreadMessage) => port.postMessage(message);

port.on('message', (task: ThreadTask) => {
  const work =
    task === 'intervals'
      ? calibratePlanned(series, plan, {}, shipped).then((correction) => say({ correction }))
      : trainPlanned(series, plan, task, { onProgress: (progress) => say({ member: task, progress }) }, shipped).then(
          (weights) => say({ member: task, weights }),
        );
  work.catch((error: unknown) => say({ error: error instanceof Error ? error.message : String(error) }));
});
