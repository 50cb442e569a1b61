import type { Recipe } from './recipe.ts';

export type NumberStyle = Pick<Recipe, 'decimal' | 'thousands'>;

/**
 * The number in a cell, by the style of its column; NaN where the cell is no number in that style. A sign before or after,
 * brackets for negative amounts, one percent or currency sign, exponents and the digits of other scripts are understood;
 * 12 % is read as 12. Grouping must be right: 1.23 is never 123.
 */
export function readNumber(cell: string, style: NumberStyle): number {
  const text = isPlain(cell) ? cell : plainForm(cell);
  if (text === undefined || text.length === 0 || text.length > 400) return Number.NaN;
  if (style.decimal === '.' && !style.thousands) return SIMPLE.test(text) ? finite(text) : Number.NaN;
  const [, sign, body, exponent = ''] = NUMBER.exec(text) ?? [];
  if (body === undefined) return Number.NaN;
  if (style.decimal === 'unseen' && marksOf(body).ambiguous) return Number.NaN;
  const decimal = style.decimal === 'unseen' ? '.' : style.decimal;
  const at = body.indexOf(decimal);
  const whole = at === -1 ? body : body.slice(0, at);
  const fraction = at === -1 ? '' : body.slice(at + 1);
  if (!DIGITS.test(fraction) || (whole === '' && fraction === '')) return Number.NaN;
  if (DIGITS.test(whole)) return finite(`${sign}${whole || '0'}.${fraction || '0'}${exponent}`);
  if (!style.thousands || exponent || !GROUPED[style.thousands].test(whole)) return Number.NaN;
  return finite(`${sign}${whole.replaceAll(style.thousands, '')}.${fraction || '0'}`);
}

/** The percent and currency signs of a cell that `readNumber` leaves out; most cells have none. */
export function signsOf(cell: string): string[] {
  if (isPlain(cell)) return [];
  return (cell.match(SIGNS) ?? []).filter((sign) => !/^e$/i.test(sign));
}

const SIGNS = /[^\p{Nd}\p{Zs}\p{Cf}.,'’´`ʼ٫٬+\-−‐-―﹣()]+/gu;

/** Whether a whole number has more digits than a double holds, so that the nearest one is kept. */
export function isRounded(cell: string, value: number): boolean {
  return Math.abs(value) > Number.MAX_SAFE_INTEGER && /^[+-]?\d+$/.test(cell) && BigInt(cell) !== BigInt(value);
}

/** What was expected in place of a cell that is no number, in words. */
export function expectedNumber(found: string, { decimal, thousands }: NumberStyle): string {
  if (decimal === 'unseen' && /\d[.,]\d{3}\D*$/.test(found)) {
    return 'a number that can be read one way only: set the decimal mark in the import recipe';
  }
  return `a finite number such as 1${thousands}234${decimal === ',' ? ',' : '.'}5`;
}

/** What the cells of a file say about its number style; fed by `observeNumber`, judged by `judgeNumbers`. */
export interface NumberEvidence {
  /** Example by claim: a mark that can only be a decimal mark, or only a thousands mark. */
  readonly decimal: Partial<Record<'.' | ',', string>>;
  readonly thousands: Partial<Record<',' | '.' | ' ' | "'", string>>;
  /** Cells such as 1.000 that fit both, by their mark. */
  readonly ambiguous: Record<'.' | ',', string[]>;
}

export function newEvidence(): NumberEvidence {
  return { decimal: {}, thousands: {}, ambiguous: { '.': [], ',': [] } };
}

/** Whether the cell is a number in some style; what it shows of the style is added to the evidence. */
export function observeNumber(cell: string, evidence?: NumberEvidence): boolean {
  const text = isPlain(cell) ? cell : plainForm(cell);
  if (text === undefined || text.length === 0 || text.length > 400) return false;
  const [, , body, exponent] = NUMBER.exec(text) ?? [];
  if (body === undefined) return false;
  if (DIGITS.test(body)) return true;
  const marks = marksOf(body, exponent !== undefined);
  if (!marks.valid) return false;
  if (!evidence) return true;
  if (marks.decimal) evidence.decimal[marks.decimal] ??= cell;
  if (marks.thousands) evidence.thousands[marks.thousands] ??= cell;
  if (marks.ambiguous) {
    const examples = evidence.ambiguous[marks.ambiguous];
    if (examples.length < 5 && !examples.includes(cell)) examples.push(cell);
  }
  return true;
}

export interface NumberJudgement extends NumberStyle {
  /** Examples that could be read two ways, or that contradict each other; empty where the style is sure. */
  readonly doubtful: string[];
}

/**
 * The style the evidence leaves. One writer does not use a mark for both purposes, so a mark seen as a decimal mark in one
 * value settles it for all; where nothing settles it, the doubtful cells are handed back to be asked about.
 */
export function judgeNumbers(evidence: NumberEvidence): NumberJudgement {
  const { decimal, thousands, ambiguous } = evidence;
  const spaced = thousands[' '] !== undefined ? ' ' : thousands["'"] !== undefined ? "'" : undefined;
  const point = decimal['.'] ?? thousands[','];
  const comma = decimal[','] ?? thousands['.'];
  const either = [...ambiguous['.'], ...ambiguous[',']];
  if (point !== undefined && comma !== undefined) return { ...FIRST_CHOICE, doubtful: [point, comma] };
  if (point !== undefined) {
    const grouped = thousands[','] !== undefined || ambiguous[','].length > 0;
    return { decimal: '.', thousands: grouped ? ',' : (spaced ?? ''), doubtful: [] };
  }
  if (comma !== undefined) {
    const grouped = thousands['.'] !== undefined || ambiguous['.'].length > 0;
    return { decimal: ',', thousands: grouped ? '.' : (spaced ?? ''), doubtful: [] };
  }
  if (either.length === 0) return { decimal: 'unseen', thousands: spaced ?? '', doubtful: [] };
  // Where spaces or apostrophes group, a single mark can only be the decimal mark.
  if (spaced && !(ambiguous['.'].length && ambiguous[','].length)) {
    return { decimal: ambiguous['.'].length ? '.' : ',', thousands: spaced, doubtful: [] };
  }
  return { ...FIRST_CHOICE, doubtful: either };
}

// What a preview shows until the question is answered: it reads 1.000 and 1,000 alike.
const FIRST_CHOICE = { decimal: '.', thousands: ',' } as const;

const SIMPLE = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const NUMBER = /^([+-]?)([\d.,' ]*\d[\d.,' ]*)([eE][+-]?\d+)?$/;
const DIGITS = /^\d*$/;
// Groups of three, or of two above the last three as in India.
const GROUPED = {
  ',': /^\d{1,3}(?:,\d{3})+$|^\d{1,2}(?:,\d{2})*,\d{3}$/,
  '.': /^\d{1,3}(?:\.\d{3})+$/,
  ' ': /^\d{1,3}(?: \d{3})+$/,
  "'": /^\d{1,3}(?:'\d{3})+$/,
};

const finite = (text: string): number => {
  const value = Number(text);
  return Number.isFinite(value) ? value : Number.NaN;
};

interface Marks {
  valid: boolean;
  decimal?: '.' | ',';
  thousands?: ',' | '.' | ' ' | "'";
  ambiguous?: '.' | ',';
}

// What the marks in digits such as 1.234,5 can mean.
function marksOf(body: string, exponent = false): Marks {
  const at = Math.max(body.lastIndexOf('.'), body.lastIndexOf(','));
  const mark = at === -1 ? undefined : (body[at] as '.' | ',');
  const other = mark === '.' ? ',' : '.';
  const group = body.includes(' ') ? ' ' : body.includes("'") ? "'" : undefined;
  if (!mark) return group && GROUPED[group].test(body) ? { valid: true, thousands: group } : { valid: false };
  const whole = body.slice(0, at);
  const fraction = body.slice(at + 1);
  const single = !whole.includes(mark);
  if (group || whole.includes(other)) {
    const grouping = group ?? other;
    if (!single || !DIGITS.test(fraction) || !GROUPED[grouping].test(whole)) return { valid: false };
    return { valid: true, decimal: mark, thousands: grouping };
  }
  if (!single) return GROUPED[mark].test(body) ? { valid: true, thousands: mark } : { valid: false };
  if (exponent || fraction.length !== 3 || !/^[1-9]\d{0,2}$/.test(whole)) return { valid: true, decimal: mark };
  return { valid: true, ambiguous: mark };
}

function isPlain(cell: string): boolean {
  for (let i = 0; i < cell.length; i++) {
    const c = cell.charCodeAt(i);
    // Digits, + , - . and e E; anything else takes the careful way.
    if ((c < 48 || c > 57) && (c < 43 || c > 46) && c !== 69 && c !== 101) return false;
    if (c === 45 && i > 0 && i === cell.length - 1) return false;
  }
  return true;
}

const CURRENCY = /^(?:\p{Sc}|[A-Z]{1,3}\p{Sc}|[A-Z]{3}|kr\.?|Kč|zł|Ft|lei|Fr\.?|Rs\.?|R|TL)$/u;

// ASCII digits, a leading sign and the marks ". , ' space"; undefined where something else stands in the cell.
function plainForm(cell: string): string | undefined {
  // Times and words are turned away before the costly steps.
  if (cell.length > 200 || /\d[-:/]\d|[A-Za-z]{4}/.test(cell)) return undefined;
  let text = cell
    .normalize('NFKC')
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/[\u2212\u2010-\u2015\ufe63]/g, '-')
    .replace(/[\u2019\u02bc\u00b4`\u066c]/g, "'")
    .replace(/\u066b/g, '.')
    .replace(/\p{Zs}/gu, ' ')
    .replace(/\p{Nd}/gu, digit)
    .trim();
  let negative = false;
  if (text.startsWith('(') && text.endsWith(')')) {
    negative = true;
    text = text.slice(1, -1).trim();
  }
  const [, before, number, after] =
    /^([^\d.,]*)([\d.,' ]*\d(?:[.,' \d]*\d)?[.,]?(?:[eE][+-]?\d+)?)(.*)$/u.exec(text) ?? [];
  if (number === undefined) return undefined;
  let affixes = 0;
  for (const affix of [before, after]) {
    let rest = affix.trim();
    if (/^[+-]|[+-]$/.test(rest)) {
      if (negative) return undefined;
      negative = rest.includes('-');
      rest = rest.replace(/^[+-]|[+-]$/, '').trim();
    }
    if (rest === '') continue;
    if (rest !== '%' && rest !== '\u066a' && rest !== '\u2030' && !CURRENCY.test(rest)) return undefined;
    if (++affixes > 1) return undefined;
  }
  return (negative ? '-' : '') + number.trim();
}

// Digits of every script stand in runs of ten that start with their zero.
function digit(character: string): string {
  const code = character.codePointAt(0)!;
  if (code < 128) return character;
  let zero = code;
  while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--;
  return String(code - zero);
}
