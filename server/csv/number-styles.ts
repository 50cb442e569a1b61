import { judgeNumbers, type NumberEvidence, type NumberStyle, newEvidence } from './numbers.ts';
import type { Recipe } from './recipe.ts';

/** The fields of a recipe that say how numbers are written: one style for all columns, and the columns that have another. */
export type Styles = Pick<Recipe, 'decimal' | 'thousands' | 'numberStyles'>;
type Exception = NonNullable<Recipe['numberStyles']>[number];

/** The columns of a recipe whose cells are numbers, or may be: values, what is known ahead, attributes, in this order. */
export const measuredColumns = ({ valueColumns, covariateColumns = [], attributeColumns = [] }: Recipe): string[] => [
  ...valueColumns,
  ...covariateColumns,
  ...attributeColumns,
];

/** How a recipe reads each of these columns. */
export function stylesOf({ decimal, thousands, numberStyles = [] }: Styles, columns: readonly string[]): NumberStyle[] {
  const style = { decimal, thousands };
  if (numberStyles.length === 0) return columns.map(() => style);
  const own = new Map(numberStyles.map(({ column, ...one }) => [column, { ...one, thousands: one.thousands ?? '' }]));
  return columns.map((column) => own.get(column) ?? style);
}

/** The recipe that reads these columns in these styles: that of most of them is the one for all, the others are exceptions. */
export function withStyles<T extends object>(
  recipe: T,
  columns: readonly string[],
  styles: readonly NumberStyle[],
): T & Styles {
  const keys = styles.map(keyOf);
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  const most = Math.max(...counts.values());
  const common = keys.findIndex((key) => counts.get(key) === most);
  const { decimal, thousands } = styles[common];
  const exceptions = columns.flatMap((column, i): Exception[] =>
    keys[i] === keys[common] ? [] : [{ column, decimal: styles[i].decimal, thousands: styles[i].thousands }],
  );
  const { numberStyles: _before, ...rest } = recipe as T & Partial<Styles>;
  return { ...rest, decimal, thousands, ...(exceptions.length > 0 ? { numberStyles: exceptions } : {}) } as T & Styles;
}

/**
 * A stored recipe with what a person answers for one upload. A mark for all columns is for all of them; a mark for one
 * column leaves the others as they are.
 */
export function withAnswers(recipe: Recipe, answers: Partial<Recipe> = {}): Recipe {
  const stored = answers.decimal === undefined ? (recipe.numberStyles ?? []) : [];
  const given = answers.numberStyles ?? [];
  const named = new Set(given.map(({ column }) => column));
  const styles = [...stored.filter(({ column }) => !named.has(column)), ...given];
  const { numberStyles: _stored, ...rest } = recipe;
  const { numberStyles: _given, ...others } = answers;
  return { ...rest, ...others, ...(styles.length > 0 ? { numberStyles: styles } : {}) };
}

/** A stored recipe with the marks that a file showed for the first time; what was known stays as it was. */
export function learntStyles(stored: Recipe, used: Styles): Recipe {
  const columns = measuredColumns(stored);
  const before = stylesOf(stored, columns);
  if (before.every(({ decimal }) => decimal !== 'unseen')) return stored;
  const shown = stylesOf(used, columns);
  return withStyles(
    stored,
    columns,
    before.map((style, i) => (style.decimal === 'unseen' ? shown[i] : style)),
  );
}

/** A column to be judged, and what is known of its style: the rest is as its cells show it. */
export interface JudgedColumn extends Partial<NumberStyle> {
  readonly evidence: NumberEvidence;
}

export interface Judgement {
  /** [columns] Where there is a doubt, what a preview shows until it is settled. */
  readonly styles: NumberStyle[];
  /** Columns that only the person can decide, by their place, with the cells that leave it open. */
  readonly doubts: { readonly column: number; readonly cells: string[] }[];
  /** The doubts are one: all columns are written alike, and no cell of the file says how. */
  readonly alike: boolean;
  /** Columns that could be read two ways by themselves and are written as the others are, with such a cell. */
  readonly borrowed: { readonly column: number; readonly cell: string }[];
}

/**
 * The style of each column, on the evidence of its own cells. A column whose cells settle nothing is written as the others
 * are, where these agree on the decimal mark: one writer writes one way. Where they do not, it is a doubt, and so is a column
 * that contradicts itself. A column of whole numbers leaves its mark unseen then, for a later file to show.
 */
export function judgeColumns(columns: readonly JudgedColumn[]): Judgement {
  const open = columns.filter(({ decimal }) => decimal === undefined);
  const own = columns.map(({ decimal, evidence }) =>
    decimal === undefined
      ? judgeNumbers(evidence)
      : { decimal, thousands: groupingBeside(decimal, evidence), doubtful: [] },
  );
  const claimed = new Set(columns.flatMap(({ evidence }) => claimsOf(evidence)));
  for (const { decimal, doubtful } of own) if (decimal !== 'unseen' && doubtful.length === 0) claimed.add(decimal);
  let [shared] = claimed.size === 1 ? claimed : [];
  if (claimed.size === 0) {
    // Where one column groups by spaces, a single mark in another can only be the decimal mark.
    const { decimal, doubtful } = judgeNumbers(merged(open.map(({ evidence }) => evidence)));
    if (decimal !== 'unseen' && doubtful.length === 0) shared = decimal;
  }
  const settled = own.map((style, i) => {
    const borrows =
      shared && columns[i].decimal === undefined && (style.decimal === 'unseen' || style.doubtful.length > 0);
    return borrows
      ? { decimal: shared, thousands: groupingBeside(shared, columns[i].evidence), doubtful: [] }
      : { ...style };
  });
  const doubts = settled.flatMap(({ doubtful }, column) => (doubtful.length > 0 ? [{ column, cells: doubtful }] : []));
  const marks = new Set(doubts.flatMap(({ column }) => ambiguousIn(columns[column].evidence)));
  const alike = columns.length === 1 || (claimed.size === 0 && marks.size === 1 && open.length === columns.length);
  // The one answer is for all columns, and so is what stands in its place until it is given.
  if (alike && doubts.length > 0) settled.fill(settled[doubts[0].column]);
  const borrowed = own.flatMap(({ doubtful: [cell] }, column) =>
    cell !== undefined && settled[column].doubtful.length === 0 ? [{ column, cell }] : [],
  );
  return { styles: grouped(columns, settled), doubts, alike, borrowed };
}

/** The marks that can only be decimal marks, as far as the cells of one column show: both where they contradict each other. */
export function claimsOf({ decimal, thousands }: NumberEvidence): ('.' | ',')[] {
  const point = decimal['.'] ?? thousands[','];
  const comma = decimal[','] ?? thousands['.'];
  return [...(point === undefined ? [] : ['.' as const]), ...(comma === undefined ? [] : [',' as const])];
}

const ambiguousIn = ({ ambiguous }: NumberEvidence) =>
  (['.', ','] as const).filter((mark) => ambiguous[mark].length > 0);

// Where the columns with one decimal mark show one way of grouping, it is that of all of them.
function grouped(
  columns: readonly JudgedColumn[],
  styles: readonly (NumberStyle & { readonly doubtful: string[] })[],
): NumberStyle[] {
  const kinds = new Map<string, Set<Recipe['thousands']>>();
  for (const { decimal, thousands, doubtful } of styles) {
    if (thousands === '' || doubtful.length > 0) continue;
    kinds.set(decimal, (kinds.get(decimal) ?? new Set()).add(thousands));
  }
  return styles.map(({ decimal, thousands }, i) => {
    const [kind, other] = kinds.get(decimal) ?? [];
    const borrowed = thousands === '' && kind !== undefined && other === undefined ? kind : thousands;
    return { decimal, thousands: columns[i].thousands ?? borrowed };
  });
}

// The decimal mark is known; the grouping that the cells then show.
function groupingBeside(decimal: Recipe['decimal'], { thousands, ambiguous }: NumberEvidence): Recipe['thousands'] {
  const other = decimal === '.' ? ',' : '.';
  if (thousands[other] !== undefined || ambiguous[other].length > 0) return other;
  if (thousands[' '] !== undefined) return ' ';
  return thousands["'"] === undefined ? '' : "'";
}

function merged(all: readonly NumberEvidence[]): NumberEvidence {
  const sum = newEvidence();
  for (const { decimal, thousands, ambiguous } of all) {
    for (const mark of ['.', ','] as const) {
      sum.decimal[mark] ??= decimal[mark];
      sum.ambiguous[mark].push(...ambiguous[mark]);
    }
    for (const mark of [',', '.', ' ', "'"] as const) sum.thousands[mark] ??= thousands[mark];
  }
  return sum;
}

const keyOf = ({ decimal, thousands }: NumberStyle) => `${decimal} ${thousands}`;
