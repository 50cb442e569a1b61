// The fuzz test of the reader at any length: `npm run bench -- fuzz --runs 10000 --seed 1`. Fails on the first file that is
// neither read nor refused with a code, of which a part is stored, or which takes over two seconds of processor time.
import { parseArgs } from 'node:util';
import { openStore } from '../../db/open.ts';
import { fuzz } from '../support/fuzz.ts';

const MOST_MS = 2000;

/** @param args --runs N (10000), --seed N (20210301) */
export default async function fuzzBench(args: string[], json: boolean): Promise<void> {
  const { values } = parseArgs({ args, options: { runs: { type: 'string' }, seed: { type: 'string' } } });
  const [runs, seed] = [Number(values.runs ?? 10_000), Number(values.seed ?? 20_210_301)];
  if (!(Number.isSafeInteger(runs) && runs > 0 && Number.isSafeInteger(seed))) {
    throw new Error(`--runs ${values.runs} --seed ${values.seed}: expected whole numbers`);
  }
  const store = openStore(':memory:');
  try {
    const found = await fuzz(store, runs, seed, (run) => {
      if (!json && run > 0 && run % 1000 === 0) console.log(`${run} files`);
    });
    const { slowest } = found;
    if (json) console.log(JSON.stringify({ seed, ...found }));
    else {
      console.log(
        `${runs} mutated files (seed ${seed}): ${found.read} read, ${runs - found.read} refused with a code; the slowest took ${slowest.ms.toFixed(0)} ms of processor time (file ${slowest.run}, ${slowest.bytes} bytes)`,
      );
    }
    if (slowest.ms > MOST_MS) throw new Error(`file ${slowest.run} took ${slowest.ms.toFixed(0)} ms`);
  } finally {
    store.close();
  }
}
