import { describe, expect, test } from 'vitest';
import { uploadState } from '../../web/upload-progress.ts';

const found = { key: 'my-upload', phase: 'reading', bytes: 2_500_000, size: 10_000_000, rows: 120_000 } as const;

describe('an upload says', () => {
  test('how much has gone out', () => {
    expect(uploadState(500_000, 1_000_000, undefined)).toEqual({
      title: expect.stringMatching(/^Uploading, 50\W?%$/),
      detail: '500 kB of 1.0 MB',
      share: 0.5,
    });
  });

  test('that the file has arrived, before the server has begun to read it', () => {
    expect(uploadState(1_000_000, 1_000_000, undefined)).toMatchObject({ title: 'Reading', share: null });
  });

  test('rows and bytes while it is read', () => {
    expect(uploadState(1, 1, found)).toEqual({
      title: expect.stringMatching(/^Reading, 25\W?%$/),
      detail: '120,000 rows · 2.5 MB of 10 MB',
      share: 0.25,
    });
  });

  test('nothing of a share while it is stored', () => {
    expect(uploadState(1, 1, { ...found, phase: 'storing' })).toEqual({
      title: 'Storing',
      detail: '120,000 rows were read',
      share: null,
    });
  });
});
