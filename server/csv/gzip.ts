import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { AppError } from '../errors.ts';

/**
 * A source as it is, or unpacked where its first bytes say that it is a gzip archive, whatever its name. Nothing is kept: a
 * small file that unpacks to terabytes stops with whoever counts the bytes that come out. Throws AppError `unreadable` for
 * an archive that is damaged or cut short.
 */
export async function* unpacked(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]();
  async function* whole(head: Uint8Array): AsyncGenerator<Uint8Array> {
    if (head.length > 0) yield head;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  }
  try {
    let head: Uint8Array = Buffer.alloc(0);
    while (head.length < MAGIC.length) {
      const next = await iterator.next();
      if (next.done) break;
      head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
    }
    if (MAGIC.every((byte, i) => head[i] === byte)) yield* unpack(whole(head));
    else yield* whole(head);
  } finally {
    await iterator.return?.();
  }
}

const MAGIC = [0x1f, 0x8b];

async function* unpack(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const input = Readable.from(packed);
  const gunzip = createGunzip({ chunkSize: 2 ** 18 });
  input.on('error', (error) => gunzip.destroy(error));
  input.pipe(gunzip);
  try {
    for await (const chunk of gunzip) yield chunk as Uint8Array;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!code?.startsWith('Z_')) throw error;
    throw new AppError('unreadable', `found a damaged gzip archive (${message}), expected a whole one`, {
      cause: error,
    });
  } finally {
    input.destroy();
    gunzip.destroy();
  }
}
