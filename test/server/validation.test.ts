import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { AppError } from '../../server/errors.ts';
import { parseRequest, show } from '../../server/validation.ts';

const Tide = z.strictObject({
  height: z.number().min(-5).lt(20),
  turn: z.enum(['ebb', 'flood']),
  harbours: z
    .array(z.strictObject({ name: z.string().min(1) }))
    .max(2)
    .optional(),
  at: z.union([z.number(), z.string()]).optional(),
  spring: z.boolean().nullable().optional(),
  harbour: z
    .string()
    .refine((name) => name !== 'Atlantis', 'found harbour "Atlantis", expected one on a map')
    .optional(),
});

function refused(input: unknown): AppError {
  try {
    parseRequest(Tide, input, 'body');
  } catch (error) {
    return error as AppError;
  }
  throw new Error('nothing was refused');
}

const good = { height: 3.5, turn: 'ebb' };

describe('a request', () => {
  test('that fits comes back as the schema reads it', () => {
    expect(parseRequest(Tide, good, 'body')).toEqual(good);
  });

  test.each([
    [{ ...good, height: -6 }, 'height', '-6', 'at least -5'],
    [{ ...good, height: 20 }, 'height', '20', 'less than 20'],
    [{ ...good, height: '3' }, 'height', '"3"', 'a number'],
    [{ ...good, turn: 'slack' }, 'turn', '"slack"', 'one of ebb, flood'],
    [{ height: 1 }, 'turn', 'nothing', 'one of ebb, flood'],
    [{ ...good, harbours: 'Cuxhaven' }, 'harbours', '"Cuxhaven"', 'a list'],
    [{ ...good, harbours: [{ name: 'a' }, { name: '' }] }, 'harbours[1].name', '""', 'at least 1 character'],
    [{ ...good, harbours: [{}, {}, {}] }, 'harbours', '[{},{},{}]', 'at most 2 items'],
    [{ ...good, harbours: [{ nam: 'a', name: 'b' }] }, 'harbours[0].nam', '"a"', 'no such field, only name'],
    [{ ...good, at: true }, 'at', 'true', 'a number or a text'],
    [{ ...good, harbour: 'Atlantis' }, 'harbour', '"Atlantis"', 'one on a map'],
    [{ ...good, spring: 1 }, 'spring', '1', 'true or false, or null'],
    [null, 'body', 'null', 'an object'],
  ])('%j is refused naming %s, found %s, expected %s', (input, field, found, expected) => {
    const error = refused(input);
    expect(error.code).toBe('invalid_request');
    expect(error.details).toContainEqual({ field, found, expected });
    expect(error.message).toContain(`${field}: found ${found}, expected ${expected}`);
  });

  test('with many problems names five in its sentence and all in its details', () => {
    const error = refused({ ...good, a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7 });
    expect(error.details).toHaveLength(7);
    expect(error.message).toMatch(/; and 2 more$/);
  });

  test('named like a property of every object is no such field', () => {
    const error = refused(JSON.parse('{"height":1,"turn":"ebb","__proto__":{"x":1},"constructor":2}'));
    expect(error.details).toContainEqual(expect.objectContaining({ field: 'constructor', found: '2' }));
  });
});

describe('a value in a sentence', () => {
  test('is cut where it is long', () => {
    expect(show(Number.POSITIVE_INFINITY)).toBe('Infinity');
    expect(show('x'.repeat(500))).toBe(`"${'x'.repeat(98)}…`);
  });
});
