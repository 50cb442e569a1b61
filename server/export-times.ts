import { parseFrequency } from '../models/series.ts';
import { compileTimeFormat, isTimeFormat } from './csv/time-format.ts';
import { createOffsets } from './csv/zone.ts';

/** Writes a time (epoch ms UTC, or an integer step) into a CSV cell. */
export type TimeWriter = (time: number) => string | number;

interface Calendar {
  readonly frequency: string;
  readonly zone: string;
}

const DAY_MS = 86_400_000;
const CALENDAR_UNITS = ['day', 'businessDay', 'week', 'month', 'year'];

/**
 * ISO 8601: a date where steps of a day and longer start at midnight of the dataset's zone, otherwise a moment in UTC; the
 * integer itself for integer steps. Nothing about it depends on the file the data came from, so it can be read anywhere.
 */
export function isoTimes({ frequency, zone }: Calendar): TimeWriter {
  const { unit } = parseFrequency(frequency);
  if (unit === 'step') return (time) => time;
  const offset = createOffsets(zone);
  const dated = CALENDAR_UNITS.includes(unit);
  // Where the clock leaves out midnight, the day begins later.
  const beginsDay = (time: number, wall: number) =>
    Math.floor((time - 1 + offset(time - 1) * 60_000) / DAY_MS) < Math.floor(wall / DAY_MS);
  return (time) => {
    const wall = time + offset(time) * 60_000;
    if (dated && (wall % DAY_MS === 0 || beginsDay(time, wall)))
      return new Date(wall).toISOString().slice(0, -'T00:00:00.000Z'.length);
    const text = new Date(time).toISOString();
    return time % 1000 === 0 ? `${text.slice(0, -'.000Z'.length)}Z` : text;
  };
}

/** As the files of the dataset write their times, so that forecasts can be joined to them; ISO 8601 where that is unknown. */
export function ownTimes(dataset: Calendar & { readonly recipe: unknown }): TimeWriter {
  const notation = (dataset.recipe as { timeFormat?: unknown } | null)?.timeFormat;
  if (typeof notation !== 'string' || !isTimeFormat(notation)) return isoTimes(dataset);
  const format = compileTimeFormat(notation);
  if (format.steps) return (time) => time;
  const offset = createOffsets(dataset.zone);
  return (time) => (format.absolute ? format.write(time, offset(time)) : format.write(time + offset(time) * 60_000));
}
