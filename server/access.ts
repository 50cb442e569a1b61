import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Store } from '../db/open.ts';
import { deleteExpiredTokens, deleteToken, findToken, insertToken, type TokenRow, touchToken } from '../db/tokens.ts';
import { AppError } from './errors.ts';

/** Who sends a request. `open`: there is no password, and the program listens on loopback alone. */
export type Caller =
  | { readonly by: 'open' | 'nobody' }
  | { readonly by: 'session' | 'token'; readonly tokenId: number };

export interface Access {
  /** Whether a login is needed at all. */
  readonly required: boolean;
  caller(request: IncomingMessage): Caller;
  /**
   * Starts a session and returns the value of its cookie. Throws AppError `unauthorized` for a wrong password and
   * `too_many_requests` after too many of them.
   */
  logIn(password: string, address: string): string;
  logOut(caller: Caller): void;
  /** A new API token: its row, and the token itself, which is kept nowhere. */
  issue(name: string): { row: TokenRow; token: string };
}

const SESSION_MS = 30 * 24 * 3_600_000;
export const SESSION_COOKIE = 'tidecast_session';
export const SESSION_SECONDS = SESSION_MS / 1000;

/** Wrong passwords an address, and everybody together, may send before a pause. */
const ATTEMPTS = { address: 10, all: 100, withinMs: 15 * 60_000 };
/** A token's last use is written at most this often: a read should not become a write each time. */
const TOUCH_MS = 60_000;

/** The keys of the program: one password, sessions that it opens, and API tokens. `now` gives epoch ms. */
export function createAccess(store: Store, password: string | null, now: () => number): Access {
  const failures: { address: string; at: number }[] = [];

  // A session holds for the password it was opened with: changing the password ends it.
  const sessionHash = (token: string) => sha256(`${token}.${password ?? ''}`).toString('hex');
  const apiHash = (token: string) => sha256(token).toString('hex');

  function lookUp(kind: TokenRow['kind'], hash: string): Caller {
    const row = findToken(store, kind, hash, now());
    if (!row) return { by: 'nobody' };
    if (row.lastUsedAt === null || now() - row.lastUsedAt >= TOUCH_MS) {
      try {
        touchToken(store, row.id, now());
      } catch {
        // A full disk or a busy store: who may read may read on.
      }
    }
    return { by: kind === 'api' ? 'token' : 'session', tokenId: row.id };
  }

  return {
    required: password !== null,

    caller(request) {
      if (password === null) return { by: 'open' };
      const bearer = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
      if (bearer) return lookUp('api', apiHash(bearer));
      const session = cookie(request.headers.cookie, SESSION_COOKIE);
      return session ? lookUp('session', sessionHash(session)) : { by: 'nobody' };
    },

    logIn(given, address) {
      if (password === null) {
        throw new AppError('conflict', 'there is no password to log in with: set TIDECAST_PASSWORD and start again');
      }
      while (failures.length > 0 && now() - failures[0].at >= ATTEMPTS.withinMs) failures.shift();
      const ofAddress = failures.filter((failure) => failure.address === address).length;
      if (ofAddress >= ATTEMPTS.address || failures.length >= ATTEMPTS.all) {
        const minutes = Math.ceil((failures[0].at + ATTEMPTS.withinMs - now()) / 60_000);
        throw new AppError('too_many_requests', `too many wrong passwords: try again in ${minutes} minutes`);
      }
      // Digests have one length, so the comparison tells nothing about the password's.
      if (!timingSafeEqual(sha256(given), sha256(password))) {
        failures.push({ address, at: now() });
        throw new AppError('unauthorized', 'the password is wrong');
      }
      deleteExpiredTokens(store, now());
      const token = randomBytes(32).toString('base64url');
      insertToken(
        store,
        { kind: 'session', name: 'browser', hash: sessionHash(token), expiresAt: now() + SESSION_MS },
        now(),
      );
      return token;
    },

    logOut(caller) {
      if (caller.by === 'session') deleteToken(store, 'session', caller.tokenId);
    },

    issue(name) {
      const token = `tidecast_${randomBytes(32).toString('base64url')}`;
      return { row: insertToken(store, { kind: 'api', name, hash: apiHash(token), expiresAt: null }, now()), token };
    },
  };
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses what a page of another site could make a browser send: an unsafe request that came from elsewhere, and, where no
 * password guards the program, a name that somebody made to point at this machine (DNS rebinding).
 * Throws AppError `forbidden`.
 */
export function refuseOtherSites(request: IncomingMessage, passwordSet: boolean): void {
  const host = request.headers.host ?? '';
  if (!passwordSet && !isLoopbackHost(host)) {
    throw new AppError(
      'forbidden',
      `found Host ${JSON.stringify(host)}, expected localhost or 127.0.0.1: without TIDECAST_PASSWORD only this machine is served`,
    );
  }
  if (SAFE.has(request.method ?? 'GET')) return;
  const site = request.headers['sec-fetch-site'];
  const origin = request.headers.origin;
  const elsewhere =
    site !== undefined ? site !== 'same-origin' && site !== 'none' : origin !== undefined && hostOf(origin) !== host;
  if (elsewhere) {
    throw new AppError(
      'forbidden',
      `the request comes from another site (${origin ?? site}) and would change something`,
    );
  }
}

function isLoopbackHost(host: string): boolean {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  return name === 'localhost' || name === '[::1]' || /^127(\.\d{1,3}){3}$/.test(name);
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function cookie(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? '').split(';')) {
    const [key, value] = part.split('=', 2);
    if (key.trim() === name && value) return value.trim();
  }
  return undefined;
}
