import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { finished, startTidecast } from '../support/command-line.ts';

const DEMO = fileURLToPath(new URL('../../dist/server/demo.js', import.meta.url));

describe('npm run demo', () => {
  it('goes from a real CSV to forecasts, prints their accuracy beside seasonal naive, and leaves nothing behind', async () => {
    const temporary = mkdtempSync(join(tmpdir(), 'tidecast-journey-'));
    const env = { TMPDIR: temporary };
    const { status, stdout, stderr } = await finished(startTidecast(['--exit'], { env }, DEMO));
    const left = readdirSync(temporary);
    rmSync(temporary, { recursive: true });
    expect(left).toEqual([]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain(
      'Imported 23 series with 2760 observations, 2006-01-01 to 2015-12-01, step P1M, season 12.',
    );

    const score = (model: string) => {
      const line = stdout.split('\n').find((text) => text.startsWith(`${model} `));
      return (
        line
          ?.trim()
          .split(/\s{2,}/)
          .slice(1, 3)
          .map(Number) ?? []
      );
    };
    const [mase, smape] = score('rnn');
    const [naiveMase, naiveSmape] = score('seasonal-naive');
    expect(mase).toBeGreaterThan(0);
    expect(mase).toBeLessThan(naiveMase);
    expect(smape).toBeLessThan(naiveSmape);
    expect(stdout).toContain('The network beat seasonal naive');

    // The first months after the data, the median between its neighbours.
    const steps = [...stdout.matchAll(/^(2016-0[1-6]-01) +(\d+) +(\d+) +(\d+)$/gm)];
    expect(steps.map(([, month]) => month)).toEqual([
      '2016-01-01',
      '2016-02-01',
      '2016-03-01',
      '2016-04-01',
      '2016-05-01',
      '2016-06-01',
    ]);
    for (const [, , low, median, high] of steps) {
      expect(Number(low)).toBeLessThanOrEqual(Number(median));
      expect(Number(median)).toBeLessThanOrEqual(Number(high));
      expect(Number(median)).toBeGreaterThan(140_000);
      expect(Number(median)).toBeLessThan(150_000);
    }
  }, 300_000);
});
