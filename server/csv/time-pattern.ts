import { LANGUAGES, type Language } from './month-names.ts';

/** The tokens of a time pattern, as time-format.ts lists them. */

export const OFFSETS = new Set(['X', 'x', 'xx', 'z', 'O']);

export interface Part {
  kind: string;
  /** Of a month's name, or of the ending of a day (1er), in another language than English. */
  language?: Language;
  /** Text of a literal. */
  text?: string;
  /** Parts of an optional group. */
  parts?: Part[];
  /** Digits a number must have because another number follows at once; 0 for "up to its token's width". */
  fixed?: number;
}

const TOKEN =
  /'([^']*)'|yyyy|yy|y|MMMM?(?:@[a-z]{2})?|MM|M|DDD|dd|do(?:@[a-z]{2})?|d|EEEE|EEE|Q|kkkk|WW|e|HH|H|hh|h|mm|m|ss|s|SSSSSS|S|a|X|xx|x|z|O|[[\]]|[^A-Za-z']|T/g;
export const WIDTH: Record<string, number> = {
  yyyy: 4, yy: 2, y: 4, MM: 2, M: 2, dd: 2, d: 2, DDD: 3, Q: 1, kkkk: 4, WW: 2, e: 1, HH: 2, H: 2, hh: 2, h: 2, mm: 2, m: 2, ss: 2, s: 2,
}; // biome-ignore format: a table

export function tokenize(format: string): Part[] {
  const root: Part[] = [];
  const stack = [root];
  let end = 0;
  for (const match of format.matchAll(TOKEN)) {
    if (match.index !== end) return [];
    end = match.index + match[0].length;
    const top = stack[stack.length - 1];
    if (match[0] === '[') {
      const group: Part = { kind: '[', parts: [] };
      top.push(group);
      stack.push(group.parts!);
    } else if (match[0] === ']') {
      if (stack.length === 1) return [];
      stack.pop();
    } else if (match[0].includes('@') && match[0] !== '@') {
      const [kind, language] = match[0].split('@');
      if (!LANGUAGES.includes(language as Language)) return [];
      top.push({ kind, language: language as Language });
    } else if (match[1] !== undefined) top.push({ kind: 'text', text: match[1] || "'" });
    else if (WIDTH[match[0]] || /^(?:MMMM?|do|EEEE?|S|SSSSSS|a|X|xx?|z|O)$/.test(match[0]))
      top.push({ kind: match[0] });
    else top.push({ kind: 'text', text: match[0] });
  }
  if (end !== format.length || stack.length !== 1) return [];
  const flat = flatten(root);
  for (let i = 0; i < flat.length; i++) {
    const next = flat[i + 1];
    flat[i].fixed = WIDTH[flat[i].kind] && next && WIDTH[next.kind] ? WIDTH[flat[i].kind] : 0;
  }
  return root;
}

export const flatten = (parts: Part[]): Part[] => parts.flatMap((part) => (part.parts ? flatten(part.parts) : [part]));

// A pattern tells a date when it has a year (or week-year) and is not empty.
export function usable(parts: Part[]): boolean {
  const kinds = flatten(parts).map((part) => part.kind);
  return kinds.some((kind) => kind === 'yyyy' || kind === 'yy' || kind === 'y' || kind === 'kkkk');
}

export interface Fields {
  year: number;
  month: number;
  day: number;
  dayOfYear: number;
  weekYear: number;
  week: number;
  weekday: number;
  /** 0-6 from a written name, -1 for none. */
  namedWeekday: number;
  hour: number;
  half: number;
  minute: number;
  second: number;
  fraction: number;
  offset: number;
}

export const MONTHS = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december']; // biome-ignore format: a list
export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
