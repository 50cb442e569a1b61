import { parentPort, workerData } from 'node:worker_threads';
import type { TrainingProgress } from '../models/forecaster.ts';
import { trainPlanned } from '../models/rnn/forecaster.ts';
import type { Series } from '../models/series.ts';
import type { TrainingPlan } from '../models/settings.ts';

/** What a thread is started with: everything members are trained on. */
export interface ThreadData {
  readonly series: readonly Series[];
  readonly plan: TrainingPlan;
}

/** What a thread says: a finished epoch of a member, its weights at the end, or what went wrong. */
export type ThreadMessage =
  | { readonly member: number; readonly progress: TrainingProgress }
  | { readonly member: number; readonly weights: Float32Array }
  | { readonly member: number; readonly error: string };

/** Entry of a thread of member-threads.ts: is sent the number of a member, trains it, answers its weights, waits for the next. */
const { series, plan } = workerData as ThreadData;
const port = parentPort!;
const say = (message: ThreadMessage) => port.postMessage(message);

port.on('message', (member: number) => {
  trainPlanned(series, plan, member, { onProgress: (progress) => say({ member, progress }) }).then(
    (weights) => say({ member, weights }),
    (error: unknown) => say({ member, error: error instanceof Error ? error.message : String(error) }),
  );
});
