import { draw } from '../chart.ts';
import { type Child, fill, h } from '../element.ts';
import { onCalendar, steps } from '../frequency.ts';
import { modelName } from '../honesty.ts';
import type { Answers } from '../import-recipe.ts';
import type { LocalForecast, LocalForecaster } from '../local-forecast.ts';
import { timeFormat } from '../moments.ts';
import { announce } from '../notice.ts';
import { count, valueFormat } from '../numbers.ts';
import { BANDS, fan, level, line } from '../plot.ts';

type Series = LocalForecast['series'][number];

/** A row of charts on a wide screen, and little to scroll past on a phone. */
const FIRST = 3;

export interface FirstForecast {
  readonly element: HTMLElement;
  /** Forecasts the file and draws what comes of it; resolves when that stands there, whatever it is. */
  show(file: File, answers: Answers, horizon?: number): Promise<void>;
}

/** What the pre-trained network says of a file, drawn before anything is sent; where it says nothing, why. */
export function firstForecast(forecaster: LocalForecaster, signal: AbortSignal): FirstForecast {
  const body = h('div', { class: 'stack' });
  const element = h(
    'section',
    { class: 'panel', 'aria-labelledby': 'first-forecast' },
    h('h2', { id: 'first-forecast' }, 'A first forecast'),
    body,
  );
  let leave = new AbortController();
  const place = (...parts: Child[]) => {
    leave.abort();
    leave = new AbortController();
    fill(body, ...parts);
    return AbortSignal.any([signal, leave.signal]);
  };
  return {
    element,
    async show(file, answers, horizon) {
      if (!body.hasChildNodes()) place(h('p', { class: 'loading' }, 'The pre-trained network reads the file…'));
      body.setAttribute('aria-busy', 'true');
      const outcome = await forecaster.forecast(file, answers, horizon);
      if (outcome === null) return;
      body.removeAttribute('aria-busy');
      if ('none' in outcome) {
        place(h('p', { class: 'muted' }, `No forecast yet: ${outcome.none.replace(/\.?$/, '.')}`));
        return;
      }
      const { drawn } = outcome;
      const grid = h('div', { class: 'first-forecasts' });
      const more = drawn.series.length - FIRST;
      const all = h('button', { type: 'button', class: 'button' }, `Show ${count(more)} more`);
      const gone = place(
        h('p', null, meaning(drawn)),
        grid,
        legend(),
        more > 0 ? h('div', { class: 'actions' }, all) : null,
      );
      addCharts(grid, drawn, drawn.series.slice(0, FIRST), gone);
      all.addEventListener('click', () => {
        all.remove();
        const next = addCharts(grid, drawn, drawn.series.slice(FIRST), gone);
        next?.focus();
      });
      announce('A first forecast is drawn.');
    },
  };
}

function meaning({ frequency, horizon, truncated, regular, seriesCount, series }: LocalForecast): string {
  const sentences = [
    `${steps(frequency, horizon)} ahead, by the pre-trained network as it is, without any training on this data.`,
    'Computed in this browser: nothing was sent for it.',
  ];
  if (truncated) {
    sentences.push('Only the first megabyte of this large file was read, so the forecast starts where it ends.');
  }
  if (seriesCount > series.length) {
    sentences.push(`Of ${count(seriesCount)} series the first ${count(series.length)} are forecast.`);
  }
  if (!regular) sentences.push('The times are not regular: each reading counts for its step.');
  return sentences.join(' ');
}

// Each chart is drawn once it is on the page, because it needs its size. Returns the first of them.
function addCharts(
  grid: HTMLElement,
  drawn: LocalForecast,
  series: readonly Series[],
  signal: AbortSignal,
): HTMLElement | undefined {
  const time = timeFormat(drawn.frequency, drawn.zone);
  const hosts = series.map((one) => {
    const { name, history, times, quantiles, fallback } = one;
    const value = valueFormat([...history.values, ...quantiles.flat()]);
    const host = h('div', { class: 'plot tiny' });
    grid.append(
      h(
        'figure',
        null,
        h('figcaption', null, name),
        host,
        h('p', { class: 'muted' }, told(one, time, value)),
        fallback === null
          ? null
          : h(
              'p',
              { class: 'fallback' },
              `Not by the network, but by ${modelName(fallback.model)}: ${fallback.reason}`,
            ),
      ),
    );
    const points = line(history.times, history.values);
    const last = points.findLast(({ y }) => y !== null) ?? null;
    draw(
      host,
      {
        layers: [
          { kind: 'line', label: 'Observed', colour: 'history', points },
          ...fan(one, [50, 80, 95], last).map((layer) => (layer.kind === 'line' ? { ...layer, dots: false } : layer)),
        ],
        axis: onCalendar(drawn.frequency) ? { kind: 'time', zone: drawn.zone } : { kind: 'linear' },
        range: { from: history.times[0], to: times[times.length - 1] },
        timeText: time,
        valueText: value,
      },
      { signal, describe: `First forecast of ${name}` },
    );
    return host;
  });
  return hosts[0];
}

/** A forecast in words: where the series stands, and the first and the last step ahead. */
export function told(
  one: Pick<Series, 'history' | 'times' | 'levels' | 'quantiles'>,
  time: (time: number) => string,
  value: (value: number | null | undefined) => string,
): string {
  const { history, times } = one;
  const { low, high } = BANDS[0];
  const [median, lower, upper] = [0.5, low, high].map((quantile) => level(one, quantile)!);
  const at = (k: number) => `${time(times[k])}: ${value(median[k])} (95 %: ${value(lower[k])} to ${value(upper[k])})`;
  const seen = history.values.findLastIndex((observed) => observed !== null);
  const last = times.length - 1;
  const ahead = last === 0 ? at(0) : `${at(0)}; ${at(last)}`;
  return `Last observed ${time(history.times[seen])}: ${value(history.values[seen])}. Expected ${ahead}.`;
}

function legend(): HTMLElement {
  const items = [
    ['history', 'observed'],
    ['forecast', 'forecast: median, and intervals of 50, 80 and 95 %'],
  ];
  return h(
    'ul',
    { class: 'legend' },
    ...items.map(([colour, text]) => h('li', null, h('span', { class: `swatch ${colour}` }), text)),
  );
}
