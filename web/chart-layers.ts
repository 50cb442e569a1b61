import type { Chart, ChartDataset, TooltipItem } from 'chart.js';
import { colourOf, type Ink } from './ink.ts';
import type { Layer, Plot, Point } from './plot.ts';

/** A layer as Chart.js wants it; a band is two lines, the upper filled down to the lower one before it. */
export function datasets(layer: Layer, index: number, ink: Ink): ChartDataset<'line', Point[]>[] {
  const still = { tension: 0, pointRadius: 0, pointHitRadius: 0, label: layer.label };
  if (layer.kind === 'band') {
    const edge = { ...still, borderWidth: 0, pointHoverRadius: 0, order: 10 };
    const fillColour = colourOf(ink, layer.colour, layer.strength * Number(ink('--band')));
    return [
      { ...edge, data: [...layer.lower], fill: false, ...tag(index, 'lower') },
      {
        ...edge,
        data: [...layer.upper],
        fill: '-1',
        backgroundColor: fillColour,
        pointBackgroundColor: fillColour,
        ...tag(index, 'upper'),
      },
    ];
  }
  const colour = colourOf(ink, layer.colour);
  const few = layer.points.length <= 60;
  return [
    {
      ...still,
      data: [...layer.points],
      borderColor: colour,
      backgroundColor: colour,
      // A thick line would fill the gaps between peaks that stand close.
      borderWidth: layer.thin || layer.points.length > 800 ? 1.25 : 2,
      borderDash: layer.dashed ? [5, 4] : [],
      pointRadius: layer.dots && few ? 2.5 : 0,
      pointHoverRadius: 4,
      order: 1,
      ...tag(index, null),
    },
  ];
}

const tag = (layer: number, bound: Bound['bound']): object => ({ layer, bound });
const tagOf = (item: TooltipItem<'line'>): Bound => item.dataset as unknown as Bound;
/** Whether the tooltip leaves an item out: a band speaks once, for both of its edges. */
export const hidden = (item: TooltipItem<'line'>): boolean => tagOf(item).bound === 'lower';

/** A line of the tooltip: a value, or a band from its lower edge to its upper one. */
export function label(item: TooltipItem<'line'>, chart: Chart<'line', Point[]>, text: Plot['valueText']): string {
  if (tagOf(item).bound !== 'upper') return `${item.dataset.label}: ${text(item.parsed.y)}`;
  const lower = chart.data.datasets[item.datasetIndex - 1].data[item.dataIndex] as unknown as Point;
  return `${item.dataset.label}: ${text(lower.y)} to ${text(item.parsed.y)}`;
}

type Bound = { layer: number; bound: 'lower' | 'upper' | null };
