import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Session, TokenOnce, Tokens } from '../../../server/contract.ts';
import { startServer, type TestServer } from '../../support/server.ts';

const PASSWORD = 'high water';
let server: TestServer;
beforeEach(async () => {
  server = await startServer({ password: PASSWORD });
});
afterEach(() => server.close());

const logIn = (password = PASSWORD, to = server) => to.request('POST', '/api/v1/session', { body: { password } });

/** Logs in and returns the header that carries the session. */
async function session(to = server): Promise<{ cookie: string }> {
  const reply = await logIn(PASSWORD, to);
  return { cookie: reply.headers.get('set-cookie')!.split(';')[0] };
}

describe('with a password', () => {
  test('the API is closed without a login, in the one error shape', async () => {
    const reply = await server.request('GET', '/api/v1/datasets');
    expect(reply.status).toBe(401);
    expect(reply.json.error.code).toBe('unauthorized');
    expect(reply.headers.get('www-authenticate')).toBe('Bearer');
  });

  test.each(['/healthz', '/api/v1/session', '/api/v1/openapi.json', '/api/docs/'])('%s is open', async (path) => {
    expect((await server.request('GET', path)).status).toBe(200);
  });

  test('a body is not even read before the login', async () => {
    const reply = await server.request('POST', '/api/v1/schedules/preview', {
      body: 'not json',
      headers: { 'content-type': 'application/json' },
    });
    expect(reply.status).toBe(401);
  });

  test('a login opens the API by a cookie that scripts and other sites never see', async () => {
    const reply = await logIn();
    expect(reply.status).toBe(200);
    expect(Session.parse(reply.json)).toEqual({ required: true, authenticated: true });
    const cookie = reply.headers.get('set-cookie')!;
    expect(cookie).toMatch(/; HttpOnly/);
    expect(cookie).toMatch(/; SameSite=Strict/);
    const headers = { cookie: cookie.split(';')[0] };
    expect((await server.request('GET', '/api/v1/datasets', { headers })).status).toBe(200);
    expect((await server.request('GET', '/api/v1/session', { headers })).json.authenticated).toBe(true);
  });

  test('logging out ends the session on the server', async () => {
    const headers = await session();
    expect((await server.request('DELETE', '/api/v1/session', { headers })).status).toBe(204);
    expect((await server.request('GET', '/api/v1/datasets', { headers })).status).toBe(401);
  });

  test('a session ends after thirty days', async () => {
    const headers = await session();
    server.clock.now += 30 * 86_400_000;
    expect((await server.request('GET', '/api/v1/datasets', { headers })).status).toBe(401);
  });

  test('a wrong password is 401, and after ten of them the right one waits too', async () => {
    for (let attempt = 0; attempt < 10; attempt++) expect((await logIn('low water')).status).toBe(401);
    const reply = await logIn();
    expect(reply.status).toBe(429);
    expect(reply.json.error.code).toBe('too_many_requests');
    server.clock.now += 15 * 60_000;
    expect((await logIn()).status).toBe(200);
  });

  test('a login without a password is 400 naming the field', async () => {
    const { status, json } = await server.request('POST', '/api/v1/session', { body: {} });
    expect(status).toBe(400);
    expect(json.error.details).toEqual([{ field: 'password', found: 'nothing', expected: 'a text' }]);
  });

  test('the store holds neither password nor keys', async () => {
    const headers = await session();
    const { json } = await server.request('POST', '/api/v1/tokens', { body: { name: 'ci' }, headers });
    const rows = JSON.stringify(server.store.prepare('SELECT * FROM tokens').all());
    expect(rows).not.toContain(json.token);
    expect(rows).not.toContain(headers.cookie.split('=')[1]);
    expect(rows).not.toContain(PASSWORD);
  });
});

describe('API tokens', () => {
  test('a token opens the API as a bearer, is shown once, and its use is noted', async () => {
    const headers = await session();
    const made = await server.request('POST', '/api/v1/tokens', { body: { name: 'ci' }, headers });
    expect(made.status).toBe(201);
    const { id, token } = TokenOnce.parse(made.json);
    const bearer = { authorization: `Bearer ${token}` };
    expect((await server.request('GET', '/api/v1/datasets', { headers: bearer })).status).toBe(200);
    const { json } = await server.request('GET', '/api/v1/tokens', { headers });
    expect(Tokens.parse(json)).toEqual([{ id, name: 'ci', createdAt: server.clock.now, lastUsedAt: server.clock.now }]);
    expect(json[0]).not.toHaveProperty('token');
  });

  test('a revoked token opens nothing', async () => {
    const headers = await session();
    const { json } = await server.request('POST', '/api/v1/tokens', { body: { name: 'ci' }, headers });
    expect((await server.request('DELETE', `/api/v1/tokens/${json.id}`, { headers })).status).toBe(204);
    const bearer = { authorization: `Bearer ${json.token}` };
    expect((await server.request('GET', '/api/v1/datasets', { headers: bearer })).status).toBe(401);
  });

  test('a token cannot make or revoke tokens', async () => {
    const headers = await session();
    const { json } = await server.request('POST', '/api/v1/tokens', { body: { name: 'ci' }, headers });
    const bearer = { authorization: `Bearer ${json.token}` };
    const more = await server.request('POST', '/api/v1/tokens', { body: { name: 'more' }, headers: bearer });
    expect(more.status).toBe(403);
    expect((await server.request('DELETE', `/api/v1/tokens/${json.id}`, { headers: bearer })).status).toBe(403);
  });

  test('a made-up token opens nothing', async () => {
    const headers = { authorization: 'Bearer tidecast_AAAA' };
    expect((await server.request('GET', '/api/v1/datasets', { headers })).status).toBe(401);
  });

  test('the key of a session is no API token', async () => {
    const { cookie } = await session();
    const headers = { authorization: `Bearer ${cookie.split('=')[1]}` };
    expect((await server.request('GET', '/api/v1/datasets', { headers })).status).toBe(401);
  });
});

describe('without a password', () => {
  let open: TestServer;
  beforeEach(async () => {
    open = await startServer();
  });
  afterEach(() => open.close());

  test('everything is open on this machine', async () => {
    expect(await open.read('/api/v1/session', Session)).toEqual({ required: false, authenticated: true });
  });

  test('a login is a conflict that says why', async () => {
    const { status, json } = await logIn('anything', open);
    expect(status).toBe(409);
    expect(json.error.message).toContain('TIDECAST_PASSWORD');
  });
});
