import { joined } from '../csv/bytes.ts';
import { SAMPLE_BYTES } from '../csv/recipe.ts';
import { AppError } from '../errors.ts';

/**
 * The first megabytes of a file in a browser, unpacked where it is a gzip archive: as much as detection looks at.
 * Throws AppError `unreadable` for a damaged archive.
 */
export async function fileStart(file: Blob): Promise<{ bytes: Uint8Array; truncated: boolean }> {
  const magic = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  const packed = magic[0] === 0x1f && magic[1] === 0x8b;
  if (!packed) {
    const bytes = new Uint8Array(await file.slice(0, SAMPLE_BYTES).arrayBuffer());
    return { bytes, truncated: file.size > SAMPLE_BYTES };
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
  return { bytes: joined(taken).subarray(0, SAMPLE_BYTES), truncated: size > SAMPLE_BYTES };
}
