import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tidecast } from '../support/command-line.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidecast-training-'));
  // Four years of months: a climb with a wave about it.
  const rows = Array.from({ length: 48 }, (_, t) => {
    const month = `${2018 + Math.floor(t / 12)}-${String((t % 12) + 1).padStart(2, '0')}-01`;
    return `${month},${(200 + t + 20 * Math.sin((2 * Math.PI * t) / 12) + ((t * t) % 7)).toFixed(2)}`;
  });
  writeFileSync(join(folder, 'sales.csv'), `month,sales\n${rows.join('\n')}\n`);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: string[]) => tidecast(['forecast', 'sales.csv', ...args], { cwd: folder });

/** The columns of a forecast file, by name. */
function columns(file: string): Record<string, string[]> {
  const [head, ...rows] = readFileSync(join(folder, file), 'utf8').trim().split(/\r?\n/);
  return Object.fromEntries(head.split(',').map((name, i) => [name, rows.map((row) => row.split(',')[i])]));
}

describe('tidecast forecast FILE --no-train', () => {
  it('forecasts by the pre-trained network, further than it looks, and says so', async () => {
    const { status, stdout, stderr } = await run('--no-train', '--horizon', '60', '--out', 'far.csv', '--json');
    expect([status, stderr]).toEqual([0, expect.stringContaining('As chosen: the pre-trained network as it is.')]);
    const told = JSON.parse(stdout);
    expect(told).toMatchObject({ horizon: 60, series: 1, fallbacks: [] });
    expect(told.training).toEqual({ training: 'none', sentence: 'As chosen: the pre-trained network as it is.' });
    const drawn =
      'Its forecast is drawn by 30 % towards what the pre-trained network of yearly series says of the means of whole years.';
    expect(told.coarser).toEqual({ share: 0.3, sentence: drawn });
    expect(stderr).toContain(drawn);
    const { ds, 'q0.025': low, 'q0.5': middle, 'q0.975': high } = columns('far.csv');
    expect([ds.length, ds[0], ds[59]]).toEqual([60, '2022-01-01', '2026-12-01']);
    middle.forEach((value, k) => {
      expect(Number(low[k])).toBeLessThan(Number(value));
      expect(Number(high[k])).toBeGreaterThan(Number(value));
      // Five years on, the climb is some 60 more.
      expect(Number(value)).toBeGreaterThan(150);
      expect(Number(value)).toBeLessThan(500);
    });

    // The same network under its other name; a shorter horizon has the same beginning, to the middle of its last year.
    const near = await run('--training', 'none', '--horizon', '24', '--out', 'near.csv');
    expect(near.status).toBe(0);
    expect(columns('near.csv')['q0.5'].slice(0, 18)).toEqual(middle.slice(0, 18));
  }, 120_000);

  it('refuses settings that ask for another network, naming them', async () => {
    const { status, stderr } = await run('--no-train', '--units', '8', '--out', 'none.csv');
    expect(status).toBe(1);
    expect(stderr).toContain(
      'training: found "none", expected full, from-nothing or auto where units is chosen: the shipped network is as it is',
    );
  });
});
