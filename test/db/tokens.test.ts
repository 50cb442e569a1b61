import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore, type Store } from '../../db/open.ts';
import { apiTokens, deleteExpiredTokens, deleteToken, findToken, insertToken, touchToken } from '../../db/tokens.ts';

let store: Store;
beforeEach(() => {
  store = openStore(':memory:');
});
afterEach(() => {
  store.close();
});

test('a token is found by its hash and kind until it expires', () => {
  insertToken(store, { kind: 'session', name: 'browser', hash: 'abc', expiresAt: 100 }, 1);
  expect(findToken(store, 'session', 'abc', 99)).toMatchObject({ name: 'browser', createdAt: 1, lastUsedAt: null });
  expect(findToken(store, 'session', 'abc', 100)).toBeUndefined();
  expect(findToken(store, 'api', 'abc', 99)).toBeUndefined();
});

test('the list has API tokens alone, newest first, with their last use', () => {
  insertToken(store, { kind: 'session', name: 'browser', hash: 'a', expiresAt: 100 }, 1);
  const old = insertToken(store, { kind: 'api', name: 'old', hash: 'b', expiresAt: null }, 2);
  insertToken(store, { kind: 'api', name: 'new', hash: 'c', expiresAt: null }, 3);
  touchToken(store, old.id, 9);
  expect(apiTokens(store).map(({ name, lastUsedAt }) => [name, lastUsedAt])).toEqual([
    ['new', null],
    ['old', 9],
  ]);
});

test('clearing away forgets what has expired and keeps what never does', () => {
  insertToken(store, { kind: 'session', name: 'browser', hash: 'a', expiresAt: 100 }, 1);
  insertToken(store, { kind: 'api', name: 'ci', hash: 'b', expiresAt: null }, 1);
  deleteExpiredTokens(store, 100);
  expect(store.prepare('SELECT name FROM tokens').pluck().all()).toEqual(['ci']);
});

test('a token is deleted only as what it is', () => {
  const { id } = insertToken(store, { kind: 'session', name: 'browser', hash: 'a', expiresAt: 100 }, 1);
  expect(deleteToken(store, 'api', id)).toBe(false);
  expect(deleteToken(store, 'session', id)).toBe(true);
  expect(findToken(store, 'session', 'a', 1)).toBeUndefined();
});
