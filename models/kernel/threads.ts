// Threads that help one thread with its kernels: the same work, cut the same way (engine.ts), done by whoever comes first.
//
// The work is a few milliseconds at a time, so nothing is sent: threads share the kernels' memory, and a word says what is to
// be done. Whoever takes a piece adds one to the word in one instruction that fails where someone else was faster. The thread
// that is helped takes pieces like the others and never waits for one that nobody took: where the cores have other work,
// helpers come late and find nothing left.
import { portableBase64, relaxedBase64 } from './build/threaded.ts';
import { compileKernels, type Machine, machineOf } from './module.ts';

/** What a helper is started with. */
export type HelperData = {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** See SIGNAL and the others below. */
  readonly control: Int32Array;
};

/** How many pieces of work helpers that were started with this have done; of jobs that have ended, all of them. */
export const helped = ({ control }: HelperData): number => Atomics.load(control, HELPED);

/**
 * Cores that nobody uses, told to several threads that have helpers: [cores without work, helpers at work]. The first is told by
 * whoever gives the work out, the second is counted here.
 */
export type Spare = Int32Array;

/** Nobody at work, all of `cores` without. */
export function spareCores(cores: number): Spare {
  const spare = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
  spare[IDLE] = cores;
  return spare;
}

/** Says how many cores have no work of their own. */
export function tellIdle(spare: Spare, cores: number): void {
  Atomics.store(spare, IDLE, cores);
}

const [IDLE, HELPING] = [0, 1];

/**
 * A machine whose work is shared with helpers.
 *
 * @param start starts a thread that calls `help` with the data; how is the caller's business
 * @param helpers how many
 * @param spare cores that may be used, where other threads use them too; absent: all helpers may always work
 */
export function createSharedMachine(start: (data: HelperData) => void, helpers: number, spare?: Spare): Machine {
  const module = compileKernels({ portableBase64, relaxedBase64 });
  const memory = new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: MOST_PAGES, shared: true });
  const control = new Int32Array(new SharedArrayBuffer((RECORDS + MOST_PIECES) * Int32Array.BYTES_PER_ELEMENT));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const alone = machineOf(exports);
  const doors = doorsOf(exports);
  const work = worker(alone, doors, control, () => {});
  for (let i = 0; i < helpers; i++) start({ module, memory, control });
  let job = 0;
  return {
    ...alone,
    callAll(door, records) {
      const count = records.length;
      const asked = Math.min(helpers, count - 1);
      const taken = spare ? take(spare, asked) : asked;
      if (taken <= 0 || count > MOST_PIECES) return alone.callAll(door, records);
      job = (job + 1) % MOST_JOBS;
      control.set(records, RECORDS);
      control[DOOR] = doors.indexOf(door);
      control[DONE] = 0;
      // The word last: from here on, pieces may be taken.
      Atomics.store(control, WORD, (job * 256 + count) * 256);
      Atomics.add(control, SIGNAL, 1);
      Atomics.notify(control, SIGNAL, taken);
      work();
      for (let done = Atomics.load(control, DONE); done < count; done = Atomics.load(control, DONE)) {
        Atomics.wait(control, DONE, done);
      }
      if (spare) Atomics.sub(spare, HELPING, taken);
    },
  };
}

/** The life of a helper. Never returns: the thread ends with the one that started it. */
export function help({ module, memory, control }: HelperData): never {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const work = worker(machineOf(exports), doorsOf(exports), control, () => Atomics.add(control, HELPED, 1));
  for (;;) {
    // Looked at before the work: what is signalled meanwhile is not slept over.
    const seen = Atomics.load(control, SIGNAL);
    work();
    Atomics.wait(control, SIGNAL, seen);
  }
}

/** Does pieces until none is left; `noted` is told of each before it counts as done. */
function worker(machine: Machine, doors: readonly string[], control: Int32Array, noted: () => void): () => void {
  return () => {
    for (;;) {
      const word = Atomics.load(control, WORD);
      const [count, next] = [(word >> 8) & 255, word & 255];
      if (next >= count) return;
      if (Atomics.compareExchange(control, WORD, word, word + 1) !== word) continue;
      try {
        // Until it counts as done, the job cannot end, so what describes it stays.
        machine.call(doors[control[DOOR]], control[RECORDS + next]);
        noted();
      } finally {
        // Done or failed: nobody must wait for a thread that an error ended.
        if (Atomics.add(control, DONE, 1) + 1 === count) Atomics.notify(control, DONE);
      }
    }
  };
}

/** Takes at most so many spare cores; returns how many. */
function take(spare: Spare, most: number): number {
  for (let taken = most; taken > 0; taken--) {
    if (Atomics.add(spare, HELPING, taken) + taken <= Atomics.load(spare, IDLE)) return taken;
    Atomics.sub(spare, HELPING, taken);
  }
  return 0;
}

const doorsOf = (exports: WebAssembly.Exports): string[] => Object.keys(exports).sort();

// What `control` holds. SIGNAL counts the jobs, for helpers to wait on. WORD is (job, pieces, next piece), 15, 8 and 8 bits, so
// that a helper that comes late takes no piece of another job. DONE counts the pieces done. DOOR is the number of the export.
// HELPED counts the pieces that helpers did.
const [SIGNAL, WORD, DONE, DOOR, HELPED, RECORDS] = [0, 1, 2, 3, 4, 5];
const MOST_JOBS = 2 ** 15;
/** Pieces a job may have at most. */
const MOST_PIECES = 64;
/** As asked of the compiler (build.mjs). */
const INITIAL_PAGES = 16;
const MOST_PAGES = 65_536;
