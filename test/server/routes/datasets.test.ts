import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { insertJob } from '../../../db/jobs.ts';
import { insertPromotion } from '../../../db/promotions.ts';
import { putSchedule } from '../../../db/schedules.ts';
import { Dataset, Datasets, Holidays, ImportRecords } from '../../../server/contract.ts';
import { addDataset, monthly, startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
beforeEach(async () => {
  server = await startServer();
});
afterEach(() => server.close());

describe('datasets', () => {
  test('an empty store lists no datasets', async () => {
    expect(await server.read('/api/v1/datasets', Datasets)).toEqual([]);
  });

  test('a dataset shows its extent and the sparkline of its first series', async () => {
    const id = addDataset(server.store, { north: monthly(2020, [1, 2, 3]), south: monthly(2021, [9]) });
    const dataset = await server.read(`/api/v1/datasets/${id}`, Dataset);
    expect(dataset).toMatchObject({
      id,
      name: 'tides',
      series: 2,
      observations: 4,
      start: Date.UTC(2020, 0),
      end: Date.UTC(2021, 0),
      sparkline: { times: [Date.UTC(2020, 0), Date.UTC(2020, 1), Date.UTC(2020, 2)], values: [1, 2, 3] },
      serving: null,
      accuracy: null,
      runningJob: null,
      nextTrainingAt: null,
    });
  });

  test('holidays are those the dataset asks for, from its first observation to as far as is forecast', async () => {
    const days = [24, 25, 26, 27].map((day): [number, number] => [Date.UTC(2024, 11, day), 1]);
    const daily = { frequency: 'P1D', season: 7, horizon: 5, settings: { holidays: 'DE' } };
    const shops = addDataset(server.store, { shop: days }, daily);
    const { place, holidays } = await server.read(`/api/v1/datasets/${shops}/holidays`, Holidays);
    expect(place).toBe('DE');
    expect(holidays.map(({ name, from }) => [name, new Date(from).toISOString().slice(0, 10)])).toEqual([
      ['Christmas Day', '2024-12-25'],
      ['Boxing Day', '2024-12-26'],
      ["New Year's Day", '2025-01-01'],
    ]);
    const none = addDataset(server.store, { shop: days }, { ...daily, settings: {} });
    expect(await server.read(`/api/v1/datasets/${none}/holidays`, Holidays)).toEqual({ place: null, holidays: [] });
    const numbered = addDataset(server.store, { a: [[1, 2]] }, { frequency: '1', settings: { holidays: 'DE' } });
    expect(await server.read(`/api/v1/datasets/${numbered}/holidays`, Holidays)).toEqual({ place: 'DE', holidays: [] });
  });

  test('a dataset says what serves it and when it is trained next', async () => {
    const id = addDataset(server.store, { a: monthly(2020, [1, 2]) });
    insertPromotion(server.store, {
      datasetId: id,
      runId: null,
      model: 'seasonal-naive',
      by: 'gate',
      reason: 'the network did not beat it',
      createdAt: 7,
    });
    const daily = { cron: '0 4 * * *', zone: 'UTC', afterObservations: null, enabled: true };
    putSchedule(server.store, id, 'train', daily, { now: server.clock.now });
    const dataset = await server.read(`/api/v1/datasets/${id}`, Dataset);
    expect(dataset.serving).toEqual({
      model: 'seasonal-naive',
      network: false,
      training: null,
      runId: null,
      by: 'gate',
      reason: 'the network did not beat it',
      since: 7,
    });
    expect(dataset.nextTrainingAt).toBe(Date.UTC(2024, 0, 16, 4));
  });

  test('a change is stored and answered', async () => {
    const id = addDataset(server.store, { a: monthly(2020, [1]) });
    const changes = { name: 'spring tides', horizon: 24, settings: { cell: 'lstm', units: 8 } };
    const { status, json } = await server.request('PATCH', `/api/v1/datasets/${id}`, { body: changes });
    expect(status).toBe(200);
    expect(json).toMatchObject(changes);
    expect(await server.read(`/api/v1/datasets/${id}`, Dataset)).toMatchObject(changes);
  });

  test.each([
    ['a horizon of 0', { horizon: 0 }, { field: 'horizon', found: '0', expected: 'at least 1' }],
    ['half a step', { horizon: 1.5 }, { field: 'horizon', found: '1.5', expected: 'a whole number' }],
    ['a horizon in words', { horizon: 'ten' }, { field: 'horizon', found: '"ten"', expected: 'a number' }],
    [
      'a misspelt field',
      { horizn: 3 },
      { field: 'horizn', found: '3', expected: 'no such field, only name, horizon, season, settings, recipe' },
    ],
    [
      'an unknown cell',
      { settings: { cell: 'transformer' } },
      { field: 'settings.cell', found: '"transformer"', expected: 'one of simpleRnn, lstm, gru' },
    ],
    ['a list', [], { field: 'body', found: '[]', expected: 'an object' }],
  ])('%s gets 400 naming field, found and expected', async (_title, body, problem) => {
    const id = addDataset(server.store, { a: monthly(2020, [1]) });
    const { status, json } = await server.request('PATCH', `/api/v1/datasets/${id}`, { body });
    expect(status).toBe(400);
    expect(json.error.code).toBe('invalid_request');
    expect(json.error.details).toEqual([problem]);
    for (const part of Object.values(problem)) expect(json.error.message).toContain(part);
  });

  test('a recipe that could not read anything is refused and not stored', async () => {
    const id = addDataset(server.store, { a: monthly(2020, [1]) });
    const { status, json } = await server.request('PATCH', `/api/v1/datasets/${id}`, {
      body: { recipe: { zone: 'Mars' } },
    });
    expect(status).toBe(400);
    expect(json.error.details[0]).toHaveProperty('expected');
    expect((await server.read(`/api/v1/datasets/${id}`, Dataset)).recipe).toEqual({});
  });

  test('a deleted dataset is gone, and its jobs are stopped', async () => {
    const id = addDataset(server.store, { a: monthly(2020, [1]) });
    const job = insertJob(server.store, { datasetId: id, kind: 'train', reason: 'manual' }, 0);
    expect((await server.request('DELETE', `/api/v1/datasets/${id}`)).status).toBe(204);
    expect((await server.request('GET', `/api/v1/datasets/${id}`)).status).toBe(404);
    expect(server.runner.cancelled).toEqual([job]);
  });

  test.each([
    ['GET', '/api/v1/datasets/99'],
    ['DELETE', '/api/v1/datasets/99'],
    ['GET', '/api/v1/datasets/99/series'],
    ['GET', '/api/v1/datasets/99/imports'],
    ['GET', '/api/v1/datasets/99/runs'],
    ['GET', '/api/v1/datasets/99/accuracy'],
    ['GET', '/api/v1/datasets/99/promotions'],
    ['GET', '/api/v1/datasets/99/schedules'],
    ['GET', '/api/v1/datasets/99/observations.csv'],
    ['GET', '/api/v1/datasets/99/forecasts.csv'],
    ['GET', '/api/v1/series/99'],
    ['GET', '/api/v1/series/99/observations'],
    ['GET', '/api/v1/series/99/forecasts'],
    ['GET', '/api/v1/series/99/origins'],
    ['GET', '/api/v1/series/99/accuracy'],
    ['GET', '/api/v1/series/99/forecast.csv'],
    ['GET', '/api/v1/runs/99'],
    ['GET', '/api/v1/runs/99/folds?series=1'],
    ['POST', '/api/v1/runs/99/promote'],
    ['POST', '/api/v1/datasets/99/rollback'],
    ['GET', '/api/v1/jobs/99'],
    ['GET', '/api/v1/jobs/99/log'],
    ['GET', '/api/v1/jobs/99/events'],
    ['POST', '/api/v1/jobs/99/cancel'],
    ['DELETE', '/api/v1/tokens/99'],
  ])('%s %s of something that is not there is 404 in the one error shape', async (method, path) => {
    const { status, json } = await server.request(method, path);
    expect(status).toBe(404);
    expect(json.error).toMatchObject({ code: 'not_found', message: expect.stringContaining('99') });
  });

  test.each(['abc', '0', '-1', '1.5', '99999999999999999999'])('the id %s is 400, not a crash', async (id) => {
    const { status, json } = await server.request('GET', `/api/v1/datasets/${id}`);
    expect(status).toBe(400);
    expect(json.error.details[0].field).toBe('dataset');
  });

  test('names that look like markup come back as they are, as JSON that no browser runs', async () => {
    const name = '<script>alert(1)</script>';
    const id = addDataset(server.store, { [name]: monthly(2020, [1]) }, { name });
    const reply = await server.request('GET', `/api/v1/datasets/${id}`);
    expect(reply.json.name).toBe(name);
    expect(reply.headers.get('content-type')).toMatch(/^application\/json/);
    expect(reply.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('the import reports are kept with the dataset', async () => {
    const id = addDataset(server.store, { a: monthly(2020, [1]) });
    await server.request('POST', `/api/v1/datasets/${id}/observations`, {
      body: { points: [{ series: 'a', time: '2020-02-01', value: 2 }] },
    });
    const [newest] = await server.read(`/api/v1/datasets/${id}/imports`, ImportRecords);
    expect(newest.report).toMatchObject({ added: 1, unchanged: 0 });
  });
});
