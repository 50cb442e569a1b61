import type { Recipe } from './recipe.ts';

/**
 * Lines of JSON objects, such as {"series":"north","time":"2021-01-01","value":1.5}, written as rows under a header, so that
 * they take the one way all files take. The header is one line more than the file has: whoever counts lines takes it off.
 */
export interface NdjsonReader {
  /** Keys of the first object, in its order: the columns. */
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
  return objectIn(Buffer.from(head.subarray(from, end === -1 ? undefined : end)).toString()) !== undefined;
}

export function createNdjsonReader(): NdjsonReader {
  let columns: string[] | undefined;
  let rest = '';

  function row(line: string): string {
    const text = line.trim();
    if (text === '') return '\n';
    const object = objectIn(text);
    if (!columns) {
      columns = Object.keys(object ?? {});
      const header = `${columns.map(cell).join()}\n`;
      return header + row(line);
    }
    // What is no object stands in every cell of its row, where it is found to be no time and told with its line.
    return `${columns.map((name) => cell(object ? object[name] : text)).join()}\n`;
  }

  return {
    get columns() {
      return columns ?? [];
    },
    push(text) {
      const whole = rest + text;
      const end = whole.lastIndexOf('\n');
      rest = whole.slice(end + 1);
      return end === -1 ? '' : whole.slice(0, end).split('\n').map(row).join('');
    },
    end: () => (rest === '' ? '' : row(rest)),
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
