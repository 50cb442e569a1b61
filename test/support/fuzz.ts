import { AssertionError, deepEqual, equal, ok } from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Store } from '../../db/open.ts';
import { preview } from '../../server/csv/preview.ts';
import { AppError } from '../../server/errors.ts';
import { ingest } from '../../server/ingest.ts';

const FOLDER = new URL('../fixtures/csv/', import.meta.url).pathname;
const LINES = [1, 2, 3, 4, 5].map((day) => `{"series":"a","time":"2021-01-0${day}T00:00:00Z","value":${day / 8}}\n`);
const FILES = [
  ...readdirSync(FOLDER)
    .sort()
    .map((name) => readFileSync(join(FOLDER, name))),
  Buffer.from(LINES.join('')),
];
const LARGEST = 1 << 20;
const INSERTED = [
  ...[
    'NaN',
    'Infinity',
    '-',
    '٣',
    '\ufeff',
    "''",
    '[',
    '1.000',
    '03/04/2021',
    '13/04/2021',
    '04/13/2021',
    '2021-03-01t05:00z',
  ],
  ...["Jan'21", '1-01', '2021030105', '12 %', '12345678901234567891', '\xfc', '2017-10-15'],
];

/** What came of reading mutated files. */
export interface Fuzzed {
  readonly runs: number;
  /** Of which something could be read. */
  readonly read: number;
  /** The run that took longest: milliseconds of processor time, which a busy machine does not lengthen, for preview and import together. */
  readonly slowest: { readonly run: number; readonly ms: number; readonly bytes: number };
}

/**
 * Previews and imports files that were mutated by a fixed stream of dice: bytes flipped, cut and repeated, quotes unbalanced,
 * columns and lines shuffled, up to 1 MB. Each must be read or refused with a code, stored whole or not at all, and preview and
 * import must agree. Throws AssertionError with the run and the file where one is not.
 */
export async function fuzz(store: Store, runs: number, seed: number, told?: (run: number) => void): Promise<Fuzzed> {
  const roll = dice(seed);
  let read = 0;
  let slowest = { run: 0, ms: 0, bytes: 0 };
  for (let run = 0; run < runs; run++) {
    const bytes = mutate(FILES[roll(FILES.length)], roll);
    const size = bytes.length > 100_000 ? 65_536 : 1 + roll(300);
    const from = process.cpuUsage();
    try {
      if (await readsOrRefuses(store, bytes, size)) read++;
    } catch (error) {
      if (error instanceof AssertionError) {
        error.message += `\nrun ${run}: ${JSON.stringify(bytes.toString('latin1').slice(0, 2000))}`;
      }
      throw error;
    }
    const { user, system } = process.cpuUsage(from);
    const ms = (user + system) / 1000;
    if (ms > slowest.ms) slowest = { run, ms, bytes: bytes.length };
    told?.(run);
  }
  return { runs, read, slowest };
}

async function readsOrRefuses(store: Store, bytes: Buffer, chunk: number): Promise<boolean> {
  const count = () => store.prepare('SELECT COUNT(*) FROM observations').pluck().get() as number;
  const shown = await preview(bytes).catch((error: unknown) => error);
  const before = count();
  const source = chunked(bytes, chunk);
  const report = await ingest(store, { source, fileName: null, maxBytes: 1e7, now: 0 }).catch(
    (error: unknown) => error,
  );
  const stored = count() - before;
  if (report instanceof Error) {
    ok(report instanceof AppError, `import: ${report.stack}`);
    ok(!(shown instanceof Error) || shown instanceof AppError, `preview: ${(shown as Error).stack}`);
    equal(stored, 0);
    return false;
  }
  const { observations, rejectedCount, missing, frequency, gaps, duplicates, series } = report as Awaited<
    ReturnType<typeof ingest>
  >;
  equal(stored, observations);
  const same = { observations, rejectedCount, missing, frequency, gaps, duplicates, seriesCount: series };
  deepEqual(same, Object.fromEntries(Object.keys(same).map((key) => [key, (shown as Record<string, unknown>)[key]])));
  store.exec('DELETE FROM datasets');
  return true;
}

// A fixed stream of numbers in [0, n): the same mutations on every machine.
function dice(seed: number) {
  let state = seed;
  return (n: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

function mutate(bytes: Buffer, roll: (n: number) => number): Buffer {
  let out = Buffer.from(bytes);
  for (let n = 1 + roll(4); n > 0; n--) {
    const at = roll(out.length);
    const some = out.subarray(at, at + 1 + roll(40));
    switch (roll(10)) {
      case 0:
        if (out.length) out[at] = roll(256);
        break;
      case 1:
        out = out.subarray(0, at);
        break;
      case 2:
        out = Buffer.concat([out.subarray(0, at), ...Array(1 + roll(30)).fill(some), out.subarray(at)]);
        break;
      case 3:
        out = Buffer.concat([out.subarray(0, at), Buffer.from('"'), out.subarray(at)]);
        break;
      case 4: {
        const lines = out.toString('latin1').split('\n');
        const cut = roll(lines.length);
        out = Buffer.from([...lines.slice(cut), ...lines.slice(0, cut)].join('\n'), 'latin1');
        break;
      }
      case 5: {
        const from = [',', ';', '.', '-', '0', '\n', '1'][roll(7)];
        const to = [',', ';', '\t', '"', '', ' ', '1e300', '\r', '99999999999'][roll(9)];
        out = Buffer.from(
          out
            .toString('latin1')
            .split(from)
            .join(to)
            .slice(0, 1 << 20),
          'latin1',
        );
        break;
      }
      case 6:
        out = Buffer.from(
          out
            .toString('latin1')
            .split('\n')
            .map((line) => line.split(',').reverse().join(','))
            .join('\n'),
          'latin1',
        );
        break;
      case 7:
        out = Buffer.concat([out.subarray(0, at), Buffer.from(INSERTED[roll(INSERTED.length)]), out.subarray(at)]);
        break;
      case 8:
        out = Buffer.concat([out, FILES[roll(FILES.length)]]);
        break;
      default: {
        // Now and then a large file: its rows over and over.
        const times = roll(20) === 0 && out.length > 0 ? Math.floor(LARGEST / out.length) : 1 + roll(3);
        out = Buffer.concat(Array.from({ length: times }, () => out));
      }
    }
  }
  return out.subarray(0, LARGEST);
}

async function* chunked(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
