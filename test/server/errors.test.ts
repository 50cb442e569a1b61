import { describe, expect, it } from 'vitest';
import { STATUS, systemError } from '../../server/errors.ts';

describe('systemError', () => {
  it.each([
    ['SQLITE_FULL', 'disk_full', 507, 'the disk is full: nothing of it was stored'],
    ['ENOSPC', 'disk_full', 507, 'the disk is full: nothing of it was stored'],
    ['EDQUOT', 'disk_full', 507, 'the disk quota is used up: nothing of it was stored'],
    ['SQLITE_BUSY', 'unavailable', 503, 'the store is busy with another change: try again in a moment'],
  ])('says of %s what happened, and keeps the cause', (code, ours, status, message) => {
    const cause = Object.assign(new Error('database or disk is full'), { code });
    const error = systemError(cause);
    expect(error).toMatchObject({ code: ours, message, cause });
    expect(STATUS[error!.code]).toBe(status);
  });

  it.each([
    [new Error('no code')],
    [{ code: 'EACCES' }],
    [{ code: 'toString' }],
    [{ code: 7 }],
    [null],
    ['text'],
  ])('leaves %o to others', (error) => {
    expect(systemError(error)).toBeUndefined();
  });
});
