import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRecordReader } from '../../../server/csv/records.ts';

function records(chunks: string[], delimiter = ','): [fields: string[], line: number, unclosed?: true][] {
  const found: [string[], number, true?][] = [];
  const reader = createRecordReader(delimiter);
  const keep = (fields: string[], line: number, unclosed: boolean) => {
    found.push(unclosed ? [fields, line, true] : [fields, line]);
  };
  for (const chunk of chunks) reader.push(chunk, keep);
  reader.end(keep);
  return found;
}

test.each([
  ['LF', 'a,b\n1,2\n'],
  ['CRLF', 'a,b\r\n1,2\r\n'],
  ['CR', 'a,b\r1,2\r'],
  ['no line break at the end', 'a,b\n1,2'],
])('%s ends a record', (_name, text) => {
  expect(records([text])).toEqual([
    [['a', 'b'], 1],
    [['1', '2'], 2],
  ]);
});

test('empty lines are no records but are counted', () => {
  expect(records(['a\n\n\nb\n'])).toEqual([
    [['a'], 1],
    [['b'], 4],
  ]);
});

test('quotes keep delimiters, doubled quotes and line breaks, and lines are counted through them', () => {
  expect(records(['"a,""b""","c\r\nd"\nx,"y"\n'])).toEqual([
    [['a,"b"', 'c\r\nd'], 1],
    [['x', 'y'], 3],
  ]);
});

test('a quote inside a field is a character like any other', () => {
  expect(records(['5" pipe,1\n2,3\n'])).toEqual([
    [['5" pipe', '1'], 1],
    [['2', '3'], 2],
  ]);
});

test('a quote that never closes costs its own line only', () => {
  expect(records(['a,b\n1,"2\n3,4\n'])).toEqual([
    [['a', 'b'], 1],
    [['1,"2'], 2, true],
    [['3', '4'], 3],
  ]);
});

test('however a text is cut into chunks, its records are the same', () => {
  const cell = fc
    .array(fc.constantFrom('a', '1', '"', ',', '\n', '\r', '\r\n', ' ', '""', 'é'))
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(cell, fc.array(fc.nat(40), { maxLength: 8 }), (text, cuts) => {
      const chunks: string[] = [];
      let rest = text;
      for (const cut of cuts) {
        chunks.push(rest.slice(0, cut));
        rest = rest.slice(cut);
      }
      expect(records([...chunks, rest])).toEqual(records([text]));
    }),
    { seed: 11, numRuns: 3000 },
  );
});

test('fields written by the rules of RFC 4180 are read back', () => {
  const field = fc.string({ unit: fc.constantFrom('a', 'b', '"', ',', ';', '\n', '\r\n', ' x', '7') });
  fc.assert(
    fc.property(fc.array(fc.array(field, { minLength: 2, maxLength: 5 }), { minLength: 1, maxLength: 6 }), (rows) => {
      const text = rows.map((row) => row.map((f) => `"${f.replaceAll('"', '""')}"`).join(',')).join('\r\n');
      expect(records([text]).map(([fields]) => fields)).toEqual(rows);
    }),
    { seed: 12, numRuns: 500 },
  );
});

test('a large file in which every second quote is odd is read to its end, the same however it is cut', () => {
  const text = `${'1,2021-01,2","+1\n2,2021-02,x\n'.repeat(20_000)}3,2021-03,"y\nz"\n`;
  const whole = records([text]);
  const pieces: string[] = [];
  for (let at = 0; at < text.length; at += 65_536) pieces.push(text.slice(at, at + 65_536));
  expect(records(pieces)).toEqual(whole);
  expect(whole.at(-1)![1]).toBeGreaterThanOrEqual(40_001);
});
