import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { latestForecast } from '../../db/forecasts.ts';
import { getJob, insertJob, type JobRow, listJobs, logOf } from '../../db/jobs.ts';
import { insertPromotion, servingOf } from '../../db/promotions.ts';
import { getRun, runsOf, runWeights } from '../../db/runs.ts';
import type { Settings } from '../../server/contract.ts';
import { createJobRunner, type JobRunner } from '../../server/jobs.ts';
import { packageRoot } from '../../server/own-package.ts';
import { addDataset, type FreshStore, freshStore, wave } from '../support/store.ts';

// The real trainer, in real processes, from the build.
const TRAINER = fileURLToPath(new URL('dist/server/trainer.js', packageRoot));
const QUICK: Settings = { cell: 'gru', units: 4, members: 1, epochs: 3, folds: 1, seed: 11 };
/** Not done before it is stopped. */
const ENDLESS: Settings = { ...QUICK, epochs: 10_000, members: 2 };

beforeAll(() => {
  if (!existsSync(TRAINER)) throw new Error(`found no ${TRAINER}, expected the build: run \`npm run build\` first`);
});

let fresh: FreshStore;
let datasetId: number;
let ids: Record<string, number>;
let runner: JobRunner;
/** The server's log. */
let said: string[];
/** Where each trainer writes its process number when it starts. */
let pids: string;
beforeEach(() => {
  fresh = freshStore();
  ({ datasetId, seriesIds: ids } = addDataset(fresh.store, {
    a: wave(60),
    b: wave(70, 3),
    constant: new Array(60).fill(5),
  }));
  pids = join(dirname(fresh.file), 'pids');
  const trainerEntry = join(dirname(fresh.file), 'trainer.mjs');
  writeFileSync(
    trainerEntry,
    `import { appendFileSync } from 'node:fs';
     appendFileSync(${JSON.stringify(pids)}, process.pid + '\\n');
     await import(${JSON.stringify(TRAINER)});`,
  );
  said = [];
  const log = (line: string) => said.push(line);
  runner = createJobRunner({ store: fresh.store, storeFile: fresh.file, now: () => 42, trainerEntry, log });
});
afterEach(async () => {
  await runner.stop();
  fresh.close();
});

const queue = (settings: Settings) =>
  insertJob(fresh.store, { datasetId, kind: 'train', reason: 'manual', request: { settings } }, 1);
const lastPid = () => Number(readFileSync(pids, 'utf8').trim().split('\n').at(-1));

/** Resolves with the job when the condition holds for it. */
function until(id: number, condition: (job: JobRow) => boolean): Promise<JobRow> {
  return new Promise((resolve) => {
    const look = () => {
      const job = getJob(fresh.store, id)!;
      if (!condition(job)) return;
      unsubscribe();
      resolve(job);
    };
    const unsubscribe = runner.subscribe(id, look);
    look();
  });
}

const inMidEpoch = (attempt: number) => (job: JobRow) =>
  job.state === 'running' && job.attempts === attempt && (job.progress?.epoch ?? 0) >= 2;

describe('the trainer', () => {
  it('trains in a process of its own, and the same seed gives the same bytes in another one', async () => {
    const [once, again] = [queue(QUICK), queue(QUICK)];
    runner.start();
    await runner.idle();
    expect(getJob(fresh.store, once)).toMatchObject({ state: 'succeeded', error: null, result: { runId: 1 } });
    expect(getJob(fresh.store, again)).toMatchObject({ state: 'succeeded', result: { runId: 2, promoted: false } });
    expect(readFileSync(pids, 'utf8').trim().split('\n')).not.toContain(String(process.pid));

    const run = getRun(fresh.store, 1)!;
    expect(run).toMatchObject({ model: 'gru', seed: 11, folds: 1, horizon: 7, createdAt: 42 });
    expect(Object.keys(run.scores)).toEqual(expect.arrayContaining(['gru', 'seasonal-naive', 'naive', 'drift']));
    expect(run.scores.gru.mase).toBeGreaterThan(0);
    expect(run.lossCurve.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(run.lossCurve.every(({ loss }) => Number.isFinite(loss))).toBe(true);
    expect(run.configuration).toMatchObject({ units: 4, members: 1, cells: ['gru'] });
    expect(runWeights(fresh.store, 2)).toEqual(runWeights(fresh.store, 1));
    expect(getRun(fresh.store, 2)?.scores.champion ?? run.scores.gru).toEqual(run.scores.gru);

    for (const id of [ids.a, ids.b]) {
      const forecast = latestForecast(fresh.store, id)!;
      expect(forecast.quantiles.flat().every(Number.isFinite)).toBe(true);
      expect(forecast.model).toBe(servingOf(fresh.store, datasetId)?.model);
    }
    expect(latestForecast(fresh.store, ids.constant)?.fallback?.code).toBe('constant');
    expect(runner.backend()).toMatch(/^(wasm|cpu|tensorflow)$/);
    // Once a process in its job's log, once for all in the server's.
    for (const id of [once, again]) {
      const computing = logOf(fresh.store, id).filter(({ line }) => line.startsWith('Computing on '));
      expect(computing.map(({ line }) => line)).toEqual([expect.stringMatching(/^Computing on \w+: ./)]);
    }
    expect(said.filter((line) => line.startsWith('Trainers compute on '))).toEqual([
      expect.stringMatching(/^Trainers compute on \w+: ./),
    ]);
  });

  it('trains two datasets at once to the same networks, scores and forecasts as one after the other', async () => {
    const trained = async (concurrency: number) => {
      const { store, file, close } = freshStore();
      const both = createJobRunner({ store, storeFile: file, now: () => 42, concurrency });
      try {
        const datasets = [wave(60), wave(70, 3)].map((values) => addDataset(store, { a: values }));
        for (const { datasetId } of datasets) {
          insertJob(store, { datasetId, kind: 'train', reason: 'manual', request: { settings: QUICK } }, 1);
        }
        let most = 0;
        for (const id of [1, 2]) {
          both.subscribe(id, () => {
            most = Math.max(most, listJobs(store, { state: 'running' }).length);
          });
        }
        both.start();
        await both.idle();
        const results = datasets.map(({ datasetId, seriesIds }) => {
          const [{ id, scores }] = runsOf(store, datasetId);
          const { scoredWeights, weights } = runWeights(store, id)!;
          return { scores, scoredWeights, weights, quantiles: latestForecast(store, seriesIds.a)!.quantiles };
        });
        // Who ended first has the lower number of a run; what was trained is what counts.
        return { most, results };
      } finally {
        await both.stop();
        close();
      }
    };
    const [one, two] = [await trained(1), await trained(2)];
    expect([one.most, two.most]).toEqual([1, 2]);
    expect(two.results).toEqual(one.results);
  }, 240_000);

  it('is tried again when it is killed in mid-epoch, the old champion serving all the while', async () => {
    const first = queue(QUICK);
    runner.start();
    await runner.idle();
    const { runId } = getJob(fresh.store, first)!.result!;
    const champion = { datasetId, runId, model: 'gru', by: 'hand', reason: 'for the test', createdAt: 2 } as const;
    insertPromotion(fresh.store, champion);
    const forecast = latestForecast(fresh.store, ids.a);

    const id = queue(ENDLESS);
    runner.wake();
    await until(id, inMidEpoch(1));
    process.kill(lastPid(), 'SIGKILL');
    await until(id, inMidEpoch(2));
    expect(servingOf(fresh.store, datasetId)).toMatchObject(champion);
    expect(latestForecast(fresh.store, ids.a)).toEqual(forecast);
    expect(getRun(fresh.store, runId! + 1)).toBeUndefined();

    runner.cancel(id);
    await runner.idle();
    expect(getJob(fresh.store, id)).toMatchObject({ state: 'cancelled', attempts: 2, result: null });
    expect(servingOf(fresh.store, datasetId)).toMatchObject(champion);
  });

  it('leaves a job that the next server finishes when its server was stopped in mid-epoch', async () => {
    const id = queue(ENDLESS);
    runner.start();
    await until(id, inMidEpoch(1));
    await runner.stop();
    expect(getJob(fresh.store, id)).toMatchObject({ state: 'queued', attempts: 0 });
    fresh.store.prepare('UPDATE jobs SET request = ? WHERE id = ?').run(JSON.stringify({ settings: QUICK }), id);
    runner = createJobRunner({ store: fresh.store, storeFile: fresh.file, now: () => 43 });
    runner.start();
    await runner.idle();
    expect(getJob(fresh.store, id)).toMatchObject({ state: 'succeeded', attempts: 1, finishedAt: 43 });
  });

  it('ends with a server that is killed', async () => {
    const id = queue(ENDLESS);
    // A server of its own, so that it can be killed: it holds one trainer and shares its standard output with it.
    const server = join(dirname(fresh.file), 'server.mjs');
    writeFileSync(
      server,
      `import { fork } from 'node:child_process';
       const child = fork(${JSON.stringify(TRAINER)}, [], { serialization: 'advanced', stdio: ['ignore', 'inherit', 'ignore', 'ipc'] });
       child.on('message', (message) => {
         if (message.type === 'progress' && message.progress.epoch >= 2) console.log('in mid-epoch');
       });
       child.send({ type: 'start', storeFile: ${JSON.stringify(fresh.file)}, jobId: ${id} });`,
    );
    const parent: ChildProcess = spawn(process.execPath, [server], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(parent.stdout!, 'data');
    parent.kill('SIGKILL');
    // The output ends when the last process that has it ends.
    parent.stdout!.resume();
    await once(parent.stdout!, 'end');
    expect(parent.signalCode ?? (await once(parent, 'exit'))[1]).toBe('SIGKILL');
  });
});
