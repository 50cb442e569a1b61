import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import { insertDataset, type NewDataset } from '../../db/datasets.ts';
import { insertImport } from '../../db/imports.ts';
import type { JobRow } from '../../db/jobs.ts';
import { observationWriter } from '../../db/observations.ts';
import { openStore, type Store } from '../../db/open.ts';
import { seriesWriter } from '../../db/series.ts';
import { type AppOptions, createApp } from '../../server/app.ts';
import type { ImportReport } from '../../server/contract.ts';

/** A job runner that runs nothing: it remembers what it was asked, and tells listeners when a test says so. */
export interface IdleRunner {
  woken: number;
  cancelled: number[];
  listeners: Map<number, Set<() => void>>;
  /** Tells the job's listeners that it changed. */
  changed(jobId: number): void;
}

export interface TestServer {
  readonly url: string;
  readonly store: Store;
  readonly storeFile: string;
  readonly folder: string;
  readonly runner: IdleRunner;
  /** Lines of the log. */
  readonly log: string[];
  /** The clock: tests move it. */
  readonly clock: { now: number };
  request(method: string, path: string, options?: RequestOptions): Promise<Answer>;
  /** GETs JSON that must be a 200 and fit the schema. */
  read<T>(path: string, schema: z.ZodType<T>): Promise<T>;
  close(): Promise<void>;
}

export interface RequestOptions {
  /** Sent as JSON, but for strings, bytes and forms. */
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into any reply
  readonly json: any;
}

/** A real server on a free port over a real store in a folder of its own. */
export async function startServer(
  options: { password?: string; maxUpload?: number; webDir?: string } & Partial<Pick<AppOptions, 'scheduler'>> = {},
): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'tidecast-'));
  const storeFile = join(folder, 'tidecast.db');
  const store = openStore(storeFile);
  const runner = idleRunner();
  const log: string[] = [];
  const clock = { now: Date.UTC(2024, 0, 15, 12) };
  const app = createApp({
    store,
    storeFile,
    config: { password: options.password ?? null, maxUpload: options.maxUpload ?? 2 ** 28 },
    runner,
    scheduler: options.scheduler,
    now: () => clock.now,
    version: '0.0.0-test',
    webDir: options.webDir ?? join(folder, 'web'),
    log: (line) => log.push(line),
  });
  const http = createServer(app);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;

  async function request(method: string, path: string, { body, headers = {} }: RequestOptions = {}): Promise<Answer> {
    const raw =
      body === undefined || typeof body === 'string' || body instanceof Uint8Array || body instanceof FormData;
    const reply = await fetch(url + path, {
      method,
      redirect: 'manual',
      headers: raw ? headers : { 'content-type': 'application/json', ...headers },
      body: raw ? (body as BodyInit | undefined) : JSON.stringify(body),
    });
    const text = await reply.text();
    const isJson = /json/.test(reply.headers.get('content-type') ?? '');
    return { status: reply.status, headers: reply.headers, text, json: isJson ? JSON.parse(text) : undefined };
  }

  return {
    url,
    store,
    storeFile,
    folder,
    runner,
    log,
    clock,
    request,
    async read(path, schema) {
      const { status, text, json } = await request('GET', path);
      if (status !== 200) throw new Error(`GET ${path} answered ${status}: ${text}`);
      return schema.parse(json);
    },
    async close() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
      store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Stores a dataset of these series, each a list of [time, value], and returns its id. */
export function addDataset(
  store: Store,
  series: Record<string, readonly (readonly [number, number])[]>,
  changes: Partial<NewDataset> = {},
): number {
  const dataset: NewDataset = {
    name: 'tides',
    frequency: 'P1M',
    season: 12,
    zone: 'UTC',
    horizon: 3,
    recipe: {},
    settings: {},
    ...changes,
  };
  return store.transaction(() => {
    const id = insertDataset(store, dataset, 0);
    const seriesId = seriesWriter(store, id);
    const observe = observationWriter(store);
    let added = 0;
    for (const [name, points] of Object.entries(series)) {
      const of = seriesId(name);
      for (const [time, value] of points) observe(of, time, value);
      added += points.length;
    }
    insertImport(store, { datasetId: id, fileName: null, hash: '', added, report: report(added), createdAt: 0 });
    return id;
  })();
}

/** `values` on the first of each month from January of `year`. */
export function monthly(year: number, values: readonly number[]): [number, number][] {
  return values.map((value, month) => [Date.UTC(year, month), value]);
}

function idleRunner(): IdleRunner & AppOptions['runner'] {
  const listeners = new Map<number, Set<() => void>>();
  const runner = {
    woken: 0,
    cancelled: [] as number[],
    listeners,
    wake: () => {
      runner.woken++;
    },
    cancel: (id: number) => {
      runner.cancelled.push(id);
    },
    asEnded: (job: JobRow) => job,
    subscribe: (id: number, changed: () => void) => {
      const ofJob = listeners.get(id) ?? new Set();
      listeners.set(id, ofJob.add(changed));
      return () => {
        ofJob.delete(changed);
      };
    },
    backend: () => 'none',
    changed: (id: number) => {
      for (const listener of listeners.get(id) ?? []) listener();
    },
  };
  return runner;
}

function report(added: number): ImportReport {
  const none = {
    gaps: 0,
    duplicates: 0,
    missing: 0,
    replaced: 0,
    unchanged: 0,
    rejectedCount: 0,
    rejected: [],
    bytes: 0,
  };
  const range = { frequency: 'P1M', season: 12, start: null, end: null };
  return { dataset: 'tides', datasetId: null, series: 1, observations: added, added, ...none, ...range, hash: '' };
}
