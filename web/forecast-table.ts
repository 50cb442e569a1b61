import { type Child, h } from './element.ts';
import { level, type Point } from './plot.ts';
import { table } from './table.ts';
import type { Shown } from './time-travel.ts';

type Text = (value: number | null | undefined) => string;

/** The numbers of the chart: each step ahead with its intervals, and, where it came, the actual and the error. */
export function forecastTable(
  shown: Shown,
  time: (time: number) => string,
  value: Text,
  holiday: (time: number) => string,
): HTMLElement {
  const [median, low80, high80, low95, high95] = [0.5, 0.1, 0.9, 0.025, 0.975].map((quantile) =>
    level(shown, quantile),
  );
  const came = shown.actuals.some((actual) => actual !== null);
  const range = (low: readonly number[] | null, high: readonly number[] | null, i: number) =>
    low && high ? h('span', { class: 'wraps' }, `${value(low[i])}\u00a0to ${value(high[i])}`) : '–';
  return table({
    caption: 'The forecast in numbers',
    columns: [
      { head: 'Time' },
      { head: 'Median', numeric: true },
      { head: '80 % interval', numeric: true },
      { head: '95 % interval', numeric: true },
      ...(came
        ? [
            { head: 'What came', numeric: true },
            { head: 'Against the median', numeric: true },
          ]
        : []),
    ],
    rows: shown.times.map((at, i) => {
      const actual = shown.actuals[i];
      const row = [named(at, time, holiday), value(median?.[i]), range(low80, high80, i), range(low95, high95, i)];
      if (!came) return row;
      if (actual === null || !median) return [...row, '–', '–'];
      const inside = low95 && high95 ? actual >= low95[i] && actual <= high95[i] : true;
      const outside = inside ? null : h('span', { class: 'tag warn' }, 'outside 95 %');
      return [...row, value(actual), h('span', null, outside, against(actual - median[i], value))];
    }),
  });
}

function named(at: number, time: (time: number) => string, holiday: (time: number) => string): Child {
  const name = holiday(at);
  return name === '' ? time(at) : h('span', { class: 'named' }, time(at), h('span', { class: 'muted' }, name));
}

function against(difference: number, value: Text): string {
  if (difference === 0) return 'equal';
  return `${value(Math.abs(difference))} ${difference > 0 ? 'above' : 'below'}`;
}

const SHOWN = 500;

/** The observations of the visible range, newest first. */
export function observationTable(
  points: readonly Point[],
  time: (time: number) => string,
  value: Text,
  holiday: (time: number) => string,
): HTMLElement {
  const newest = points.slice(-SHOWN).reverse();
  return h(
    'div',
    null,
    points.length > SHOWN
      ? h('p', { class: 'muted' }, `The newest ${SHOWN} of the ${points.length} points drawn.`)
      : null,
    table({
      caption: 'Observations in the visible range, newest first',
      columns: [{ head: 'Time' }, { head: 'Observed', numeric: true }],
      rows: newest.map(({ x, y }) => [named(x, time, holiday), y === null ? 'missing' : value(y)]),
    }),
  );
}
