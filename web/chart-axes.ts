import type { ScaleOptionsByType } from 'chart.js';
import type { Ink } from './ink.ts';
import type { Plot } from './plot.ts';

/** The axes of a plot as Chart.js wants them. */
export function axes(plot: Plot, ink: Ink): { [key: string]: object } {
  const common = {
    grid: { color: ink('--line'), tickColor: ink('--line') },
    border: { color: ink('--line-strong') },
  };
  const ticks = {
    color: ink('--muted'),
    maxRotation: 0,
    autoSkipPadding: 18,
    font: { family: ink('--font'), size: 12 },
  };
  const range = plot.range ? { min: plot.range.from, max: plot.range.to } : {};
  const x =
    plot.axis.kind === 'time'
      ? {
          type: 'time',
          adapters: { date: { zone: plot.axis.zone, locale: 'en-GB' } },
          time: { displayFormats: TICK_FORMATS },
          ...common,
          ...range,
          ticks,
        }
      : {
          type: 'linear',
          title: { display: Boolean(plot.axis.title), text: plot.axis.title, color: ink('--muted') },
          ...common,
          ...range,
          ticks: { ...ticks, precision: 0, format: { useGrouping: false } },
        };
  const y: Partial<ScaleOptionsByType<'linear'>> = {
    type: 'linear',
    // A steady width: the plot must not jump sideways when the numbers beside it change in length.
    afterFit: (scale: { width: number }) => {
      scale.width = Math.max(scale.width, 56);
    },
    title: { display: Boolean(plot.yTitle), text: plot.yTitle, color: ink('--muted') },
    ...common,
    ticks: { ...ticks, maxTicksLimit: 7 },
  } as unknown as Partial<ScaleOptionsByType<'linear'>>;
  return { x, y };
}

const TICK_FORMATS = {
  second: 'HH:mm:ss',
  minute: 'HH:mm',
  hour: 'd LLL HH:mm',
  day: 'd LLL yyyy',
  week: 'd LLL yyyy',
  month: 'LLL yyyy',
  quarter: "'Q'q yyyy",
  year: 'yyyy',
};
