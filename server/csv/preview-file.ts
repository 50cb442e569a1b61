import { createReadStream } from 'node:fs';
import { joined } from './bytes.ts';
import { unpacked } from './gzip.ts';
import { type Preview, preview } from './preview.ts';
import type { Recipe } from './recipe.ts';

/**
 * The preview of a file on the disk, packed or not: of its first megabytes where it is longer.
 * Throws what `preview` and `unpacked` throw.
 */
export async function previewFile(path: string, answers?: Partial<Recipe>): Promise<Preview> {
  const taken: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of unpacked(createReadStream(path, { highWaterMark: 2 ** 18 }))) {
    taken.push(chunk);
    size += chunk.length;
    if (size > PREVIEW_BYTES) break;
  }
  return await preview(joined(taken).subarray(0, PREVIEW_BYTES), { answers, truncated: size > PREVIEW_BYTES });
}

/** How much of a file a preview looks at: enough for a million rows' worth of surprises, in about a second. */
const PREVIEW_BYTES = 16 * 1024 ** 2;
