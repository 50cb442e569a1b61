import type { Correction } from '../correction.ts';
import type { TrainingPlan } from '../training-plan.ts';

/** A trained ensemble at rest. */
export interface SavedNetwork {
  readonly plan: TrainingPlan;
  /** Where a shipped network comes from. */
  readonly provenance?: Provenance;
  /** One flat vector a member, in the order of the plan. */
  readonly weights: readonly Float32Array[];
  /** Last observation of the dataset, where its series end together (epoch ms or an integer). */
  readonly commonEnd: number | null;
  /** [levels] what the last values of the dataset's series spread over, for a series without any observation. */
  readonly prior: readonly number[] | null;
  /** What is done to the intervals: null where series were too short to check them, absent where nobody asked (pre-trained, older). */
  readonly correction?: Correction | null;
  /** Networks by a coarser step that its forecasts are drawn towards (coarser.ts). */
  readonly coarser?: Coarser;
}

export interface Coarser extends Pick<SavedNetwork, 'plan' | 'weights'> {
  /** By how much of the way. */
  readonly share: number;
}

/** What it takes to make the same weights again. */
export interface Provenance {
  /** The network's name and its rounds of training done. */
  readonly network: string;
  readonly rounds: number;
  readonly seed: number;
  /** Digest of what the generator makes. */
  readonly generator: string;
  /** Digest of the weights. */
  readonly weights: string;
  /** Commit of the program that trained it. */
  readonly commit: string;
  /** Loss on generated series that it has not seen. */
  readonly validation: number;
}

const MAGIC = 'TIDECAST';
const VERSION = 1;

/**
 * One self-describing array: `TIDECAST`, the header's length (uint32, little-endian), the header (JSON: version, plan, sizes),
 * zeros up to a multiple of four, the weights (float32, little-endian). The same network gives the same bytes.
 */
export function toBytes({ weights: own, coarser, ...header }: SavedNetwork): Uint8Array {
  const weights = [...own, ...(coarser?.weights ?? [])];
  const sizes = weights.map(({ length }) => length);
  const besides = coarser ? { coarser: { plan: coarser.plan, share: coarser.share } } : {};
  const text = new TextEncoder().encode(JSON.stringify({ version: VERSION, ...header, ...besides, sizes }));
  const start = padded(MAGIC.length + 4 + text.length);
  const bytes = new Uint8Array(start + 4 * weights.reduce((sum, w) => sum + w.length, 0));
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(MAGIC));
  view.setUint32(MAGIC.length, text.length, true);
  bytes.set(text, MAGIC.length + 4);
  let at = start;
  for (const vector of weights) {
    for (const weight of vector) {
      view.setFloat32(at, weight, true);
      at += 4;
    }
  }
  return bytes;
}

/** Reads what `toBytes` wrote. Throws RangeError, saying what was found, for anything else, a newer version or a cut-off file. */
export function fromBytes(bytes: Uint8Array): SavedNetwork {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = new TextDecoder().decode(bytes.subarray(0, MAGIC.length));
  if (magic !== MAGIC || bytes.length < MAGIC.length + 4) {
    throw new RangeError(`found ${bytes.length} bytes that are no saved network, expected them to begin with ${MAGIC}`);
  }
  const length = view.getUint32(MAGIC.length, true);
  const start = padded(MAGIC.length + 4 + length);
  if (start > bytes.length) throw new RangeError(`found a network cut off after ${bytes.length} bytes`);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(MAGIC.length + 4, MAGIC.length + 4 + length)));
  if (header.version !== VERSION) {
    throw new RangeError(`found a network of version ${header.version}, expected version ${VERSION}`);
  }
  const { version: _, sizes, coarser, ...rest } = header as Header;
  const expected = start + 4 * sizes.reduce((a, b) => a + b, 0);
  if (bytes.length !== expected) throw new RangeError(`found a network of ${bytes.length} bytes, expected ${expected}`);
  let at = start;
  const weights = sizes.map((size) =>
    Float32Array.from({ length: size }, () => {
      const weight = view.getFloat32(at, true);
      at += 4;
      return weight;
    }),
  );
  if (!coarser) return { ...rest, weights };
  const own = sizes.length - coarser.plan.members.length;
  return { ...rest, weights: weights.slice(0, own), coarser: { ...coarser, weights: weights.slice(own) } };
}

/** What stands before the weights: those of the members, then those of the coarser networks. */
type Header = Omit<SavedNetwork, 'weights' | 'coarser'> & {
  readonly version: number;
  readonly sizes: readonly number[];
  readonly coarser?: Omit<Coarser, 'weights'>;
};

const padded = (n: number) => Math.ceil(n / 4) * 4;
