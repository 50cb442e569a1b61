import type { Series } from './series.ts';

/** The group of all attributes: they are used together or not at all. */
export const ATTRIBUTES = 'attributes';

/**
 * One column as a network reads it, the same at every step of a series; part of a saved network, since its weights read exactly
 * this. Every column is a distance from the mean of the series that were trained on, so that 0, where nothing is known of a
 * series, or only what nobody has seen, means a series like the others: a category is 1 less its share, or 0 less it; `other`
 * is of the series whose category has no column.
 */
export type AttributeColumn = {
  readonly name: string;
  /** Read as zero: for the trial without attributes, which is then the same network in everything else. */
  readonly muted?: boolean;
} & (
  | { readonly kind: 'category'; readonly value: string; readonly share: number }
  | { readonly kind: 'other'; readonly than: readonly string[]; readonly share: number }
  | { readonly kind: 'number'; readonly log: boolean; readonly centre: number; readonly unit: number }
);

/** Categories of an attribute that have a column of their own, and columns in all: more are names, not kinds. */
const MOST_CATEGORIES = 12;
const MOST_COLUMNS = 32;
/** A category of one series says no more than which series it is. */
const FEWEST_SERIES = 2;
/** Up to so many different whole numbers are codes, such as the types 1, 2 and 3, and not amounts. */
const MOST_CODES = 6;
/** A number this many units from the middle says no more than this. */
const BOUND = 3;

/** Names of the attributes that a training may use: those offered that tell kinds of series apart. */
export const offeredAttributes = (series: readonly Series[]): string[] => [
  ...new Set(attributeColumns(series).map(({ name }) => name)),
];

/** The columns of all attributes on offer: of categories the most frequent, by the alphabet where as frequent. */
export function attributeColumns(series: readonly Series[]): AttributeColumn[] {
  const values = new Map<string, (string | number)[]>();
  for (const { attributes = [] } of series) {
    for (const { name, value, offered } of attributes) {
      if (offered === false) continue;
      const own = values.get(name);
      if (own) own.push(value);
      else values.set(name, [value]);
    }
  }
  return [...values].flatMap(([name, own]) => columnsOf(name, own)).slice(0, MOST_COLUMNS);
}

/** [columns] what a series says in each; 0 where it says nothing, or nothing known. */
export function readAttributes({ attributes = [] }: Series, columns: readonly AttributeColumn[]): Float32Array {
  const said = (name: string) => attributes.find((attribute) => attribute.name === name)?.value;
  const known = new Set(columns.filter((column) => isOf(said(column.name), column)).map(({ name }) => name));
  return Float32Array.from(columns, (column) => {
    const value = said(column.name);
    if (value === undefined || column.muted) return 0;
    if (column.kind !== 'number') return known.has(column.name) ? Number(isOf(value, column)) - column.share : 0;
    const x = column.log ? Math.log(Number(value)) : Number(value);
    return Number.isFinite(x) ? Math.min(Math.max((x - column.centre) / column.unit, -BOUND), BOUND) : 0;
  });
}

function isOf(value: string | number | undefined, column: AttributeColumn): boolean {
  if (value === undefined || column.kind === 'number') return false;
  return column.kind === 'category' ? String(value) === column.value : !column.than.includes(String(value));
}

function columnsOf(name: string, values: readonly (string | number)[]): AttributeColumn[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
  if (counts.size < 2) return [];
  const numbers = values.filter((value) => typeof value === 'number');
  const codes = counts.size <= MOST_CODES && numbers.every(Number.isInteger);
  if (numbers.length === values.length && !codes) {
    const log = numbers.every((v) => v > 0);
    const sorted = Float64Array.from(numbers, (v) => (log ? Math.log(v) : v)).sort();
    const centre = sorted[sorted.length >> 1];
    const unit = Math.sqrt(sorted.reduce((sum, v) => sum + (v - centre) ** 2, 0) / sorted.length) || 1;
    return [{ name, kind: 'number', log, centre, unit }];
  }
  const frequent = [...counts]
    .filter(([, count]) => count >= FEWEST_SERIES)
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .slice(0, MOST_CATEGORIES)
    .map(([value]) => value);
  const share = (count: number) => count / values.length;
  const own = frequent.map(
    (value): AttributeColumn => ({ name, kind: 'category', value, share: share(counts.get(value)!) }),
  );
  const others = values.length - frequent.reduce((sum, value) => sum + counts.get(value)!, 0);
  if (own.length === 0 || others === 0) return own;
  return [...own, { name, kind: 'other', than: frequent, share: share(others) }];
}
