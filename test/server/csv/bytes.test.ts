import { describe, expect, it } from 'vitest';
import { holdsReplacement, isAscii, joined, textOf, utf8 } from '../../../server/csv/bytes.ts';

describe('isAscii', () => {
  it('finds one byte beyond 127 wherever it stands, however the bytes lie in memory', () => {
    const missed: string[] = [];
    for (let offset = 0; offset < 5; offset++) {
      for (const length of [0, 1, 3, 7, 33, 63, 64, 70, 131]) {
        const bytes = new Uint8Array(new ArrayBuffer(offset + length), offset).fill(127);
        if (!isAscii(bytes)) missed.push(`${length} plain bytes at ${offset}`);
        for (let at = 0; at < length; at++) {
          bytes[at] = 128;
          if (isAscii(bytes)) missed.push(`byte ${at} of ${length} at ${offset}`);
          bytes[at] = 127;
        }
      }
    }
    expect(missed).toEqual([]);
  });

  it('looks at its own bytes alone, not at those around them', () => {
    const around = new Uint8Array(64).fill(255);
    around.fill(65, 5, 50);
    expect(isAscii(around.subarray(5, 50))).toBe(true);
    expect(isAscii(around.subarray(5, 51))).toBe(false);
    expect(isAscii(around.subarray(4, 50))).toBe(false);
  });
});

it('joins pieces end to end', () => {
  expect(Array.from(joined([Uint8Array.of(1, 2), new Uint8Array(), Uint8Array.of(3)]))).toEqual([1, 2, 3]);
});

it('tells U+FFFD that was written from bytes that merely begin like it', () => {
  expect(holdsReplacement(utf8('a\ufffdb'))).toBe(true);
  expect(holdsReplacement(Uint8Array.of(0xef, 0xbf, 0xbe, 0xef, 0xbf))).toBe(false);
  expect(holdsReplacement(Uint8Array.of(0xef, 0xef, 0xbf, 0xbd))).toBe(true);
});

it('keeps a byte order mark through text and back', () => {
  expect(textOf(utf8('\ufeffGrüße'))).toBe('\ufeffGrüße');
});
