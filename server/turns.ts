import { spareCores, tellIdle } from '../models/kernel/threads.ts';

/**
 * Turns for more threads than there are cores: as many run as there are cores, those with the most left to do. Nothing that can
 * be interrupted is done earlier (McNaughton 1959); left to the system, which shares alike, the longest is still at work when
 * the other cores have nothing left. A thread looks at its gate after each epoch (waitForTurn).
 *
 * @param work of each task, in any unit
 */
export function takeTurns(work: readonly number[], cores: number) {
  const gates = new Int32Array(new SharedArrayBuffer(work.length * Int32Array.BYTES_PER_ELEMENT)).fill(CLOSED);
  const left = [...work];
  const waiting = new Set<number>();
  const running = new Set<number>();
  const spare = spareCores(cores);
  const open = () => {
    while (running.size < cores && waiting.size > 0) {
      const task = [...waiting].reduce((longest, one) => (left[one] > left[longest] ? one : longest));
      waiting.delete(task);
      running.add(task);
      Atomics.store(gates, task, OPEN);
      Atomics.notify(gates, task);
    }
    tellIdle(spare, cores - running.size);
  };
  return {
    /** One a task; shared with the threads. */
    gates,
    /** Cores for which there is no task left: helpers may use them. */
    spare,
    begin(task: number) {
      waiting.add(task);
      open();
    },
    /** @param share of the task that is done, 0 to 1 */
    advance(task: number, share: number) {
      left[task] = work[task] * (1 - share);
      running.delete(task);
      waiting.add(task);
      open();
    },
    end(task: number) {
      running.delete(task);
      waiting.delete(task);
      open();
    },
  };
}

/**
 * Stops this thread, event loop and all, until it is the task's turn.
 *
 * @param tell says how far the task is, upon which turns are given anew; nothing where it only begins
 */
export function waitForTurn(gates: Int32Array, task: number, tell?: () => void): void {
  // Closed by the thread itself: who hears it may take a while to.
  if (tell) Atomics.store(gates, task, CLOSED);
  tell?.();
  Atomics.wait(gates, task, CLOSED);
}

const [OPEN, CLOSED] = [0, 1];
