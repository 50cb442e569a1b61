/**
 * Month names of languages other than English, as Intl knows them; a pattern has the language behind its month: d MMM@de yyyy.
 * Besides the long and the short form, a language's own abbreviations are read: the beginning of a name (juil), and three of
 * its letters in their order from the first on (Mrz), wherever no other month of the language can be meant.
 */
export const LANGUAGES = ['de', 'fr', 'es', 'it', 'pt', 'nl'] as const;
export type Language = (typeof LANGUAGES)[number];

/** The month of a word, 1 to 12; undefined where it is none. Case and accents do not matter. */
export function monthIn(language: Language, word: string): number | undefined {
  return namesOf(language).months.get(bare(word));
}

/** The languages in which the word is a month. */
export function languagesOf(word: string): Language[] {
  // The longest name has ten letters; whatever is longer need not be looked up.
  if (word.length < 3 || word.length > 12) return [];
  return LANGUAGES.filter((language) => monthIn(language, word) !== undefined);
}

/** The name of a month, 1 to 12, as the language writes it: März, mrt. Short forms come without their point. */
export function monthName(language: Language, month: number, full: boolean): string {
  return namesOf(language)[full ? 'long' : 'short'][month - 1];
}

interface Names {
  readonly long: readonly string[];
  readonly short: readonly string[];
  readonly months: ReadonlyMap<string, number>;
}

const known = new Map<Language, Names>();

function namesOf(language: Language): Names {
  let names = known.get(language);
  if (!names) {
    names = read(language);
    known.set(language, names);
  }
  return names;
}

function read(language: Language): Names {
  const inForm = (month: 'long' | 'short') => {
    const format = new Intl.DateTimeFormat(language, { month, timeZone: 'UTC' });
    return Array.from({ length: 12 }, (_, m) => format.format(Date.UTC(2021, m)).replace(/\.$/, ''));
  };
  const [long, short] = [inForm('long'), inForm('short')];
  const months = new Map<string, number>();
  // The surer a form, the earlier it is entered: a doubtful one never takes the place of a name.
  for (const forms of [(m: number) => [bare(long[m]), bare(short[m])], (m: number) => shortened(bare(long[m]))]) {
    const meant = new Map<string, Set<number>>();
    for (let m = 0; m < 12; m++)
      for (const form of forms(m)) meant.set(form, (meant.get(form) ?? new Set()).add(m + 1));
    for (const [form, [month, other]] of meant) if (other === undefined && !months.has(form)) months.set(form, month);
  }
  return { long, short, months };
}

function shortened(name: string): string[] {
  const forms = Array.from({ length: Math.max(0, name.length - 3) }, (_, i) => name.slice(0, i + 3));
  for (let i = 1; i < name.length; i++)
    for (let j = i + 1; j < name.length; j++) forms.push(name[0] + name[i] + name[j]);
  return forms;
}

const bare = (word: string) => word.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '');
