import { beforeAll, describe, expect, it } from 'vitest';
import type { PretrainedNetwork } from '../../../models/pretrained/networks.ts';
import { checkpointBytes, readCheckpoint } from '../../../models/rnn/checkpoint.ts';
import { type Checkpoint, pretrain, type RoundReport, validationLoss } from '../../../models/rnn/pretraining.ts';
import { PERIODS } from '../../../models/synthetic/periods.ts';

/** As the shipped ones are, but small: two periods in turn, short horizons, a few rounds. */
const TINY: PretrainedNetwork = {
  name: 'tiny',
  periods: [PERIODS.yearly, PERIODS.quarterly],
  spec: { horizon: 2, lookback: 3, lag: 0, calendar: 0, seasonShown: 0 },
  turns: 1,
  context: 10,
  history: 40,
  burnIn: 4,
  rounds: 3,
};
const MADE_BY = { network: 'tiny', rounds: 3, seed: 1, generator: '0123abcd' };

/** Trains to the end, or until `rounds` of them are done. */
async function train(seed: number, from: Checkpoint | null = null, until = TINY.rounds) {
  const reports: RoundReport[] = [];
  let first: Float32Array | undefined;
  const end = await pretrain(TINY, seed, from, (report, { optimizer }) => {
    reports.push(report);
    first ??= optimizer.average.slice();
    return report.round < until;
  });
  return { reports, end, first: first! };
}

/** Weights, their average and both moments, end to end. */
function bytesOf({ optimizer: { weights, average, moments } }: Checkpoint): Buffer {
  const vectors = [weights, average, moments.first, moments.second];
  return Buffer.concat(
    vectors.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  );
}

let straight: Awaited<ReturnType<typeof train>>;
beforeAll(async () => {
  straight = await train(1);
});

describe('pretrain', () => {
  it('comes to the same weights, bit for bit, when it is broken off, written, read and taken up again', async () => {
    const broken = await train(1, null, 1);
    expect(broken.end.round).toBe(1);
    const read = readCheckpoint(checkpointBytes(broken.end, MADE_BY), MADE_BY);
    const resumed = await train(1, read);
    expect(resumed.reports.map(({ round }) => round)).toEqual([2, 3]);
    expect([...broken.reports, ...resumed.reports]).toEqual(straight.reports);
    expect(resumed.end.round).toBe(3);
    expect(bytesOf(resumed.end).equals(bytesOf(straight.end))).toBe(true);
    expect(resumed.end.optimizer.moments.steps).toBe(straight.end.optimizer.moments.steps);
  });

  it('comes to other weights from another seed', async () => {
    const { end } = await train(2);
    expect(bytesOf(end).equals(bytesOf(straight.end))).toBe(false);
  });

  it('lowers the loss on series that no round has seen', async () => {
    const [early, late] = [straight.first, straight.end.optimizer.average];
    const losses = [await validationLoss(TINY, early, 64), await validationLoss(TINY, late, 64)];
    expect(losses.every(Number.isFinite)).toBe(true);
    expect(losses[1]).toBeLessThan(0.95 * losses[0]);
    // The same series each time.
    expect(await validationLoss(TINY, late, 64)).toBe(losses[1]);
  });

  it('has nothing left to do after its last round', async () => {
    const again = await train(1, straight.end);
    expect(again.reports).toEqual([]);
    expect(bytesOf(again.end).equals(bytesOf(straight.end))).toBe(true);
  });
});

describe('readCheckpoint', () => {
  it('gives back all that was written', () => {
    const read = readCheckpoint(checkpointBytes(straight.end, MADE_BY), MADE_BY);
    expect(bytesOf(read).equals(bytesOf(straight.end))).toBe(true);
    expect([read.round, read.optimizer.moments.steps]).toEqual([3, straight.end.optimizer.moments.steps]);
  });

  it.each([
    ['seed', { ...MADE_BY, seed: 2 }, 'found a checkpoint of seed 1, expected 2'],
    ['number of rounds', { ...MADE_BY, rounds: 8 }, 'found a checkpoint of rounds 3, expected 8'],
    ['network', { ...MADE_BY, network: 'any' }, 'found a checkpoint of network tiny, expected any'],
    ['generator', { ...MADE_BY, generator: 'ffff0000' }, 'found a checkpoint of generator 0123abcd, expected ffff0000'],
  ])('refuses one of another %s, which would go on to weights that nothing else comes to', (_, expected, message) => {
    const bytes = checkpointBytes(straight.end, MADE_BY);
    expect(() => readCheckpoint(bytes, expected)).toThrow(message);
  });

  it('refuses one that is cut off anywhere, and what is none, saying what was found', () => {
    const bytes = checkpointBytes(straight.end, MADE_BY);
    expect(() => readCheckpoint(bytes.subarray(0, bytes.length - 8), MADE_BY)).toThrow(
      `found a checkpoint of ${bytes.length - 8} bytes, expected ${bytes.length}`,
    );
    for (const size of [0, 3, 20]) {
      expect(() => readCheckpoint(bytes.subarray(0, size), MADE_BY)).toThrow(
        `found ${size} bytes, expected a checkpoint`,
      );
    }
    expect(() => readCheckpoint(new TextEncoder().encode('no checkpoint at all'), MADE_BY)).toThrow(
      'found 20 bytes, expected a checkpoint',
    );
    expect(() => readCheckpoint(new Uint8Array(64), MADE_BY)).toThrow('found 64 bytes, expected a checkpoint');
  });
});
