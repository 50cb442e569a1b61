import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ENDPOINTS } from '../../server/app.ts';
import { startServer, type TestServer } from '../support/server.ts';

let server: TestServer;
// biome-ignore lint/suspicious/noExplicitAny: tests look into the document as it is
let document: any;
beforeEach(async () => {
  server = await startServer();
  document = (await server.request('GET', '/api/v1/openapi.json')).json;
});
afterEach(() => server.close());

describe('the OpenAPI document', () => {
  test('describes every endpoint that is served, and no other', () => {
    const described = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations as object).map((method) => `${method} ${path}`),
    );
    expect(described.sort()).toEqual(ENDPOINTS.map(({ method, path }) => `${method} ${path}`).sort());
  });

  test('names each operation once', () => {
    const ids = Object.values(document.paths as Record<string, Record<string, { operationId: string }>>).flatMap(
      (operations) => Object.values(operations).map((operation) => operation.operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('points only at schemas that it has', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
      (match) => match[1],
    );
    expect(references.length).toBeGreaterThan(50);
    for (const name of references) expect(document.components.schemas).toHaveProperty(name);
    expect(JSON.stringify(document)).not.toContain('$defs');
  });

  test('is OpenAPI 3.1 and describes a request by the schema that checks it', () => {
    expect(document.openapi).toBe('3.1.0');
    const request = document.paths['/api/v1/datasets/{dataset}'].patch.requestBody.content['application/json'].schema;
    expect(request).toEqual({ $ref: '#/components/schemas/DatasetChanges' });
    expect(document.components.schemas.DatasetChanges).toMatchObject({
      type: 'object',
      additionalProperties: false,
      properties: { horizon: { type: 'integer', minimum: 1, maximum: 2000 } },
    });
  });

  test('describes the parameters of a path and a query, and what is a file', () => {
    expect(document.paths['/api/v1/series/{series}/observations'].get.parameters).toEqual([
      { name: 'series', in: 'path', required: true, schema: { type: 'integer', minimum: 1 } },
      { name: 'from', in: 'query', required: false, schema: { type: 'number' } },
      { name: 'to', in: 'query', required: false, schema: { type: 'number' } },
      {
        name: 'points',
        in: 'query',
        required: false,
        description: 'at most this many, thinned so that peaks stay',
        schema: { type: 'integer', minimum: 10, maximum: 20_000, default: 2000 },
      },
    ]);
    const upload = document.paths['/api/v1/datasets'].post.requestBody.content;
    expect(Object.keys(upload)).toEqual([
      'multipart/form-data',
      'text/csv',
      'application/x-ndjson',
      'application/gzip',
    ]);
    expect(Object.keys(upload['multipart/form-data'].schema.properties)).toEqual([
      'file',
      'name',
      'recipe',
      'horizon',
      'season',
      'key',
    ]);
  });

  test('every endpoint in it answers as itself, never as a route that does not exist', async () => {
    for (const { method, path } of ENDPOINTS) {
      const reply = await server.request(
        method.toUpperCase(),
        path.replace('{kind}', 'train').replace(/\{\w+\}/g, '1'),
      );
      expect(reply.json?.error?.message ?? '', `${method} ${path}`).not.toMatch(
        /^there is no (GET|POST|PUT|PATCH|DELETE)/,
      );
    }
  });
});

describe('the documentation', () => {
  test('is a page of our own files, without a line of script in it', async () => {
    const { status, text } = await server.request('GET', '/api/docs/');
    expect(status).toBe(200);
    const scripts = [...text.matchAll(/<script([^>]*)>([^<]*)<\/script>/g)];
    expect(scripts.map((match) => match[2])).toEqual(['', '']);
    for (const name of ['swagger-ui.css', 'swagger-ui-bundle.js', 'start.js']) {
      expect(text).toContain(name);
      expect((await server.request('GET', `/api/docs/${name}`)).status, name).toBe(200);
    }
  });

  test('without the slash at the end leads to the one with it', async () => {
    const { status, headers } = await server.request('GET', '/api/docs');
    expect(status).toBe(301);
    expect(headers.get('location')).toBe('/api/docs/');
  });
});
