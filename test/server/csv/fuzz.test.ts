import { expect, test } from 'vitest';
import { openStore } from '../../../db/open.ts';
import { fuzz } from '../../support/fuzz.ts';

const RUNS = 600;

test('mutated files are read or refused with a code, and preview and import agree on each', async () => {
  const store = openStore(':memory:');
  const { read } = await fuzz(store, RUNS, 20_210_301);
  // Most mutations leave something to read: a reader that refuses everything would pass the rest.
  expect(read).toBeGreaterThan(RUNS / 4);
  store.close();
});
