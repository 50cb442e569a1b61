import { DateTime } from 'luxon';
import type { Holidays } from './api.ts';
import { stepOf } from './frequency.ts';
import type { Plot } from './plot.ts';

/** The public holidays a dataset asks for, for its charts and tables. Pure. */

type List = Holidays['holidays'];

/**
 * Names the holidays in the step that begins at a time, '' where there is none. Steps of a day and shorter have those of their
 * day, longer ones all of theirs.
 */
export function holidayNames(holidays: List, frequency: string, zone: string): (time: number) => string {
  const { unit, count } = stepOf(frequency);
  const end = (time: number) => {
    if (!isLonger(frequency)) return time + 1;
    return DateTime.fromMillis(time, { zone })
      .plus({ [unit === 'business day' ? 'day' : unit]: count })
      .toMillis();
  };
  return (time) => {
    if (holidays.length === 0) return '';
    const until = end(time);
    const names = holidays.filter(({ from, to }) => from < until && to > time).map(({ name }) => name);
    return [...new Set(names)].join(', ');
  };
}

/** Where a chart marks them: the whole day beside points within a day, one place where a point stands for a day or more. */
export function holidayMarks(holidays: List, frequency: string): NonNullable<Plot['days']> {
  const within = ['second', 'minute', 'hour'].includes(stepOf(frequency).unit);
  return holidays.map(({ from, to }) => ({ from, to: within ? to : from }));
}

function isLonger(frequency: string): boolean {
  const { unit, count } = stepOf(frequency);
  return ['week', 'month', 'year'].includes(unit) || ((unit === 'day' || unit === 'business day') && count > 1);
}
