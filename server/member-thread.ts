import { availableParallelism } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import type { TrainingProgress } from '../models/forecaster.ts';
import type { Spare } from '../models/kernel/threads.ts';
import type { Checked } from '../models/rnn/calibration.ts';
import { calibratePlanned, trainPlanned } from '../models/rnn/forecaster.ts';
import type { Series } from '../models/series.ts';
import type { TrainingPlan } from '../models/training-plan.ts';
import { hireHelpers } from './kernel-threads.ts';
import { shipped } from './shipped.ts';
import { waitForTurn } from './turns.ts';

/** What a thread is started with: everything members are trained on. */
export interface ThreadData {
  readonly series: readonly Series[];
  readonly plan: TrainingPlan;
  /** Whose turn it is (turns.ts), where threads are more than cores; else it is everyone's. */
  readonly gates?: Int32Array;
  /** Cores that no thread uses. */
  readonly spare?: Spare;
}

/** What a thread is sent: the number of a member to train, or one more than the last to ask the folds. */
export type ThreadTask = number;

/** What a thread says: a finished epoch of a task, the weights at its end or what the folds say, or what went wrong. */
export type ThreadMessage =
  | { readonly progress: TrainingProgress }
  | { readonly weights: Float32Array }
  | { readonly checked: Checked }
  | { readonly error: string };

/** Entry of a thread of member-threads.ts: is sent a task, does it, answers, waits for the next. */
const { series, plan, gates, spare } = workerData as ThreadData;
// Batches of training are computed in two parts; on a machine of one core nobody could help.
if (spare) hireHelpers(Math.min(1, availableParallelism() - 1), spare);
const port = parentPort!;
const say = (message: ThreadMessage) => port.postMessage(message);

port.on('message', (task: ThreadTask) => {
  const onProgress = (progress: TrainingProgress) => {
    const tell = () => say({ progress });
    if (gates) waitForTurn(gates, task, tell);
    else tell();
  };
  if (gates) waitForTurn(gates, task);
  const work =
    task < plan.members.length
      ? trainPlanned(series, plan, task, { onProgress }, shipped).then((weights) => say({ weights }))
      : calibratePlanned(series, plan, { onProgress }, shipped).then((checked) => say({ checked }));
  work.catch((error: unknown) => say({ error: error instanceof Error ? error.message : String(error) }));
});
