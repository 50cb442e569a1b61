import { describe, expect, it } from 'vitest';
import { readState, type SeriesState, writeState } from '../../web/series-url.ts';

const read = (query: string) => readState(new URLSearchParams(query));

describe('the URL of a series', () => {
  it('is empty for the view a person gets first', () => {
    expect(writeState(read('')).toString()).toBe('');
    expect(read('')).toEqual({ origin: null, from: null, to: null, shares: [95, 80, 50], folds: false });
  });

  it('says everything that was chosen, and is read back the same', () => {
    const state: SeriesState = { origin: -631152000000, from: -1e12, to: 5, shares: [80], folds: true };
    const query = writeState(state);
    expect(query.toString()).toBe('origin=-631152000000&from=-1000000000000&to=5&bands=80&folds=1');
    expect(readState(query)).toEqual(state);
  });

  it('can say that no interval is shown', () => {
    const none = writeState({ ...read(''), shares: [] });
    expect(none.toString()).toBe('bands=none');
    expect(readState(none).shares).toEqual([]);
  });

  it('keeps origin 0, which is a time like any other', () => {
    expect(read('origin=0').origin).toBe(0);
  });

  it('ignores what makes no sense', () => {
    expect(read('origin=soon&from=9&to=1&bands=12&folds=perhaps')).toEqual({
      origin: null,
      from: null,
      to: null,
      shares: [],
      folds: false,
    });
    expect(read('from=1').from).toBeNull();
    expect(read('origin=').origin).toBeNull();
  });
});
