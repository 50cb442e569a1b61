import { describe, expect, it } from 'vitest';
import { shownFold, splitAt, stopAt, stops } from '../../web/time-travel.ts';

const fold = (origin: number) => ({ origin, times: [origin + 1, origin + 2], levels: [0.5], quantiles: [[1, 2]] });
const stored = (origin: number) => ({ origin, id: origin, model: 'rnn', createdAt: 0, scored: 0, mae: null });

describe('stops', () => {
  it('are the stored forecasts and the folds in order of time', () => {
    expect(stops([stored(30), stored(20)], [fold(5), fold(10)]).map(({ kind, origin }) => [kind, origin])).toEqual([
      ['backtest', 5],
      ['backtest', 10],
      ['stored', 20],
      ['stored', 30],
    ]);
  });

  it('keep the stored forecast where a fold has the same origin, because it was really made', () => {
    expect(stops([stored(10)], [fold(10)]).map(({ kind }) => kind)).toEqual(['stored']);
  });
});

describe('stopAt', () => {
  const list = stops([stored(20), stored(30)], [fold(5), fold(10)]);

  it('is the newest stored forecast when the URL names none', () => {
    expect(stopAt(list, null)).toBe(3);
    expect(stopAt(stops([], [fold(5), fold(10)]), null)).toBe(1);
  });

  it('is the one at the origin, or the last before it, or the first', () => {
    expect(stopAt(list, 10)).toBe(1);
    expect(stopAt(list, 25)).toBe(2);
    expect(stopAt(list, 1)).toBe(0);
  });
});

describe('splitAt', () => {
  it('ends the history at the origin and lets what came start there', () => {
    const points = [1, 2, 3, 4].map((x) => ({ x, y: x * 10 }));
    expect(splitAt(points, 2)).toEqual({ known: points.slice(0, 2), came: points.slice(1) });
    expect(splitAt(points, 4)).toEqual({ known: points, came: [] });
    expect(splitAt(points, 0)).toEqual({ known: [], came: points });
  });
});

describe('shownFold', () => {
  it('sets what came beside the steps of the fold', () => {
    const shown = shownFold(fold(5), { id: 4, model: 'rnn', training: 'none' }, [
      { x: 5, y: 1 },
      { x: 6, y: 7 },
    ]);
    expect(shown.actuals).toEqual([7, null]);
    expect(shown).toMatchObject({
      kind: 'backtest',
      runId: 4,
      origin: 5,
      model: 'rnn',
      training: 'none',
      createdAt: null,
      fallback: null,
    });
  });
});
