import { describe, expect, it } from 'vitest';
import { takeTurns, waitForTurn } from '../../server/turns.ts';

describe('takeTurns', () => {
  it('is done when all cores are, where sharing alike leaves the longest alone at the end', () => {
    // In all 24 steps of work: 12 on each core, and the longest has one for itself.
    expect(stepsUntilDone([12, 4, 4, 4], 2)).toBe(12);
    // Begun after the others it waits for one step of theirs.
    expect(stepsUntilDone([4, 4, 4, 12], 2)).toBe(13);
    expect(stepsUntilDone([3, 3, 3], 2)).toBe(5);
    expect(stepsUntilDone([1, 2], 8)).toBe(2);
  });

  it('lets no more run than there are cores, and the next one once one has ended', () => {
    const turns = takeTurns([1, 2, 3], 1);
    const open = () => Array.from(turns.gates, (gate) => gate === 0);
    expect(open()).toEqual([false, false, false]);
    turns.begin(1);
    turns.begin(2);
    turns.begin(0);
    // Nothing that has begun an epoch is interrupted in it.
    expect(open()).toEqual([false, true, false]);
    turns.end(1);
    expect(open()).toEqual([false, true, true]);
  });
});

describe('takeTurns, where tasks are fewer than cores', () => {
  it('leaves the other cores to helpers', () => {
    const turns = takeTurns([5, 5, 1], 2);
    const idle = () => turns.spare[0];
    expect(idle()).toBe(2);
    turns.begin(0);
    expect(idle()).toBe(1);
    turns.begin(1);
    turns.begin(2);
    expect(idle()).toBe(0);
    turns.advance(0, 0.5);
    turns.end(1);
    expect(idle()).toBe(0);
    turns.end(2);
    expect(idle()).toBe(1);
    turns.end(0);
    expect(idle()).toBe(2);
  });
});

describe('waitForTurn', () => {
  it('goes on at once where the gate is open, and closes it before it tells how far it is', () => {
    const turns = takeTurns([2], 1);
    turns.begin(0);
    waitForTurn(turns.gates, 0);
    let closed = false;
    waitForTurn(turns.gates, 0, () => {
      closed = turns.gates[0] !== 0;
      turns.advance(0, 0.5);
    });
    expect(closed).toBe(true);
    expect(turns.gates[0]).toBe(0);
  });
});

/** Every task whose gate is open works one step at a time, and closes its gate after it, as a thread does. */
function stepsUntilDone(work: readonly number[], cores: number): number {
  const turns = takeTurns(work, cores);
  const done = work.map(() => 0);
  for (const task of work.keys()) turns.begin(task);
  for (let steps = 1; ; steps++) {
    const running = work.flatMap((all, task) => (turns.gates[task] === 0 && done[task] < all ? [task] : []));
    expect(running.length).toBeLessThanOrEqual(cores);
    for (const task of running) turns.gates[task] = 1;
    for (const task of running) {
      done[task]++;
      if (done[task] === work[task]) turns.end(task);
      else turns.advance(task, done[task] / work[task]);
    }
    if (done.every((steps, task) => steps === work[task])) return steps;
  }
}
