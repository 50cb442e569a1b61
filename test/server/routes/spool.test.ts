import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSpool } from '../../../server/routes/spool.ts';

let folder: string;
let http: Server;
let url: string;

// A disk with room for so many bytes; what comes after them is refused as the system does it.
function smallDisk(bytes: number) {
  let left = bytes;
  return (path: string) => {
    const file = openSync(path, 'w');
    return new Writable({
      write(chunk: Buffer, _encoding, done) {
        left -= chunk.length;
        if (left < 0) return done(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }));
        writeSync(file, chunk);
        done();
      },
      destroy(error, done) {
        closeSync(file);
        done(error);
      },
    });
  };
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidecast-spool-'));
  const spool = createSpool(folder, 1e9, smallDisk(100_000));
  http = createServer((request, response) => {
    spool
      .receive(request, async ({ path }) => path)
      .then(
        () => response.end('stored'),
        (error: { code: string }) => response.end(error.code),
      );
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});
afterEach(async () => {
  http.closeAllConnections();
  await new Promise((resolve) => http.close(resolve));
  rmSync(folder, { recursive: true });
});

function form(text: string): FormData {
  const data = new FormData();
  data.append('file', new Blob([text], { type: 'text/csv' }), 'sales.csv');
  return data;
}

test.each([
  ['a plain body', (text: string) => ({ body: text, headers: { 'content-type': 'text/csv' } })],
  ['a form', (text: string) => ({ body: form(text) })],
])('a disk that fills up while %s comes in is told as such and leaves no file', async (_title, options) => {
  const full = await fetch(url, { method: 'POST', ...options('2020-01,1\n'.repeat(40_000)) });
  expect(await full.text()).toBe('ENOSPC');
  expect(readdirSync(folder)).toEqual([]);
});

test('an upload that fits is handed on', async () => {
  const reply = await fetch(url, { method: 'POST', body: form('2020-01,1\n') });
  expect(await reply.text()).toBe('stored');
  expect(readdirSync(folder)).toEqual([]);
});
