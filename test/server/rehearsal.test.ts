import { expect, test } from 'vitest';
import { rehearse } from '../../server/rehearsal.ts';

test('a rehearsal makes a first forecast to its end', async () => {
  await expect(rehearse(new AbortController().signal)).resolves.toBeUndefined();
});

test('a rehearsal ends when a job comes', async () => {
  const job = new AbortController();
  setTimeout(() => job.abort(), 20);
  await expect(rehearse(job.signal)).rejects.toThrow('cancelled');
});
