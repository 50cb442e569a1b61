import { afterEach, beforeEach, expect, it } from 'vitest';
import { latestForecast } from '../../db/forecasts.ts';
import { getJob, listJobs } from '../../db/jobs.ts';
import { servingOf } from '../../db/promotions.ts';
import { getRun } from '../../db/runs.ts';
import { seriesOf } from '../../db/series.ts';
import { createJobRunner, type JobRunner } from '../../server/jobs.ts';
import { packageRoot } from '../../server/own-package.ts';
import { startServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let runner: JobRunner | undefined;
beforeEach(async () => {
  server = await startServer();
});
afterEach(async () => {
  await runner?.stop();
  await server.close();
});

it('has a forecast of every series in a moment after it came, by the pre-trained network, before the first training', async () => {
  const rows = Array.from({ length: 48 }, (_, t) => {
    const month = `${2018 + Math.floor(t / 12)}-${String((t % 12) + 1).padStart(2, '0')}-01`;
    return ['north', 'south'].map((name, i) => `${month},${name},${200 + 50 * i + t + ((t + i) % 12) * 3}`).join('\n');
  });
  const { status, json } = await server.request('POST', '/api/v1/datasets?name=sales&horizon=6', {
    body: `month,shop,sales\n${rows.join('\n')}\n`,
    headers: { 'content-type': 'text/csv' },
  });
  expect(status).toBe(201);

  // In the order in which they are taken; the reply names the training.
  const jobs = listJobs(server.store).sort((a, b) => a.id - b.id);
  expect(jobs.map(({ kind, reason, state }) => [kind, reason, state])).toEqual([
    ['train', 'first forecast', 'queued'],
    ['train', 'import', 'queued'],
  ]);
  const [first, training] = jobs;
  expect(json.job.id).toBe(training.id);
  expect([first.request, training.request]).toEqual([{ settings: { training: 'none' } }, {}]);

  const trainerEntry = new URL('dist/server/trainer.js', packageRoot);
  const options = { store: server.store, storeFile: server.storeFile, now: () => server.clock.now };
  runner = createJobRunner({ ...options, only: first.id, trainerEntry: trainerEntry.pathname });
  runner.start();
  await runner.idle();

  const done = getJob(server.store, first.id);
  expect(done).toMatchObject({ state: 'succeeded', error: null });
  expect(getJob(server.store, training.id)?.state).toBe('queued');
  const run = getRun(server.store, done!.result!.runId!);
  expect(run).toMatchObject({ configuration: { training: 'none' } });
  // Scored on held-back folds against the baselines, as any run.
  expect(Object.keys(run!.scores)).toEqual(expect.arrayContaining(['rnn', 'seasonal-naive', 'theta', 'ets']));
  expect(servingOf(server.store, json.dataset.id)).toBeDefined();
  for (const { id } of seriesOf(server.store, json.dataset.id)) {
    const forecast = latestForecast(server.store, id)!;
    expect(forecast.quantiles).toHaveLength(7);
    expect(forecast.times).toHaveLength(6);
    expect(forecast.quantiles.every((level) => level.every(Number.isFinite))).toBe(true);
  }
}, 180_000);
