import { z } from 'zod';
import { AppError } from './errors.ts';

/** One thing that is wrong with a request: where, what was there, what should have been. */
export interface Problem {
  readonly field: string;
  readonly found: string;
  readonly expected: string;
}

/**
 * Reads `input` by the schema. Throws AppError `invalid_request` whose message names the first problems and whose details
 * hold them all, each with field, found and expected; `place` says which part of the request it is, for the case that the
 * whole of it is wrong.
 */
export function parseRequest<T>(schema: z.ZodType<T>, input: unknown, place: string): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw invalid(problems(schema, input, result.error.issues, place));
}

/** The error of a request with these problems. */
export function invalid(found: readonly Problem[]): AppError {
  const shown = found.slice(0, 5).map((p) => `${p.field}: found ${p.found}, expected ${p.expected}`);
  const more = found.length > shown.length ? `; and ${found.length - shown.length} more` : '';
  return new AppError('invalid_request', `${shown.join('; ')}${more}`, { details: found });
}

/** A value as a sentence shows it: JSON, cut to 100 characters. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  // JSON would write null for 1e999, which reads as an infinity.
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}

type Issue = z.core.$ZodIssue;

function problems(schema: z.ZodType, input: unknown, issues: readonly Issue[], place: string): Problem[] {
  return issues.flatMap((issue) => {
    const found = at(input, issue.path);
    if (issue.code === 'unrecognized_keys') {
      const known = knownFields(schema, issue.path);
      return issue.keys.map((key) => ({
        field: fieldName([...issue.path, key], place),
        found: show(at(found, [key])),
        expected: known.length > 0 ? `no such field, only ${known.join(', ')}` : 'no such field',
      }));
    }
    // What a field may leave out with null, an error should say.
    const orNull = (schemaAt(schema, issue.path) as z.ZodType | undefined)?.safeParse(null).success ? ', or null' : '';
    return [{ field: fieldName(issue.path, place), found: show(found), expected: expectation(issue) + orNull }];
  });
}

function fieldName(path: readonly PropertyKey[], place: string): string {
  if (path.length === 0) return place;
  return path.map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i ? '.' : ''}${String(part)}`)).join('');
}

function at(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const part of path) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}

const TYPES: Record<string, string> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  null: 'null',
};

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return TYPES[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return issue.values.length === 1 ? show(issue.values[0]) : `one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return bound(issue.origin, issue.minimum, issue.inclusive === false ? 'more than' : 'at least');
    case 'too_big':
      return bound(issue.origin, issue.maximum, issue.inclusive === false ? 'less than' : 'at most');
    case 'invalid_union':
      return [...new Set(issue.errors.map((errors) => (errors[0] ? expectation(errors[0]) : 'something else')))].join(
        ' or ',
      );
    default:
      // A check of our own may say what it found as well, which stands beside this already.
      return issue.message.replace(/^found .*?, expected /s, '');
  }
}

function bound(origin: string, limit: number | bigint, words: string): string {
  const plural = Number(limit) === 1 ? '' : 's';
  if (origin === 'string') return `${words} ${limit} character${plural}`;
  if (origin === 'array') return `${words} ${limit} item${plural}`;
  return `${words} ${limit}`;
}

// The fields of the object schema that the path of an issue leads to.
function knownFields(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const inner = unwrap(schemaAt(schema, path));
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

function schemaAt(schema: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce((outer: unknown, part) => {
    const inner = unwrap(outer);
    if (inner instanceof z.ZodObject) return inner.shape[String(part)];
    return inner instanceof z.ZodArray ? inner.element : undefined;
  }, schema);
}

function unwrap(schema: unknown): unknown {
  let inner = schema;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodNullable || inner instanceof z.ZodDefault) {
    inner = inner.unwrap();
  }
  return inner;
}
