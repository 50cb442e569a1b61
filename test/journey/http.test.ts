import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { readConfig } from '../../server/config.ts';
import type {
  AccuracyRecord,
  Created,
  Dataset,
  ForecastReply,
  ImportReport,
  Job,
  Origins,
  Promotion,
  RunSummary,
  Schedule,
  SeriesSummary,
} from '../../server/contract.ts';
import { type RunningServer, serve } from '../../server/main.ts';

/**
 * From a CSV file to a retrained champion, over HTTP, in a real server with real trainer processes; the clock is the test's.
 */
const MINUTE = 60_000;
const DAY = 86_400_000;
const START = Date.UTC(2024, 0, 1);
/** Monday, noon. */
let clock = Date.UTC(2024, 3, 1, 12);
let folder: string;
let server: RunningServer;

beforeAll(async () => {
  const trainer = new URL('../../dist/server/trainer.js', import.meta.url);
  if (!existsSync(trainer)) throw new Error(`${trainer.pathname} is missing: run \`npm run build\` first`);
  folder = mkdtempSync(join(tmpdir(), 'tidecast-journey-'));
  server = await startServer();
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

it('brings a CSV file to a champion that was retrained on schedule', async () => {
  // 91 days of two series: a week's shape that climbs, so that repeating last week is always behind.
  const { dataset, report, job: first } = await post<Created>('/api/v1/datasets?name=Harbour', csv(0, 91), 'text/csv');
  expect(report).toMatchObject({ series: 2, observations: 182, frequency: 'P1D', season: 7, gaps: 0 });
  const at = `/api/v1/datasets/${dataset.id}`;
  // The first training and the pre-trained network's forecast before it, by the defaults, are not waited for: a quicker
  // training takes their place.
  const waiting = await get<Job[]>(`/api/v1/jobs?dataset=${dataset.id}`);
  expect(waiting.map(({ id, reason }) => [id, reason])).toEqual([
    [first!.id, 'import'],
    [first!.id - 1, 'first forecast'],
  ]);
  for (const { id } of waiting) await post(`/api/v1/jobs/${id}/cancel`, '');
  for (const { id } of waiting) expect((await ended(id)).state).toBe('cancelled');
  await send('PATCH', at, {
    horizon: 7,
    settings: { epochs: 1, members: 1, units: 2, learningRate: 0.00001, folds: 2 },
  });

  // A network that was hardly trained, but repeating last week is worse.
  const untrained = await ended((await post<Job>(`${at}/jobs`, { kind: 'train' })).id);
  expect(untrained).toMatchObject({ state: 'succeeded', result: { promoted: true } });
  const before = (await get<Dataset>(at)).serving;
  expect(before).toMatchObject({ model: 'rnn', network: true, by: 'gate' });
  const [north] = await get<SeriesSummary[]>(`${at}/series`);
  const early = await get<ForecastReply>(`/api/v1/series/${north.id}/forecasts`);
  expect(early).toMatchObject({
    ...{ origin: START + 90 * DAY, runId: before!.runId, fallback: null },
    actuals: new Array(7).fill(null),
  });

  // Every night at four, with settings that can learn.
  await send('PATCH', at, { settings: { epochs: 60, members: 1, units: 16, folds: 2, seed: 7 } });
  const schedule = await send<Schedule>('PUT', `${at}/schedules/train`, {
    cron: '0 4 * * *',
    zone: 'Europe/Berlin',
    afterObservations: null,
    enabled: true,
  });
  expect(schedule.next[0]).toBe(Date.UTC(2024, 3, 2, 2));

  // A week goes by; its observations come, and the training that fell due is made up for, once.
  clock += 7 * DAY;
  const appended = await send<ImportReport>('PUT', `${at}/observations`, csv(91, 98), 'text/csv');
  expect(appended).toMatchObject({ added: 14, replaced: 0, unchanged: 0 });
  const retraining = (await get<Job[]>(`/api/v1/jobs?dataset=${dataset.id}`)).filter(({ kind }) => kind === 'train')[0];
  expect(retraining.reason).toBe('catch-up');
  expect(await ended(retraining.id)).toMatchObject({ state: 'succeeded', result: { promoted: true } });

  const champion = (await get<Dataset>(at)).serving;
  expect(champion).toMatchObject({ model: 'rnn', network: true, by: 'gate' });
  expect(champion?.runId).not.toBe(before?.runId);
  expect(champion?.reason).toContain('The network beat the champion');
  const runs = await get<RunSummary[]>(`${at}/runs`);
  expect(runs.map(({ champion }) => champion)).toEqual([true, false]);
  expect(runs[0].scores.rnn.mase).toBeLessThan(runs[0].scores['seasonal-naive'].mase!);

  // The new forecast starts where the data ends; the old one is still there, scored by what came.
  const late = await get<ForecastReply>(`/api/v1/series/${north.id}/forecasts`);
  expect(late).toMatchObject({ origin: START + 97 * DAY, runId: champion!.runId, fallback: null });
  expect(late.quantiles).toHaveLength(7);
  const { origins } = await get<Origins>(`/api/v1/series/${north.id}/origins`);
  expect(origins.map(({ origin, scored }) => [origin, scored])).toEqual([
    [START + 97 * DAY, 0],
    [START + 90 * DAY, 7],
  ]);
  expect((await get<ForecastReply>(`/api/v1/series/${north.id}/forecasts?origin=${START + 90 * DAY}`)).id).toBe(
    early.id,
  );
  expect(await get<AccuracyRecord>(`/api/v1/series/${north.id}/accuracy`)).toMatchObject({ scored: 7 });

  // The same file again changes nothing.
  expect(await send<ImportReport>('PUT', `${at}/observations`, csv(91, 98), 'text/csv')).toMatchObject({
    added: 0,
    replaced: 0,
    unchanged: 14,
  });

  // Back to what served before, by hand.
  expect(await post<Promotion>(`${at}/rollback`, {})).toMatchObject({ runId: before!.runId, by: 'roll back' });
  expect((await get<Dataset>(at)).serving).toMatchObject({ runId: before!.runId, network: true, by: 'roll back' });

  // The program is down for three nights: what was missed is made up for once, and then it is the next night's turn.
  await idle();
  await server.stop();
  clock += 3 * DAY;
  server = await startServer();
  const trainings = async () =>
    (await get<Job[]>(`/api/v1/jobs?dataset=${dataset.id}`)).filter(({ kind }) => kind === 'train');
  expect((await trainings()).map(({ reason }) => reason)).toEqual([
    'catch-up',
    'catch-up',
    'manual',
    'import',
    'first forecast',
  ]);
  const [{ next }] = await get<Schedule[]>(`${at}/schedules`);
  expect(next[0]).toBe(Date.UTC(2024, 3, 12, 2));
  await idle();
}, 180_000);

/** Days `from` to `to` (exclusive) of two series. */
function csv(from: number, to: number): string {
  const rows: string[] = [];
  for (let t = from; t < to; t++) {
    const day = new Date(START + t * DAY).toISOString().slice(0, 10);
    const shape = [0, 6, 9, 4, -2, -9, -8][t % 7];
    rows.push(
      `${day},north,${(100 + 2 * t + shape).toFixed(1)}`,
      `${day},south,${(400 + 3 * t - 2 * shape).toFixed(1)}`,
    );
  }
  return `day,harbour,ships\n${rows.join('\n')}\n`;
}

function startServer(): Promise<RunningServer> {
  const env = {
    TIDECAST_DATA: join(folder, 'data'),
    TIDECAST_PORT: '0',
    TIDECAST_LOG: 'silent',
    TIDECAST_WORKERS: '1',
  };
  return serve(readConfig(env), { now: () => clock });
}

/** Follows the job's events to the last one, which carries the job as it ended. */
async function ended(id: number): Promise<Job> {
  const response = await fetch(`${server.url}/api/v1/jobs/${id}/events`);
  const events = (await response.text()).split('\n\n').filter((event) => event.startsWith('event: '));
  const last = /^event: end\ndata: (.*)$/.exec(events[events.length - 1]);
  expect(last).not.toBeNull();
  return JSON.parse(last![1]);
}

/** Resolves once no job waits or runs. */
function idle(): Promise<void> {
  return vi.waitFor(
    async () => {
      const { jobs } = await get<{ jobs: { queued: number; running: number } }>('/healthz');
      expect(jobs).toMatchObject({ queued: 0, running: 0 });
    },
    { timeout: 2 * MINUTE, interval: 50 },
  );
}

const get = <T>(path: string): Promise<T> => send<T>('GET', path);
const post = <T>(path: string, body: unknown, type?: string): Promise<T> => send<T>('POST', path, body, type);

async function send<T>(method: string, path: string, body?: unknown, type = 'application/json'): Promise<T> {
  const response = await fetch(server.url + path, {
    method,
    headers: body === undefined || body === '' ? {} : { 'content-type': type },
    body: body === undefined || body === '' ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === '' ? (undefined as T) : JSON.parse(text);
}
