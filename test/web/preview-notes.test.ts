import { describe, expect, it } from 'vitest';
import type { Preview } from '../../web/api.ts';
import { notesOf } from '../../web/preview-notes.ts';

const plain = {
  recipe: {
    decimal: ',',
    thousands: '',
    valueColumns: ['a', 'b', 'c', 'd', 'e'],
    zone: 'UTC',
    timeFormat: 'yyyy-MM-dd',
    duplicates: 'last',
  },
  questions: [],
  likeOthers: [],
  regular: true,
  confidence: 1,
  signs: [],
} as unknown as Preview;
const withMarks = (marks: Record<string, '.' | ',' | 'unseen'>): Preview => ({
  ...plain,
  recipe: {
    ...plain.recipe,
    numberStyles: Object.entries(marks).map(([column, decimal]) => ({ column, decimal, thousands: '' as const })),
  },
});

describe('what a person should know of a file', () => {
  it('is nothing of decimal marks where all columns have one', () => {
    expect(notesOf(plain)).toEqual([]);
    expect(notesOf(withMarks({ b: 'unseen' }))).toEqual([]);
  });

  it('is which columns have which decimal mark, three of them by name', () => {
    expect(notesOf(withMarks({ b: '.', e: 'unseen' }))).toEqual([
      'The columns do not have one decimal mark: a comma in “a”, “c”, “d”, a point in “b”. Each is read by its own.',
    ]);
    expect(notesOf(withMarks({ b: '.' }))[0]).toContain('a comma in “a”, “c”, “d” and 1 more, a point in “b”');
  });

  it('leaves out the columns that are asked about', () => {
    const asked = { column: 'b', field: 'decimal' as const, found: ['1.234'], choices: [] };
    expect(notesOf({ ...withMarks({ b: '.' }), questions: [asked] })).toEqual([]);
  });

  it('is which columns are known ahead, and where to say that one is not', () => {
    const recipe = { ...plain.recipe, covariateColumns: ['price', 'promo'] };
    expect(notesOf({ ...plain, recipe, ahead: 14 })).toEqual([
      '14 rows are the known future: price, promo without a value yet. Give a column another role below where it is measured, not planned.',
    ]);
  });

  it('is which columns were read as the others are, with what became of a number', () => {
    expect(notesOf({ ...plain, likeOthers: [{ column: 'b', found: '1.234', value: 1234 }] })).toEqual([
      'By themselves these could be read two ways, and are read as the other columns are: “b” (1.234 is 1234).',
    ]);
  });
});
