import { beforeAll, expect, test } from 'vitest';
import { recurrentForecaster } from '../../../models/rnn/forecaster.ts';
import { type Importance, importanceOf } from '../../../models/rnn/importance.ts';
import type { Series } from '../../../models/series.ts';

const HELD = 96;
const noise = (t: number) => ((t * 7919) % 101) / 101 - 0.5;

function monthly(id: string, of: (t: number) => number): Series {
  const values = Float64Array.from({ length: 120 }, (_, t) => of(t));
  return { id, frequency: { unit: 'month', count: 1 }, zone: 'UTC', season: 12, start: 0, values };
}

// The season of each series is its own, and there is no trend.
const seasonal = Array.from({ length: 8 }, (_, i) =>
  monthly(`s${i}`, (t) => 100 + 30 * Math.sin((2 * Math.PI * (t + 1.5 * i)) / 12) + 2 * noise(t + i)),
);
const held = new Map(seasonal.map(({ id }) => [id, HELD - 1]));

let bytes: Uint8Array;
let importance: Importance;
beforeAll(async () => {
  const past = seasonal.map((one) => ({ ...one, values: one.values.subarray(0, HELD) }));
  const fitted = await recurrentForecaster({ members: 2, epochs: 12, units: 16 }).fit(past, { horizon: 6, seed: 1 });
  bytes = fitted.save();
  importance = (await importanceOf(bytes, seasonal, held))!;
}, 60_000);

test('a network on seasonal series leans on the season most, and the error without it is far larger', () => {
  expect(importance.groups[0].group).toBe('season');
  expect(importance.groups[0].increase).toBeGreaterThan(1);
  expect(importance.groups.map(({ group }) => group).sort()).toEqual([
    'noise',
    'past values',
    'season',
    'slope',
    'smoothing',
  ]);
  expect(importance.groups.find(({ group }) => group === 'slope')!.increase).toBeLessThan(0.3);
});

test('windows are a bounded sample, all after what the network has learned from', async () => {
  expect(importance.series).toBe(8);
  expect(importance.windows).toBe(96);
  // Seven series share 96 unevenly.
  expect((await importanceOf(bytes, seasonal.slice(1), held))!.windows).toBe(96);
  const newest = new Map(seasonal.map(({ id }) => [id, 117]));
  expect((await importanceOf(bytes, seasonal, newest))!.windows).toBe(16);
});

test('the same network and data give the same figures', async () => {
  expect(await importanceOf(bytes, seasonal, held)).toEqual(importance);
});

test('too few windows have no figures', async () => {
  expect(await importanceOf(bytes, seasonal.slice(0, 1), new Map([['s0', 117]]))).toBeNull();
  expect(await importanceOf(bytes, seasonal, new Map())).toBeNull();
});

test('an abort rejects with "cancelled"', async () => {
  await expect(importanceOf(bytes, seasonal, held, AbortSignal.abort())).rejects.toThrow('cancelled');
});
