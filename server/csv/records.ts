import { AppError } from '../errors.ts';

/**
 * Text to records: fields, quotes, doubled quotes and line breaks in quotes, CRLF, CR and LF.
 *
 * Written here although csv-parse is installed: csv-parse takes 1.1 s of processor time for 1,000,000 rows of two columns
 * on the machine this was measured on (a state machine over bytes), this takes 0.2 s,
 * because lines without a quote are cut with indexOf. It also says on which line a record starts, which every report needs.
 */
export interface RecordReader {
  /** Feeds a piece of text; `onRecord` sees each record that is complete. */
  push(text: string, onRecord: OnRecord): void;
  /** The last record, where the file does not end in a line break. */
  end(onRecord: OnRecord): void;
}

/** `line` is 1-based and the one the record starts on. `unclosed`: a quote was still open at the end of the file, or ran past the limit. */
export type OnRecord = (fields: string[], line: number, unclosed: boolean) => void;

/** A quoted field longer than this was never meant: a stray quote would otherwise swallow the rest of the file. */
const LONGEST_QUOTED = 65_536;

/**
 * How many characters of records that turned out to have no end are read in vain before quotes are held to their own line:
 * else each line of a file with an odd quote would be read to the end of the file.
 */
const PATIENCE = 1 << 20;

/** Rows of twenty thousand columns are shorter. */
export const LONGEST_LINE = 1 << 22;

/** Reads a record in place that lies in text[from, to) and has no quote; false where it wants the fields after all. */
export type OnPlain = (text: string, from: number, to: number) => boolean;

/** Empty lines are no records. A quote opens a quoted field only at its start; elsewhere it is a character like any other. */
export function createRecordReader(delimiter: string, onPlain?: OnPlain): RecordReader {
  const separator = delimiter.charCodeAt(0);
  let rest = '';
  let line = 1;
  let patience = PATIENCE;

  // Cuts complete records off `text`; returns where the first incomplete one starts.
  function cut(text: string, final: boolean, onRecord: OnRecord): number {
    let position = 0;
    let lineFeed = -2;
    let carriageReturn = -2;
    let quote = -2;
    while (position < text.length) {
      // -1 stands for "none in this text": each of the three is searched for again only once it lies behind.
      if (lineFeed !== -1 && lineFeed < position) lineFeed = text.indexOf('\n', position);
      if (carriageReturn !== -1 && carriageReturn < position) carriageReturn = text.indexOf('\r', position);
      if (quote !== -1 && quote < position) quote = text.indexOf('"', position);
      const end = firstOf(lineFeed, carriageReturn);
      if (quote !== -1 && (end === -1 || quote < end)) {
        const next = cutQuoted(text, position, final, onRecord);
        if (next === -1) return position;
        position = next;
        continue;
      }
      if (end === -1) {
        if (!final) return position;
        emitPlain(text, position, text.length, onRecord);
        return text.length;
      }
      // A CR at the very end may be half of a CRLF that the next chunk completes.
      if (end === carriageReturn && end === text.length - 1 && !final) return position;
      emitPlain(text, position, end, onRecord);
      position = end + (end === carriageReturn && text.charCodeAt(end + 1) === 10 ? 2 : 1);
      line++;
    }
    return position;
  }

  function emitPlain(text: string, from: number, to: number, onRecord: OnRecord): void {
    if (from === to || onPlain?.(text, from, to)) return;
    const fields: string[] = [];
    let start = from;
    let at = text.indexOf(delimiter, start);
    while (at !== -1 && at < to) {
      fields.push(text.slice(start, at));
      start = at + 1;
      at = text.indexOf(delimiter, start);
    }
    fields.push(text.slice(start, to));
    onRecord(fields, line, false);
  }

  // A record with a quote in it, character by character. Returns where the next starts, or -1 where the record is incomplete.
  function cutQuoted(text: string, from: number, final: boolean, onRecord: OnRecord): number {
    const fields: string[] = [];
    const lineEnd = patience > 0 ? -1 : lineEndOf(text, from);
    let breaks = 0;
    let position = from;
    for (;;) {
      let start = position;
      while (text[start] === ' ') start++;
      let field: string;
      if (text[start] === '"') {
        field = '';
        let piece = start + 1;
        for (;;) {
          const close = text.indexOf('"', piece);
          const reached = close === -1 ? text.length : close;
          // Over line breaks the limit is that of the whole record, else that of the field.
          const limit = (breaks > 0 ? from : start) + LONGEST_QUOTED;
          const runaway = reached > limit || (lineEnd !== -1 && reached > lineEnd);
          if (close === -1 || runaway) {
            if (!final && !runaway) return -1;
            patience -= Math.min(reached, limit) - from;
            return abandon(text, from, final, onRecord);
          }
          field += text.slice(piece, close);
          if (text[close + 1] === '"') {
            field += '"';
            piece = close + 2;
            continue;
          }
          // At the end of a chunk the next character may still be the second of a doubled quote.
          if (close + 1 >= text.length && !final) return -1;
          position = close + 1;
          break;
        }
        for (const match of field.matchAll(/\r\n?|\n/g)) if (match) breaks++;
        // What follows a closing quote up to the delimiter belongs to the field, as spreadsheets read it.
        const tail = fieldEnd(text, position);
        field += text.slice(position, tail).trimEnd();
        position = tail;
      } else {
        const tail = fieldEnd(text, position);
        field = text.slice(position, tail);
        position = tail;
      }
      fields.push(field);
      if (position >= text.length) {
        if (!final) return -1;
        onRecord(fields, line, false);
        return position;
      }
      if (text[position] === delimiter) {
        position++;
        continue;
      }
      if (text[position] === '\r' && position === text.length - 1 && !final) return -1;
      position += text[position] === '\r' && text[position + 1] === '\n' ? 2 : 1;
      onRecord(fields, line, false);
      line += breaks + 1;
      return position;
    }
  }

  // An open quote that never closes costs its own line only; reading goes on with the next.
  function abandon(text: string, from: number, final: boolean, onRecord: OnRecord): number {
    let end = lineEndOf(text, from);
    if (end === -1) {
      if (!final) return -1;
      end = text.length;
    }
    onRecord([text.slice(from, end)], line, true);
    line++;
    return Math.min(text.length, end + (text[end] === '\r' && text[end + 1] === '\n' ? 2 : 1));
  }

  function fieldEnd(text: string, from: number): number {
    let at = from;
    while (at < text.length) {
      const c = text.charCodeAt(at);
      if (c === separator || c === 10 || c === 13) break;
      at++;
    }
    return at;
  }

  return {
    push(text, onRecord) {
      const whole = rest === '' ? text : rest + text;
      rest = whole.slice(cut(whole, false, onRecord));
      // Without a line break the text would be searched again and again, from its start.
      if (rest.length > LONGEST_LINE) {
        throw new AppError(
          'unreadable',
          `line ${line} has more than ${LONGEST_LINE} characters, expected rows of a table`,
        );
      }
    },
    end(onRecord) {
      cut(rest, true, onRecord);
      rest = '';
    },
  };
}

// Character by character: a search for the CR of a file that has none would go to its end, for each line.
function lineEndOf(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const c = text.charCodeAt(at);
    if (c === 10 || c === 13) return at;
  }
  return -1;
}

function firstOf(a: number, b: number): number {
  if (a === -1) return b;
  return b === -1 ? a : Math.min(a, b);
}
