import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ErrorReply } from '../../server/contract.ts';
import { addDataset, monthly, startServer, type TestServer } from '../support/server.ts';

let webDir: string;
beforeAll(() => {
  webDir = mkdtempSync(join(tmpdir(), 'tidecast-web-'));
  mkdirSync(join(webDir, 'assets'));
  writeFileSync(join(webDir, 'index.html'), '<!doctype html><title>Tidecast</title>');
  writeFileSync(join(webDir, 'assets', 'main-B4d5Ca.js'), 'export {};');
  writeFileSync(join(webDir, 'forecast-worker.js'), 'export {};');
});
afterAll(() => rmSync(webDir, { recursive: true }));

let server: TestServer;
beforeEach(async () => {
  server = await startServer({ webDir });
});
afterEach(() => server.close());

describe('headers', () => {
  test.each(['/', '/api/v1/datasets', '/api/docs/', '/api/v1/nothing'])('%s allows only what is ours', async (path) => {
    const { headers } = await server.request('GET', path);
    const policy = headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval';");
    expect(policy).toContain("worker-src 'self'");
    expect(policy).toContain("style-src 'self'");
    expect(policy).toContain("img-src 'self' data:");
    expect(policy).toContain("connect-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy.replace("'wasm-unsafe-eval'", '')).not.toMatch(/unsafe|https?:|blob:|\*/);
  });

  test('tell nobody what the server is made of', async () => {
    const { headers } = await server.request('GET', '/');
    expect(headers.has('x-powered-by')).toBe(false);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  });

  test('keep replies of the API out of caches', async () => {
    expect((await server.request('GET', '/api/v1/datasets')).headers.get('cache-control')).toBe('no-store');
  });
});

describe('errors', () => {
  test.each([
    ['GET', '/api/v1/nothing'],
    ['GET', '/api/v2/datasets'],
    ['GET', '/api'],
    ['PUT', '/api/v1/datasets'],
  ])('%s %s is 404 in the one error shape, and no page', async (method, path) => {
    const { status, json } = await server.request(method, path);
    expect(status).toBe(404);
    expect(ErrorReply.parse(json).error).toMatchObject({ code: 'not_found', message: `there is no ${method} ${path}` });
  });

  test('a body that is no JSON is 400 that says where it breaks', async () => {
    const { status, json } = await server.request('POST', '/api/v1/schedules/preview', {
      body: '{"cron": ',
      headers: { 'content-type': 'application/json' },
    });
    expect(status).toBe(400);
    expect(json.error).toMatchObject({ code: 'invalid_request', message: expect.stringContaining('expected JSON') });
  });

  test('a body that does not say it is JSON is 415', async () => {
    const { status, json } = await server.request('POST', '/api/v1/schedules/preview', { body: '{}' });
    expect(status).toBe(415);
    expect(json.error.details).toMatchObject([{ field: 'Content-Type', expected: 'application/json' }]);
  });

  test.each([
    ['null', ['body']],
    ['[1]', ['body']],
    ['"cron"', ['body']],
    ['', ['cron', 'zone']],
  ])('the body %j is 400 naming what is wrong, not a crash', async (body, fields) => {
    const { status, json } = await server.request('POST', '/api/v1/schedules/preview', {
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect(status).toBe(400);
    expect(json.error.details.map((problem: { field: string }) => problem.field)).toEqual(fields);
  });

  test('a JSON body over the limit is 413', async () => {
    const small = await startServer({ maxUpload: 1000 });
    try {
      const { status, json } = await small.request('POST', '/api/v1/schedules/preview', {
        body: { cron: 'x'.repeat(2000) },
      });
      expect(status).toBe(413);
      expect(json.error.code).toBe('too_large');
    } finally {
      await small.close();
    }
  });

  test('a query field that nobody knows is 400 naming it', async () => {
    const { status, json } = await server.request('GET', '/api/v1/datasets?sort=name');
    expect(status).toBe(400);
    expect(json.error.details).toEqual([{ field: 'sort', found: '"name"', expected: 'no such field' }]);
  });

  test('a path that is no text is 400', async () => {
    expect((await server.request('GET', '/api/v1/datasets/%E0%A4%A')).status).toBe(400);
  });

  test('what goes wrong inside is 500 without the insides, which the log has', async () => {
    const id = addDataset(server.store, { a: monthly(2020, [1]) });
    server.store.prepare("UPDATE datasets SET settings = '{broken' WHERE id = ?").run(id);
    const { status, json, text } = await server.request('GET', `/api/v1/datasets/${id}`);
    expect(status).toBe(500);
    expect(json.error).toEqual({
      code: 'internal',
      message: 'something went wrong inside Tidecast; its log says what',
      details: null,
    });
    expect(text).not.toContain('datasets.ts');
    expect(server.log).toEqual([
      expect.stringMatching(/^GET \/api\/v1\/datasets\/\d+: SyntaxError[\s\S]*datasets\.ts/),
    ]);
  });
});

describe('the dashboard', () => {
  test.each([
    '/',
    '/datasets/3',
    '/series/17?from=0',
  ])('%s is the page, checked for a newer one each time', async (path) => {
    const { status, text, headers } = await server.request('GET', path);
    expect(status).toBe(200);
    expect(text).toContain('<title>Tidecast</title>');
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(headers.get('cache-control')).toBe('no-cache');
  });

  test('files with their hash in the name are kept for a year', async () => {
    const { headers } = await server.request('GET', '/assets/main-B4d5Ca.js');
    expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  });

  test('the worker of the import page is checked for a newer one each time, and under the same policy', async () => {
    const { status, headers } = await server.request('GET', '/forecast-worker.js');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('text/javascript');
    expect(headers.get('cache-control')).toBe('no-cache');
    expect(headers.get('content-security-policy')).toContain("script-src 'self' 'wasm-unsafe-eval';");
    expect(headers.get('etag')).toBeTruthy();
  });

  test.each([
    '/assets/main-old.js',
    '/favicon.ico',
    '/..%2f..%2fpackage.json',
    '/.env',
  ])('%s is 404, not the page', async (path) => {
    const { status, json } = await server.request('GET', path);
    expect(status).toBe(404);
    expect(json.error.code).toBe('not_found');
  });

  test('that was never built says what to do', async () => {
    const bare = await startServer();
    try {
      const { status, json } = await bare.request('GET', '/');
      expect(status).toBe(404);
      expect(json.error.message).toContain('npm run build');
    } finally {
      await bare.close();
    }
  });
});
