import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, it } from 'vitest';
import { type Application, type Cell, createEngine, type Engine } from '../../models/kernel/engine.ts';
import { createSharedMachine, type HelperData, helped, spareCores, tellIdle } from '../../models/kernel/threads.ts';
import { packageRoot } from '../../server/own-package.ts';
import { operands } from './operands.ts';

const threads: Worker[] = [];
const started: HelperData[] = [];
const start = (workerData: HelperData) => {
  started.push(workerData);
  threads.push(new Worker(new URL('dist/server/kernel-thread.js', packageRoot), { workerData }));
};
afterAll(() => Promise.all(threads.map((thread) => thread.terminate())));

const SHAPES = [
  { batch: 64, steps: 40, features: 3, units: 50, sequence: true },
  { batch: 45, steps: 60, features: 20, units: 40, sequence: false },
  { batch: 3, steps: 2, features: 1, units: 4, sequence: true },
];
const CELLS: Cell[] = ['simple', 'lstm', 'gru', 'dense'];

/** Everything that an engine computes of a shape, forward and back, with left padding. */
function computed(engine: Engine, cell: Cell, shape: (typeof SHAPES)[number]) {
  const isDense = cell === 'dense';
  const starts = isDense ? null : Int32Array.from({ length: shape.batch }, (_, row) => row % shape.steps);
  const size = isDense ? { ...shape, batch: shape.batch * shape.steps, steps: 1 } : shape;
  const application: Application = { cell, ...size, starts };
  const { input, weights, direction } = operands(application);
  const copy = (lent: Float32Array) => lent.slice();
  const { output, reserve } = engine.forward(application, input, weights, !isDense, copy);
  return { output, ...engine.backward(application, reserve ?? input, weights, direction, copy) };
}

describe('an engine whose thread has helpers', () => {
  const alone = createEngine();

  it('computes the same bits as one without, and helpers do a part of it', async () => {
    const engine = createEngine(createSharedMachine(start, 2));
    const [data] = started.slice(-1);
    for (const shape of SHAPES) {
      for (const cell of CELLS) expect(computed(engine, cell, shape)).toEqual(computed(alone, cell, shape));
    }
    // Helpers come when they come: thousands of pieces are there for them.
    const expected = computed(alone, 'gru', SHAPES[0]);
    for (let i = 0; i < 3000 && helped(data) < 20; i++) {
      expect(computed(engine, 'gru', SHAPES[0])).toEqual(expected);
      await new Promise(setImmediate);
    }
    expect(helped(data)).toBeGreaterThanOrEqual(20);
  });

  it('waits for nobody: helpers that never come leave all of the work to it', () => {
    const engine = createEngine(createSharedMachine(() => {}, 3));
    for (const cell of CELLS) expect(computed(engine, cell, SHAPES[0])).toEqual(computed(alone, cell, SHAPES[0]));
  });

  it('has no help while other threads use the cores', async () => {
    const spare = spareCores(2);
    const engine = createEngine(createSharedMachine(start, 1, spare));
    const [data] = started.slice(-1);
    for (let i = 0; i < 3000 && helped(data) === 0; i++) {
      computed(engine, 'gru', SHAPES[0]);
      await new Promise(setImmediate);
    }
    tellIdle(spare, 0);
    const before = helped(data);
    expect(before).toBeGreaterThan(0);
    for (let i = 0; i < 50; i++) computed(engine, 'gru', SHAPES[0]);
    expect(helped(data)).toBe(before);
    expect([...spare]).toEqual([0, 0]);
  });

  it('frees what it uses', () => {
    const engine = createEngine(createSharedMachine(start, 1));
    const after = [0, 1].map(() => {
      for (let i = 0; i < 100; i++) for (const shape of SHAPES) computed(engine, CELLS[i % 4], shape);
      return engine.memory();
    });
    expect(after[1]).toEqual(after[0]);
  });
});
