import { expect, test } from 'vitest';
import { worstFirst } from '../../web/backtest-detail.ts';
import { importanceBars, overall, shareBars } from '../../web/explanation.ts';

test('shares become bars of their size', () => {
  expect(shareBars({ season: 0.62, level: 0.08, trend: 0.3, rest: 0 })).toEqual([
    { name: 'season', size: 0.62, text: '62 %' },
    { name: 'level', size: 0.08, text: '8 %' },
    { name: 'trend', size: 0.3, text: '30 %' },
    { name: 'other patterns', size: 0, text: '0 %' },
  ]);
});

test('groups become bars beside the one that matters most, and one that only adds noise has none', () => {
  const bars = importanceBars([
    { group: 'season', increase: 0.8 },
    { group: 'lag', increase: 0.04 },
    { group: 'noise', increase: -0.012 },
  ]);
  expect(bars.map(({ name, text }) => [name, text])).toEqual([
    ['season', '+80 %'],
    ['one long cycle ago', '+4.0 %'],
    ['noise', '−1.2 %'],
  ]);
  expect(bars.map(({ size }) => size)).toEqual([1, 0.04 / 0.8, 0]);
});

test('a run says in which space its series are read, and which have stand-ins', () => {
  const explanation = { importance: null, shares: null, sentences: [] };
  const fallback = {
    code: 'short',
    model: 'seasonal-naive',
    count: 2,
    example: { series: 'b', reason: 'It is short.' },
  };
  expect(overall({ ...explanation, spaces: { log: 3, linear: 0 }, fallbacks: [] })).toEqual([
    'All 3 series are above zero and read in per cent, by logarithms.',
  ]);
  expect(overall({ ...explanation, spaces: { log: 1, linear: 2 }, fallbacks: [fallback as never] })).toEqual([
    '1 series is above zero and read in per cent, by logarithms; 2 series are read in units, for zeros, negative values, values next to nothing, or a cycle that is as high in units at any level.',
    '2 series (short) are forecast by seasonal naive instead, such as b: It is short.',
  ]);
});

test('a run tells of a third space where series are read in it', () => {
  const explanation = { importance: null, shares: null, sentences: [], fallbacks: [] };
  expect(overall({ ...explanation, spaces: { log: 2, linear: 0, asinh: 1 } })).toEqual([
    '2 series are above zero and read in per cent, by logarithms; 1 series is read in units near zero and in per cent far from it, for changes that are larger the further from zero.',
  ]);
  expect(overall({ ...explanation, spaces: { log: 0, linear: 4, asinh: 0 } })).toEqual([
    'All 4 series are read in units, for zeros, negative values, values next to nothing, or a cycle that is as high in units at any level.',
  ]);
});

test('the series where the network did worst come first, those without a score last', () => {
  const row = (series: string, mase: number | null) => ({ series, scores: { rnn: { mase } } }) as never;
  const rows = [row('a', 0.4), row('b', null), row('c', 1.7)] as { series: string; scores: never }[];
  expect(worstFirst(rows, 'rnn').map(({ series }) => series)).toEqual(['c', 'a', 'b']);
});
