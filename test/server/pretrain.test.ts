import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fromBytes } from '../../models/rnn/bytes.ts';
import { generatorDigest } from '../../models/synthetic/generator.ts';
import { PERIODS } from '../../models/synthetic/periods.ts';
import { finished, startTidecast } from '../support/command-line.ts';

const PRETRAIN = fileURLToPath(new URL('../../dist/server/pretrain.js', import.meta.url));

let folder: string;
let children: ChildProcess[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidecast-pretrain-'));
  children = [];
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function start(...args: string[]): ChildProcess {
  const child = startTidecast(args, { cwd: folder }, PRETRAIN);
  children.push(child);
  return child;
}
const yearly = (place: string) =>
  start('--only', 'yearly', '--rounds', '2', '--folder', join(folder, place), '--out', folder);
const checkpoint = (place: string) => join(folder, place, 'yearly.checkpoint');
const network = () => readFileSync(join(folder, 'yearly.network'));

describe('the pre-training program', () => {
  it('writes the same file, to the byte, when it is killed on the way and called again', async () => {
    const { status, stdout, stderr } = await finished(yearly('straight'));
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^yearly: round 2 of 2, loss [\d.]+, validation [\d.]+, \d+ s\nyearly: written, weights /);
    const straight = network();
    rmSync(join(folder, 'yearly.network'));

    const killed = yearly('broken');
    await vi.waitFor(() => expect(existsSync(checkpoint('broken'))).toBe(true), { timeout: 30_000, interval: 2 });
    killed.kill('SIGKILL');
    await finished(killed);
    expect(existsSync(join(folder, 'yearly.network'))).toBe(false);

    const resumed = await finished(yearly('broken'));
    expect(resumed.stdout).toMatch(/^yearly: going on after round 1\n/);
    expect(resumed.status).toBe(0);
    expect(network().equals(straight)).toBe(true);
    expect(readFileSync(join(folder, 'broken', 'yearly.log'), 'utf8')).toBe(resumed.stdout);
    expect(fromBytes(straight).provenance).toMatchObject({
      network: 'yearly',
      rounds: 2,
      seed: 1,
      generator: generatorDigest([PERIODS.yearly]),
    });
  }, 180_000);

  it('refuses a network nobody knows and numbers that are none, naming what it expected', async () => {
    const [unknown, wrong] = await Promise.all([
      finished(start('--only', 'lunar', '--folder', folder, '--out', folder)),
      finished(start('--only', 'yearly', '--rounds', 'few', '--folder', folder, '--out', folder)),
    ]);
    expect([unknown.status, wrong.status]).toEqual([1, 1]);
    expect(unknown.stderr).toContain(
      'found --only lunar, expected yearly, quarterly, monthly, weekly, daily, hourly, hourly-week, any',
    );
    expect(wrong.stderr).toContain('found --rounds few, expected a whole number');
  });

  it('draws a gallery of generated series', async () => {
    const { status } = await finished(start('--gallery', 'gallery.svg'));
    expect(status).toBe(0);
    expect(readFileSync(join(folder, 'gallery.svg'), 'utf8')).toMatch(/^<svg .*<\/svg>\n$/s);
  });
});
