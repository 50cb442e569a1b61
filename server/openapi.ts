import { z } from 'zod';
import * as contract from './contract.ts';
import type { Endpoint } from './routes/endpoint.ts';
import { pathParameters } from './routes/endpoint.ts';

type Json = Record<string, unknown>;

/** The OpenAPI 3.1 document of these endpoints: every schema of the contract is a component, under its own name. */
export function openApiDocument(endpoints: readonly Endpoint[], version: string): Json {
  const paths: Record<string, Json> = {};
  for (const endpoint of endpoints) {
    paths[endpoint.path] ??= {};
    paths[endpoint.path][endpoint.method] = operation(endpoint);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Tidecast',
      version,
      description:
        'CSV in, recurrent networks trained on a schedule, forecasts with intervals out. Long work answers 202 with a job to follow. Errors all have one shape.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(endpoints.map((e) => e.tag))].map((name) => ({ name })),
    security: [{ token: [] }, { session: [] }],
    paths,
    components: {
      schemas: components(endpoints),
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'An API token. Not needed where no password is set.' },
        session: { type: 'apiKey', in: 'cookie', name: 'tidecast_session' },
      },
    },
  };
}

function operation(endpoint: Endpoint): Json {
  const { method, path, tag, summary, query, body, upload, reply, open } = endpoint;
  const parameters = [
    ...pathParameters(path).map((name) => ({
      name,
      in: 'path',
      required: true,
      schema: PATH_PARAMETERS[name] ?? { type: 'integer', minimum: 1 },
    })),
    ...queryParameters(query),
    ...(upload
      ? queryParameters(upload).map((p) => ({
          ...p,
          description: `with a text/csv body: ${p.description ?? 'as in the form'}`,
        }))
      : []),
  ];
  return {
    tags: [tag],
    summary,
    operationId: `${method}${path.replace(/^\/api\/v1/, '').replace(/[^A-Za-z0-9]+(.)?/g, (_, c = '') => c.toUpperCase())}`,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: { required: true, content: { 'application/json': { schema: reference(body) } } } } : {}),
    ...(upload ? { requestBody: { required: true, content: fileContent(upload) } } : {}),
    responses: {
      [reply.status]: response(reply),
      default: {
        description: 'What was wrong: a code for programs, a sentence for people, details as data',
        content: { 'application/json': { schema: reference(contract.ErrorReply) } },
      },
    },
    ...(open ? { security: [] } : {}),
  };
}

/** Path parameters that are not the id of something. */
const PATH_PARAMETERS: Record<string, Json> = { kind: { type: 'string', enum: ['train', 'forecast'] } };

function response(reply: Endpoint['reply']): Json {
  if ('schema' in reply) {
    return { description: 'As asked', content: { 'application/json': { schema: reference(reply.schema) } } };
  }
  if ('media' in reply) return { description: 'As asked', content: { [reply.media]: { schema: { type: 'string' } } } };
  return { description: 'Done; there is nothing to say' };
}

function queryParameters(query: z.ZodType | undefined): (Json & { description?: string })[] {
  if (!query) return [];
  const schema = bare(z.toJSONSchema(query, { io: 'input' })) as {
    properties?: Record<string, { description?: string }>;
    required?: string[];
  };
  return Object.entries(schema.properties ?? {}).map(([name, { description, ...rest }]) => ({
    name,
    in: 'query',
    ...(description ? { description } : {}),
    required: schema.required?.includes(name) ?? false,
    schema: rest,
  }));
}

function fileContent(upload: z.ZodType): Json {
  const fields = bare(z.toJSONSchema(upload, { io: 'input' })) as { properties?: Json };
  return {
    'multipart/form-data': {
      schema: {
        type: 'object',
        required: ['file'],
        properties: { file: { type: 'string', contentMediaType: 'text/csv' }, ...fields.properties },
        additionalProperties: false,
      },
    },
    'text/csv': { schema: { type: 'string' } },
    'application/x-ndjson': {
      schema: { type: 'string', description: '{"series":"north","time":"2021-01-01","value":1.5} a line' },
    },
    'application/gzip': { schema: { type: 'string', format: 'binary', description: 'either of them, packed' } },
  };
}

const NAMES = new Map<unknown, string>(
  Object.entries(contract).flatMap(([name, value]) => (value instanceof z.ZodType ? [[value, name] as const] : [])),
);

/** Throws Error for a schema that is not the contract's: a route must not invent a wire of its own. */
function reference(schema: z.ZodType): Json {
  const name = NAMES.get(schema);
  if (!name) throw new Error('a route uses a schema that server/contract.ts does not export');
  return { $ref: `#/components/schemas/${name}` };
}

// Requests are described as they are sent, replies as they arrive: the difference is fields with defaults.
function components(endpoints: readonly Endpoint[]): Json {
  const registry = z.registry<{ id: string }>();
  for (const [schema, id] of NAMES) registry.add(schema as z.ZodType, { id });
  const uri = (id: string) => `#/components/schemas/${id}`;
  const replies = z.toJSONSchema(registry, { uri, io: 'output' }).schemas;
  const requests = z.toJSONSchema(registry, { uri, io: 'input' }).schemas;
  const sent = new Set(endpoints.flatMap((e) => (e.body ? [NAMES.get(e.body)!] : [])));
  return Object.fromEntries(
    Object.keys(replies).map((name) => [name, bare((sent.has(name) ? requests : replies)[name])]),
  );
}

// OpenAPI names the dialect once for the document, and a component is found by its place.
function bare(schema: object): Json {
  const { $schema: _dialect, $id: _id, ...rest } = schema as Json;
  return rest;
}
