import { afterEach, beforeEach, expect, test } from 'vitest';
import { eachObservation } from '../../../db/observations.ts';
import { Created } from '../../../server/contract.ts';
import { addDataset, startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
beforeEach(async () => {
  server = await startServer();
});
afterEach(() => server.close());

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const AWKWARD = [
  ...[0.1 + 0.2, 1 / 3, -0, 5e-324, Number.MAX_VALUE, -2.2250738585072014e-308, 2 ** 53 + 2, 1e21, 1e-7, 123_456.789],
  ...[-1.5, 1.005, 9_007_199_254_740_991, 4.35, 0.000001, 1e300, -1e-300, 100, 2.675, 1.1],
];

const every = (from: number, step: number): [number, number][] => AWKWARD.map((value, i) => [from + i * step, value]);
// Midnights in Berlin over the change to summer time: one of the days has 23 hours.
const midnights = AWKWARD.map((value, i): [number, number] => [
  Date.UTC(2024, 2, 20 + i) - (20 + i <= 31 ? HOUR : 2 * HOUR),
  value,
]);

// In São Paulo the 15th of October 2017 began at one o'clock: midnight was left out.
const brazil = AWKWARD.map((value, i): [number, number] => [
  Date.UTC(2017, 9, 5 + i) + (5 + i <= 15 ? 3 : 2) * HOUR,
  value,
]);

test.each([
  ['hours in UTC', every(Date.UTC(2021, 0), HOUR), { frequency: 'PT1H', zone: 'UTC' }],
  [
    'hours through a clock change',
    every(Date.UTC(2024, 9, 26, 20), HOUR),
    { frequency: 'PT1H', zone: 'Europe/Berlin' },
  ],
  ['days of a zone', midnights, { frequency: 'P1D', zone: 'Europe/Berlin' }],
  ['times before 1970', every(Date.UTC(1935, 5, 1), DAY), { frequency: 'P1D', zone: 'UTC' }],
  ['seconds with fractions', every(Date.UTC(2021, 0) + 250, 1000), { frequency: 'PT1S', zone: 'UTC' }],
  ['integer steps, below zero too', every(-7, 1), { frequency: '1', zone: 'UTC' }],
  ['days of a zone whose clock leaves out a midnight', brazil, { frequency: 'P1D', zone: 'America/Sao_Paulo' }],
  [
    'days of which some were read at another hour',
    midnights.map(([time, value], i): [number, number] => [i % 5 ? time : time + 5 * HOUR, value]),
    { frequency: 'P1D', zone: 'Europe/Berlin' },
  ],
] as const)('%s, exported and imported again, are the same bit for bit', async (_title, points, calendar) => {
  const names = ['north', 'süd, "alt"', '1.5', '=1+1', "'=1+1", '-'];
  const series = Object.fromEntries(names.map((name, i) => [name, points.slice(0, points.length - i)]));
  const id = addDataset(server.store, series, calendar);
  const exported = await server.request('GET', `/api/v1/datasets/${id}/observations.csv`);
  const recipe = encodeURIComponent(JSON.stringify({ zone: calendar.zone }));
  const { status, text, json } = await server.request('POST', `/api/v1/datasets?recipe=${recipe}`, {
    body: exported.text,
    headers: { 'content-type': 'text/csv' },
  });
  expect(status, text).toBe(201);
  const { dataset, report } = Created.parse(json);
  expect(report).toMatchObject({ rejectedCount: 0, missing: 0, duplicates: 0, frequency: calendar.frequency });
  const before = [...eachObservation(server.store, id)];
  const after = [...eachObservation(server.store, dataset.id)];
  expect(after).toHaveLength(points.length * 6 - 15);
  expect(after.map(({ series, time }) => [series, time])).toEqual(before.map(({ series, time }) => [series, time]));
  expect(bits(after)).toEqual(bits(before));
});

// toEqual() takes 0 and -0 for different and the same double for the same; the bytes leave no doubt.
function bits(rows: readonly { value: number }[]): string {
  return Buffer.from(Float64Array.from(rows, ({ value }) => value).buffer).toString('hex');
}
