import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { Transform, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy } from '@fastify/busboy';
import { AppError } from '../errors.ts';
import { invalid } from '../validation.ts';

/** A file that came in, lying on the disk whole, and the fields that came with it. */
export interface Upload {
  readonly path: string;
  /** As the sender called it, null for a plain body; for showing, never a path. */
  readonly fileName: string | null;
  readonly fields: Record<string, string>;
}

export interface Spool {
  /**
   * Receives the one file of a request and hands it to `use`; the file is gone afterwards, whatever happens. Throws AppError
   * `too_large`, `unsupported_media_type`, or `invalid_request` for a form that is not one file and some fields.
   */
  receive<T>(request: IncomingMessage, use: (upload: Upload) => Promise<T>): Promise<T>;
}

/** Opens the file an upload goes to. */
export type CreateFile = (path: string) => Writable;

/** Types that people and programs send tables as; browsers on Windows say vnd.ms-excel of CSV. The content says what it is. */
const PLAIN =
  /^(?:text\/(?:csv|plain|tab-separated-values)|application\/(?:csv|vnd\.ms-excel|octet-stream|(?:x-)?gzip|(?:x-)?ndjson|jsonl))\s*(?:;|$)/i;

/**
 * Uploads go to a file first: a network that stalls then holds no transaction open, and memory stays flat whatever the size.
 * `folder` is theirs alone; what a killed program left there is removed at the first upload.
 */
export function createSpool(folder: string, maxBytes: number, create: CreateFile = createFile): Spool {
  let ready: Promise<void> | undefined;
  return {
    async receive(request, use) {
      ready ??= prepare(folder).catch((error) => {
        ready = undefined;
        throw error;
      });
      await ready;
      const path = join(folder, randomUUID());
      try {
        let upload: Upload;
        try {
          upload = await receive(request, path, maxBytes, create);
        } catch (error) {
          await drain(request);
          throw error;
        }
        return await use(upload);
      } finally {
        await rm(path, { force: true });
      }
    },
  };
}

async function prepare(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await Promise.all((await readdir(folder)).map((name) => rm(join(folder, name), { force: true })));
}

async function receive(request: IncomingMessage, path: string, maxBytes: number, create: CreateFile): Promise<Upload> {
  const type = request.headers['content-type'] ?? '';
  const encoding = request.headers['content-encoding'] ?? 'identity';
  // A packed file is kept as it came; whoever reads it knows it by its first bytes, and counts what comes out.
  if (!/^(?:identity|(?:x-)?gzip)$/i.test(encoding)) throw unsupported('Content-Encoding', encoding, 'gzip or none');
  // A form is a little larger than its file; the file itself is counted as it comes.
  if (Number(request.headers['content-length'] ?? 0) > maxBytes + 2 ** 21) throw tooLarge(maxBytes);
  if (PLAIN.test(type)) {
    const limit = limiter(maxBytes);
    await both(feed(request, limit), pipeline(limit, create(path)));
    return { path, fileName: null, fields: {} };
  }
  if (/^multipart\/form-data/i.test(type)) return await receiveForm(request, type, path, maxBytes, create);
  throw unsupported(
    'Content-Type',
    type || 'nothing',
    'multipart/form-data, text/csv, application/x-ndjson or application/gzip',
  );
}

async function receiveForm(
  request: IncomingMessage,
  type: string,
  path: string,
  maxBytes: number,
  create: CreateFile,
): Promise<Upload> {
  const fields: Record<string, string> = {};
  let fileName: string | null = null;
  let saved: Promise<void> | undefined;
  let form: ReturnType<typeof Busboy>;
  try {
    form = Busboy({
      headers: { ...request.headers, 'content-type': type },
      limits: { fields: 20, fieldSize: 2 ** 20, files: 2, headerPairs: 20 },
    });
  } catch (cause) {
    throw malformed(cause);
  }
  form.on('field', (name, value, _nameCut, valueCut) => {
    if (valueCut) form.destroy(invalid([{ field: name, found: 'over a million characters', expected: 'fewer' }]));
    else if (Object.hasOwn(fields, name)) form.destroy(invalid([{ field: name, found: 'twice', expected: 'once' }]));
    else Object.defineProperty(fields, name, { value, enumerable: true });
  });
  form.on('file', (name, stream, given) => {
    if (saved || name !== 'file') {
      stream.resume();
      form.destroy(invalid([{ field: name, found: 'a file', expected: 'one file, in the field "file"' }]));
      return;
    }
    fileName = given || null;
    saved = pipeline(stream, limiter(maxBytes), create(path));
    saved.catch((error: Error) => form.destroy(error));
  });
  try {
    await feed(request, form);
  } catch (error) {
    await saved?.catch(() => {});
    throw error instanceof AppError || hasCode(error) ? error : malformed(error);
  }
  if (!saved) throw invalid([{ field: 'file', found: 'nothing', expected: 'a CSV file' }]);
  await saved;
  return { path, fileName, fields };
}

const createFile: CreateFile = (path) => createWriteStream(path, { mode: 0o600 });

function limiter(maxBytes: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      done(bytes > maxBytes ? tooLarge(maxBytes) : null, chunk);
    },
  });
}

// Not pipeline(): on an error it would close the connection, and the answer that says what was wrong with it.
function feed(request: IncomingMessage, sink: Writable): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      request.unpipe(sink);
      sink.destroy(error);
      reject(error);
    };
    sink.on('error', fail).on('finish', resolve);
    request.on('error', fail).on('close', () => {
      if (!request.complete) fail(new AppError('invalid_request', 'the upload was cut off before its end'));
    });
    request.pipe(sink);
  });
}

// Waits for both to be over before the first error goes on, so that nothing writes the file after it was removed.
async function both(feeding: Promise<void>, saving: Promise<void>): Promise<void> {
  const outcomes = await Promise.allSettled([feeding, saving]);
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

/** How long a refused upload is still read. */
const DRAIN_MS = 10_000;

// A client that is still sending does not see an answer: what it sends is read and dropped, for a while.
async function drain(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, DRAIN_MS);
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    request.on('end', done).on('close', done).on('error', done);
    request.unpipe();
    request.resume();
  });
}

function tooLarge(maxBytes: number): AppError {
  return new AppError('too_large', `the file is larger than ${maxBytes} bytes: TIDECAST_MAX_UPLOAD sets the limit`, {
    details: { limit: maxBytes },
  });
}

function unsupported(field: string, found: string, expected: string): AppError {
  return new AppError('unsupported_media_type', `${field}: found ${found}, expected ${expected}`, {
    details: [{ field, found, expected }],
  });
}

function malformed(cause: unknown): AppError {
  return new AppError('invalid_request', `body: expected a multipart form: ${(cause as Error).message}`, { cause });
}

const hasCode = (error: unknown) => typeof (error as { code?: unknown }).code === 'string';
