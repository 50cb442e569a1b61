// One runner in all its ways, with the same trainers and store for each, hence more than 300 lines.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { deleteDataset } from '../../db/datasets.ts';
import { claimJob, getJob, insertJob, listJobs, logOf, requestCancel } from '../../db/jobs.ts';
import { getSchedule } from '../../db/schedules.ts';
import { createJobRunner, type JobRunner } from '../../server/jobs.ts';
import { addDefaultSchedules } from '../../server/scheduler.ts';
import { addDataset, type FreshStore, freshStore, wave } from '../support/store.ts';

// Trainers here are small programs that speak the real one's language: what the runner does with them is what is tested.
const OUTCOME = {
  message: 'done',
  run: null,
  folds: [],
  servingId: null,
  promotion: null,
  serving: null,
  forecasts: [],
};
const SUCCEEDS = `process.on('message', ({ jobId }) => {
  process.send({ type: 'backend', name: 'wasm', reason: 'WebAssembly is available' });
  process.send({ type: 'log', line: 'working on ' + jobId });
  process.send({ type: 'progress', progress: { phase: 'train', done: 0.5, epoch: 1, epochs: 2, loss: 1, validationLoss: null, secondsLeft: 1 } });
  process.send({ type: 'outcome', outcome: ${JSON.stringify(OUTCOME)} }, () => process.exit(0));
});`;
/** Says what it was told, then waits for an abort like a good trainer. */
const WAITS = `process.on('message', (message) => {
  if (message.type === 'abort') process.send({ type: 'error', code: 'cancelled', message: 'cancelled' }, () => process.exit(0));
  else process.send({ type: 'log', line: 'waiting' });
});
process.on('disconnect', () => process.exit(1));`;
/** Waits too, and hears nothing. */
const DEAF = `process.on('message', (message) => {
  if (message.type === 'start') process.send({ type: 'log', line: 'waiting' });
});`;
const CRASHES = `process.on('message', () => { console.error('out of luck'); process.kill(process.pid, 'SIGKILL'); });`;

let fresh: FreshStore;
let datasetId: number;
let runners: JobRunner[];
beforeEach(() => {
  fresh = freshStore();
  datasetId = addDataset(fresh.store, { a: wave(30) }).datasetId;
  runners = [];
});
afterEach(async () => {
  for (const runner of runners) await runner.stop();
  fresh.close();
});

function runnerOf(
  program: string,
  options: { concurrency?: number; ahead?: boolean; only?: number; log?: (line: string) => void } = {},
): JobRunner {
  const trainerEntry = join(dirname(fresh.file), `trainer-${runners.length}.mjs`);
  writeFileSync(trainerEntry, program);
  const runner = createJobRunner({
    ...options,
    store: fresh.store,
    storeFile: fresh.file,
    now: () => 77,
    trainerEntry,
  });
  runners.push(runner);
  return runner;
}

const queue = (of = datasetId, kind: 'train' | 'forecast' = 'train') =>
  insertJob(fresh.store, { datasetId: of, kind, reason: 'manual' }, 1);
const state = (id: number) => getJob(fresh.store, id)?.state;
const lines = (id: number) => logOf(fresh.store, id).map(({ line }) => line);

/** From now on the store takes no change of a job, as on a full disk. */
const fillUp = () =>
  fresh.store.exec(`CREATE TEMP TRIGGER no_room BEFORE UPDATE ON jobs BEGIN SELECT RAISE(ABORT, 'no room'); END`);
const makeRoom = () => fresh.store.exec('DROP TRIGGER no_room');

/** Resolves when the job's log has the line. */
function logged(runner: JobRunner, id: number, line: string): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!lines(id).includes(line)) return;
      unsubscribe();
      resolve();
    };
    const unsubscribe = runner.subscribe(id, look);
    look();
  });
}

describe('the job runner', () => {
  it('takes a queued job, tells its way and stores its end', async () => {
    const runner = runnerOf(SUCCEEDS);
    const id = queue();
    const seen: (string | undefined)[] = [];
    runner.subscribe(id, () => seen.push(`${state(id)} ${getJob(fresh.store, id)?.progress?.done ?? '-'}`));
    expect(runner.backend()).toBeNull();
    runner.start();
    await runner.idle();
    expect(seen[0]).toBe('running -');
    expect(seen).toContain('running 0.5');
    expect(seen.at(-1)).toBe('succeeded 1');
    expect(getJob(fresh.store, id)).toMatchObject({
      attempts: 1,
      finishedAt: 77,
      result: { message: 'done', runId: null },
    });
    expect(lines(id)).toEqual(['Attempt 1 of 3.', `working on ${id}`, 'done']);
    expect(runner.backend()).toBe('wasm');
  });

  it('never lets two jobs of one dataset overlap, however many may run', async () => {
    const runner = runnerOf(WAITS, { concurrency: 4 });
    const [first, second] = [queue(), queue()];
    const other = queue(addDataset(fresh.store, { a: wave(30) }).datasetId);
    runner.start();
    await Promise.all([logged(runner, first, 'waiting'), logged(runner, other, 'waiting')]);
    expect([first, second, other].map(state)).toEqual(['running', 'queued', 'running']);
    runner.cancel(first);
    await logged(runner, second, 'waiting');
    expect([first, second].map(state)).toEqual(['cancelled', 'running']);
  });

  it('runs one at a time unless told otherwise, oldest first', async () => {
    const runner = runnerOf(SUCCEEDS);
    const ids = [queue(), queue(addDataset(fresh.store, { a: wave(30) }).datasetId), queue()];
    const order: number[] = [];
    for (const id of ids)
      runner.subscribe(id, () => state(id) === 'succeeded' && !order.includes(id) && order.push(id));
    runner.start();
    await runner.idle();
    expect(order).toEqual(ids);
  });

  it('takes the one job it is told to and no other', async () => {
    const [other, asked] = [queue(addDataset(fresh.store, { a: wave(30) }).datasetId), queue()];
    const runner = runnerOf(SUCCEEDS, { only: asked });
    runner.start();
    await runner.idle();
    expect([other, asked].map(state)).toEqual(['queued', 'succeeded']);
  });

  it('has a trainer wait before there is a job and again after it, and leaves none at its stop', async () => {
    const loaded = join(dirname(fresh.file), 'loaded');
    const processes = () => (existsSync(loaded) ? readFileSync(loaded, 'utf8').trim().split('\n').map(Number) : []);
    const runner = runnerOf(
      `import { appendFileSync } from 'node:fs';
appendFileSync(${JSON.stringify(loaded)}, process.pid + '\\n');
${SUCCEEDS.replace("'working on ' + jobId", "'working in ' + process.pid")}`,
      { ahead: true },
    );
    runner.start();
    await vi.waitFor(() => expect(processes()).toHaveLength(1), 10_000);
    const id = queue();
    runner.wake();
    await runner.idle();
    expect(lines(id)).toContain(`working in ${processes()[0]}`);
    await vi.waitFor(() => expect(processes()).toHaveLength(2), 10_000);
    await runner.stop();
    await vi.waitFor(() => expect(() => process.kill(processes()[1], 0)).toThrow('ESRCH'), 10_000);
  });

  it('cancels a queued job before it starts', async () => {
    const runner = runnerOf(SUCCEEDS);
    const id = queue();
    runner.cancel(id);
    runner.start();
    await runner.idle();
    expect(getJob(fresh.store, id)).toMatchObject({ state: 'cancelled', attempts: 0 });
  });

  it('cancels a running job that hears, and kills one that does not', async () => {
    for (const program of [WAITS, DEAF]) {
      const runner = runnerOf(program);
      const id = queue();
      runner.start();
      await logged(runner, id, 'waiting');
      runner.cancel(id);
      await runner.idle();
      expect(getJob(fresh.store, id)).toMatchObject({ state: 'cancelled', attempts: 1, error: null });
      await runner.stop();
    }
  });

  it('tries a job again whose trainer was killed, three times in all, and keeps its last words', async () => {
    const runner = runnerOf(CRASHES);
    const id = queue();
    runner.start();
    await runner.idle();
    const message = 'The trainer ended without a result (killed by SIGKILL) in attempt 3 of 3.';
    expect(getJob(fresh.store, id)).toMatchObject({
      state: 'failed',
      attempts: 3,
      error: { code: 'training_failed', message },
    });
    expect(lines(id)).toContain('out of luck');
    expect(lines(id)).toContain('The trainer ended without a result (killed by SIGKILL); trying again.');
  });

  it('leaves out of the last words what TensorFlow.js says of kernels it knows already', async () => {
    const noise = "The kernel 'Abs' for backend 'cpu' is already registered\\n".repeat(500);
    const runner = runnerOf(
      `process.on('message', () => process.stderr.write(${'`'}heap is out of memory\\n${noise}${'`'}, () => process.exit(7)));`,
    );
    const id = queue();
    runner.start();
    await runner.idle();
    expect(lines(id).slice(0, 3)).toEqual([
      'Attempt 1 of 3.',
      'heap is out of memory',
      'The trainer ended without a result (exit status 7); trying again.',
    ]);
  });

  it('lives on, and finishes the job, where the store takes no progress', async () => {
    fresh.store.exec(
      `CREATE TEMP TRIGGER no_room BEFORE UPDATE OF progress ON jobs WHEN NEW.progress IS NOT NULL AND NEW.state = 'running'
       BEGIN SELECT RAISE(ABORT, 'no room'); END`,
    );
    const twice = SUCCEEDS.replace(/ {2}process.send\(\{ type: 'progress'.*\n/, (line) => line + line);
    const said: string[] = [];
    const runner = runnerOf(twice, { log: (line) => said.push(line) });
    const id = queue();
    runner.start();
    await runner.idle();
    expect(getJob(fresh.store, id)).toMatchObject({ state: 'succeeded', attempts: 1 });
    expect(said.filter((line) => line.includes('no room'))).toEqual([
      `job ${id}: its progress could not be stored: no room`,
    ]);
  });

  it('lives on where the store takes no claim, and takes the job when it can', async () => {
    fresh.store.exec(
      `CREATE TEMP TRIGGER no_room BEFORE UPDATE OF state ON jobs BEGIN SELECT RAISE(ABORT, 'no room'); END`,
    );
    const runner = runnerOf(SUCCEEDS);
    const id = queue();
    runner.start();
    await runner.idle();
    expect(state(id)).toBe('queued');
    fresh.store.exec('DROP TRIGGER no_room');
    runner.wake();
    await runner.idle();
    expect(state(id)).toBe('succeeded');
  });

  it('cancels where the store takes no write, running or queued, and stores it when it can', async () => {
    const said: string[] = [];
    const runner = runnerOf(WAITS, { log: (line) => said.push(line) });
    const [running, queued] = [queue(), queue()];
    runner.start();
    await logged(runner, running, 'waiting');
    fillUp();
    const seen = new Promise<void>((resolve) => {
      runner.subscribe(running, () => ended(running) && resolve());
    });
    const ended = (id: number) => runner.asEnded(getJob(fresh.store, id)!).state === 'cancelled';
    runner.cancel(running);
    runner.cancel(queued);
    await seen;
    expect([running, queued].map(state)).toEqual(['running', 'queued']);
    expect([running, queued].map(ended)).toEqual([true, true]);
    expect(said).toContain(`job ${running}: that it is to be cancelled could not be stored: no room`);
    makeRoom();
    runner.wake();
    await runner.idle();
    expect([running, queued].map((id) => getJob(fresh.store, id))).toMatchObject([
      { state: 'cancelled', attempts: 1, finishedAt: 77 },
      { state: 'cancelled', attempts: 0, finishedAt: 77 },
    ]);
    expect(lines(running)).toContain('Cancelled.');
  });

  it('says of a job whose outcome and end the store did not take that it failed, and why', async () => {
    const runner = runnerOf(SUCCEEDS);
    fresh.store.exec(
      `CREATE TEMP TRIGGER no_room BEFORE UPDATE OF finished_at ON jobs WHEN NEW.finished_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'no room'); END`,
    );
    const id = queue();
    runner.start();
    await runner.idle();
    expect(state(id)).toBe('running');
    const failed = { state: 'failed', error: { code: 'internal', message: 'no room' }, finishedAt: 77 };
    expect(runner.asEnded(getJob(fresh.store, id)!)).toMatchObject(failed);
    makeRoom();
    await runner.idle();
    expect(getJob(fresh.store, id)).toMatchObject(failed);
  });

  it('tries no job again that failed by its own reasons', async () => {
    const runner = runnerOf(
      `process.on('message', () => process.send({ type: 'error', code: 'training_failed', message: 'no data' }, () => process.exit(0)));`,
    );
    const id = queue();
    runner.start();
    await runner.idle();
    const error = { code: 'training_failed', message: 'no data' };
    expect(getJob(fresh.store, id)).toMatchObject({ state: 'failed', attempts: 1, error });
  });

  it('fails a job whose trainer cannot be found, and goes on', async () => {
    const runner = createJobRunner({
      store: fresh.store,
      storeFile: fresh.file,
      now: () => 77,
      trainerEntry: join(dirname(fresh.file), 'missing.mjs'),
    });
    runners.push(runner);
    const id = queue();
    runner.start();
    await runner.idle();
    expect(getJob(fresh.store, id)).toMatchObject({ state: 'failed', attempts: 3 });
    expect(lines(id).join('\n')).toContain('missing.mjs');
  });

  it('gives jobs back at an orderly stop, without counting the attempt, and takes none afterwards', async () => {
    const runner = runnerOf(WAITS);
    const id = queue();
    runner.start();
    await logged(runner, id, 'waiting');
    await runner.stop();
    expect(getJob(fresh.store, id)).toMatchObject({ state: 'queued', attempts: 0 });
    runner.wake();
    expect(state(id)).toBe('queued');
  });

  it('tries jobs again that a killed server left running, until their attempts run out', async () => {
    const [again, spent, cancelled] = [1, 2, 3].map(() => queue(addDataset(fresh.store, { a: wave(30) }).datasetId));
    while (claimJob(fresh.store, 2));
    fresh.store.prepare('UPDATE jobs SET attempts = 3 WHERE id = ?').run(spent);
    requestCancel(fresh.store, cancelled, 3);
    const runner = runnerOf(SUCCEEDS);
    runner.start();
    await runner.idle();
    expect([again, spent, cancelled].map(state)).toEqual(['succeeded', 'failed', 'cancelled']);
    expect(getJob(fresh.store, again)?.attempts).toBe(2);
    expect(getJob(fresh.store, spent)?.error?.message).toBe('The server ended during the job in attempt 3 of 3.');
  });

  it('forgets a job that went with its dataset', async () => {
    const runner = runnerOf(WAITS);
    const id = queue();
    runner.start();
    await logged(runner, id, 'waiting');
    runner.cancel(id);
    deleteDataset(fresh.store, datasetId);
    await runner.idle();
    expect(listJobs(fresh.store)).toEqual([]);
  });

  it('counts the data triggers from the moment the work begins', async () => {
    const dataset = { frequency: { unit: 'day', count: 1 }, zone: 'UTC', horizon: 7, series: 1 } as const;
    addDefaultSchedules(fresh.store, datasetId, dataset, 1);
    fresh.store.prepare('UPDATE schedules SET observations_seen = 0').run();
    const runner = runnerOf(SUCCEEDS);
    queue(datasetId, 'forecast');
    runner.start();
    await runner.idle();
    expect(getSchedule(fresh.store, datasetId, 'forecast')?.observationsSeen).toBe(30);
    expect(getSchedule(fresh.store, datasetId, 'train')?.observationsSeen).toBe(0);
    queue();
    await runner.idle();
    expect(getSchedule(fresh.store, datasetId, 'train')?.observationsSeen).toBe(30);
  });
});
