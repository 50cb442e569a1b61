import { expect, test } from 'vitest';
import { runMeasured } from './measured-process.ts';

test('a program is run to its end, with its output and status', async () => {
  const { code, stdout, stderr, seconds } = await runMeasured(process.execPath, [
    '-e',
    'console.log("out"); console.error("err"); process.exitCode = 3',
  ]);
  expect({ code, stdout, stderr }).toEqual({ code: 3, stdout: 'out\n', stderr: 'err\n' });
  expect(seconds).toBeGreaterThan(0);
});

test.runIf(process.platform === 'linux')('memory is that of the process and its children together', async () => {
  // The child writes over its 150 MB forty times, long enough to be looked at, while its parent holds as much and waits for it.
  const child = 'const held = Buffer.alloc(150e6, 1); for (let i = 0; i < 40; i++) held.fill(i);';
  const parent = `globalThis.held = Buffer.alloc(150e6, 1);
    require("node:child_process").spawnSync(process.execPath, ["-e", ${JSON.stringify(child)}]);`;
  const { code, megabytes } = await runMeasured(process.execPath, ['-e', parent]);
  expect(code).toBe(0);
  expect(megabytes).toBeGreaterThan(300);
});

test('a program that is not there is an error', async () => {
  await expect(runMeasured('/nowhere/to/be/found', [])).rejects.toThrow('ENOENT');
});
