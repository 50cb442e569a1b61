import type { Request, Response } from 'express';
import { z } from 'zod';
import type { JobRow } from '../../db/jobs.ts';
import type { Store } from '../../db/open.ts';
import type { Access, Caller } from '../access.ts';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import type { Imports } from '../imports.ts';
import type { Spool } from './spool.ts';

/** What routes are given to work with. */
export interface Deps {
  readonly store: Store;
  /** Path of the store: long exports and imports open a connection of their own. */
  readonly storeFile: string;
  readonly config: Pick<Config, 'password' | 'maxUpload'>;
  readonly access: Access;
  readonly runner: Runner;
  /** Asked after new observations, so that a data trigger need not wait. */
  readonly scheduler?: { check(): unknown };
  readonly spool: Spool;
  readonly imports: Imports;
  readonly version: string;
  readonly now: () => number;
  /** When the app was made. */
  readonly startedAt: number;
}

/** What routes ask of the job runner. */
export interface Runner {
  /** Says that there may be something in the queue. */
  wake(): void;
  cancel(jobId: number): unknown;
  /** The job as it is, where its end could not be stored yet. */
  asEnded(job: JobRow): JobRow;
  /** Calls `changed` after each change of the job until the function returned is called. */
  subscribe(jobId: number, changed: () => void): () => void;
  /** What computes the tensors; null until the first trainer has said. */
  backend(): string | null;
}

/** What an endpoint answers with: JSON by a schema of the contract, another kind of body, or nothing. */
export type Reply =
  | { readonly status: number; readonly schema: z.ZodType }
  | { readonly status: number; readonly media: string }
  | { readonly status: 204 };

/**
 * One endpoint, as data: the app registers it, and the OpenAPI document describes it, from this same value. Path parameters
 * are named in braces: positive integers all, but for the `kind` of a schedule.
 */
export interface Endpoint<Q = unknown, B = unknown> {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  /** Served without a login. */
  readonly open?: true;
  readonly query?: z.ZodType<Q>;
  /** The JSON body. */
  readonly body?: z.ZodType<B>;
  /** Instead of a body: a file, as text/csv or in a multipart form, with these fields beside it (in the query or the form). */
  readonly upload?: z.ZodType;
  readonly reply: Reply;
  /** Returns what goes out as JSON, or writes to `response` itself where the reply is another kind of body. */
  handle(given: Given<Q, B>, deps: Deps): unknown;
}

export interface Given<Q, B> {
  /** The id in the path under that name. */
  param(name: string): number;
  readonly query: Q;
  readonly body: B;
  readonly caller: Caller;
  readonly request: Request;
  readonly response: Response;
}

/** Lets TypeScript infer the types of query and body, then forgets them, so that endpoints fit in one list. */
export function endpoint<Q = unknown, B = unknown>(definition: Endpoint<Q, B>): Endpoint {
  return definition as Endpoint;
}

export const PathId = z.coerce.number().int().positive();

/** The names in braces of an endpoint's path. */
export function pathParameters(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
}

/** The row, or AppError `not_found` in its place. */
export function found<T>(row: T | undefined, what: string, id: number): T {
  if (row === undefined) throw new AppError('not_found', `there is no ${what} ${id}`, { details: { [what]: id } });
  return row;
}
