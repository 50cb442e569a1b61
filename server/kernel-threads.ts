import { Worker } from 'node:worker_threads';
import { equip, isInUse, MOST_PARTS } from '../models/kernel/engine.ts';
import { createSharedMachine, type HelperData, type Spare } from '../models/kernel/threads.ts';
import { packageRoot } from './own-package.ts';

/**
 * Gives this thread helpers for its kernels, which end with it and do not keep it alive; nothing where kernels have been used
 * already. Results are the same without.
 *
 * @param spare cores that may be used, where other threads use them too
 */
export function hireHelpers(count: number, spare?: Spare): void {
  if (count > 0 && !isInUse()) equip(createSharedMachine(startHelper, Math.min(count, MOST_PARTS - 1), spare));
}

const startHelper = (workerData: HelperData): void => new Worker(ENTRY, { workerData }).unref();

const ENTRY = new URL('dist/server/kernel-thread.js', packageRoot);
