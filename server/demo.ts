import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { significant, table } from './commands/table.ts';
import { readConfig } from './config.ts';
import type { Created, Dataset, ErrorReply, ForecastReply, Job, RunDetail, SeriesSummary } from './contract.ts';
import { AppError } from './errors.ts';
import { serve } from './main.ts';
import { progressBar } from './progress-bar.ts';

/**
 * `npm run demo`: a real CSV from the vega-datasets package goes the whole way (imported, trained, forecast) through the
 * program's own API, in a store of its own that is deleted at the end. `-- --exit` stops after printing.
 */
const CSV = new URL('../data/us-employment.csv', import.meta.resolve('vega-datasets'));
const POLL_MS = 200;

const exit = process.argv.slice(2).includes('--exit');
const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupt.abort());
const bar = progressBar(process.stderr);
const folder = mkdtempSync(join(tmpdir(), 'tidecast-demo-'));
let server: Awaited<ReturnType<typeof serve>> | undefined;
try {
  // Nobody opens the dashboard of a demo that ends at once, so it need not take the port people know.
  const { TIDECAST_HOST: _host, TIDECAST_PASSWORD: _password, ...env } = process.env;
  const config = readConfig({ ...env, TIDECAST_DATA: folder });
  server = await serve({ ...config, port: exit ? 0 : config.port }, { log: () => {} });
  await show(server.url);
} catch (error) {
  bar.clear();
  if (!interrupt.signal.aborted) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
} finally {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function show(url: string): Promise<void> {
  const began = Date.now();
  const { dataset, report, job } = await call<Created>(url, '/api/v1/datasets?name=US%20employment', {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body: readFileSync(CSV),
  });
  console.log(
    `Imported ${report.series} series with ${report.observations} observations, ${day(report.start)} to ${day(report.end)}, step ${report.frequency}, season ${report.season}.`,
  );
  if (!job) throw new AppError('internal', 'The import queued no training.');
  const done = await follow(url, job);
  if (done.state !== 'succeeded') {
    throw new AppError(
      'training_failed',
      `The training ${done.state}: ${done.error?.message ?? 'no reason was given'}.`,
    );
  }
  const runId = done.result?.runId;
  if (runId) console.log(`\n${accuracy(await call<RunDetail>(url, `/api/v1/runs/${runId}`))}`);
  console.log(`\n${(await call<Dataset>(url, `/api/v1/datasets/${dataset.id}`)).serving?.reason ?? ''}`);

  const [first] = await call<SeriesSummary[]>(url, `/api/v1/datasets/${dataset.id}/series`);
  const forecast = await call<ForecastReply>(url, `/api/v1/series/${first.id}/forecasts`);
  console.log(`\n${firstSteps(first.name, forecast)}`);
  console.log(`\nFrom CSV to forecast in ${Math.round((Date.now() - began) / 1000)} seconds.`);
  if (exit) return;
  console.log(`The dashboard is at ${url} until you press Ctrl-C.`);
  await new Promise<void>((resolve) => {
    if (interrupt.signal.aborted) resolve();
    interrupt.signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

async function follow(url: string, queued: Job): Promise<Job> {
  let job = queued;
  let shown = '';
  while (job.finishedAt === null) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    interrupt.signal.throwIfAborted();
    job = await call<Job>(url, `/api/v1/jobs/${queued.id}`);
    const { progress } = job;
    if (!progress) continue;
    const note = progress.epoch === null ? '' : `epoch ${progress.epoch} of ${progress.epochs}`;
    bar.show({ phase: progress.phase, done: progress.done, note, secondsLeft: progress.secondsLeft });
    // Where no bar can be drawn, in a log, each part of the work is a line.
    const [part] = progress.phase.split(':');
    if (!process.stderr.isTTY && part !== shown) console.log(`${part} …`);
    shown = part;
  }
  bar.clear();
  return job;
}

function accuracy({ scores, model, folds }: RunDetail): string {
  const names = [model, ...Object.keys(scores).filter((name) => name !== model)];
  const rows = names.map((name) => [
    name,
    significant(scores[name].mase),
    significant(scores[name].smape),
    percent(scores[name].coverage80),
  ]);
  return [
    `Accuracy on held-back data, ${folds} ${folds === 1 ? 'fold' : 'folds'} of the backtest (lower is better; coverage should be 80 %):`,
    table(['model', 'MASE', 'sMAPE', '80 % coverage'], rows),
  ].join('\n');
}

function firstSteps(name: string, { times, levels, quantiles, model }: ForecastReply): string {
  const at = (level: number) => quantiles[levels.indexOf(level)];
  const rows = times
    .slice(0, 6)
    .map((time, k) => [
      new Date(time).toISOString().slice(0, 10),
      significant(at(0.1)[k], 6),
      significant(at(0.5)[k], 6),
      significant(at(0.9)[k], 6),
    ]);
  return `The first steps of the forecast of ${name}, by ${model}:\n${table(['month', '10 %', 'median', '90 %'], rows)}`;
}

/** The date of an ISO 8601 moment. */
function day(moment: string | null): string {
  return (moment ?? '').slice(0, 10);
}

function percent(share: number | null): string {
  return share === null ? '–' : `${(100 * share).toFixed(0)} %`;
}

async function call<T>(url: string, path: string, init?: RequestInit): Promise<T> {
  const response = await fetch(url + path, { ...init, signal: interrupt.signal });
  const body = await response.json();
  if (!response.ok) throw new Error((body as ErrorReply).error.message);
  return body as T;
}
