import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { setTimeout as rest } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Created, Job, RunSummary } from '../../server/contract.ts';
import { positive } from '../support/arguments.ts';
import { childrensMegabytes } from '../support/measured-process.ts';
import { startProgram } from '../support/program.ts';

/**
 * From an upload over HTTP to stored forecasts: 23 series of 120 months, imported as a dataset of their own each time, after a
 * rest in which nothing happens. Tells besides when the first training in full was over, and the memory of the trainer that
 * waits.
 *
 *   npm run bench -- first-forecast [--trials 6] [--rest 15] [--json]
 */
export default async function firstForecast(args: string[], json: boolean): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { trials: { type: 'string', default: '6' }, rest: { type: 'string', default: '15' } },
  });
  const trials = positive('trials', values.trials);
  const seconds = positive('rest', values.rest);
  const say = json ? console.error : console.log;
  say(`${cpus()[0].model}, ${availableParallelism()} cores, Node ${process.version}, load ${loadavg()[0].toFixed(1)}`);
  const program = await startProgram();
  const rows: { stored: number; trained: number; waiting: number }[] = [];
  try {
    for (let trial = 0; trial < trials; trial++) {
      await rest(seconds * 1000);
      const waiting = childrensMegabytes(program.pid);
      rows.push({ ...(await once(program.url, trial)), waiting });
      const { stored, trained } = rows[trial];
      say(
        `stored after ${stored.toFixed(2)} s, trained in full after ${trained.toFixed(1)} s; ${waiting.toFixed(0)} MB waited`,
      );
    }
  } finally {
    await program.stop();
  }
  const sorted = rows.map(({ stored }) => stored).sort((a, b) => a - b);
  const median = sorted[Math.floor((trials - 1) / 2)];
  say(
    `median ${median.toFixed(2)} s, ${sorted[0].toFixed(2)} to ${sorted[trials - 1].toFixed(2)} s; load ${loadavg()[0].toFixed(1)} at the end`,
  );
  if (json) console.log(JSON.stringify({ rows, median }));
}

const FILE = readFileSync(new URL('../data/us-employment.csv', import.meta.resolve('vega-datasets')));

/** In seconds from the upload: until the first forecasts are stored, until the training in full is. */
async function once(url: string, trial: number): Promise<{ stored: number; trained: number }> {
  const from = performance.now();
  const { dataset } = await ask<Created>(`${url}/api/v1/datasets?name=employment-${trial}`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body: FILE,
  });
  const since = () => (performance.now() - from) / 1000;
  // A run and the forecasts it serves are stored at once.
  while ((await ask<RunSummary[]>(`${url}/api/v1/datasets/${dataset.id}/runs`)).length === 0) await rest(10);
  const stored = since();
  let jobs: Job[];
  do {
    await rest(100);
    jobs = await ask<Job[]>(`${url}/api/v1/jobs?dataset=${dataset.id}`);
    const failed = jobs.find(({ state }) => state === 'failed');
    if (failed) throw new Error(`job ${failed.id} failed: ${failed.error?.message}`);
  } while (jobs.some(({ state }) => state === 'queued' || state === 'running'));
  return { stored, trained: since() };
}

async function ask<T>(url: string, init?: RequestInit): Promise<T> {
  const reply = await fetch(url, init);
  if (!reply.ok) throw new Error(`${init?.method ?? 'GET'} ${url}: ${reply.status} ${await reply.text()}`);
  return (await reply.json()) as T;
}
