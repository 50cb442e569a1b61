import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { insertDataset } from '../../db/datasets.ts';
import { insertJob } from '../../db/jobs.ts';
import { openStore, takeLock } from '../../db/open.ts';
import { readConfig } from '../../server/config.ts';
import { openDataFolder } from '../../server/data-folder.ts';
import { type RunningServer, serve } from '../../server/main.ts';

let folder: string;
let servers: RunningServer[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidecast-main-'));
  servers = [];
});
afterEach(async () => {
  for (const server of servers) await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const config = (data = 'data', port = 0) =>
  readConfig({ TIDECAST_DATA: join(folder, data), TIDECAST_PORT: String(port), TIDECAST_LOG: 'silent' });

async function start(of = config(), options: Parameters<typeof serve>[1] = {}): Promise<RunningServer> {
  const server = await serve(of, options);
  servers.push(server);
  return server;
}

describe('serve', () => {
  it('makes a data folder that only its owner can read, and answers', async () => {
    const { url } = await start();
    const health = await fetch(`${url}/healthz`);
    expect(health.status).toBe(200);
    expect(await health.json()).toMatchObject({ status: 'ok', jobs: { queued: 0, running: 0 } });
    expect(statSync(join(folder, 'data')).mode & 0o777).toBe(0o700);
  });

  it('reads the clock it is given', async () => {
    let moment = Date.UTC(2030, 0, 1);
    const { url } = await start(config(), { now: () => moment });
    moment += 90_000;
    expect(await (await fetch(`${url}/healthz`)).json()).toMatchObject({ uptimeSeconds: 90 });
  });

  it('refuses a data folder that another server has, and takes it when that one has stopped', async () => {
    const first = await start();
    await expect(start()).rejects.toMatchObject({
      code: 'conflict',
      message: `Another Tidecast works on ${join(folder, 'data')}: stop it first, or set TIDECAST_DATA to another folder.`,
    });
    await first.stop();
    const second = await start();
    expect((await fetch(`${second.url}/healthz`)).status).toBe(200);
  });

  it('names a port that is taken, and leaves the folder free', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    await expect(start(config('data', port))).rejects.toMatchObject({
      code: 'conflict',
      message: `Port ${port} on 127.0.0.1 is in use by another program: stop it, or set TIDECAST_PORT to another port (0 for any free one).`,
    });
    await new Promise((resolve) => other.close(resolve));
    const server = await start(config('data', port));
    expect(server.url).toBe(`http://127.0.0.1:${port}`);
  });

  it('says so when the store is from a newer version, or is no store', async () => {
    await (await start()).stop();
    const store = openStore(join(folder, 'data', 'tidecast.db'));
    store.pragma('user_version = 99');
    store.close();
    await expect(start()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('was written by a newer Tidecast'),
    });
    await (await start(config('other'))).stop();
    writeFileSync(join(folder, 'other', 'tidecast.db'), 'not a database at all, only some text that is long enough');
    await expect(start(config('other'))).rejects.toMatchObject({
      message: expect.stringContaining('is not a store of Tidecast'),
    });
  });

  it('says so when the folder is a file, or cannot be made', async () => {
    writeFileSync(join(folder, 'file'), '');
    await expect(start(config('file'))).rejects.toMatchObject({
      code: 'unavailable',
      message: `TIDECAST_DATA: ${join(folder, 'file')} is a file, expected a folder.`,
    });
    await expect(start(config('file/data'))).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('cannot be made'),
    });
  });

  // Linux alone has such a folder; there Node's own way of making folders with their parents never returned.
  it.skipIf(!existsSync('/proc/self'))('says so where a folder that exists cannot hold another', () => {
    expect(() => openDataFolder('/proc/tidecast/data', { create: true })).toThrow('cannot be made');
  });

  it('stops while a listener waits for events, and can be stopped twice', async () => {
    const { url, stop } = await start();
    const response = await fetch(`${url}/api/v1/datasets?name=waves`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body: `ds,y\n${Array.from({ length: 40 }, (_, t) => `${1980 + t},${t % 7}`).join('\n')}\n`,
    });
    expect(response.status).toBe(201);
    const { job } = (await response.json()) as { job: { id: number } };
    const events = await fetch(`${url}/api/v1/jobs/${job.id}/events`);
    expect(events.headers.get('content-type')).toContain('text/event-stream');
    await Promise.all([stop(), events.text().catch(() => '')]);
    await stop();
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
    const lock = takeLock(join(folder, 'data', 'tidecast.lock'));
    expect(lock).toBeDefined();
    lock?.release();
    const store = openStore(join(folder, 'data', 'tidecast.db'));
    // The first forecast, which was under way at most, and the first training behind it.
    expect(store.prepare('SELECT state, attempts FROM jobs').all()).toEqual([
      { state: 'queued', attempts: 0 },
      { state: 'queued', attempts: 0 },
    ]);
    store.close();
  });

  it('takes a job that another program has queued in its store', async () => {
    const { url } = await start();
    const store = openStore(join(folder, 'data', 'tidecast.db'));
    const calendar = { frequency: 'P1D', season: 7, zone: 'UTC', horizon: 7 };
    const datasetId = insertDataset(store, { name: 'none', ...calendar, recipe: {}, settings: {} }, 0);
    expect(insertJob(store, { datasetId, kind: 'forecast', reason: 'manual' }, 0)).toBe(1);
    store.close();
    // A dataset without observations: the job ends by failing, which is all that is waited for.
    await vi.waitFor(
      async () => expect(await (await fetch(`${url}/api/v1/jobs/1`)).json()).toMatchObject({ state: 'failed' }),
      { timeout: 30_000, interval: 50 },
    );
  });
});
