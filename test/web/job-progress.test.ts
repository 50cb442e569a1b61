import { describe, expect, it } from 'vitest';
import type { Job } from '../../server/contract.ts';
import { activeJob, hasEnded, jobDetail, jobTitle } from '../../web/job-progress.ts';

const job: Job = {
  id: 1,
  datasetId: 1,
  kind: 'train',
  training: null,
  state: 'running',
  reason: 'manual',
  attempts: 1,
  maxAttempts: 3,
  progress: {
    phase: 'Training the network',
    done: 0.416,
    epoch: 12,
    epochs: 60,
    loss: 0.18321,
    validationLoss: null,
    secondsLeft: 83.4,
  },
  error: null,
  result: null,
  createdAt: 0,
  startedAt: 0,
  finishedAt: null,
};

describe('the job that is shown', () => {
  it('is the one that runs, and not the newer one that waits for its end', () => {
    const first: Job = { ...job, id: 1, training: 'none' };
    const second: Job = { ...job, id: 2, state: 'queued' };
    expect(activeJob([second, first])?.id).toBe(1);
    expect(activeJob([{ ...second, id: 3 }, second, { ...first, state: 'succeeded' }])?.id).toBe(2);
    expect(activeJob([{ ...job, state: 'failed' }])).toBeNull();
  });
});

describe('a job in words', () => {
  it('names a run of the pre-trained network, which is no training', () => {
    expect(jobTitle({ ...job, training: 'none' })).toBe('Run of the pre-trained network, 42 %');
    expect(jobTitle({ ...job, kind: 'backtest', training: 'none' })).toBe('Backtest, 42 %');
  });

  it('tells how far it is, in which phase and how long it will take', () => {
    expect(jobTitle(job)).toBe('Training, 42 %');
    expect(jobDetail(job)).toBe('Training the network · epoch 12 of 60 · loss 0.183 · about 1 min 23 s left');
  });

  it('tells a first wait from another try, and why it is tried again', () => {
    const queued: Job = { ...job, state: 'queued', attempts: 0, progress: null };
    expect(jobTitle(queued)).toBe('Training waits for its turn');
    const again: Job = {
      ...queued,
      attempts: 1,
      error: { code: 'training_failed', message: 'the trainer was killed' },
    };
    expect(jobTitle(again)).toBe('Training will be tried again');
    expect(jobDetail(again)).toBe('The last attempt failed: the trainer was killed');
  });

  it('tells the outcome', () => {
    const done: Job = {
      ...job,
      state: 'succeeded',
      result: { runId: 1, promoted: true, serving: 'rnn', forecasts: 3, message: 'It serves.' },
    };
    expect([jobTitle(done), jobDetail(done)]).toEqual(['Training done', 'It serves.']);
    const failed: Job = {
      ...job,
      state: 'failed',
      error: { code: 'training_failed', message: 'The loss became infinite.' },
    };
    expect([jobTitle(failed), jobDetail(failed)]).toEqual(['Training failed', 'The loss became infinite.']);
    expect([done, failed, job].map(hasEnded)).toEqual([true, true, false]);
  });
});
