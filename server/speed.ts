import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Series } from '../models/series.ts';
import type { Cell } from '../models/settings.ts';
import type { TrainingPlan } from '../models/training-plan.ts';
import type { ThreadData, ThreadMessage } from './member-thread.ts';
import { packageRoot } from './own-package.ts';

/** How fast this machine trains a plan, with as many members at work as it has cores. */
export interface Speed {
  readonly cores: number;
  /** Seconds before the first step of a member: its thread starts, the data is copied and described. */
  readonly setup: number;
  /** Seconds a step takes, by cell. */
  readonly step: Partial<Record<Cell, number>>;
}

/** As long as this is measured, if that is at least so many steps; of a slow machine that is over its time, one will do. */
const MEASURED_MS = 1000;
const FEWEST_STEPS = 3;

/**
 * Times real steps of the plan's members in threads, one member of each cell and never fewer than cores, so that what the
 * cores take from each other is in the figure. Nothing that is trained here is kept. Rejects with Error('cancelled').
 *
 * @param mostMs milliseconds this should take at most
 */
export async function measureSpeed(
  series: readonly Series[],
  plan: TrainingPlan,
  mostMs: number,
  signal?: AbortSignal,
  cores = availableParallelism(),
): Promise<Speed> {
  const first = [...new Map(plan.members.map((member) => [member.cell, member])).values()];
  const probes = [...first, ...plan.members.filter((member) => !first.includes(member))];
  const timed = probes.slice(0, Math.max(first.length, Math.min(cores, probes.length)));
  const data: ThreadData = {
    series,
    plan: { ...plan, patience: 0, stepsPerEpoch: 1, members: timed.map((member) => ({ ...member, epochs: 100_000 })) },
  };
  const setups: number[] = [];
  const steps = new Map<Cell, number[]>();
  for (let from = 0; from < timed.length; from += cores) {
    const together = timed.slice(from, from + cores);
    const times = await timesOf(data, from, together.length, (mostMs * together.length) / timed.length, signal);
    for (const [i, { began, told }] of times.entries()) {
      const step = (told[told.length - 1] - told[0]) / (told.length - 1) / 1000;
      setups.push(Math.max(0, (told[0] - began) / 1000 - step));
      const { cell } = together[i];
      steps.set(cell, [...(steps.get(cell) ?? []), step]);
    }
  }
  return {
    cores,
    setup: Math.max(0, ...setups),
    step: Object.fromEntries([...steps].map(([cell, own]) => [cell, Math.max(...own)])),
  };
}

interface Times {
  readonly began: number;
  /** When each step had ended, the first with all that comes before it. */
  readonly told: number[];
}

async function timesOf(
  data: ThreadData,
  from: number,
  count: number,
  mostMs: number,
  signal?: AbortSignal,
): Promise<Times[]> {
  const times = Array.from({ length: count }, (): Times => ({ began: performance.now(), told: [] }));
  const threads: Worker[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      const cancel = () => reject(new Error('cancelled'));
      signal?.addEventListener('abort', cancel, { once: true });
      if (signal?.aborted) cancel();
      for (let i = 0; i < count; i++) {
        const thread = new Worker(ENTRY, { workerData: data });
        threads.push(thread);
        thread.on('message', (message: ThreadMessage) => {
          if ('error' in message) return reject(new Error(message.error));
          times[i].told.push(performance.now());
          // Until all have enough: one that stops early would leave its core to the others.
          const late = performance.now() - times[0].began > mostMs;
          const enough = ({ told }: Times) =>
            told.length > (late ? 1 : FEWEST_STEPS) && (late || told[told.length - 1] - told[0] >= MEASURED_MS);
          if (times.every(enough)) resolve();
        });
        thread.on('error', reject);
        thread.on('exit', (code) => reject(new Error(`a training thread ended early, with status ${code}`)));
        thread.postMessage(from + i);
      }
    });
    return times;
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}

const ENTRY = new URL('dist/server/member-thread.js', packageRoot);
