import { workerData } from 'node:worker_threads';
import { type HelperData, help } from '../models/kernel/threads.ts';

/** Entry of a thread that helps another one with its kernels (kernel-threads.ts). */
help(workerData as HelperData);
