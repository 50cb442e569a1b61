import type {
  AccuracyRecord,
  BacktestReport,
  Created,
  Dataset,
  ErrorReply,
  FireTimes,
  ForecastReply,
  Health,
  Holidays,
  ImportRecord,
  ImportReport,
  Job,
  JobLog,
  ObservationsReply,
  Origins,
  Preview,
  Promotion,
  RunDetail,
  RunFolds,
  RunSummary,
  Schedule,
  SeriesDetail,
  SeriesSummary,
  Session,
  Settings,
  Token,
  TokenOnce,
  UploadsUnderWay,
} from '../server/contract.ts';

export type {
  AccuracyRecord,
  BacktestReport,
  Dataset,
  ForecastReply,
  Holidays,
  ImportReport,
  Job,
  ObservationsReply,
  Origins,
  Preview,
  RunDetail,
  RunFolds,
  RunSummary,
  Schedule,
  SeriesDetail,
  SeriesSummary,
  Settings,
};

export type Underway = UploadsUnderWay[number];

/** What the server refused, in its own sentence; code 'unreachable' when there was no answer at all. */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  readonly details: unknown;
  constructor(status: number, code: string, message: string, details: unknown = null) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

const BASE = '/api/v1';

interface Ask {
  signal?: AbortSignal;
  query?: Record<string, string | number | undefined>;
  body?: unknown;
}

/**
 * The one way to the server. Long lists arrive whole; every function throws ApiError with the server's sentence,
 * or the DOM's AbortError when `signal` ended first.
 */
export const api = {
  session: (signal?: AbortSignal) => ask<Session>('GET', '/session', { signal }),
  login: (password: string) => ask<Session>('POST', '/session', { body: { password } }),
  logout: () => ask<void>('DELETE', '/session'),
  tokens: (signal?: AbortSignal) => ask<Token[]>('GET', '/tokens', { signal }),
  createToken: (name: string) => ask<TokenOnce>('POST', '/tokens', { body: { name } }),
  revokeToken: (id: number) => ask<void>('DELETE', `/tokens/${id}`),
  health: (signal?: AbortSignal) => ask<Health>('GET', '/healthz', { signal }, ''),

  datasets: (signal?: AbortSignal) => ask<Dataset[]>('GET', '/datasets', { signal }),
  dataset: (id: number, signal?: AbortSignal) => ask<Dataset>('GET', `/datasets/${id}`, { signal }),
  changeDataset: (
    id: number,
    changes: { name?: string; horizon?: number; season?: number; settings?: Settings; recipe?: unknown },
  ) => ask<Dataset>('PATCH', `/datasets/${id}`, { body: changes }),
  holidays: (id: number, signal?: AbortSignal) => ask<Holidays>('GET', `/datasets/${id}/holidays`, { signal }),
  deleteDataset: (id: number) => ask<void>('DELETE', `/datasets/${id}`),
  preview: (file: File, recipe: unknown, signal?: AbortSignal) =>
    ask<Preview>('POST', '/previews', { body: form({ recipe, file }), signal }),
  createDataset: (file: File, fields: { name: string; horizon?: number; recipe: unknown }, how: Sent) =>
    send<Created>('POST', '/datasets', form({ ...fields, key: how.key, file }), how),
  upload: (id: number, file: File, how: Sent) =>
    send<ImportReport>('PUT', `/datasets/${id}/observations`, form({ key: how.key, file }), how),
  uploads: (signal?: AbortSignal) => ask<UploadsUnderWay>('GET', '/uploads', { signal }),
  imports: (id: number, signal?: AbortSignal) => ask<ImportRecord[]>('GET', `/datasets/${id}/imports`, { signal }),
  rollback: (id: number) => ask<Promotion>('POST', `/datasets/${id}/rollback`),
  promotions: (id: number, signal?: AbortSignal) => ask<Promotion[]>('GET', `/datasets/${id}/promotions`, { signal }),

  schedules: (id: number, signal?: AbortSignal) => ask<Schedule[]>('GET', `/datasets/${id}/schedules`, { signal }),
  changeSchedule: (id: number, kind: Schedule['kind'], changes: ScheduleChanges) =>
    ask<Schedule>('PUT', `/datasets/${id}/schedules/${kind}`, { body: changes }),
  fireTimes: (cron: string, zone: string, signal?: AbortSignal) =>
    ask<FireTimes>('POST', '/schedules/preview', { body: { cron, zone }, signal }),

  seriesOf: (id: number, signal?: AbortSignal) => ask<SeriesSummary[]>('GET', `/datasets/${id}/series`, { signal }),
  series: (id: number, signal?: AbortSignal) => ask<SeriesDetail>('GET', `/series/${id}`, { signal }),
  observations: (id: number, query: { from?: number; to?: number; points?: number }, signal?: AbortSignal) =>
    ask<ObservationsReply>('GET', `/series/${id}/observations`, { query, signal }),
  forecast: (id: number, origin: number | undefined, signal?: AbortSignal) =>
    ask<ForecastReply>('GET', `/series/${id}/forecasts`, { query: { origin }, signal }),
  origins: (id: number, signal?: AbortSignal) => ask<Origins>('GET', `/series/${id}/origins`, { signal }),
  accuracy: (id: number, signal?: AbortSignal) => ask<AccuracyRecord>('GET', `/series/${id}/accuracy`, { signal }),

  runs: (id: number, signal?: AbortSignal) => ask<RunSummary[]>('GET', `/datasets/${id}/runs`, { signal }),
  run: (id: number, signal?: AbortSignal) => ask<RunDetail>('GET', `/runs/${id}`, { signal }),
  folds: (run: number, series: number, signal?: AbortSignal) =>
    ask<RunFolds>('GET', `/runs/${run}/folds`, { query: { series }, signal }),
  backtest: (run: number, by: 'series' | 'horizon', signal?: AbortSignal) =>
    ask<BacktestReport>('GET', `/runs/${run}/backtest`, { query: { by }, signal }),
  promote: (id: number) => ask<Promotion>('POST', `/runs/${id}/promote`),

  jobs: (dataset: number, signal?: AbortSignal) =>
    ask<Job[]>('GET', '/jobs', { query: { dataset, limit: 50 }, signal }),
  newestJob: (dataset: number | undefined, signal?: AbortSignal) =>
    ask<Job[]>('GET', '/jobs', { query: { dataset, limit: 1 }, signal }),
  runningJobs: (dataset: number | undefined, signal?: AbortSignal) =>
    ask<Job[]>('GET', '/jobs', { query: { dataset, state: 'running' }, signal }),
  job: (id: number, signal?: AbortSignal) => ask<Job>('GET', `/jobs/${id}`, { signal }),
  jobLog: (id: number, signal?: AbortSignal) => ask<JobLog>('GET', `/jobs/${id}/log`, { signal }),
  startJob: (dataset: number, kind: Job['kind']) => ask<Job>('POST', `/datasets/${dataset}/jobs`, { body: { kind } }),
  cancelJob: (id: number) => ask<Job>('POST', `/jobs/${id}/cancel`),
};

export type ScheduleChanges = Pick<Schedule, 'cron' | 'zone' | 'afterObservations' | 'enabled'>;

/** Addresses of files the server writes, for links with `download`. */
export const download = {
  observations: (dataset: number) => `${BASE}/datasets/${dataset}/observations.csv`,
  forecasts: (dataset: number) => `${BASE}/datasets/${dataset}/forecasts.csv`,
  forecast: (series: number, origin?: number) =>
    `${BASE}/series/${series}/forecast.csv${origin === undefined ? '' : `?origin=${origin}`}`,
};

/** Where a job's progress is told as it happens. */
export const eventsOf = (job: number): string => `${BASE}/jobs/${job}/events`;

/**
 * The sentence to show for anything that was thrown, with a capital; a field's name in front (`cron: found …`) stays as it is
 * written.
 */
export function sentence(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /^[\w.[\]]+: /.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
}

async function ask<T>(method: string, path: string, { signal, query, body }: Ask = {}, base = BASE): Promise<T> {
  const url = new URL(base + path, location.origin);
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  const headers: Record<string, string> = { accept: 'application/json' };
  const isForm = body instanceof FormData;
  if (body !== undefined && !isForm) headers['content-type'] = 'application/json';
  let reply: Response;
  try {
    reply = await fetch(url, { method, headers, signal, body: isForm ? body : JSON.stringify(body) });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw unreachable();
  }
  return answered<T>(reply.status, await reply.text(), path);
}

interface Sent {
  /** Names the upload: `api.uploads` tells how far the server is with it. */
  key: string;
  signal: AbortSignal;
  onSent(sent: number, size: number): void;
}

// fetch does not say how much of a body has gone out; this does.
function send<T>(method: string, path: string, body: FormData, { signal, onSent }: Sent): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, BASE + path);
    request.setRequestHeader('accept', 'application/json');
    request.upload.onprogress = ({ loaded, total }) => onSent(loaded, total);
    request.upload.onload = ({ loaded }) => onSent(loaded, loaded);
    request.onload = () => {
      try {
        resolve(answered<T>(request.status, request.responseText, path));
      } catch (error) {
        reject(error);
      }
    };
    request.onerror = () => reject(unreachable());
    request.onabort = () => reject(signal.reason);
    const stop = () => request.abort();
    signal.addEventListener('abort', stop, { once: true });
    request.onloadend = () => signal.removeEventListener('abort', stop);
    if (signal.aborted) reject(signal.reason);
    else request.send(body);
  });
}

function answered<T>(status: number, text: string, path: string): T {
  if (status === 204) return undefined as T;
  const json = parse(text);
  if (status >= 200 && status < 300) return json as T;
  const { error } = (json ?? {}) as Partial<ErrorReply>;
  if (status === 401 && path !== '/session') window.dispatchEvent(new Event('tidecast:unauthorized'));
  throw new ApiError(
    status,
    error?.code ?? 'internal',
    error?.message ?? `The server answered ${status} without saying why.`,
    error?.details,
  );
}

/** The answer, or `nothing` where what was asked for is not there (404). */
export async function orNothing<T>(promise: Promise<T>, nothing: T): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return nothing;
    throw error;
  }
}

const unreachable = () => new ApiError(0, 'unreachable', 'The server does not answer. Is Tidecast still running?');

/** Fields first and the file last, so that the server knows how to read the file when its bytes start to arrive. */
function form({ file, ...fields }: { file: File; [name: string]: unknown }): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || value === null) continue;
    data.append(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  data.append('file', file, file.name);
  return data;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
