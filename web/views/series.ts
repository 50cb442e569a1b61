import { api, download } from '../api.ts';
import { type Drawn, draw, type Plot } from '../chart.ts';
import { fill, h } from '../element.ts';
import { forecastExplained } from '../explanation.ts';
import { forecastTable, observationTable } from '../forecast-table.ts';
import { onCalendar, stepLength } from '../frequency.ts';
import { holidayMarks, holidayNames } from '../holidays.ts';
import { ledger } from '../ledger.ts';
import { timeFormat } from '../moments.ts';
import { empty, errorBox, loading } from '../notice.ts';
import { valueFormat } from '../numbers.ts';
import { fan, firstRange, foldLayers, type Layer, line, type Point } from '../plot.ts';
import { noteInUrl, type Page } from '../router.ts';
import { readState, type SeriesState, writeState } from '../series-url.ts';
import { pageHead } from '../shell.ts';
import { type Shown, splitAt, stopAt } from '../time-travel.ts';
import { fallbackCard, legend, savePicture, toggles, told, traveller, zoomButtons } from './series-controls.ts';
import { type LoadedSeries, loadSeries, loadStop, POINTS } from './series-loading.ts';

/** One series: its history, its forecast, and every earlier forecast beside what came. */
export async function seriesView(page: Page): Promise<void> {
  const id = Number(page.params.id);
  const { signal } = page;
  fill(page.root, loading('the series'));
  const found = await loadSeries(id, signal);
  const { series, dataset, accuracy, whole, extent } = found;
  page.title(`${series.name} · ${dataset.name}`);
  const head = pageHead({
    title: series.name,
    way: [
      ['/', 'Datasets'],
      [`/datasets/${dataset.id}`, dataset.name],
    ],
  });
  if (extent === null) {
    fill(
      page.root,
      head,
      empty('No observations', h('p', null, 'Every value of this series is missing, so there is nothing to draw.')),
      fallbackCard(series.fallback),
    );
    return;
  }
  // A series without a value has the scale of what stands in for it.
  const scale = whole.values.length ? whole.values : dataset.sparkline.values;
  const value = valueFormat(scale);
  const screen: Screen = { ...found, ...extent, page, value, figure: valueFormat(scale, { aligned: true }) };
  const body = h('div', { class: 'stack' });
  const kinds = series.attributes.map(({ name, value: is }) => `${name}: ${is}`).join(' · ');
  fill(page.root, head, kinds ? h('p', { class: 'muted' }, kinds) : null, body);
  show(body, screen, line(whole.times, whole.values), whole.thinned);
  const backtest = found.run?.scores[dataset.serving?.model ?? found.run.model] ?? null;
  page.root.append(ledger(accuracy, backtest, value));
}

interface Screen extends LoadedSeries {
  readonly page: Page;
  readonly value: (value: number | null | undefined) => string;
  /** The same for a column of a table. */
  readonly figure: (value: number | null | undefined) => string;
  readonly start: number;
  readonly end: number;
}

/** Draws the chart with its controls and keeps chart, tables and URL saying the same. */
function show(body: HTMLElement, screen: Screen, all: Point[], thinned: boolean): void {
  const { page, dataset, series, list, value } = screen;
  const { signal } = page;
  const time = timeFormat(dataset.frequency, dataset.zone);
  const step = stepLength(dataset.frequency);
  const { place, holidays } = screen.holidays;
  const holiday = holidayNames(holidays, dataset.frequency, dataset.zone);
  const marks = holidayMarks(holidays, dataset.frequency);
  const horizonEnd = Math.max(screen.end, ...list.map(({ origin }) => origin)) + dataset.horizon * step;
  const limits = { from: screen.start - step, to: horizonEnd + 2 * step, least: 4 * step };
  const first = firstRange({
    start: screen.start,
    end: screen.end,
    horizonEnd,
    stepLength: step,
    season: dataset.season,
    horizon: dataset.horizon,
  });
  let state: SeriesState = readState(page.query);
  let points = all;
  let shown: Shown | null = null;
  let visible = state.from !== null && state.to !== null ? { from: state.from, to: state.to } : first;

  const plotHost = h('div', { class: 'plot' });
  const caption = h('div', { class: 'caption', 'aria-live': 'polite' });
  const card = h('div', null, fallbackCard(series.fallback));
  const numbers = h('div');
  const why = h('div');
  const observed = h('div');
  const problem = h('div');
  const files = h('span', { class: 'files' });
  const key = h('div');
  let drawn: Drawn;

  const plot = (): Plot => ({
    layers: layers(),
    axis: onCalendar(dataset.frequency) ? { kind: 'time', zone: dataset.zone } : { kind: 'linear', title: 'step' },
    range: visible,
    limits,
    mark: shown ? { x: shown.origin, label: 'origin' } : null,
    timeText: time,
    valueText: value,
    days: marks,
    noteText: holiday,
  });
  const layers = (): Layer[] => {
    const { known, came } = splitAt(points, shown?.origin ?? screen.end);
    return [
      ...(state.folds ? foldLayers(screen.folds.filter(({ origin }) => origin !== shown?.origin)) : []),
      ...(shown ? fan(shown, state.shares, known[known.length - 1] ?? null) : []),
      { kind: 'line', label: 'Observed', colour: 'history', points: known },
      ...(came.length
        ? [{ kind: 'line', label: 'What came', colour: 'actual', points: came, dots: true } as const]
        : []),
    ];
  };
  const redraw = () => {
    drawn.update(plot());
    showKey();
  };
  const showKey = () => {
    const came = shown !== null && splitAt(points, shown.origin).came.length > 0;
    fill(key, legend({ forecast: shown !== null, came, folds: state.folds, holidays: marks.length ? place : null }));
  };
  const note = (changes: Partial<SeriesState>) => {
    state = { ...state, ...changes };
    noteInUrl(writeState(state));
  };
  const showObserved = () => {
    const inView = points.filter(({ x }) => x >= visible.from && x <= visible.to);
    fill(observed, observationTable(inView, time, value, holiday));
  };

  // A new range is asked of the server only where the first answer had been thinned: then there is more to see.
  let wait: ReturnType<typeof setTimeout>;
  let asked: AbortController | null = null;
  const refetch = async () => {
    asked?.abort();
    asked = new AbortController();
    const { signal: asking } = asked;
    const width = visible.to - visible.from;
    try {
      const found = await api.observations(
        series.id,
        { from: Math.round(visible.from - width), to: Math.round(visible.to + width), points: POINTS },
        asking,
      );
      points = line(found.times, found.values);
      redraw();
      showObserved();
    } catch (error) {
      if (!asking.aborted) fill(problem, errorBox(error));
    }
  };
  const moved = (range: { from: number; to: number }) => {
    visible = range;
    note({ from: range.from, to: range.to });
    clearTimeout(wait);
    wait = setTimeout(() => (thinned ? void refetch() : showObserved()), 180);
  };
  signal.addEventListener('abort', () => {
    clearTimeout(wait);
    asked?.abort();
  });

  const travel = traveller(list, time, async (index, chosen, still) => {
    const stop = list[index];
    try {
      const arrived = await loadStop(stop, screen, all, signal);
      if (!still() || signal.aborted) return;
      shown = arrived;
    } catch (error) {
      if (!signal.aborted) fill(problem, errorBox(error));
      return;
    }
    if (chosen) note({ origin: index === stopAt(list, null) ? null : stop.origin });
    redraw();
    const last = shown.times[shown.times.length - 1];
    if (chosen && (shown.origin < visible.from || last > visible.to)) {
      const width = visible.to - visible.from;
      const to = Math.min(Math.max(last + width * 0.1, limits.from + width), limits.to);
      drawn.show({ from: to - width, to });
    }
    fill(caption, told(shown, screen, time));
    fill(card, fallbackCard(shown.fallback));
    fill(why, forecastExplained(shown.explanation));
    fill(numbers, forecastTable(shown, time, screen.figure, holiday));
    fill(
      files,
      shown.kind === 'stored'
        ? h(
            'a',
            { class: 'button small', href: download.forecast(series.id, shown.origin), download: '' },
            'Forecast (CSV)',
          )
        : null,
    );
  });

  const picture = h(
    'button',
    {
      type: 'button',
      class: 'button small',
      onclick: () => void savePicture(drawn, `${series.name} – ${dataset.name}`),
    },
    'Chart (PNG)',
  );
  fill(
    body,
    card,
    h(
      'section',
      { class: 'panel chart', 'aria-label': 'Chart' },
      h(
        'div',
        { class: 'toolbar' },
        zoomButtons(() => drawn, first, limits),
        list.length > 0 &&
          toggles(
            screen.folds.length > 0,
            () => state,
            (changes) => {
              note(changes);
              redraw();
            },
          ),
      ),
      plotHost,
      key,
      list.length ? travel.element : null,
      caption,
      h(
        'div',
        { class: 'toolbar' },
        h('span', { class: 'muted' }, 'Download'),
        files,
        picture,
        h(
          'a',
          { class: 'button small', href: download.observations(dataset.id), download: '' },
          'All observations (CSV)',
        ),
      ),
      problem,
    ),
    why,
    list.length === 0
      ? empty(
          'No forecast yet',
          h(
            'p',
            null,
            dataset.runningJob === null ? 'Start a training on the dataset’s page.' : 'The training is still going on.',
          ),
          h('p', null, h('a', { class: 'button primary', href: `/datasets/${dataset.id}` }, dataset.name)),
        )
      : h('section', { 'aria-labelledby': 'numbers' }, h('h2', { id: 'numbers' }, 'Numbers'), numbers),
    h('details', { class: 'panel' }, h('summary', null, 'Observations in the visible range'), observed),
  );
  drawn = draw(plotHost, plot(), {
    signal,
    describe: `Chart of ${series.name} with its forecast. Plus and minus zoom, the arrows move, 0 shows all. The same numbers are in the table below${marks.length ? `, with the public holidays (${place}) that the chart marks` : ''}.`,
    onRange: moved,
  });
  if (thinned) void refetch();
  showKey();
  showObserved();
  if (list.length) travel.go(stopAt(list, state.origin));
}
