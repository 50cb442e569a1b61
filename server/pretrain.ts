import { execFileSync, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { PRETRAINED } from '../models/pretrained/networks.ts';
import { toBytes } from '../models/rnn/bytes.ts';
import { checkpointBytes, type MadeBy, readCheckpoint } from '../models/rnn/checkpoint.ts';
import { type Checkpoint, pretrain, pretrainedPlan, validationLoss } from '../models/rnn/pretraining.ts';
import { gallery } from '../models/synthetic/gallery.ts';
import { generatorDigest } from '../models/synthetic/generator.ts';
import { hireHelpers } from './kernel-threads.ts';
import { packageRoot } from './own-package.ts';
import { shippedFile } from './shipped.ts';

/**
 * Trains the networks that are shipped, from generated series alone:
 *
 *   npm run pretrain -- [--only monthly,yearly] [--seed 1] [--rounds N] [--folder ./data/pretraining] [--out models/pretrained]
 *   npm run pretrain -- --gallery FILE.svg     a hundred generated series to look at
 *
 * The folder keeps a checkpoint, written after every round, and a log for each network: broken off at any moment, the next call
 * goes on from there and comes to the same weights. As many networks as there are cores are trained at a time, each in a process
 * of its own.
 */
const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    seed: { type: 'string', default: '1' },
    rounds: { type: 'string' },
    folder: { type: 'string', default: join('data', 'pretraining') },
    out: { type: 'string', default: fileURLToPath(new URL('models/pretrained/', packageRoot)) },
    gallery: { type: 'string' },
  },
});

/** Rounds between two looks at the validation series. */
const VALIDATE_EVERY = 25;

if (options.gallery !== undefined) writeFileSync(options.gallery, gallery(7));
else {
  const names = options.only?.split(',') ?? PRETRAINED.map(({ name }) => name);
  const unknown = names.find((name) => PRETRAINED.every((network) => network.name !== name));
  if (unknown !== undefined) {
    throw new RangeError(`found --only ${unknown}, expected ${PRETRAINED.map(({ name }) => name).join(', ')}`);
  }
  for (const folder of [options.folder, options.out]) mkdirSync(folder, { recursive: true });
  if (names.length === 1) {
    // One of several has a core of its own.
    if (!process.send) hireHelpers(availableParallelism() - 1);
    await trainOne(names[0]);
  } else await trainAll(names);
}

async function trainAll(names: readonly string[]): Promise<void> {
  const queue = [...names];
  const rest = ['seed', 'rounds', 'folder', 'out'].flatMap((name) => {
    const value = options[name as keyof typeof options];
    return value === undefined ? [] : [`--${name}`, value];
  });
  const work = async () => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      const child = fork(fileURLToPath(import.meta.url), ['--only', name, ...rest]);
      const status = await new Promise((resolve) => child.on('exit', resolve));
      if (status !== 0) process.exitCode = 1;
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
}

async function trainOne(name: string): Promise<void> {
  const seed = wholeNumber('seed', options.seed);
  const shipped = PRETRAINED.find((network) => network.name === name)!;
  const network =
    options.rounds === undefined ? shipped : { ...shipped, rounds: wholeNumber('rounds', options.rounds) };
  const file = join(options.folder, `${name}.checkpoint`);
  const began = performance.now();
  const by = { network: name, rounds: network.rounds, seed, generator: generatorDigest(network.periods) };
  const from = existsSync(file) ? readCheckpoint(readFileSync(file), by) : null;
  const say = (line: string) => {
    const text = `${name}: ${line}`;
    console.log(text);
    appendFileSync(join(options.folder, `${name}.log`), `${text}\n`);
  };
  if (from) say(`going on after round ${from.round}`);
  let losses: number[] = [];
  let current = from;
  // One block of rounds after the other, so that the validation between them may be awaited.
  while ((current?.round ?? 0) < network.rounds) {
    current = await pretrain(network, seed, current, (report, checkpoint) => {
      losses.push(report.loss);
      keep(file, checkpoint, by);
      return report.round % VALIDATE_EVERY !== 0;
    });
    const validation = await validationLoss(network, current.optimizer.average);
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
    const seconds = Math.round((performance.now() - began) / 1000);
    say(
      `round ${current.round} of ${network.rounds}, loss ${mean.toFixed(5)}, validation ${validation.toFixed(5)}, ${seconds} s`,
    );
    losses = [];
  }
  const weights = current!.optimizer.average;
  const provenance = {
    ...by,
    weights: createHash('sha256')
      .update(new Uint8Array(weights.buffer, weights.byteOffset, weights.byteLength))
      .digest('hex'),
    commit: commit(),
    validation: await validationLoss(network, weights),
  };
  const plan = pretrainedPlan(network, network.periods[0].season);
  write(
    shippedFile(name, options.out),
    toBytes({ plan, provenance, weights: [weights], commonEnd: null, prior: null }),
  );
  say(`written, weights ${provenance.weights.slice(0, 16)}`);
}

function keep(file: string, checkpoint: Checkpoint, by: MadeBy): void {
  write(file, checkpointBytes(checkpoint, by));
}

// Beside and renamed: whoever breaks it off never finds half a file.
function write(file: string, bytes: Uint8Array): void {
  writeFileSync(`${file}.partial`, bytes);
  renameSync(`${file}.partial`, file);
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new RangeError(`found --${name} ${text}, expected a whole number`);
  return value;
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { cwd: fileURLToPath(packageRoot), encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}
