import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  addLogLine,
  claimJob,
  finishJob,
  getJob,
  insertJob,
  jobCounts,
  listJobs,
  logOf,
  openJob,
  requestCancel,
  requeueJob,
  runningJob,
  setProgress,
} from '../../db/jobs.ts';
import { addDataset, type FreshStore, freshStore } from '../support/store.ts';

let fresh: FreshStore;
let tides: number;
let winds: number;
beforeEach(() => {
  fresh = freshStore();
  tides = addDataset(fresh.store, { a: [1, 2, 3] }).datasetId;
  winds = addDataset(fresh.store, { a: [1, 2, 3] }, { name: 'winds' }).datasetId;
});
afterEach(() => fresh.close());

describe('the queue of jobs', () => {
  it('hands jobs out oldest first and counts the attempt', () => {
    const first = insertJob(fresh.store, { datasetId: tides, kind: 'train', reason: 'manual' }, 10);
    insertJob(fresh.store, { datasetId: winds, kind: 'forecast', reason: 'schedule' }, 11);
    const claimed = claimJob(fresh.store, 20);
    expect(claimed).toMatchObject({ id: first, state: 'running', attempts: 1, startedAt: 20, createdAt: 10 });
    expect(claimed?.request).toEqual({});
  });

  it('never hands out a second job of a dataset that has one running, but one of another dataset', () => {
    insertJob(fresh.store, { datasetId: tides, kind: 'train', reason: 'manual' }, 1);
    insertJob(fresh.store, { datasetId: tides, kind: 'train', reason: 'manual' }, 2);
    const other = insertJob(fresh.store, { datasetId: winds, kind: 'train', reason: 'manual' }, 3);
    claimJob(fresh.store, 4);
    expect(claimJob(fresh.store, 5)?.id).toBe(other);
    expect(claimJob(fresh.store, 6)).toBeUndefined();
  });

  it('refuses two running jobs of one dataset in the schema itself', () => {
    insertJob(fresh.store, { datasetId: tides, kind: 'train', reason: 'manual' }, 1);
    insertJob(fresh.store, { datasetId: tides, kind: 'train', reason: 'manual' }, 2);
    expect(() => fresh.store.exec("UPDATE jobs SET state = 'running'")).toThrow(/UNIQUE/);
  });

  it('keeps progress, log, result and error as they were given', () => {
    const id = insertJob(fresh.store, { datasetId: tides, kind: 'train', reason: 'manual', request: { epochs: 3 } }, 1);
    claimJob(fresh.store, 2);
    const progress = {
      phase: 'train',
      done: 0.5,
      epoch: 1,
      epochs: 3,
      loss: 0.25,
      validationLoss: null,
      secondsLeft: 4,
    };
    setProgress(fresh.store, id, progress);
    addLogLine(fresh.store, id, 3, 'epoch 1 of 3');
    addLogLine(fresh.store, id, 3, 'epoch 2 of 3');
    expect(getJob(fresh.store, id)).toMatchObject({ progress, request: { epochs: 3 } });
    expect(logOf(fresh.store, id)).toEqual([
      { at: 3, line: 'epoch 1 of 3' },
      { at: 3, line: 'epoch 2 of 3' },
    ]);
    const result = { runId: null, promoted: false, serving: 'naive', forecasts: 2, message: 'done' };
    expect(finishJob(fresh.store, id, { state: 'succeeded', result }, 9)).toBe(true);
    expect(getJob(fresh.store, id)).toMatchObject({ state: 'succeeded', result, error: null, finishedAt: 9 });
    const error = { code: 'internal', message: 'too late' };
    expect(finishJob(fresh.store, id, { state: 'failed', error }, 10)).toBe(false);
    expect(getJob(fresh.store, id)?.state).toBe('succeeded');
  });

  it('puts a job back with its attempt counted, or given back after an orderly stop', () => {
    const id = insertJob(fresh.store, { datasetId: tides, kind: 'train', reason: 'manual' }, 1);
    claimJob(fresh.store, 2);
    requeueJob(fresh.store, id);
    expect(getJob(fresh.store, id)).toMatchObject({ state: 'queued', attempts: 1, startedAt: null });
    claimJob(fresh.store, 3);
    requeueJob(fresh.store, id, { refund: true });
    expect(getJob(fresh.store, id)).toMatchObject({ state: 'queued', attempts: 1 });
  });

  it('cancels a queued job at once and asks a running one', () => {
    const queued = insertJob(fresh.store, { datasetId: tides, kind: 'train', reason: 'manual' }, 1);
    expect(requestCancel(fresh.store, queued, 5)).toBe('queued');
    expect(getJob(fresh.store, queued)).toMatchObject({ state: 'cancelled', finishedAt: 5 });
    const running = insertJob(fresh.store, { datasetId: tides, kind: 'train', reason: 'manual' }, 6);
    claimJob(fresh.store, 7);
    expect(requestCancel(fresh.store, running, 8)).toBe('running');
    expect(getJob(fresh.store, running)).toMatchObject({ state: 'running', cancelRequested: true });
    expect(requestCancel(fresh.store, 999, 9)).toBeUndefined();
  });

  it('lists newest first by dataset and state, finds open jobs and counts', () => {
    const a = insertJob(fresh.store, { datasetId: tides, kind: 'train', reason: 'manual' }, 1);
    const b = insertJob(fresh.store, { datasetId: tides, kind: 'forecast', reason: 'manual' }, 2);
    const c = insertJob(fresh.store, { datasetId: winds, kind: 'train', reason: 'manual' }, 3);
    claimJob(fresh.store, 4);
    expect(listJobs(fresh.store, { datasetId: tides }).map((job) => job.id)).toEqual([b, a]);
    expect(listJobs(fresh.store, { state: 'queued' }).map((job) => job.id)).toEqual([c, b]);
    expect(listJobs(fresh.store, { limit: 1 }).map((job) => job.id)).toEqual([c]);
    expect(openJob(fresh.store, tides, 'train')).toMatchObject({ id: a, state: 'running' });
    expect(openJob(fresh.store, winds, 'forecast')).toBeUndefined();
    expect(runningJob(fresh.store, tides)?.id).toBe(a);
    finishJob(fresh.store, a, { state: 'failed', error: { code: 'internal', message: 'x' } }, 50);
    expect(jobCounts(fresh.store, 50)).toEqual({ queued: 2, running: 0, failed: 1 });
    expect(jobCounts(fresh.store, 51).failed).toBe(0);
  });
});
