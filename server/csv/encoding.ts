import { AppError } from '../errors.ts';
import type { Recipe } from './recipe.ts';

export type Encoding = Recipe['encoding'];

/**
 * The encoding of a file by its first bytes: a byte order mark, else the zeros of UTF-16, else UTF-8 where it is valid and
 * Windows-1252 where it is not. `whole` says that `bytes` does not end in the middle of the file.
 * Throws AppError `empty_file` and `binary_file`.
 */
export function detectEncoding(bytes: Uint8Array, whole: boolean): Encoding {
  if (bytes.length === 0) throw new AppError('empty_file', 'the file is empty: expected rows with a time and a value');
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  const magic = magicOf(bytes);
  if (magic) throw new AppError('binary_file', `found ${magic}, expected a text file with separated columns`);
  const head = bytes.subarray(0, 65_536);
  const zeros = [0, 0];
  let controls = 0;
  for (let i = 0; i < head.length; i++) {
    if (head[i] === 0) zeros[i & 1]++;
    else if (head[i] < 32 && head[i] !== 9 && head[i] !== 10 && head[i] !== 13 && head[i] !== 12) controls++;
  }
  const half = head.length / 2;
  if (zeros[1] > half * 0.4 && zeros[0] < half * 0.1) return 'utf-16le';
  if (zeros[0] > half * 0.4 && zeros[1] < half * 0.1) return 'utf-16be';
  if (zeros[0] + zeros[1] > 0 || controls > head.length * 0.02) {
    const at = head.findIndex((byte) => byte < 9);
    throw new AppError(
      'binary_file',
      `found bytes that are not text${at >= 0 ? ` (byte ${head[at]} at position ${at + 1})` : ''}, expected a text file with separated columns`,
    );
  }
  try {
    // A sample may end inside a character: streaming decoding leaves that one open instead of refusing it.
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: !whole });
    return 'utf-8';
  } catch {
    return 'windows-1252';
  }
}

/** A decoder of the file's chunks, in order; the byte order mark is dropped. Bytes that do not fit become U+FFFD. */
export function createDecoder(encoding: Encoding): { decode(chunk: Uint8Array): string; end(): string } {
  const decoder = new TextDecoder(encoding);
  return {
    decode: (chunk) => decoder.decode(chunk, { stream: true }),
    end: () => decoder.decode(),
  };
}

const MAGIC: [string, number[]][] = [
  ['a ZIP archive or an Excel workbook (export it as CSV first)', [0x50, 0x4b, 0x03, 0x04]],
  ['an old Excel workbook (export it as CSV first)', [0xd0, 0xcf, 0x11, 0xe0]],
  ['a PDF document', [0x25, 0x50, 0x44, 0x46]],
  ['a PNG image', [0x89, 0x50, 0x4e, 0x47]],
  ['a gzip archive', [0x1f, 0x8b]],
  ['a Parquet file', [0x50, 0x41, 0x52, 0x31]],
  ['an SQLite database', [0x53, 0x51, 0x4c, 0x69, 0x74, 0x65, 0x20, 0x66]],
];

function magicOf(bytes: Uint8Array): string | undefined {
  return MAGIC.find(([, magic]) => magic.every((byte, i) => bytes[i] === byte))?.[0];
}
