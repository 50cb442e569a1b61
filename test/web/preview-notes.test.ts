import { expect, test } from 'vitest';
import { preview } from '../../server/csv/preview.ts';
import { notesOf } from '../../web/preview-notes.ts';

const look = async (lines: string[], zone?: string) =>
  notesOf(await preview(Buffer.from(lines.join('\n')), { answers: zone ? { zone } : {} }));

const days = (count: number, row: (day: string, i: number) => string) =>
  Array.from({ length: count }, (_, i) => row(`2021-01-${String(i + 1).padStart(2, '0')}`, i));

test('a file with nothing odd about it has no notes', async () => {
  expect(await look(['date,v', ...days(9, (day, i) => `${day},${i}.5`)])).toEqual([]);
});

test('signs beside numbers and digits that cannot be kept are told', async () => {
  const rows = days(9, (day, i) => `${day};${i},5 %;${i} €;${i === 4 ? '12345678901234567891' : i}`);
  expect(await look(['date;rate;paid;count', ...rows])).toEqual([
    '%, € beside numbers are left out, and nothing is converted: 12 % is stored as 12.',
    '1 whole number has more digits than can be kept: the nearest is stored.',
  ]);
});

test('a whole number that a double holds is not rounded, however long', async () => {
  expect(await look(['date,v', ...days(9, (day) => `${day},1000000000000000000000`)])).toEqual([]);
});

const night = ['00:00', '01:00', '02:00', '02:00', '03:00', '04:00', '05:00', '06:00', '07:00'];

test('the rule for the hour that the clock shows twice is stated', async () => {
  expect(await look(['time,v', ...night.map((hour, i) => `2021-10-31 ${hour},${i}`)], 'Europe/Berlin')).toEqual([
    '2 local times are in an hour that the clock shows twice in Europe/Berlin: the first pass and the second are told apart by the order of the rows.',
  ]);
});

test('a time that the clock never showed is told beside the line that has it', async () => {
  const rows = ['00:00', '01:00', '02:00', '03:00', '04:00', '05:00', '06:00', '07:00'];
  expect(await look(['time,v', ...rows.map((hour, i) => `2021-03-28 ${hour},${i}`)], 'Europe/Berlin')).toEqual([
    '1 local time is in an hour that the clock leaves out in Europe/Berlin, and would be left out.',
    '1 cell or row could not be read and would be left out: see below.',
  ]);
});

test('local times that no zone was given for are said to be read as UTC', async () => {
  const hours = Array.from({ length: 9 }, (_, i) => `2021-01-01 0${i}:00`);
  expect(await look(['time,v', ...hours.map((hour, i) => `${hour},${i}`)])).toEqual([
    'The times say no zone and are read as UTC: set the zone below where the clock was another.',
  ]);
  expect(await look(['time,v', ...hours.map((hour, i) => `${hour}Z,${i}`)])).toEqual([]);
});

test('what becomes of several values in one step is told where the times are irregular', async () => {
  const rows = Array.from(
    { length: 80 },
    (_, i) => `${new Date(Date.UTC(2021, 0, 1, 0, 0, i * 437 + ((i * i * 7919) % 331))).toISOString()},${i}.5`,
  );
  const notes = await look(['time,v', ...rows]);
  expect(notes[0]).toMatch(/^The times are not regular: of several values in one step, their mean is kept/);
  expect(notes[1]).toBe('The frequency is a guess: check it below.');
});
