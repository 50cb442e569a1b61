/**
 * One error a caller can act on: a code for programs, a sentence for people (what was found, expected and where), and
 * details as data. Codes become HTTP statuses here and nowhere else.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: unknown;
  constructor(code: ErrorCode, message: string, options: { details?: unknown; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.details = options.details ?? null;
  }
}

export const STATUS = {
  invalid_request: 400,
  empty_file: 422,
  binary_file: 422,
  no_time_column: 422,
  no_value_column: 422,
  ambiguous: 422,
  recipe_mismatch: 422,
  unreadable: 422,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  unsupported_media_type: 415,
  too_many_requests: 429,
  cancelled: 409,
  training_failed: 500,
  internal: 500,
  unavailable: 503,
  disk_full: 507,
} as const;

export type ErrorCode = keyof typeof STATUS;

/** What SQLite or the system says of a full disk or a busy store, in words for people; undefined for anything else. */
export function systemError(error: unknown): AppError | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  const known = typeof code === 'string' && Object.hasOwn(SYSTEM_CODES, code) ? SYSTEM_CODES[code] : undefined;
  return known && new AppError(known[0], known[1], { cause: error });
}

const SYSTEM_CODES: Record<string, [ErrorCode, string]> = {
  SQLITE_FULL: ['disk_full', 'the disk is full: nothing of it was stored'],
  ENOSPC: ['disk_full', 'the disk is full: nothing of it was stored'],
  EDQUOT: ['disk_full', 'the disk quota is used up: nothing of it was stored'],
  SQLITE_BUSY: ['unavailable', 'the store is busy with another change: try again in a moment'],
};
