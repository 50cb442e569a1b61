import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenPage, openPage } from '../support/browser.ts';
import { bundle } from '../support/bundle.ts';
import { lastState, type Saved } from './in-browser.ts';

let open: OpenPage;

beforeAll(async () => {
  const [script, opened] = await Promise.all([bundle(new URL('in-browser.ts', import.meta.url)), openPage()]);
  open = opened;
  await open.page.addScriptTag({ content: script });
});

afterAll(async () => {
  await open?.close();
});

describe('the kernels in a browser', () => {
  it.each<[Saved['cell'], number]>([
    ['simpleRnn', 1],
    ['lstm', 4],
    ['gru', 3],
  ])('forecast with saved %s weights what the server forecasts, to 1e-5', async (cell, gates) => {
    const units = 13;
    const shapes = [[3, gates * units], [units, gates * units], [gates * units]];
    const wave = (length: number, rate: number) => Array.from({ length }, (_, i) => 0.6 * Math.sin(rate * (i + 1)));
    const weights = shapes.map((shape, i) => ({
      shape,
      values: wave(
        shape.reduce((a, b) => a * b),
        1.7 + i,
      ),
    }));
    const input = Array.from({ length: 9 }, (_, row) =>
      Array.from({ length: 12 }, (_, step) => wave(3, row + 0.31 * step)),
    );
    const saved: Saved = { cell, units, weights };
    const expected = await lastState(saved, input);
    const found = await open.page.evaluate(
      ([model, x]) => (globalThis as unknown as { lastState: typeof lastState }).lastState(model, x),
      [saved, input] as const,
    );
    expect(found.length).toBe(9);
    expect(Math.max(...expected.flat().map(Math.abs))).toBeGreaterThan(0.1);
    const differences = found.flat().map((value, i) => Math.abs(value - expected.flat()[i]));
    expect(Math.max(...differences)).toBeLessThan(1e-5);
    expect(open.complaints).toEqual([]);
  });
});
