import { describe, expect, it } from 'vitest';
import { fromBytes, type SavedNetwork, toBytes } from '../../../models/rnn/bytes.ts';
import { planTraining } from '../../../models/training-plan.ts';

const saved = {
  plan: planTraining([], { members: 2 }, { horizon: 3, seed: 1 }),
  weights: [Float32Array.of(1.5, -2.25), Float32Array.of(3e-39, Number.MAX_VALUE)],
  commonEnd: 17,
  prior: [1, 2, 3, 4, 5, 6, 7],
  correction: {
    widths: [1, 0.9, 0.8],
    folds: 5,
    forecasts: 20,
    before: [0.5, 0.85, 0.98],
    after: [0.5, 0.81, 0.96],
  },
} satisfies SavedNetwork;

describe('toBytes and fromBytes', () => {
  it('give back what was saved', () => {
    const loaded = fromBytes(toBytes(saved));
    expect(loaded).toEqual({ ...saved, plan: JSON.parse(JSON.stringify(saved.plan)) });
  });

  it('give back the coarser networks besides', () => {
    const coarser = {
      plan: planTraining([], { members: 1 }, { horizon: 2, seed: 1 }),
      weights: [Float32Array.of(7)],
      share: 0.3,
    };
    const loaded = fromBytes(toBytes({ ...saved, coarser }));
    expect(loaded.weights).toEqual(saved.weights);
    expect(loaded.coarser).toEqual({ ...coarser, plan: JSON.parse(JSON.stringify(coarser.plan)) });
  });

  it('read networks saved before intervals were checked', () => {
    const { correction: _, ...older } = saved;
    expect(fromBytes(toBytes(older))).not.toHaveProperty('correction');
  });

  it('read from the middle of a larger buffer, as a database hands blobs out', () => {
    const bytes = toBytes(saved);
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(fromBytes(shifted.subarray(3)).weights).toEqual(saved.weights);
  });

  it('refuse what is no network, is cut off, or comes from a newer version', () => {
    const bytes = toBytes(saved);
    expect(() => fromBytes(new Uint8Array(40))).toThrow('found 40 bytes that are no saved network');
    expect(() => fromBytes(bytes.subarray(0, 30))).toThrow('found a network cut off after 30 bytes');
    expect(() => fromBytes(bytes.subarray(0, -4))).toThrow(`found a network of ${bytes.length - 4} bytes`);
    const text = new TextDecoder('latin1').decode(bytes).replace('"version":1', '"version":9');
    expect(() => fromBytes(Uint8Array.from(text, (c) => c.charCodeAt(0)))).toThrow('found a network of version 9');
  });
});
