import { expect, test } from 'vitest';
import { explainSpace, tellForecast, tellImportance } from '../../models/explanation.ts';

test('the space of a series is explained by what was found in its values', () => {
  const reason = (...values: number[]) => explainSpace(values).reason;
  expect(explainSpace([12, 4820.4, Number.NaN])).toEqual({
    space: 'log',
    reason: 'All 2 values are above zero (12 to 4,820), so changes are read in per cent, by logarithms.',
  });
  expect(reason(3, 0, 0, 5)).toBe('2 of 4 values are zero, so changes are read in units, not in per cent.');
  expect(reason(3, -1, 0, 5)).toBe('1 of 4 values is below zero, so changes are read in units, not in per cent.');
  expect(reason(0.001, 50, 60)).toBe(
    'The lowest value, 0.001, is next to nothing beside the others (up to 60), so changes are read in units, not in per cent.',
  );
  const flows = Array.from(
    { length: 80 },
    (_, t) => 100 * Math.sinh(2 * (Math.sin(t * t) + Math.sin(2.7 * t * t) + Math.sin(1.3 * t * t))),
  );
  expect(reason(...flows)).toBe(
    '41 of 80 values are below zero, and changes are larger the further from zero, so they are read in units near zero and in per cent far from it.',
  );
  // Cold winters, hot summers, and weather of two units all the year.
  const months = Array.from({ length: 120 }, (_, t) => 16 - 13 * Math.cos((Math.PI * t) / 6) + 2 * Math.sin(t * t));
  expect(explainSpace(months)).toEqual({
    space: 'linear',
    reason:
      'All 120 values are above zero (1.02 to 31), but from one cycle to the next they change more evenly in units than in per cent, so changes are read in units.',
  });
  expect(reason(Number.NaN)).toBe('There is no value to choose by.');
});

const parts = {
  space: 'log',
  level: 4821.7,
  season: { low: -0.121, high: 0.094 },
  correction: -0.011,
  trend: 0.032,
  shares: { season: 0.7, level: 0.1, trend: 0.2, rest: 0 },
} as const;
const chosen = { space: 'log', reason: 'All is above zero.' } as const;

test('a forecast is told in per cent where changes are read so', () => {
  expect(tellForecast(parts, chosen)).toEqual([
    'It starts from a level of 4,822: the newest value with the season taken out.',
    'The season moves it between −12.1 % and +9.4 % (70 % of the movement).',
    'The newest value was off its level: the whole forecast is moved by −1.1 % (10 %).',
    'The trend comes to +3.2 % at the last step (20 %).',
    'All is above zero.',
  ]);
});

test('a flat forecast in units says that nothing moves it', () => {
  const flat = {
    ...parts,
    space: 'linear',
    level: -3,
    correction: 0,
    shares: { season: 0, level: 1, trend: 0, rest: 0 },
  } as const;
  expect(tellForecast(flat, chosen)).toEqual([
    'It starts from a level of -3: the newest value.',
    'No season stands out from the noise.',
    'No trend is expected.',
    'All is above zero.',
  ]);
  const moved = tellForecast({ ...flat, correction: 3 }, chosen);
  expect(moved).toContain('The newest value was off its level: the whole forecast is moved by +3 (100 %).');
});

test('a stand-in is told with its reason alone', () => {
  const fallback = { code: 'short', reason: 'It has 3 observations.', model: 'seasonal-naive' } as const;
  expect(tellForecast(null, chosen, fallback)).toEqual([
    'It has 3 observations. So seasonal naive stands in for the network.',
  ]);
});

test('what mattered is told in falling order, and what made no difference is left out', () => {
  const groups = [
    { group: 'season', increase: 0.85 },
    { group: 'past values', increase: 0.213 },
    { group: 'slope', increase: -0.002 },
  ] as const;
  expect(tellImportance({ groups: [...groups], windows: 96, series: 48 })).toEqual([
    'What matters most is the season (error +85 % without). Then the newest values (error +21.3 % without).',
    'Measured on 96 held-back windows of 48 series, by exchanging one group at a time between them.',
  ]);
  expect(tellImportance({ groups: [groups[2]], windows: 9, series: 1 })[0]).toBe(
    'No group of features alone makes a difference to the error.',
  );
});
