import type { Provenance } from './bytes.ts';
import type { Checkpoint } from './pretraining.ts';

/** What every round depends on (the number of rounds by the learning rate): one that differs is another pre-training. */
export type MadeBy = Pick<Provenance, 'network' | 'rounds' | 'seed' | 'generator'>;

/**
 * A pre-training that was broken off, at rest: its header's length (uint32, little-endian), the header (JSON), then weights,
 * average and both moments (float32, little-endian), each `size` numbers.
 */
export function checkpointBytes({ round, optimizer }: Checkpoint, by: MadeBy): Uint8Array {
  const { weights, average, moments } = optimizer;
  const vectors = [weights, average, moments.first, moments.second];
  const size = weights.length;
  const header = new TextEncoder().encode(JSON.stringify({ ...by, round, size, steps: moments.steps }));
  const bytes = new Uint8Array(4 + header.length + 4 * 4 * size);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, header.length, true);
  bytes.set(header, 4);
  vectors.forEach((vector, v) => {
    vector.forEach((value, i) => {
      view.setFloat32(4 + header.length + 4 * (v * size + i), value, true);
    });
  });
  return bytes;
}

/** Reads what `checkpointBytes` wrote. Throws RangeError, saying what was found, for another pre-training or a cut-off file. */
export function readCheckpoint(bytes: Uint8Array, by: MadeBy): Checkpoint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length >= 4 ? view.getUint32(0, true) : Number.POSITIVE_INFINITY;
  if (length === 0 || 4 + length > bytes.length) {
    throw new RangeError(`found ${bytes.length} bytes, expected a checkpoint`);
  }
  const header: MadeBy & { round: number; size: number; steps: number } = JSON.parse(
    new TextDecoder().decode(bytes.subarray(4, 4 + length)),
  );
  const { round, size, steps } = header;
  for (const field of ['network', 'rounds', 'seed', 'generator'] as const) {
    if (header[field] !== by[field]) {
      throw new RangeError(`found a checkpoint of ${field} ${header[field]}, expected ${by[field]}`);
    }
  }
  const expected = 4 + length + 16 * size;
  if (bytes.length !== expected)
    throw new RangeError(`found a checkpoint of ${bytes.length} bytes, expected ${expected}`);
  const vector = (v: number) =>
    Float32Array.from({ length: size }, (_, i) => view.getFloat32(4 + length + 4 * (v * size + i), true));
  const moments = { first: vector(2), second: vector(3), steps };
  return { round, optimizer: { weights: vector(0), average: vector(1), moments } };
}
