import type { Application, Cell, Weights } from '../../models/kernel/engine.ts';

const GATES: Record<Cell, number> = { simple: 1, lstm: 4, gru: 3, dense: 1 };

/** Repeatable operands within (-0.8, 0.8), and a direction to differentiate the output along. */
export function operands({ cell, batch, steps, features, units, sequence }: Application): {
  input: Float32Array;
  weights: Weights;
  direction: Float32Array;
} {
  const values = uniform(12345);
  const columns = GATES[cell] * units;
  const states = cell === 'dense' ? 0 : units;
  return {
    input: values(batch * steps * features),
    weights: { kernel: values(features * columns), recurrent: values(states * columns), bias: values(columns) },
    direction: values(batch * units * (sequence ? steps : 1)),
  };
}

/** Draws repeatable arrays within (-0.8, 0.8), whose standard deviation is 0.46. */
export function uniform(seed: number): (length: number) => Float32Array {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32 - 0.5) * 1.6;
  };
  return (length) => Float32Array.from({ length }, next);
}
