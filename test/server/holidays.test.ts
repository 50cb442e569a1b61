import { describe, expect, it } from 'vitest';
import type { Series } from '../../models/series.ts';
import { parseFrequency } from '../../models/series.ts';
import { holidaysBetween, isHolidayPlace, withHolidays } from '../../server/holidays.ts';

const from = (start: string, length: number, frequency = 'P1D', zone = 'UTC'): Series => ({
  id: 'a',
  frequency: parseFrequency(frequency),
  zone,
  season: 7,
  start: Date.parse(start),
  values: new Float64Array(length),
});
const columns = (series: Series, place: string, horizon = 1) =>
  Object.fromEntries(
    withHolidays([series], place, horizon)[0].covariates!.map(({ name, values }) => [name, [...values].join('')]),
  );

describe('holidays of days', () => {
  it('are those of the country: Epiphany is one in Austria and in Bavaria, not in Berlin', () => {
    const january = from('2024-01-01', 7);
    expect(columns(january, 'AT')['holidays AT: the day']).toBe('10000100');
    expect(columns(january, 'DE-BY')['holidays DE-BY: the day']).toBe('10000100');
    expect(columns(january, 'DE-BE')['holidays DE-BE: the day']).toBe('10000000');
  });

  it('say the day before and the day after too, past the end of the series as far as the horizon', () => {
    expect(columns(from('2024-12-23', 3), 'DE', 5)).toEqual({
      'holidays DE: the day': '00110000',
      'holidays DE: the day before': '01000000',
      'holidays DE: the day after': '00001000',
    });
  });

  it('of business days are beside the business day: the Thursday before Good Friday, the Tuesday after Easter Monday', () => {
    // 2024-03-27 is a Wednesday; Good Friday is the 29th, Easter Monday the 1st of April.
    expect(columns(from('2024-03-27', 5, 'B'), 'DE')).toEqual({
      'holidays DE: the day': '001100',
      'holidays DE: the day before': '010000',
      'holidays DE: the day after': '000010',
    });
  });

  it('are days of the zone of the series: hours around midnight', () => {
    const night = from('2024-12-24T21:00:00Z', 4, 'PT1H', 'Europe/Berlin');
    expect(columns(night, 'DE')['holidays DE: the day']).toBe('00111');
    expect(columns({ ...night, zone: 'UTC' }, 'DE')['holidays DE: the day']).toBe('00011');
  });
});

describe('holidays of longer steps', () => {
  it('are the working days that a week or a month lost', () => {
    // Weeks from Monday 2024-12-16: Christmas on Wednesday and Thursday; New Year on Wednesday.
    expect(columns(from('2024-12-16', 3, 'P1W'), 'DE')).toEqual({ 'holidays DE: working days lost': '0210' });
    // May 2024: Labour Day, Ascension, Whit Monday. Labour Day of 2021 was a Saturday.
    expect(columns(from('2024-04-01', 2, 'P1M'), 'DE')).toEqual({ 'holidays DE: working days lost': '130' });
    expect(columns(from('2021-05-01', 1, 'P1M'), 'DE', 0)).toEqual({ 'holidays DE: working days lost': '2' });
  });
});

describe('holidays between two times', () => {
  it('are named, each with its day in the zone: 23 and 25 hours where the clock changes', () => {
    const between = (from: string, to: string, place: string, zone: string) =>
      holidaysBetween(place, Date.parse(from), Date.parse(to), zone).map(({ name, from, to }) => [
        name,
        new Date(from).toISOString(),
        (to - from) / 3_600_000,
      ]);
    // Summer time began on Easter Sunday, the 31st of March 2024.
    expect(between('2024-03-30T23:00:00Z', '2024-04-01T12:00:00Z', 'PL', 'Europe/Warsaw')).toEqual([
      ['Easter Sunday', '2024-03-30T23:00:00.000Z', 23],
      ['Easter Monday', '2024-03-31T22:00:00.000Z', 24],
    ]);
    expect(between('2024-12-24T00:00:00Z', '2024-12-26T00:00:00Z', 'DE', 'UTC')).toEqual([
      ['Christmas Day', '2024-12-25T00:00:00.000Z', 24],
      ['Boxing Day', '2024-12-26T00:00:00.000Z', 24],
    ]);
    expect(between('2024-12-27T00:00:00Z', '2024-12-30T00:00:00Z', 'DE', 'UTC')).toEqual([]);
  });
});

describe('a place', () => {
  it('is a country, a state or a region that is known', () => {
    expect(
      ['DE', 'DE-BY', 'US-LA-NO', 'XX', 'DE-XX', 'DE-BY-XX-Y', 'de', '', 'constructor'].map(isHolidayPlace),
    ).toEqual([...[true, true, true, false, false, false, false, false, false]]);
  });

  it('that is not known, and steps without dates, are refused with what was found and expected', () => {
    expect(() => withHolidays([from('2024-01-01', 3)], 'Narnia', 1)).toThrow(
      'holidays: found "Narnia", expected a country such as DE, or a part of one such as DE-BY.',
    );
    expect(() => withHolidays([{ ...from('2024-01-01', 3), frequency: { unit: 'step', count: 1 } }], 'DE', 1)).toThrow(
      'holidays: found integer steps, expected dates at steps shorter than a year.',
    );
  });
});
