import type { Store } from './open.ts';

/** A key that lets somebody in: the session of a browser, or an API token. Only its hash is kept. */
export interface TokenRow {
  readonly id: number;
  readonly kind: 'session' | 'api';
  readonly name: string;
  readonly createdAt: number;
  /** Null: never. */
  readonly expiresAt: number | null;
  readonly lastUsedAt: number | null;
}

const COLUMNS = 'id, kind, name, created_at AS createdAt, expires_at AS expiresAt, last_used_at AS lastUsedAt' as const;

/** Stores the hash of a new token and returns its row. */
export function insertToken(
  store: Store,
  token: Pick<TokenRow, 'kind' | 'name' | 'expiresAt'> & { hash: string },
  now: number,
): TokenRow {
  return store
    .prepare(
      `INSERT INTO tokens (kind, name, hash, created_at, expires_at) VALUES (@kind, @name, @hash, @now, @expiresAt)
       RETURNING ${COLUMNS}`,
    )
    .get({ ...token, now }) as TokenRow;
}

/** The token of that hash and kind, unless it has expired at `now`. */
export function findToken(store: Store, kind: TokenRow['kind'], hash: string, now: number): TokenRow | undefined {
  return store
    .prepare(`SELECT ${COLUMNS} FROM tokens WHERE hash = ? AND kind = ? AND (expires_at IS NULL OR expires_at > ?)`)
    .get(hash, kind, now) as TokenRow | undefined;
}

/** API tokens, newest first. */
export function apiTokens(store: Store): TokenRow[] {
  return store.prepare(`SELECT ${COLUMNS} FROM tokens WHERE kind = 'api' ORDER BY id DESC`).all() as TokenRow[];
}

export function touchToken(store: Store, id: number, now: number): void {
  store.prepare('UPDATE tokens SET last_used_at = ? WHERE id = ?').run(now, id);
}

/** False when there is no such token. */
export function deleteToken(store: Store, kind: TokenRow['kind'], id: number): boolean {
  return store.prepare('DELETE FROM tokens WHERE id = ? AND kind = ?').run(id, kind).changes === 1;
}

/** Forgets sessions that have expired. */
export function deleteExpiredTokens(store: Store, now: number): void {
  store.prepare('DELETE FROM tokens WHERE expires_at <= ?').run(now);
}
