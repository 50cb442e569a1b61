import { describe, expect, it } from 'vitest';
import {
  type Answers,
  answered,
  marksOf,
  nameFrom,
  type Recipe,
  roleOf,
  rolesProblem,
  sets,
  withAnswer,
  withRole,
} from '../../web/import-recipe.ts';

const recipe = {
  timeColumns: ['month'],
  seriesColumns: [],
  valueColumns: ['a', 'b'],
  timeFormat: 'yyyy-MM',
} as unknown as Recipe;
const columns = ['month', 'a', 'b', 'note'];

describe('roleOf', () => {
  it('says what a column is taken for', () => {
    expect(columns.map((column) => roleOf(recipe, column))).toEqual(['time', 'value', 'value', 'ignored']);
  });
});

describe('withRole', () => {
  it('fixes all three lists in the order of the file', () => {
    expect(withRole({}, recipe, columns, 'note', 'value')).toEqual({
      timeColumns: ['month'],
      seriesColumns: [],
      valueColumns: ['a', 'b', 'note'],
    });
    expect(withRole({}, recipe, columns, 'a', 'series')).toEqual({
      timeColumns: ['month'],
      seriesColumns: ['a'],
      valueColumns: ['b'],
    });
  });

  it('names columns that are known ahead, and names none once they are something else', () => {
    const ahead = withRole({}, recipe, columns, 'b', 'covariate');
    expect(ahead).toEqual({
      timeColumns: ['month'],
      seriesColumns: [],
      valueColumns: ['a'],
      covariateColumns: ['b'],
    });
    const read = { ...recipe, ...ahead };
    expect(roleOf(read, 'b')).toBe('covariate');
    expect(withRole(ahead, read, columns, 'b', 'ignored')).toEqual({
      timeColumns: ['month'],
      seriesColumns: [],
      valueColumns: ['a'],
    });
  });

  it('names attributes, keeps none once there were some, and asks for the series that they belong to', () => {
    const named = withRole({}, recipe, columns, 'note', 'attribute');
    expect(named.attributeColumns).toEqual(['note']);
    expect(rolesProblem(named)).toMatch(/choose the column with the names of the series/);
    const read = { ...recipe, ...named };
    expect(roleOf(read, 'note')).toBe('attribute');
    const none = withRole(named, read, columns, 'note', 'ignored');
    expect(none.attributeColumns).toEqual([]);
    expect(rolesProblem(none)).toBeNull();
  });

  it('lets the date format go when the time columns change, and keeps other answers', () => {
    const answers: Answers = { timeFormat: 'yyyy-MM', frequency: 'P1M', zone: 'Europe/Berlin' };
    expect(withRole(answers, recipe, columns, 'note', 'time')).toEqual({
      zone: 'Europe/Berlin',
      timeColumns: ['month', 'note'],
      seriesColumns: [],
      valueColumns: ['a', 'b'],
    });
    expect(withRole(answers, recipe, columns, 'b', 'ignored')).toMatchObject({
      timeFormat: 'yyyy-MM',
      frequency: 'P1M',
    });
  });
});

describe('rolesProblem', () => {
  it('names what is missing before the server is asked', () => {
    expect(rolesProblem(withRole({}, recipe, columns, 'month', 'ignored'))).toContain('No column is the time');
    expect(rolesProblem({ timeColumns: ['month'], valueColumns: [] })).toContain('No column holds values');
    expect(rolesProblem({})).toBeNull();
  });
});

describe('answered', () => {
  const question = {
    column: 'a',
    field: 'decimal' as const,
    found: ['1.234'],
    choices: [
      { value: '.', label: 'point', set: { decimal: '.' as const, thousands: ',' as const } },
      { value: ',', label: 'comma', set: { decimal: ',' as const, thousands: '.' as const } },
    ],
  };

  it('is true once everything that a choice sets is fixed', () => {
    expect(answered({}, question)).toBe(false);
    expect(answered({ decimal: '.' }, question)).toBe(false);
    expect(answered({ decimal: '.', thousands: ',' }, question)).toBe(true);
  });
});

describe('answers for single columns', () => {
  const point = { numberStyles: [{ column: 'a', decimal: '.' as const, thousands: ',' as const }] };
  const comma = { numberStyles: [{ column: 'a', decimal: ',' as const, thousands: '.' as const }] };
  const other = { numberStyles: [{ column: 'b', decimal: '.' as const }] };

  it('stand beside each other, and the last for a column holds', () => {
    const both = withAnswer(withAnswer({ zone: 'UTC' }, point), other);
    expect(both).toEqual({ zone: 'UTC', numberStyles: [...point.numberStyles, ...other.numberStyles] });
    expect([sets(both, point), sets(both, other), sets(both, comma), sets({}, point)]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(withAnswer(both, comma)).toEqual({
      zone: 'UTC',
      numberStyles: [...other.numberStyles, ...comma.numberStyles],
    });
    expect(withAnswer(both, { decimal: ',' })).toEqual({ ...both, decimal: ',' });
  });

  it('say the mark of each column', () => {
    expect(['a', 'b', 'c'].map(marksOf({ decimal: 'unseen', ...comma }))).toEqual([',', 'unseen', 'unseen']);
  });
});

describe('nameFrom', () => {
  it('makes a name of a file name, whatever it is', () => {
    expect(nameFrom('us_employment-2024.csv')).toBe('us employment 2024');
    expect(nameFrom('load_2024.ndjson.gz')).toBe('load 2024');
    expect(nameFrom('.csv')).toBe('Dataset');
    expect(nameFrom('../../etc/passwd')).toBe('../../etc/passwd');
  });
});
