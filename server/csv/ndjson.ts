import { textOf } from './bytes.ts';
import { type Recipe, SAMPLE_BYTES } from './recipe.ts';

/**
 * Lines of JSON objects, such as {"series":"north","time":"2021-01-01","value":1.5}, written as rows under a header, so that
 * they take the one way all files take. The header is one line more than the file has: whoever counts lines takes it off.
 */
export interface NdjsonReader {
  /** The keys it was made for: the columns. */
  readonly columns: readonly string[];
  /** Rows of the lines that are complete. */
  push(text: string): string;
  /** The last line, where the file does not end in a line break. */
  end(): string;
}

/** Whether a file that begins with these bytes has a JSON object on its first line. `whole`: they are all of it. */
export function isNdjson(head: Uint8Array, whole: boolean): boolean {
  const from = head[0] === 0xef ? 3 : 0;
  if (head[from] !== BRACE) return false;
  const end = head.indexOf(LINE_FEED);
  if (end === -1 && !whole) return false;
  return objectIn(textOf(head.subarray(from, end === -1 ? undefined : end))) !== undefined;
}

/** All keys of the objects in the first bytes of a file, in order of first appearance: not every line need have each. */
export function keysOf(head: Uint8Array, whole: boolean): string[] {
  const sample = head.subarray(0, SAMPLE_BYTES);
  const text = textOf(sample);
  const complete = whole && sample.length === head.length ? text : text.slice(0, text.lastIndexOf('\n') + 1);
  const keys = new Set<string>();
  for (const line of complete.split('\n')) for (const key of Object.keys(objectIn(line) ?? {})) keys.add(key);
  return [...keys];
}

export function createNdjsonReader(columns: readonly string[]): NdjsonReader {
  const known = new Set(columns);
  let header = `${columns.map(cell).join()}\n`;
  let rest = '';

  function row(line: string): string {
    const text = line.trim();
    if (text === '') return '\n';
    const object = objectIn(text);
    // What is no object stands in every cell of its row, where it is found to be no time and told with its line.
    if (!object) return `${columns.map(() => cell(text)).join()}\n`;
    const cells = columns.map((name) => cell(object[name]));
    // A key that the first lines do not have makes the row too long, and so is told with its line as well.
    for (const key of Object.keys(object)) if (!known.has(key)) cells.push(cell(`${key}: ${String(object[key])}`));
    return `${cells.join()}\n`;
  }

  function rows(lines: string): string {
    const above = header;
    header = '';
    return above + lines;
  }

  return {
    columns,
    push(text) {
      const whole = rest + text;
      const end = whole.lastIndexOf('\n');
      rest = whole.slice(end + 1);
      return end === -1 ? '' : rows(whole.slice(0, end).split('\n').map(row).join(''));
    },
    end: () => (rest === '' ? '' : rows(row(rest))),
  };
}

/** What is known of such rows before they are looked at; columns named as in the example are taken at their word. */
export function ndjsonAnswers(columns: readonly string[]): Partial<Recipe> {
  return {
    ...{ delimiter: ',', headerLine: 1, hasHeader: true, decimal: '.', thousands: '' },
    ...(columns.includes('series') ? { seriesColumns: ['series'] } : {}),
    ...(columns.includes('time') ? { timeColumns: ['time'] } : {}),
    ...(columns.includes('value') ? { valueColumns: ['value'] } : {}),
  };
}

const BRACE = 123;
const LINE_FEED = 10;

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

// String() of a number reads back as the same number, bit for bit.
function cell(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value : typeof value === 'object' ? JSON.stringify(value) : String(value);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
