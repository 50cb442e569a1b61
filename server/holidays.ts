import { createRequire } from 'node:module';
import type HolidaysType from 'date-holidays';
import { DateTime } from 'luxon';
import { addSteps } from '../models/calendar.ts';
import type { Covariate, Frequency, Series, Unit } from '../models/series.ts';
import { createOffsets } from './csv/zone.ts';
import { AppError } from './errors.ts';

/** The group of the columns of a country, or of a part of one: `holidays DE`, `holidays DE-BY`. */
export const holidayGroup = (place: string): string => `holidays ${place}`;

/** Whether holidays are known of a country (`DE`), its state (`DE-BY`) or its region (`US-LA-NO`). */
export function isHolidayPlace(place: string): boolean {
  const parts = place.split('-');
  if (parts.length > 3 || !parts.every((part) => /^[A-Z0-9]+$/i.test(part))) return false;
  const [country, state, region] = parts;
  const library = new (load())();
  return (
    Object.hasOwn(library.getCountries() ?? {}, country) &&
    (state === undefined || Object.hasOwn(library.getStates(country) ?? {}, state)) &&
    (region === undefined || Object.hasOwn(library.getRegions(country, state) ?? {}, region))
  );
}

/** What to write where the place is unknown. */
export const EXPECTED_PLACE = 'a country such as DE, or a part of one such as DE-BY';

/** A public holiday and the day it is in a zone: from its midnight to the next, epoch ms. */
export interface Holiday {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** The public holidays of a place on the days from `from` to `to` in a zone, in order, by their English names where they have one. */
export function holidaysBetween(place: string, from: number, to: number, zone: string): Holiday[] {
  const [first, last] = daysOf(Float64Array.of(from, to), zone);
  const midnight = (day: number) =>
    DateTime.fromMillis(day * DAY)
      .setZone('utc')
      .setZone(zone, { keepLocalTime: true })
      .toMillis();
  return [...holidaysOf(place, first, last)]
    .filter(([day]) => day >= first && day <= last)
    .sort(([a], [b]) => a - b)
    .map(([day, names]) => ({ name: names.join(', '), from: midnight(day), to: midnight(day + 1) }));
}

/** Steps that holidays tell apart: integer steps have no dates, and each year has them all. */
export const meetHolidays = ({ unit }: Frequency): boolean => unit !== 'step' && unit !== 'year';

/**
 * The series with the public holidays of a place as covariates, from their first step to the horizon.
 *
 * Steps of a day and shorter say whether their day is a holiday, the day before one or the day after one: people stock up
 * before shops close, take the day between off, and come back to what was left. Of business days the day before is the business
 * day before. Longer steps count the holidays on Monday to Friday in them: the working days they lost. Days are those of the
 * series' zone. Throws AppError `invalid_request` for an unknown place, and for integer steps and years, which have no holidays.
 */
export function withHolidays(
  series: readonly Series[],
  place: string,
  horizon: number,
  { offered = true }: { offered?: boolean } = {},
): Series[] {
  if (!isHolidayPlace(place)) {
    throw new AppError('invalid_request', `holidays: found "${place}", expected ${EXPECTED_PLACE}.`, {
      details: { field: 'holidays', found: place, expected: EXPECTED_PLACE },
    });
  }
  const group = holidayGroup(place);
  const known = new Map<string, Covariate[]>();
  return series.map((one) => {
    const { start, values, frequency, zone } = one;
    if (!meetHolidays(frequency)) {
      const found = frequency.unit === 'step' ? 'integer steps' : 'steps of years';
      throw new AppError('invalid_request', `holidays: found ${found}, expected dates at steps shorter than a year.`, {
        details: { field: 'holidays', found, expected: 'dates at steps shorter than a year' },
      });
    }
    // Series of a dataset mostly share their times.
    const key = `${start} ${values.length}`;
    let columns = known.get(key);
    if (!columns) {
      const steps = values.length + horizon;
      const times = Float64Array.from({ length: steps + 1 }, (_, t) => addSteps(start, t, frequency, zone));
      const own =
        DAILY.includes(frequency.unit) &&
        (frequency.unit === 'day' || frequency.unit === 'businessDay' ? frequency.count === 1 : true);
      columns = [...(own ? dayColumns : countColumns)(times, zone, place, frequency.unit)].map(([name, column]) => ({
        name: `${group}: ${name}`,
        group,
        values: column,
        ...(offered ? {} : { offered }),
      }));
      known.set(key, columns);
    }
    return { ...one, covariates: [...(one.covariates ?? []), ...columns] };
  });
}

/** The series with the holidays of the settings, and with those of other places that a network which serves still reads. */
export function withHolidaysOf(
  series: readonly Series[],
  place: string | undefined,
  read: readonly (string | undefined)[],
  horizon: number,
): readonly Series[] {
  const others = new Set(read.filter((other) => other !== undefined && other !== place && isHolidayPlace(other)));
  let answer = series;
  if (place !== undefined) answer = withHolidays(answer, place, horizon);
  for (const other of others) answer = withHolidays(answer, other!, horizon, { offered: false });
  return answer;
}

const DAILY: readonly Unit[] = ['second', 'minute', 'hour', 'day', 'businessDay'];
const DAY = 86_400_000;

/** Days are counted from 1970-01-01 on the wall clock of the zone. */
function daysOf(times: Float64Array, zone: string): Int32Array {
  const offset = createOffsets(zone);
  return Int32Array.from(times, (time) => Math.floor((time + offset(time) * 60_000) / DAY));
}

function dayColumns(times: Float64Array, zone: string, place: string, unit: Unit): Map<string, Float64Array> {
  const days = daysOf(times, zone);
  const holidays = holidaysOf(place, days[0] - 4, days[days.length - 1] + 4);
  const business = unit === 'businessDay';
  const beside = (day: number, by: 1 | -1) => {
    let next = day + by;
    while (business && weekday(next) > 4) next += by;
    return next;
  };
  const is = (day: number) => holidays.has(day);
  const length = times.length - 1;
  const column = (test: (day: number) => boolean) => Float64Array.from({ length }, (_, t) => (test(days[t]) ? 1 : 0));
  return new Map([
    ['the day', column(is)],
    ['the day before', column((day) => !is(day) && is(beside(day, 1)))],
    ['the day after', column((day) => !is(day) && is(beside(day, -1)))],
  ]);
}

function countColumns(times: Float64Array, zone: string, place: string): Map<string, Float64Array> {
  const days = daysOf(times, zone);
  const holidays = holidaysOf(place, days[0], days[days.length - 1]);
  const counts = Float64Array.from({ length: times.length - 1 }, (_, t) => {
    let count = 0;
    for (let day = days[t]; day < days[t + 1]; day++) if (holidays.has(day) && weekday(day) < 5) count++;
    return count;
  });
  return new Map([['working days lost', counts]]);
}

/** 0 is Monday; 1970-01-01 was a Thursday. */
const weekday = (day: number) => (((day + 3) % 7) + 7) % 7;

/** The names of public holidays by their day, of every year between two days; one of several days is each of them. */
function holidaysOf(place: string, from: number, to: number): Map<number, string[]> {
  const [country, ...rest] = place.split('-');
  const library = rest.length > 1 ? new (load())(country, rest[0], rest[1]) : new (load())(country, rest[0]);
  const yearOf = (day: number) => new Date(day * DAY).getUTCFullYear();
  const days = new Map<number, string[]>();
  for (let year = yearOf(from); year <= yearOf(to); year++) {
    for (const { date, start, end, type, name } of library.getHolidays(year, 'en')) {
      if (type !== 'public') continue;
      // `date` is the wall clock of the place, whose day is the holiday wherever it is looked at.
      const first = Math.floor(Date.parse(`${date.slice(0, 10)}T00:00:00Z`) / DAY);
      const length = Math.max(1, Math.round((end.getTime() - start.getTime()) / DAY));
      for (let day = first; day < first + length; day++) days.set(day, [...(days.get(day) ?? []), name]);
    }
  }
  return days;
}

let library: typeof HolidaysType | undefined;

// Loaded only where holidays are asked for: its tables take a third of a second.
function load(): typeof HolidaysType {
  library ??= createRequire(import.meta.url)('date-holidays') as typeof HolidaysType;
  return library;
}
