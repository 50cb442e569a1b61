import { CODE } from './attribute-cells.ts';
import { type ColumnProfile, keyAt } from './columns.ts';

/** A number that stands still for fewer rows than these may yet move; a word is hardly ever measured. */
const FEWEST_ROWS = { text: 2, number: 12 };
/** Where most series say nothing, it is a remark. */
const LEAST_FILLED = 0.5;

/**
 * The columns that say of each series what it is: in every row of a series the same, and in fewer kinds than there are series,
 * since one of its own for each is another name; but a number taken for a value that never moves in any series is an amount that
 * belongs to it, however many there are.
 *
 * @param candidates those that are neither time nor name
 * @param values those of them that are taken for values so far
 */
export function findAttributes(
  candidates: readonly ColumnProfile[],
  series: readonly ColumnProfile[],
  values: readonly ColumnProfile[],
): ColumnProfile[] {
  if (series.length === 0) return [];
  const rows = series[0].cells.length;
  const numbers = new Map<string, number>();
  const counts: number[] = [];
  const of = Int32Array.from({ length: rows }, (_, row) => {
    const key = keyAt(series, row);
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    counts[number] = (counts[number] ?? 0) + 1;
    return number;
  });
  const typical = [...counts].sort((a, b) => a - b)[counts.length >> 1] ?? 0;
  return candidates.filter((column) => {
    const { cells } = column;
    const content =
      column.content === 'number' && column.filled.some((cell) => CODE.test(cell)) ? 'text' : column.content;
    if ((content !== 'text' && content !== 'number') || typical < FEWEST_ROWS[content]) return false;
    const known = new Array<string | undefined>(counts.length);
    for (let row = 0; row < rows; row++) {
      if (cells[row] === '') continue;
      if (known[of[row]] !== undefined && known[of[row]] !== cells[row]) return false;
      known[of[row]] = cells[row];
    }
    const filled = known.filter((value) => value !== undefined);
    const kinds = new Set(filled).size;
    return (
      filled.length >= LEAST_FILLED * counts.length && kinds > 1 && (kinds < filled.length || values.includes(column))
    );
  });
}
