import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runMeasured } from '../support/measured-process.ts';

const bench = (...args: string[]) =>
  runMeasured(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'run.ts'), ...args]);

test('an unknown benchmark is answered with the names there are', async () => {
  const { code, stderr } = await bench('acuracy');
  expect(code).toBe(2);
  expect(stderr).toMatch(/found "acuracy", expected one of: accuracy/);
});

test('a benchmark that cannot run says why and fails', async () => {
  const { code, stderr } = await bench('accuracy', '--data', '/nowhere', '--only', 'm5');
  expect(code).toBe(1);
  expect(stderr).toContain('bench accuracy: found');
});

test('an import of both kinds of file is timed, with what the server held and how it answered meanwhile', async () => {
  const { code, stdout, stderr } = await bench('import', '--rows', '2000', '--trials', '1', '--json');
  expect(code, stderr).toBe(0);
  const { rows } = JSON.parse(stdout) as { rows: Record<string, unknown>[] };
  expect(rows).toMatchObject([
    { file: 'time,value', rows: 2000, bytes: expect.any(Number), seconds: expect.any(Number) },
    { file: '1,000 series', rows: 2000, p99: expect.any(Number), max: expect.any(Number) },
  ]);
});

test('a first forecast is timed from its upload, with what waited for it', async () => {
  const { code, stdout, stderr } = await bench('first-forecast', '--trials', '1', '--rest', '1', '--json');
  expect(code, stderr).toBe(0);
  const { rows, median } = JSON.parse(stdout) as { rows: { stored: number; trained: number }[]; median: number };
  expect(rows).toHaveLength(1);
  expect(median).toBe(rows[0].stored);
  expect(rows[0].trained).toBeGreaterThan(rows[0].stored);
});

test('mutated files are counted by what became of them', async () => {
  const { code, stdout, stderr } = await bench('fuzz', '--runs', '20', '--seed', '3', '--json');
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ seed: 3, runs: 20, read: expect.any(Number) });
});

test('training steps of mixed shapes leave neither tensors nor kernel memory behind', async () => {
  const { code, stdout, stderr } = await bench('memory', '--steps', '300', '--json');
  expect(code, stderr).toBe(0);
  const { rows } = JSON.parse(stdout) as { rows: Record<string, unknown>[] };
  // Eight records of 84 bytes, in whole cache lines, are all the kernels keep.
  const size = {
    tensors: 0,
    tensorBytes: 0,
    kernelUsed: 8 * 128,
    kernelTotal: rows[0].kernelTotal,
    wasmHeap: rows[0].wasmHeap,
  };
  expect(size.wasmHeap).toBeGreaterThan(0);
  expect(rows).toEqual([
    { step: 50, ...size },
    { step: 300, ...size },
  ]);
});

test('a benchmark names the number it cannot use', async () => {
  const { code, stderr } = await bench('import', '--rows', 'many');
  expect(code).toBe(1);
  expect(stderr).toContain('--rows: found many, expected a whole number above 0');
});
