/** Bytes without Node: the reading of files runs in a browser too, before anything is sent. */

/** Whether no byte is beyond 127. Eight words at a time: as the files of millions of rows want it. */
export function isAscii(bytes: Uint8Array): boolean {
  let at = 0;
  const plain = (end: number) => {
    while (at < end && bytes[at] < 128) at++;
    return at === end;
  };
  if (bytes.length >= 64) {
    // Words begin at multiples of four of the memory behind the bytes.
    if (!plain((4 - (bytes.byteOffset & 3)) & 3)) return false;
    const word = new Uint32Array(bytes.buffer, bytes.byteOffset + at, (bytes.length - at) >> 2);
    let i = 0;
    for (; i + 8 <= word.length; i += 8) {
      const any =
        word[i] | word[i + 1] | word[i + 2] | word[i + 3] | word[i + 4] | word[i + 5] | word[i + 6] | word[i + 7];
      if (any & 0x80808080) return false;
    }
    at += i * 4;
  }
  return plain(bytes.length);
}

/** Pieces end to end. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Whether the bytes hold U+FFFD itself, in UTF-8. */
export function holdsReplacement(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(0xef); at !== -1; at = bytes.indexOf(0xef, at + 1)) {
    if (bytes[at + 1] === 0xbf && bytes[at + 2] === 0xbd) return true;
  }
  return false;
}

/** A text as UTF-8. */
export const utf8 = (text: string): Uint8Array<ArrayBuffer> => ENCODER.encode(text);

/** UTF-8 as text; a byte order mark is kept as the letter it is. */
export const textOf = (bytes: Uint8Array): string => DECODER.decode(bytes);

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder('utf-8', { ignoreBOM: true });
