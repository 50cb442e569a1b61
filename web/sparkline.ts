import type { Dataset } from './api.ts';
import { svg } from './element.ts';

const WIDTH = 160;
const HEIGHT = 40;

/** A series at a glance: no axes, no numbers; hidden from readers of the text, who have the numbers beside it. */
export function sparkline({ times, values }: Dataset['sparkline']): SVGElement {
  return svg(
    'svg',
    { class: 'sparkline', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    svg('path', { d: path(times, values), 'vector-effect': 'non-scaling-stroke' }),
  );
}

/** The path of a sparkline in a box of 160 x 40; a missing value interrupts it. */
export function path(times: readonly number[], values: readonly (number | null)[]): string {
  const known = values.filter((value): value is number => value !== null && Number.isFinite(value));
  if (known.length === 0) return '';
  const low = Math.min(...known);
  const height = Math.max(...known) - low;
  const first = times[0];
  const width = times[times.length - 1] - first || 1;
  let pen = 'M';
  let d = '';
  values.forEach((value, i) => {
    if (value === null || !Number.isFinite(value)) {
      pen = 'M';
      return;
    }
    const x = 1 + ((times[i] - first) / width) * (WIDTH - 2);
    // A constant series runs through the middle.
    const y = height === 0 ? HEIGHT / 2 : 2 + (1 - (value - low) / height) * (HEIGHT - 4);
    d += `${pen}${round(x)} ${round(y)}`;
    pen = 'L';
  });
  return d;
}

const round = (n: number): number => Math.round(n * 10) / 10;
