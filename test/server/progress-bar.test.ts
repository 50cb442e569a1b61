import { describe, expect, it } from 'vitest';
import { duration, progressBar } from '../../server/progress-bar.ts';

function terminal(columns: number, isTTY = true) {
  const written: string[] = [];
  return { isTTY, columns, written, write: (text: string) => written.push(text) };
}

describe('progressBar', () => {
  it('draws one line over and over, the figures before the words', () => {
    const screen = terminal(100);
    const bar = progressBar(screen);
    bar.show({ phase: 'training', done: 0.5, note: 'epoch 3 of 6', secondsLeft: 12.4 });
    bar.show({ phase: 'training', done: 1 });
    expect(screen.written).toEqual([
      '\r\x1b[2K████████████░░░░░░░░░░░░  50 %  about 12 s left  epoch 3 of 6  training',
      '\r\x1b[2K████████████████████████ 100 %  training',
    ]);
  });

  it('never fills the last column of a narrow terminal, and writes nothing twice', () => {
    const screen = terminal(40);
    const bar = progressBar(screen);
    bar.show({ phase: 'a phase with a long name', done: 0.25 });
    bar.show({ phase: 'a phase with a long name, cut anyway', done: 0.25 });
    expect(screen.written).toEqual(['\r\x1b[2K██████░░░░░░░░░░░░░░░░░░  25 %  a phase']);
  });

  it('wipes itself once, and only where something was drawn', () => {
    const screen = terminal(80);
    const bar = progressBar(screen);
    bar.clear();
    bar.show({ phase: 'reading', done: Number.NaN });
    bar.clear();
    bar.clear();
    expect(screen.written).toEqual(['\r\x1b[2K░░░░░░░░░░░░░░░░░░░░░░░░   0 %  reading', '\r\x1b[2K']);
  });

  it('says nothing into a pipe', () => {
    const pipe = terminal(80, false);
    const bar = progressBar(pipe);
    bar.show({ phase: 'reading', done: 0.5 });
    bar.clear();
    expect(pipe.written).toEqual([]);
  });
});

describe('duration', () => {
  it.each([
    [0.2, '0 s'],
    [89, '89 s'],
    [100, '2 min'],
    [7300, '2 h'],
  ])('says %d seconds as %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });
});
