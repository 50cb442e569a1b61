/** The end of what a process said on stderr, kept to explain a crash. */
export interface LastWords {
  hear(text: string): void;
  /** At most 2000 characters; empty where it said nothing worth keeping. */
  text(): string;
}

export function lastWords(): LastWords {
  let words = '';
  let unfinished = '';
  const keep = (line: string) => {
    if (!KNOWN_KERNEL.test(line)) words = `${words}${line}\n`.slice(-LENGTH);
  };
  return {
    hear(text) {
      const lines = (unfinished + text).split('\n');
      unfinished = (lines.pop() ?? '').slice(-LENGTH);
      for (const line of lines) keep(line);
    },
    text() {
      keep(unfinished);
      unfinished = '';
      return words.trim();
    },
  };
}

const LENGTH = 2000;
/** TensorFlow.js says this, hundreds of times, of each kernel that danfo's own copy of it registered before. */
const KNOWN_KERNEL = /^The kernel '.*' for backend '.*' is already registered$/;
