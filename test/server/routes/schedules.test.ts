import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { putSchedule } from '../../../db/schedules.ts';
import { FireTimes, Health, Schedule, Schedules } from '../../../server/contract.ts';
import { addDataset, monthly, startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let dataset: number;
beforeEach(async () => {
  server = await startServer();
  dataset = addDataset(server.store, { a: monthly(2020, [1, 2, 3]) });
});
afterEach(() => server.close());

const nightly = { cron: '30 4 * * *', zone: 'Europe/Berlin', afterObservations: 100, enabled: true };

describe('schedules', () => {
  test('what is put is what is got, with the next five fire times in its zone', async () => {
    const { status, json } = await server.request('PUT', `/api/v1/datasets/${dataset}/schedules/train`, {
      body: nightly,
    });
    expect(status).toBe(200);
    expect(Schedule.parse(json)).toEqual({
      kind: 'train',
      ...nightly,
      lastFiredAt: null,
      next: [16, 17, 18, 19, 20].map((day) => Date.UTC(2024, 0, day, 3, 30)),
    });
    expect(await server.read(`/api/v1/datasets/${dataset}/schedules`, Schedules)).toEqual([json]);
  });

  test('a schedule that is switched off has no next time', async () => {
    const body = { ...nightly, enabled: false };
    const { json } = await server.request('PUT', `/api/v1/datasets/${dataset}/schedules/forecast`, { body });
    expect(json).toMatchObject({ enabled: false, next: [] });
  });

  test.each([
    ['a cron that is none', { ...nightly, cron: 'every night' }, { field: 'cron' }],
    ['a minute that is none', { ...nightly, cron: '99 4 * * *' }, { field: 'cron' }],
    ['a day that never comes', { ...nightly, cron: '0 0 30 2 *' }, { field: 'cron' }],
    ['a zone that is none', { ...nightly, zone: 'Mars/Base' }, { field: 'zone', found: '"Mars/Base"' }],
    [
      'a count of nothing',
      { ...nightly, afterObservations: 0 },
      { field: 'afterObservations', expected: 'at least 1, or null' },
    ],
    ['a field missing', { cron: null, zone: 'UTC', enabled: true }, { field: 'afterObservations', found: 'nothing' }],
    ['a field too many', { ...nightly, at: 'noon' }, { field: 'at', found: '"noon"' }],
  ])('%s is 400 naming the field, and nothing is stored', async (_title, body, problem) => {
    const { status, json } = await server.request('PUT', `/api/v1/datasets/${dataset}/schedules/train`, { body });
    expect(status).toBe(400);
    expect(json.error.details).toMatchObject([problem]);
    expect(await server.read(`/api/v1/datasets/${dataset}/schedules`, Schedules)).toEqual([]);
  });

  test('a kind of schedule that does not exist is 400', async () => {
    const { status, json } = await server.request('PUT', `/api/v1/datasets/${dataset}/schedules/tidy`, {
      body: nightly,
    });
    expect(status).toBe(400);
    expect(json.error.details).toEqual([{ field: 'kind', found: '"tidy"', expected: 'one of train, forecast' }]);
  });

  test('a cron can be tried before it is stored', async () => {
    const { status, json } = await server.request('POST', '/api/v1/schedules/preview', {
      body: { cron: '0 0 1 * *', zone: 'UTC' },
    });
    expect(status).toBe(200);
    expect(FireTimes.parse(json)).toEqual({ next: [1, 2, 3, 4, 5].map((month) => Date.UTC(2024, month)) });
  });

  test('trying a cron that is none is 400 naming it', async () => {
    const { status, json } = await server.request('POST', '/api/v1/schedules/preview', {
      body: { cron: '* * *', zone: 'UTC' },
    });
    expect(status).toBe(400);
    expect(json.error.details[0].field).toBe('cron');
  });
});

describe('health', () => {
  test('is ok while everything runs when it should', async () => {
    expect(await server.read('/healthz', Health)).toMatchObject({
      status: 'ok',
      version: '0.0.0-test',
      uptimeSeconds: 0,
      backend: 'none',
      jobs: { queued: 0, running: 0, failedLastDay: 0 },
      overdue: [],
    });
  });

  test('fails naming the schedule that should have run and has not', async () => {
    putSchedule(server.store, dataset, 'train', nightly, { now: server.clock.now });
    server.clock.now += 86_400_000;
    expect(await server.read('/healthz', Health)).toMatchObject({
      status: 'failing',
      uptimeSeconds: 86_400,
      overdue: [{ datasetId: dataset, kind: 'train', dueAt: Date.UTC(2024, 0, 16, 3, 30) }],
    });
  });
});
