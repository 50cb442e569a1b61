import {
  Chart,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  type Plugin,
  PointElement,
  TimeScale,
  Tooltip,
} from 'chart.js';
import 'chartjs-adapter-luxon';
import zoomPlugin from 'chartjs-plugin-zoom';
import { axes } from './chart-axes.ts';
import { datasets, hidden, label } from './chart-layers.ts';
import { colourOf, inks } from './ink.ts';
import type { Plot, Point } from './plot.ts';

export type { Plot };

export interface Drawn {
  update(plot: Plot): void;
  /** Makes the visible range `factor` times narrower around its middle. */
  zoom(factor: number): void;
  /** Moves by a share of the visible range: 0.5 is half a screen later. */
  pan(share: number): void;
  show(range: { from: number; to: number }): void;
  /** The picture with a title above it, on an opaque ground. */
  png(title: string): Promise<Blob>;
}

/**
 * Draws a plot into `host` and owns everything of Chart.js: it is destroyed with `signal`. With `onRange` a person may
 * zoom and pan (wheel, drag, pinch, and keys while the chart has the focus) and is told the range that is visible then.
 */
export function draw(
  host: HTMLElement,
  plot: Plot,
  options: { signal: AbortSignal; describe: string; onRange?: (range: { from: number; to: number }) => void },
): Drawn {
  const { signal, onRange } = options;
  const canvas = document.createElement('canvas');
  host.replaceChildren(canvas);
  host.tabIndex = 0;
  host.setAttribute('role', 'img');
  host.setAttribute('aria-label', options.describe);

  let current = plot;
  let told: string | null = null;
  let drawnOnce = false;
  const tell = (chart: Pick<Chart, 'scales'>) => {
    const { min, max } = chart.scales.x;
    if (told === `${min} ${max}`) return;
    told = `${min} ${max}`;
    onRange?.({ from: min, to: max });
  };
  const chart: Chart<'line', Point[]> = new Chart<'line', Point[]>(canvas, {
    type: 'line',
    data: { datasets: [] },
    options: {
      responsive: true,
      maintainAspectRatio: false,
      animation: false,
      parsing: false,
      normalized: true,
      spanGaps: false,
      interaction: { mode: 'nearest', axis: 'x', intersect: false },
      plugins: {
        tooltip: {
          // Beside the point, not over it; what came first, then the forecast from its middle outwards.
          yAlign: 'center',
          itemSort: (a, b) => b.datasetIndex - a.datasetIndex,
          filter: (item) => !hidden(item) && item.parsed.y !== null,
          callbacks: {
            title: (items) => (items.length ? current.timeText(items[0].parsed.x as number) : ''),
            label: (item): string => label(item, chart, current.valueText),
            footer: (items) => (items.length ? (current.noteText?.(items[0].parsed.x as number) ?? '') : ''),
          },
        },
        zoom: onRange
          ? {
              zoom: {
                wheel: { enabled: true, speed: 0.08 },
                pinch: { enabled: true },
                mode: 'x',
                onZoomComplete: ({ chart }) => tell(chart),
              },
              pan: { enabled: true, mode: 'x', threshold: 6, onPanComplete: ({ chart }) => tell(chart) },
            }
          : undefined,
      },
    },
    plugins: [paper, days(() => current), marker(() => current)],
  });

  const apply = () => {
    const ink = inks();
    chart.data.datasets = current.layers.flatMap((layer, i) => datasets(layer, i, ink));
    // What is visible is the person's business once drawn: a later update brings other data, not another range.
    const seen =
      onRange && chart.scales.x && drawnOnce ? { from: chart.scales.x.min, to: chart.scales.x.max } : current.range;
    drawnOnce = true;
    chart.options.scales = axes({ ...current, range: seen }, ink);
    const { limits } = current;
    if (onRange && limits && chart.options.plugins?.zoom) {
      chart.options.plugins.zoom.limits = { x: { min: limits.from, max: limits.to, minRange: limits.least } };
    }
    const tooltip = chart.options.plugins?.tooltip;
    if (tooltip) {
      Object.assign(tooltip, {
        backgroundColor: ink('--surface-raised'),
        titleColor: ink('--ink'),
        bodyColor: ink('--ink'),
        footerColor: ink('--muted'),
        borderColor: ink('--line-strong'),
        borderWidth: 1,
        padding: 10,
        boxPadding: 4,
        usePointStyle: true,
      });
    }
    chart.update('none');
  };
  const drawn: Drawn = {
    update(next) {
      current = next;
      if (!signal.aborted) apply();
    },
    zoom(factor) {
      const { min, max } = chart.scales.x;
      const middle = (min + max) / 2;
      const half = (max - min) / 2 / factor;
      drawn.show({ from: middle - half, to: middle + half });
    },
    pan(share) {
      const { min, max } = chart.scales.x;
      drawn.show({ from: min + (max - min) * share, to: max + (max - min) * share });
    },
    show(range) {
      const next = within(range, current.limits);
      chart.zoomScale('x', { min: next.from, max: next.to }, 'none');
      tell(chart);
    },
    png: (title) => picture(canvas, title),
  };
  apply();
  if (onRange) {
    host.addEventListener('keydown', (event) => {
      const act = KEYS[event.key];
      if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      act(drawn, current);
    });
  }
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  dark.addEventListener('change', apply, { signal });
  signal.addEventListener('abort', () => chart.destroy(), { once: true });
  return drawn;
}

// Its types say CommonJS, its module is not: the default import is the plugin itself.
const zoom = zoomPlugin as unknown as Plugin;
Chart.register(LineController, LineElement, PointElement, LinearScale, TimeScale, Filler, Tooltip, zoom);

const KEYS: Record<string, (drawn: Drawn, plot: Plot) => void> = {
  '+': (drawn) => drawn.zoom(1.5),
  '=': (drawn) => drawn.zoom(1.5),
  '-': (drawn) => drawn.zoom(1 / 1.5),
  ArrowLeft: (drawn) => drawn.pan(-0.2),
  ArrowRight: (drawn) => drawn.pan(0.2),
  Home: (drawn, { limits }) => limits && drawn.pan(-1e9),
  End: (drawn, { limits }) => limits && drawn.pan(1e9),
  '0': (drawn, { limits }) => limits && drawn.show(limits),
};

/** The ground, painted so that a saved picture is not transparent. */
const paper: Plugin = {
  id: 'paper',
  beforeDraw: ({ ctx, width, height }) => {
    ctx.save();
    ctx.fillStyle = inks()('--surface');
    ctx.fillRect(0, 0, width, height);
    ctx.restore();
  },
};

/** Days that stand out, behind everything: through the whole height while they stand apart, then at the foot alone. */
function days(plot: () => Plot): Plugin {
  return {
    id: 'days',
    beforeDatasetsDraw: ({ ctx, chartArea, scales: { x } }) => {
      // Before its axes are set a chart is drawn without them.
      if (!x) return;
      const seen = (plot().days ?? []).filter(({ from, to }) => to >= x.min && from <= x.max);
      const room = (chartArea.right - chartArea.left) / Math.max(1, seen.length);
      if (room < 3) return;
      const ink = inks();
      ctx.save();
      ctx.beginPath();
      ctx.rect(chartArea.left, chartArea.top, chartArea.right - chartArea.left, chartArea.bottom - chartArea.top);
      ctx.clip();
      for (const { from, to } of seen) {
        const left = Math.round(x.getPixelForValue(from));
        const width = Math.round(x.getPixelForValue(to)) - left;
        if (room >= 20) {
          ctx.fillStyle = colourOf(ink, 'third', width > 3 ? 0.12 : 0.5);
          ctx.fillRect(left, chartArea.top, Math.max(1, width), chartArea.bottom - chartArea.top);
        }
        ctx.fillStyle = colourOf(ink, 'third');
        ctx.fillRect(width > 3 ? left : left - 1, chartArea.bottom - 6, Math.max(3, width), 6);
      }
      ctx.restore();
    },
  };
}

function marker(plot: () => Plot): Plugin {
  return {
    id: 'marker',
    afterDatasetsDraw: ({ ctx, chartArea, scales: { x } }) => {
      const { mark } = plot();
      if (!mark || mark.x < x.min || mark.x > x.max) return;
      const ink = inks();
      const at = x.getPixelForValue(mark.x);
      ctx.save();
      ctx.strokeStyle = ink('--muted');
      ctx.setLineDash([3, 3]);
      ctx.beginPath();
      ctx.moveTo(at, chartArea.top);
      ctx.lineTo(at, chartArea.bottom);
      ctx.stroke();
      ctx.fillStyle = ink('--muted');
      ctx.font = `12px ${ink('--font')}`;
      const left = at - chartArea.left > ctx.measureText(mark.label).width + 12;
      ctx.textAlign = left ? 'right' : 'left';
      ctx.fillText(mark.label, at + (left ? -6 : 6), chartArea.top + 12);
      ctx.restore();
    },
  };
}

function within(range: { from: number; to: number }, limits: Plot['limits']): { from: number; to: number } {
  if (!limits) return range;
  const width = Math.min(Math.max(range.to - range.from, limits.least), limits.to - limits.from);
  const from = Math.min(Math.max(range.from, limits.from), limits.to - width);
  return { from, to: from + width };
}

async function picture(canvas: HTMLCanvasElement, title: string): Promise<Blob> {
  const ratio = window.devicePixelRatio || 1;
  const head = Math.round(40 * ratio);
  const whole = document.createElement('canvas');
  whole.width = canvas.width;
  whole.height = canvas.height + head;
  const context = whole.getContext('2d') as CanvasRenderingContext2D;
  const ink = inks();
  context.fillStyle = ink('--surface');
  context.fillRect(0, 0, whole.width, whole.height);
  context.fillStyle = ink('--ink');
  context.font = `600 ${Math.round(15 * ratio)}px ${ink('--font')}`;
  context.textBaseline = 'middle';
  context.fillText(title, 14 * ratio, head / 2 + 2 * ratio, whole.width - 28 * ratio);
  context.drawImage(canvas, 0, head);
  return new Promise((resolve, reject) => {
    whole.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The browser could not write the picture.'))));
  });
}
