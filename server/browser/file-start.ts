import { joined } from '../csv/bytes.ts';
import { SAMPLE_BYTES } from '../csv/recipe.ts';
import { AppError } from '../errors.ts';

/** Of a file longer than detection looks at: half of that is read, placed and forecast in a second. */
const FIRST_BYTES = 1024 * 1024;

/**
 * A file in a browser, unpacked where it is a gzip archive; only its start where it is longer than detection looks at.
 * Throws AppError `unreadable` for a damaged archive.
 */
export async function fileStart(file: Blob): Promise<{ bytes: Uint8Array; truncated: boolean }> {
  const magic = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  const packed = magic[0] === 0x1f && magic[1] === 0x8b;
  if (!packed) {
    const truncated = file.size > SAMPLE_BYTES;
    const part = truncated ? file.slice(0, FIRST_BYTES) : file;
    return { bytes: new Uint8Array(await part.arrayBuffer()), truncated };
  }
  const reader = file.stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  const taken: Uint8Array[] = [];
  let size = 0;
  try {
    while (size <= SAMPLE_BYTES) {
      const next = await reader.read();
      if (next.done) break;
      taken.push(next.value);
      size += next.value.length;
    }
  } catch (cause) {
    throw new AppError('unreadable', 'found a gzip archive that this browser cannot unpack, expected a whole one', {
      cause,
    });
  } finally {
    await reader.cancel().catch(() => {});
  }
  const truncated = size > SAMPLE_BYTES;
  return { bytes: joined(taken).subarray(0, truncated ? FIRST_BYTES : size), truncated };
}
