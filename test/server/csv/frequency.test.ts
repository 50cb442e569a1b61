import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addSteps } from '../../../models/calendar.ts';
import { formatFrequency, parseFrequency } from '../../../models/series.ts';
import { inferFrequency } from '../../../server/csv/frequency.ts';

const DAY = 86_400_000;
const START = Date.UTC(2019, 0, 7);
const grid = (frequency: string, count: number, start = START, zone = 'UTC') =>
  Array.from({ length: count }, (_, i) => addSteps(start, i, parseFrequency(frequency), zone));
const infer = (times: number[], options = {}) => {
  const { frequency, ...rest } = inferFrequency([times], options);
  return { frequency: formatFrequency(frequency), ...rest };
};

describe('the step of a series', () => {
  test.each([
    'PT1S',
    'PT10S',
    'PT1M',
    'PT5M',
    'PT15M',
    'PT30M',
    'PT1H',
    'PT4H',
    'PT6H',
    'P1D',
    'P1W',
    'P2W',
    'P1M',
    'P3M',
    'P6M',
    'P1Y',
    'B',
    'PT7M',
  ])('%s is found', (frequency) => {
    expect(infer(grid(frequency, 60))).toMatchObject({ frequency, gaps: 0, duplicates: 0, regular: true });
  });

  test.each([
    'PT5M',
    'PT30M',
    'PT1H',
    'P1D',
    'P1W',
    'P1M',
    'P3M',
    'P1Y',
  ])('%s is found with a fifth of it absent, and the gaps are counted', (frequency) => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 80, maxLength: 80 }), (dice) => {
        const times = grid(frequency, 80).filter((_, i) => dice[i] > 0 || i === 0 || i === 79);
        expect(infer(times)).toMatchObject({ frequency, gaps: 80 - times.length });
      }),
      { seed: 5, numRuns: 30 },
    );
  });

  test.each(['PT5M', 'PT1H'])('%s is found with jitter, duplicates and rows out of order', (frequency) => {
    const jittered = grid(frequency, 200).map((time, i) => time + ((i * 7919) % 11) * 1000 - 5000);
    const shuffled = [...jittered, jittered[20], jittered[40]].sort((a, b) => (a % 977) - (b % 977));
    expect(infer(shuffled)).toMatchObject({ frequency, duplicates: 2, gaps: 0 });
  });

  test('month ends are months', () => {
    const ends = Array.from({ length: 36 }, (_, i) => Date.UTC(2019, i + 1, 0));
    expect(infer(ends)).toMatchObject({ frequency: 'P1M', gaps: 0, season: 12 });
    expect(infer(ends.filter((_, i) => i % 3 === 2))).toMatchObject({ frequency: 'P3M', season: 4 });
  });

  test('last trading days are months without a gap: January 29, February 26', () => {
    const lasts = Array.from({ length: 36 }, (_, i) => {
      const end = new Date(Date.UTC(2021, i + 1, 0));
      return end.getTime() - [2, 0, 0, 0, 0, 0, 1][end.getUTCDay()] * DAY;
    });
    expect(new Date(lasts[0]).getUTCDate() - new Date(lasts[1]).getUTCDate()).toBe(3);
    expect(infer(lasts)).toMatchObject({ frequency: 'P1M', gaps: 0 });
    expect(infer(lasts.filter((_, i) => i !== 7))).toMatchObject({ frequency: 'P1M', gaps: 1 });
  });

  test('first trading days are months', () => {
    const firsts = Array.from({ length: 36 }, (_, i) => {
      const day = new Date(Date.UTC(2019, i, 1)).getUTCDay();
      return Date.UTC(2019, i, day === 6 ? 3 : day === 0 ? 2 : 1);
    });
    expect(infer(firsts).frequency).toBe('P1M');
  });

  test('weekdays with holidays are business days', () => {
    const times = grid('B', 260).filter((_, i) => i % 50 !== 30);
    expect(infer(times)).toMatchObject({ frequency: 'B', gaps: 5, season: 5 });
  });

  test('a reading a day at nine is a day', () => {
    expect(infer(Array.from({ length: 40 }, (_, i) => START + i * DAY + 9 * 3_600_000)).frequency).toBe('P1D');
  });

  test('midnights of a zone are days through its clock changes', () => {
    const times = grid('P1D', 300, Date.parse('2021-01-31T23:00:00Z'), 'Europe/Berlin');
    expect(infer(times, { zone: 'Europe/Berlin' })).toMatchObject({ frequency: 'P1D', gaps: 0 });
    expect(infer(times).frequency).toBe('P1D');
  });

  test('integer steps, and steps of ten', () => {
    expect(infer([1, 2, 3, 5, 6], { steps: true })).toMatchObject({ frequency: '1', gaps: 1, season: 1 });
    expect(infer([10, 20, 30, 40, 60], { steps: true })).toMatchObject({ frequency: '10', gaps: 1 });
  });

  test('irregular times get a nearby step and little confidence', () => {
    let time = START;
    const times = Array.from({ length: 300 }, (_, i) => {
      time += (60 + ((i * 7919) % 1740)) * 1000;
      return time;
    });
    const found = infer(times);
    expect(found.regular).toBe(false);
    expect(found.confidence).toBeLessThan(0.6);
    expect(['PT10M', 'PT12M', 'PT15M', 'PT20M']).toContain(found.frequency);
  });

  test('two observations are little to go by', () => {
    expect(infer([START, START + DAY]).confidence).toBeLessThanOrEqual(0.5);
  });

  test('one observation takes what its notation suggests', () => {
    expect(infer([START], { fallback: { unit: 'month', count: 1 } })).toMatchObject({
      frequency: 'P1M',
      confidence: 0,
    });
  });

  test('all series are judged together, and their gaps added up', () => {
    const { frequency, gaps } = inferFrequency([
      grid('P1W', 20),
      [],
      [START],
      grid('P1W', 20).filter((_, i) => i % 5 !== 3),
    ]);
    expect([formatFrequency(frequency), gaps]).toEqual(['P1W', 4]);
  });
});
