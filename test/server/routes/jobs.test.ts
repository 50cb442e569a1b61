import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { updateDataset } from '../../../db/datasets.ts';
import { addLogLine, claimJob, finishJob, getJob, insertJob, setProgress } from '../../../db/jobs.ts';
import { Job, JobLog, Jobs } from '../../../server/contract.ts';
import { addDataset, monthly, startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let dataset: number;
beforeEach(async () => {
  server = await startServer();
  dataset = addDataset(server.store, { a: monthly(2020, [1, 2, 3]) });
});
afterEach(() => server.close());

const ask = (body: unknown) => server.request('POST', `/api/v1/datasets/${dataset}/jobs`, { body });
const addJob = (kind: 'train' | 'backtest' | 'forecast' = 'train') =>
  insertJob(server.store, { datasetId: dataset, kind, reason: 'manual' }, 1);
const progress = (done: number) => ({
  phase: 'train',
  done,
  epoch: 3,
  epochs: 10,
  loss: 0.5,
  validationLoss: null,
  secondsLeft: 7,
});

describe('jobs', () => {
  test('a request for work is answered 202 with the job and where to follow it', async () => {
    const reply = await ask({ kind: 'train', settings: { cell: 'gru', epochs: 3 } });
    expect(reply.status).toBe(202);
    expect(Job.parse(reply.json)).toMatchObject({ kind: 'train', state: 'queued', reason: 'manual', attempts: 0 });
    expect(reply.headers.get('location')).toBe(`/api/v1/jobs/${reply.json.id}`);
    expect(getJob(server.store, reply.json.id)?.request).toEqual({ settings: { cell: 'gru', epochs: 3 } });
    expect(server.runner.woken).toBe(1);
    expect(reply.json.training).toBeNull();
    expect((await ask({ kind: 'train', settings: { training: 'none' } })).json.training).toBe('none');
  });

  test('the same work asked for twice is one job', async () => {
    const first = await ask({ kind: 'train' });
    const second = await ask({ kind: 'train' });
    expect(second.json.id).toBe(first.json.id);
  });

  test('the same work with other settings is another job', async () => {
    const first = await ask({ kind: 'train' });
    const second = await ask({ kind: 'train', settings: { cell: 'lstm' } });
    expect(second.json.id).not.toBe(first.json.id);
  });

  test.each([
    ['an unknown kind', { kind: 'retrain' }, { field: 'kind', expected: 'one of train, backtest, forecast' }],
    ['an unknown setting', { kind: 'train', settings: { epoch: 3 } }, { field: 'settings.epoch', found: '3' }],
    [
      'an impossible setting',
      { kind: 'train', settings: { learningRate: 0 } },
      { field: 'settings.learningRate', found: '0', expected: 'more than 0' },
    ],
    [
      'a lower bound above the upper one',
      { kind: 'train', settings: { lower: 5, upper: 1 } },
      { field: 'settings.lower', found: '5', expected: 'at most upper' },
    ],
  ])('%s is 400 naming the field', async (_title, body, problem) => {
    const { status, json } = await ask(body);
    expect(status).toBe(400);
    expect(json.error.details).toMatchObject([problem]);
  });

  test('a bound that contradicts the one of the dataset is 400 as well', async () => {
    updateDataset(server.store, dataset, { settings: { lower: 5 } }, 1);
    const { status, json } = await ask({ kind: 'train', settings: { upper: 1 } });
    expect(status).toBe(400);
    expect(json.error.details).toMatchObject([{ field: 'settings.lower', found: '5', expected: 'at most upper' }]);
    expect((await ask({ kind: 'train', settings: { upper: 6 } })).status).toBe(202);
  });

  test('jobs are listed newest first, by dataset and state', async () => {
    const first = addJob();
    const second = addJob('forecast');
    const other = addDataset(server.store, { b: monthly(2020, [1]) });
    insertJob(server.store, { datasetId: other, kind: 'train', reason: 'manual' }, 1);
    claimJob(server.store, 2);
    const ids = async (query: string) => (await server.read(`/api/v1/jobs?${query}`, Jobs)).map((job) => job.id);
    expect(await ids(`dataset=${dataset}`)).toEqual([second, first]);
    expect(await ids(`dataset=${dataset}&state=running`)).toEqual([first]);
    expect(await ids('limit=1')).toHaveLength(1);
  });

  test('a job shows its progress and, at its end, what went wrong', async () => {
    const id = addJob();
    claimJob(server.store, 2);
    setProgress(server.store, id, progress(0.3));
    expect(await server.read(`/api/v1/jobs/${id}`, Job)).toMatchObject({ state: 'running', progress: progress(0.3) });
    const error = { code: 'training_failed', message: 'the loss is not a number' };
    finishJob(server.store, id, { state: 'failed', error }, 3);
    expect(await server.read(`/api/v1/jobs/${id}`, Job)).toMatchObject({ state: 'failed', error, finishedAt: 3 });
  });

  test('the log of a job comes in order', async () => {
    const id = addJob();
    addLogLine(server.store, id, 5, 'epoch 1');
    addLogLine(server.store, id, 6, 'epoch 2');
    expect(await server.read(`/api/v1/jobs/${id}/log`, JobLog)).toEqual({
      lines: [
        { at: 5, line: 'epoch 1' },
        { at: 6, line: 'epoch 2' },
      ],
    });
  });

  test('a job that has not ended can be cancelled', async () => {
    const id = addJob();
    const { status, json } = await server.request('POST', `/api/v1/jobs/${id}/cancel`);
    expect(status).toBe(202);
    expect(Job.parse(json).id).toBe(id);
    expect(server.runner.cancelled).toEqual([id]);
  });

  test('cancelling what has ended is a conflict', async () => {
    const id = addJob();
    claimJob(server.store, 2);
    finishJob(server.store, id, { state: 'succeeded' }, 3);
    const { status, json } = await server.request('POST', `/api/v1/jobs/${id}/cancel`);
    expect(status).toBe(409);
    expect(json.error.message).toBe('job 1 has succeeded already');
  });
});

/** Reads events one by one from a job's stream. */
async function listen(id: number) {
  const abort = new AbortController();
  const reply = await fetch(`${server.url}/api/v1/jobs/${id}/events`, { signal: abort.signal });
  const reader = reply.body!.pipeThrough(new TextDecoderStream()).getReader();
  let buffered = '';
  return {
    reply,
    hangUp: () => abort.abort(),
    /** The next event; undefined at the end of the stream. */
    async next(): Promise<{ event: string; job: Job } | undefined> {
      for (;;) {
        const end = buffered.indexOf('\n\n');
        if (end >= 0) {
          const match = /^event: (\w+)\ndata: (.*)$/.exec(buffered.slice(0, end));
          buffered = buffered.slice(end + 2);
          if (match) return { event: match[1], job: Job.parse(JSON.parse(match[2])) };
          continue;
        }
        const { value, done } = await reader.read();
        if (done) return undefined;
        buffered += value;
      }
    },
  };
}

describe('events of a job', () => {
  test('tell its state at once, its progress as it goes, and its end as the last', async () => {
    const id = addJob();
    const events = await listen(id);
    expect(events.reply.headers.get('content-type')).toBe('text/event-stream');
    expect(await events.next()).toMatchObject({ event: 'state', job: { state: 'queued' } });

    claimJob(server.store, 2);
    server.runner.changed(id);
    expect(await events.next()).toMatchObject({ event: 'state', job: { state: 'running' } });

    setProgress(server.store, id, progress(0.5));
    server.runner.changed(id);
    expect(await events.next()).toMatchObject({ event: 'progress', job: { progress: { done: 0.5 } } });

    finishJob(server.store, id, { state: 'succeeded' }, 3);
    server.runner.changed(id);
    expect(await events.next()).toMatchObject({ event: 'state', job: { state: 'succeeded' } });
    expect(await events.next()).toMatchObject({ event: 'end', job: { state: 'succeeded', finishedAt: 3 } });
    expect(await events.next()).toBeUndefined();
    expect(server.runner.listeners.get(id)?.size).toBe(0);
  });

  test('of a job that has ended are its state and the end', async () => {
    const id = addJob();
    claimJob(server.store, 2);
    finishJob(server.store, id, { state: 'cancelled' }, 3);
    const events = await listen(id);
    expect((await events.next())?.event).toBe('state');
    expect((await events.next())?.event).toBe('end');
    expect(await events.next()).toBeUndefined();
  });

  test('stop being listened for when the listener hangs up', async () => {
    const id = addJob();
    const events = await listen(id);
    await events.next();
    const listeners = server.runner.listeners.get(id)!;
    expect(listeners.size).toBe(1);
    const released = new Promise<void>((resolve) => {
      const remove = listeners.delete.bind(listeners);
      listeners.delete = (listener) => {
        resolve();
        return remove(listener);
      };
    });
    events.hangUp();
    await released;
    expect(listeners.size).toBe(0);
  });
});
