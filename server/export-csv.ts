/**
 * CSV out, for spreadsheets and for reading back. A text cell that a spreadsheet would run as a formula gets an apostrophe
 * in front (OWASP's advice on CSV injection), which reading takes off again; numbers never do, so -3 stays a number.
 */

const FORMULA = /^'*[=+\-@\t\r]/;
const QUOTED = /[",\r\n]|^\s|\s$/;

/** A line, with its line break: texts are made safe and quoted where needed; null and NaN are empty cells. */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map(cell).join(',')}\r\n`;
}

/** A name for a download: what is unsafe in a header or on a disk becomes a dash, so a series called ../x is no path. */
export function downloadName(name: string, suffix: string): string {
  const safe = name
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9_.-]+/g, '-')
    .replace(/\.{2,}/g, '.')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 80);
  return `${safe || 'tidecast'}${suffix}`;
}

function cell(value: string | number | null): string {
  if (value === null) return '';
  // The shortest text that reads back as the same double.
  if (typeof value === 'number') return Number.isNaN(value) ? '' : String(value);
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
