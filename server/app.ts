import { dirname, join } from 'node:path';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import type { Store } from '../db/open.ts';
import { createAccess, refuseOtherSites } from './access.ts';
import type { Config } from './config.ts';
import { AppError, STATUS, systemError } from './errors.ts';
import { createImports } from './imports.ts';
import { openApiDocument } from './openapi.ts';
import { backtestRoutes } from './routes/backtests.ts';
import { datasetRoutes } from './routes/datasets.ts';
import { documentationPages, documentRoute } from './routes/documentation.ts';
import { type Deps, type Endpoint, type Given, PathId, pathParameters, type Runner } from './routes/endpoint.ts';
import { exportRoutes } from './routes/exports.ts';
import { forecastRoutes } from './routes/forecasts.ts';
import { healthRoute } from './routes/health.ts';
import { jobRoutes } from './routes/jobs.ts';
import { observationRoutes } from './routes/observations.ts';
import { runRoutes } from './routes/runs.ts';
import { scheduleRoutes } from './routes/schedules.ts';
import { seriesRoutes } from './routes/series.ts';
import { sessionRoutes } from './routes/session.ts';
import { createSpool } from './routes/spool.ts';
import { uploadRoutes } from './routes/uploads.ts';
import { webPages } from './routes/web.ts';
import { invalid, parseRequest, show } from './validation.ts';

export interface AppOptions {
  readonly store: Store;
  /** The store's path: long reads and imports open connections of their own. */
  readonly storeFile: string;
  readonly config: Pick<Config, 'password' | 'maxUpload'>;
  readonly runner: Runner;
  /** Asked after new observations; without one they are seen when it next looks by itself. */
  readonly scheduler?: { check(): unknown };
  /** The clock: epoch ms. */
  readonly now: () => number;
  readonly version: string;
  /** Folder of the built dashboard. */
  readonly webDir: string;
  /** Where errors that are nobody's fault but ours are written; stderr when absent. */
  readonly log?: (line: string) => void;
}

/** Every endpoint of the program: what the app registers and what the OpenAPI document describes. */
export const ENDPOINTS: readonly Endpoint[] = [
  ...uploadRoutes,
  ...datasetRoutes,
  ...observationRoutes,
  ...exportRoutes,
  ...seriesRoutes,
  ...forecastRoutes,
  ...runRoutes,
  ...backtestRoutes,
  ...jobRoutes,
  ...scheduleRoutes,
  ...sessionRoutes,
  healthRoute,
  documentRoute(() => ENDPOINTS, openApiDocument),
];

/** The HTTP side of the program, not listening yet. Nothing starts here, so nothing needs to be stopped. */
export function createApp({ webDir, log = (line) => process.stderr.write(`${line}\n`), ...rest }: AppOptions): Express {
  const access = createAccess(rest.store, rest.config.password, rest.now);
  const spool = createSpool(join(dirname(rest.storeFile), 'uploads'), rest.config.maxUpload);
  const deps: Deps = { ...rest, access, spool, imports: createImports(), startedAt: rest.now() };
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.use(securityHeaders);
  app.use((request, _response, next) => {
    refuseOtherSites(request, access.required);
    next();
  });
  const json = express.json({ limit: Math.min(rest.config.maxUpload, JSON_LIMIT), strict: false });
  for (const endpoint of ENDPOINTS) {
    const path = endpoint.path.replace(/\{(\w+)\}/g, ':$1');
    const readBody = endpoint.body ? [requireJson, json] : [];
    app[endpoint.method](path, permit(endpoint, deps), ...readBody, serve(endpoint, deps));
  }
  app.use('/api/docs', documentationPages());
  app.use('/api', (request) => {
    throw new AppError('not_found', `there is no ${request.method} ${request.originalUrl.split('?')[0]}`, {
      details: { method: request.method, path: request.originalUrl.split('?')[0] },
    });
  });
  app.use(webPages(webDir));
  app.use(answerError(log));
  return app;
}

/** A hundred thousand points of an upload in JSON are some eight megabytes. */
const JSON_LIMIT = 16 * 1024 ** 2;

// This server alone, whatever finds its way into a page; data: images are those that the styles and the API pages draw.
const securityHeaders = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      // The kernels of the network are WebAssembly, which the import page compiles in its worker. This allows that and no eval.
      scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
      workerSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", 'data:'],
      connectSrc: ["'self'"],
      fontSrc: ["'self'"],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  // Behind a proxy with TLS the proxy says this; on loopback without TLS it would lock people out of other programs.
  strictTransportSecurity: false,
  referrerPolicy: { policy: 'no-referrer' },
  xFrameOptions: { action: 'deny' },
});

const requireJson: RequestHandler = (request, _response, next) => {
  if (!request.is('application/json')) {
    const found = request.headers['content-type'] ?? 'nothing';
    throw new AppError('unsupported_media_type', `Content-Type: found ${found}, expected application/json`, {
      details: [{ field: 'Content-Type', found, expected: 'application/json' }],
    });
  }
  next();
};

function permit(endpoint: Endpoint, { access }: Deps): RequestHandler {
  return (request, response, next) => {
    const caller = access.caller(request);
    if (!endpoint.open && caller.by === 'nobody') {
      response.set('www-authenticate', 'Bearer');
      throw new AppError('unauthorized', 'this needs a login or an API token: Authorization: Bearer TOKEN');
    }
    response.locals.caller = caller;
    next();
  };
}

// Permission came first; then parse, do, reply: the same way for every endpoint.
function serve(endpoint: Endpoint, deps: Deps): RequestHandler {
  const ids = pathParameters(endpoint.path).filter((name) => name !== 'kind');
  return async (request, response) => {
    const path = new Map(ids.map((name) => [name, parseRequest(PathId, request.params[name], name)]));
    const given: Given<unknown, unknown> = {
      param: (name) => path.get(name)!,
      query: endpoint.query
        ? parseRequest(endpoint.query, { ...request.query }, 'query')
        : noQuery(endpoint, request.query),
      body: endpoint.body ? parseRequest(endpoint.body, request.body, 'body') : undefined,
      caller: response.locals.caller,
      request,
      response,
    };
    const value = await endpoint.handle(given, deps);
    if (response.headersSent || 'media' in endpoint.reply) return;
    response.set('cache-control', 'no-store').status(endpoint.reply.status);
    if ('schema' in endpoint.reply) response.json(value);
    else response.end();
  };
}

function noQuery(endpoint: Endpoint, query: object): undefined {
  const [name] = Object.keys(query);
  if (name === undefined || endpoint.upload) return;
  throw invalid([{ field: name, found: show((query as Record<string, unknown>)[name]), expected: 'no such field' }]);
}

// The one place where an error becomes an answer.
function answerError(log: (line: string) => void): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const told = toAppError(error);
    if (STATUS[told.code] >= 500) {
      const cause = told.cause ?? told;
      log(
        `${request.method} ${request.originalUrl}: ${cause instanceof Error ? (cause.stack ?? cause.message) : cause}`,
      );
    }
    if (response.headersSent) {
      // Half a body went out: cut the connection, so that nobody takes it for a whole one.
      response.destroy();
      return;
    }
    // What was not read of an upload would be taken for the next request.
    if (!request.complete) response.set('connection', 'close');
    response
      .status(STATUS[told.code])
      .set('cache-control', 'no-store')
      .json({ error: { code: told.code, message: told.message, details: told.details } });
  };
}

function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const known = systemError(error);
  if (known) return known;
  const { type, status, message } = error as { type?: string; status?: number; message?: string };
  if (type === 'entity.too.large') return new AppError('too_large', 'the body is larger than this endpoint takes');
  if (type === 'entity.parse.failed') return new AppError('invalid_request', `body: expected JSON (${message})`);
  if (type === 'charset.unsupported' || type === 'encoding.unsupported') {
    return new AppError('unsupported_media_type', message ?? 'unsupported');
  }
  if (status !== undefined && status >= 400 && status < 500) {
    return new AppError(status === 404 ? 'not_found' : 'invalid_request', message ?? 'the request makes no sense');
  }
  return new AppError('internal', 'something went wrong inside Tidecast; its log says what', { cause: error });
}
