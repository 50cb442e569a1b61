import { request as httpRequest } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Datasets } from '../../server/contract.ts';
import { startServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeEach(async () => {
  server = await startServer();
});
afterEach(() => server.close());

/** The status of a request with headers that fetch does not let anybody set, as a browser sets them itself. */
function send(method: string, path: string, headers: Record<string, string>, to = server): Promise<number> {
  return new Promise((resolve, reject) => {
    const body = method === 'GET' ? '' : '{"cron":"0 4 * * *","zone":"UTC"}';
    const sent = httpRequest(to.url + path, { method, headers: { 'content-type': 'application/json', ...headers } });
    sent.on('response', (reply) => reply.resume().on('end', () => resolve(reply.statusCode!)));
    sent.on('error', reject).end(body);
  });
}

describe('other sites', () => {
  test.each([
    'localhost',
    'LOCALHOST:3000',
    '127.0.0.1:3000',
    '127.1.2.3',
    '[::1]:3000',
  ])('the Host %s is this machine', async (host) => {
    expect(await send('GET', '/api/v1/datasets', { host })).toBe(200);
  });

  test.each([
    'tidecast.example',
    'localhost.example:3000',
    '127.0.0.1.example',
    '192.168.1.7:3000',
  ])('the Host %s is refused while there is no password, even for a page', async (host) => {
    expect(await send('GET', '/api/v1/datasets', { host })).toBe(403);
    expect(await send('GET', '/', { host })).toBe(403);
  });

  test('any Host will do where a password guards the API', async () => {
    const guarded = await startServer({ password: 'high water' });
    try {
      expect(await send('GET', '/healthz', { host: 'tidecast.example' }, guarded)).toBe(200);
    } finally {
      await guarded.close();
    }
  });

  test('a page of another origin cannot change anything', async () => {
    expect(await send('POST', '/api/v1/schedules/preview', { origin: 'http://evil.example' })).toBe(403);
    expect(await send('POST', '/api/v1/schedules/preview', { origin: 'null' })).toBe(403);
    expect(await send('POST', '/api/v1/schedules/preview', { 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await send('POST', '/api/v1/schedules/preview', { 'sec-fetch-site': 'same-site' })).toBe(403);
  });

  test('a page of our own can', async () => {
    expect(await send('POST', '/api/v1/schedules/preview', { origin: server.url })).toBe(200);
    expect(await send('POST', '/api/v1/schedules/preview', { 'sec-fetch-site': 'same-origin' })).toBe(200);
  });

  test('a program, which sends neither, can too', async () => {
    expect(await send('POST', '/api/v1/schedules/preview', {})).toBe(200);
    expect(await server.read('/api/v1/datasets', Datasets)).toEqual([]);
  });
});

test('an API token opens what it may read where its last use cannot be noted', async () => {
  const guarded = await startServer({ password: 'high water' });
  try {
    const { headers } = await guarded.request('POST', '/api/v1/session', { body: { password: 'high water' } });
    const cookie = headers.get('set-cookie')!.split(';')[0];
    const { json } = await guarded.request('POST', '/api/v1/tokens', { body: { name: 'x' }, headers: { cookie } });
    guarded.store.exec(`CREATE TEMP TRIGGER no_room BEFORE UPDATE ON tokens BEGIN SELECT RAISE(ABORT, 'no room'); END`);
    expect(await send('GET', '/api/v1/datasets', { authorization: `Bearer ${json.token}` }, guarded)).toBe(200);
  } finally {
    await guarded.close();
  }
});
