import { describe, expect, it } from 'vitest';
import { type Application, type Cell, createEngine, engine } from '../../models/kernel/engine.ts';
import { compileKernels, compilePortableKernels, createMachine } from '../../models/kernel/module.ts';
import { operands, uniform } from './operands.ts';

const cells: Cell[] = ['simple', 'lstm', 'gru'];

describe.each(cells)('the %s kernel', (cell) => {
  it.each([
    { batch: 1, steps: 1, features: 1, units: 1, sequence: false },
    { batch: 3, steps: 1, features: 2, units: 5, sequence: true },
    { batch: 9, steps: 4, features: 3, units: 2, sequence: true },
  ])('has the gradients that finite differences give for $batch x $steps x $features, $units units', (shape) => {
    const application: Application = { cell, ...shape, starts: null };
    const { input, weights, direction } = operands(application);
    const { reserve } = engine().forward(application, input, weights, true, copy);
    const gradients = engine().backward(application, reserve!, weights, direction, copy);
    const loss = (): number => {
      const { output } = engine().forward(application, input, weights, false, copy);
      return output.reduce((sum, value, i) => sum + value * direction[i], 0);
    };
    for (const [values, gradient] of [
      [input, gradients.input!],
      [weights.kernel, gradients.kernel],
      [weights.recurrent, gradients.recurrent],
      [weights.bias, gradients.bias],
    ]) {
      for (let i = 0; i < values.length; i++) {
        const value = values[i];
        values[i] = value + 0.01;
        const above = loss();
        values[i] = value - 0.01;
        const below = loss();
        values[i] = value;
        // float32 sums and a step of 0.01: three digits are what a difference can show.
        expect(Math.abs((above - below) / 0.02 - gradient[i])).toBeLessThan(1e-3);
      }
    }
  });

  it.each([500, 511, 512])('has the gradients that differences along a direction give for %i units', (units) => {
    const application: Application = { cell, batch: 9, steps: 3, features: 3, units, sequence: true, starts: null };
    const { input, weights, direction } = operands(application);
    // Sums of 512 terms must not saturate the gates: no gradient would flow.
    weights.recurrent.forEach((value, i) => {
      weights.recurrent[i] = (2 * value) / Math.sqrt(units);
    });
    const { reserve } = engine().forward(application, input, weights, true, copy);
    const gradients = engine().backward(application, reserve!, weights, direction, copy);
    const loss = (): number => {
      const { output } = engine().forward(application, input, weights, false, copy);
      return output.reduce((sum, value, i) => sum + value * direction[i], 0);
    };
    for (const [values, gradient] of [
      [input, gradients.input!],
      [weights.kernel, gradients.kernel],
      [weights.recurrent, gradients.recurrent],
      [weights.bias, gradients.bias],
    ]) {
      const original = values.slice();
      const towards = uniform(999)(values.length);
      const at = (part: number): number => {
        for (let i = 0; i < values.length; i++) values[i] = original[i] + part * towards[i];
        return loss();
      };
      const slope = (at(0.002) - at(-0.002)) / 0.004;
      values.set(original);
      const expected = gradient.reduce((sum, value, i) => sum + value * towards[i], 0);
      const size = 0.46 * Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
      // Of the slope that a direction has on average; one unit's gradient left out would be 4 % of it.
      expect(Math.abs(slope - expected) / size).toBeLessThan(0.01);
      expect(size).toBeGreaterThan(0.1);
    }
  });

  it('gives the same bits for the same arguments, whatever was computed between', () => {
    const application: Application = {
      cell,
      batch: 37,
      steps: 6,
      features: 3,
      units: 11,
      sequence: true,
      starts: null,
    };
    const { input, weights, direction } = operands(application);
    const compute = () => {
      const { output, reserve } = engine().forward(application, input, weights, true, copy);
      return { output, ...engine().backward(application, reserve!, weights, direction, copy) };
    };
    const first = compute();
    const other: Application = { ...application, batch: 2, units: 40, steps: 30 };
    const others = operands(other);
    engine().forward(other, others.input, others.weights, false, copy);
    expect(compute()).toEqual(first);
  });

  it('computes one row as it computes it in a batch', () => {
    const many: Application = { cell, batch: 70, steps: 5, features: 2, units: 9, sequence: false, starts: null };
    const { input, weights } = operands(many);
    const batch = engine().forward(many, input, weights, false, copy).output;
    const one = engine().forward({ ...many, batch: 1 }, input.slice(69 * 10), weights, false, copy).output;
    expect(one).toEqual(batch.slice(69 * 9));
  });

  it('computes a large batch in parts, whose gradients it adds up', () => {
    const whole: Application = { cell, batch: 64, steps: 30, features: 5, units: 80, sequence: true, starts: null };
    const { input, weights, direction } = operands(whole);
    const computed = (application: Application, x: Float32Array, dy: Float32Array) => {
      const { output, reserve } = engine().forward(application, x, weights, true, copy);
      return { output, ...engine().backward(application, reserve!, weights, dy, copy) };
    };
    const found = computed(whole, input, direction);
    // Eight rows are never cut.
    const eights = Array.from({ length: 8 }, (_, i) => {
      const own = (values: Float32Array) => values.slice((i * values.length) / 8, ((i + 1) * values.length) / 8);
      return computed({ ...whole, batch: 8 }, own(input), own(direction));
    });
    for (const name of ['kernel', 'recurrent', 'bias'] as const) {
      const difference = found[name].map((value, i) => value - eights.reduce((sum, part) => sum + part[name][i], 0));
      expect(Math.max(...difference.map(Math.abs)) / Math.max(...found[name].map(Math.abs))).toBeLessThan(1e-5);
    }
    for (const name of ['output', 'input'] as const) {
      expect(found[name]).toEqual(Float32Array.from(eights.flatMap((part) => [...part[name]!])));
    }
  });

  it('gives the same numbers to 1e-5 in the portable module, which knows no fused multiply-add', () => {
    const application: Application = {
      cell,
      batch: 19,
      steps: 7,
      features: 2,
      units: 10,
      sequence: true,
      starts: null,
    };
    const { input, weights, direction } = operands(application);
    const [found, expected] = [compilePortableKernels(), compileKernels()].map((module) => {
      const { forward, backward } = createEngine(createMachine(module));
      const { output, reserve } = forward(application, input, weights, true, copy);
      const { kernel, recurrent, bias } = backward(application, reserve!, weights, direction, null);
      return [...output, ...kernel, ...recurrent, ...bias];
    });
    const largest = Math.max(...expected.map(Math.abs));
    expect(Math.max(...expected.map((value, i) => Math.abs(found[i] - value))) / largest).toBeLessThan(1e-5);
  });

  it('saturates without NaN at extreme inputs', () => {
    const application: Application = { cell, batch: 4, steps: 3, features: 1, units: 4, sequence: false, starts: null };
    const { weights, direction } = operands(application);
    const input = new Float32Array([1e30, -1e30, 3e38, -3e38, 0, 1e-40, 1e10, -1e10, 5, -5, 100, -100]);
    const { output, reserve } = engine().forward(application, input, weights, true, copy);
    expect(output.every((value) => Math.abs(value) <= 1)).toBe(true);
    const { recurrent, bias } = engine().backward(application, reserve!, weights, direction, null);
    expect([...recurrent, ...bias].every(Number.isFinite)).toBe(true);
  });

  it('keeps its size over ten thousand steps of mixed shapes', () => {
    const { forward, backward, memory } = createEngine();
    const shapes = [
      { batch: 33, steps: 4, features: 1, units: 8 },
      { batch: 1, steps: 9, features: 2, units: 3 },
      { batch: 8, steps: 2, features: 5, units: 13 },
      { batch: 2, steps: 1, features: 1, units: 1 },
    ].map((shape) => {
      const application: Application = { cell, ...shape, sequence: false, starts: null };
      return { application, ...operands(application) };
    });
    const sizes: { used: number; total: number }[] = [];
    for (let step = 0; step < 10_000; step++) {
      const { application, input, weights, direction } = shapes[step % shapes.length];
      const { reserve } = forward(application, input, weights, true, copy);
      backward(application, reserve!, weights, direction, step % 3 === 0 ? copy : null);
      if (step === 11 || step === 9_999) sizes.push(memory());
    }
    expect(sizes[1]).toEqual(sizes[0]);
    // Eight records of 84 bytes, in whole cache lines.
    expect(sizes[0].used).toBe(8 * 128);
  });

  it('says so when a sequence needs more than a WebAssembly memory holds', () => {
    const application: Application = {
      cell,
      batch: 4096,
      steps: 4096,
      features: 1,
      units: 512,
      sequence: false,
      starts: null,
    };
    const small = operands({ ...application, batch: 1, steps: 1 });
    expect(() => engine().forward(application, small.input, small.weights, true, copy)).toThrow(
      expect.objectContaining({
        code: 'KERNEL_MEMORY',
        message: expect.stringMatching(/need \d+ MiB, over the 4096 MiB/),
      }),
    );
  });
});

const copy = (lent: Float32Array): Float32Array => lent.slice();
