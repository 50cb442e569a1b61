import { AppError } from '../errors.ts';
import { holdsReplacement, isAscii, joined as joinedBytes } from './bytes.ts';
import type { Recipe } from './recipe.ts';

export type Encoding = Recipe['encoding'];

export const ENCODING_NAMES: Readonly<Record<Encoding, string>> = {
  'utf-8': 'UTF-8',
  'utf-16le': 'UTF-16 LE',
  'utf-16be': 'UTF-16 BE',
  'windows-1252': 'Windows-1252',
};

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

/** Turns the chunks of a file into text, in their order; the byte order mark is dropped. */
export interface Decoder {
  decode(chunk: Uint8Array): string;
  end(): string;
  /** What the file turned out to be written in. */
  readonly encoding: Encoding;
  /** Whether there were bytes that do not fit: they are U+FFFD in the text. */
  readonly broken: boolean;
}

/**
 * A decoder of a file. `found`: the encoding was found in the first bytes and not given by a person. UTF-8 and Windows-1252 are
 * the same until the first letter beyond ASCII, which a long file may have late: then it is decided there.
 */
export function createDecoder(encoding: Encoding, found = false): Decoder {
  let current = encoding;
  let decoder = new TextDecoder(encoding);
  let undecided = found && encoding === 'utf-8';
  let broken = false;
  let kept: Uint8Array = new Uint8Array();

  function take(bytes: Uint8Array, stream: boolean): string {
    if (undecided && !isAscii(bytes)) {
      const text = utf8Start(bytes, stream);
      // The chunk ends in the middle of its first letter: the next one tells.
      if (text === '') {
        kept = bytes;
        return '';
      }
      undecided = false;
      if (text === undefined) {
        current = 'windows-1252';
        decoder = new TextDecoder(current);
      }
    }
    const text = decoder.decode(bytes, { stream });
    if (current === 'utf-8' && text.includes(REPLACEMENT) && !holdsReplacement(bytes)) broken = true;
    return text;
  }

  function joined(chunk: Uint8Array): Uint8Array {
    if (kept.length === 0) return chunk;
    const bytes = joinedBytes([kept, chunk]);
    kept = new Uint8Array();
    return bytes;
  }

  return {
    get encoding() {
      return current;
    },
    get broken() {
      return broken;
    },
    decode: (chunk) => take(joined(chunk), true),
    end: () => take(joined(new Uint8Array()), false),
  };
}

const REPLACEMENT = '\ufffd';

// Bytes with the first letters beyond ASCII, as UTF-8: undefined where they are none, '' where that is open yet.
function utf8Start(bytes: Uint8Array, stream: boolean): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream });
    return /^[\0-\x7f]*$/.test(text) ? '' : text;
  } catch {
    return undefined;
  }
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
