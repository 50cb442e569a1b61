import { api, type Dataset, download, orNothing, type RunSummary, type SeriesDetail } from '../api.ts';
import { type Drawn, draw, type Plot } from '../chart.ts';
import { fill, h } from '../element.ts';
import { forecastExplained } from '../explanation.ts';
import { forecastTable, observationTable } from '../forecast-table.ts';
import { onCalendar, stepLength } from '../frequency.ts';
import { ledger } from '../ledger.ts';
import { timeFormat } from '../moments.ts';
import { empty, errorBox, loading } from '../notice.ts';
import { valueFormat } from '../numbers.ts';
import { fan, firstRange, foldLayers, type Layer, line, type Point } from '../plot.ts';
import { noteInUrl, type Page } from '../router.ts';
import { readState, type SeriesState, writeState } from '../series-url.ts';
import { pageHead } from '../shell.ts';
import { type Shown, type Stop, shownFold, splitAt, stopAt, stops } from '../time-travel.ts';
import { fallbackCard, legend, savePicture, toggles, told, traveller, zoomButtons } from './series-controls.ts';

/** Points asked of the server at once: twice what a wide screen can show. */
const POINTS = 3000;

/** One series: its history, its forecast, and every earlier forecast beside what came. */
export async function seriesView(page: Page): Promise<void> {
  const id = Number(page.params.id);
  const { signal } = page;
  fill(page.root, loading('the series'));
  const series = await api.series(id, signal);
  const dataset = await api.dataset(series.datasetId, signal);
  page.title(`${series.name} · ${dataset.name}`);
  const head = pageHead({
    title: series.name,
    way: [
      ['/', 'Datasets'],
      [`/datasets/${dataset.id}`, dataset.name],
    ],
  });
  if (series.start === null || series.end === null) {
    fill(
      page.root,
      head,
      empty(
        'No observations',
        h('p', null, 'Every value of this series is missing, so there is nothing to draw or to forecast from.'),
      ),
      fallbackCard(series.fallback),
    );
    return;
  }
  const [origins, runs, accuracy, whole] = await Promise.all([
    api.origins(id, signal),
    api.runs(dataset.id, signal),
    api.accuracy(id, signal),
    api.observations(id, { points: POINTS }, signal),
  ]);
  const run = runs.find((one) => one.id === dataset.serving?.runId) ?? runs[0] ?? null;
  const folds = run ? await orNothing(api.folds(run.id, id, signal), { folds: [] }) : { folds: [] };
  const list = stops(origins.origins, folds.folds);
  const value = valueFormat(whole.values);
  const { start, end } = series;
  const screen: Screen = { page, series, dataset, run, list, folds: folds.folds, value, start, end };
  const body = h('div', { class: 'stack' });
  fill(page.root, head, body);
  show(body, screen, line(whole.times, whole.values), whole.thinned);
  const backtest = run?.scores[dataset.serving?.model ?? run.model] ?? null;
  page.root.append(ledger(accuracy, backtest, value));
}

interface Screen {
  readonly page: Page;
  readonly series: SeriesDetail;
  readonly dataset: Dataset;
  readonly run: RunSummary | null;
  readonly list: readonly Stop[];
  readonly folds: Parameters<typeof foldLayers>[0];
  readonly value: (value: number | null | undefined) => string;
  readonly start: number;
  readonly end: number;
}

/** Draws the chart with its controls and keeps chart, tables and URL saying the same. */
function show(body: HTMLElement, screen: Screen, all: Point[], thinned: boolean): void {
  const { page, dataset, series, list, value } = screen;
  const { signal } = page;
  const time = timeFormat(dataset.frequency, dataset.zone);
  const step = stepLength(dataset.frequency);
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
  let drawn: Drawn;

  const plot = (): Plot => ({
    layers: layers(),
    axis: onCalendar(dataset.frequency) ? { kind: 'time', zone: dataset.zone } : { kind: 'linear', title: 'step' },
    range: visible,
    limits,
    mark: shown ? { x: shown.origin, label: 'origin' } : null,
    timeText: time,
    valueText: value,
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
  const note = (changes: Partial<SeriesState>) => {
    state = { ...state, ...changes };
    noteInUrl(writeState(state));
  };
  const showObserved = () => {
    const inView = points.filter(({ x }) => x >= visible.from && x <= visible.to);
    fill(observed, observationTable(inView, time, value));
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
      drawn.update(plot());
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
      const arrived = await load(stop, screen, all, thinned);
      if (!still() || signal.aborted) return;
      shown = arrived;
    } catch (error) {
      if (!signal.aborted) fill(problem, errorBox(error));
      return;
    }
    if (chosen) note({ origin: index === stopAt(list, null) ? null : stop.origin });
    drawn.update(plot());
    const last = shown.times[shown.times.length - 1];
    if (chosen && (shown.origin < visible.from || last > visible.to)) {
      const width = visible.to - visible.from;
      const to = Math.min(Math.max(last + width * 0.1, limits.from + width), limits.to);
      drawn.show({ from: to - width, to });
    }
    fill(caption, told(shown, screen, time));
    fill(card, fallbackCard(shown.fallback));
    fill(why, forecastExplained(shown.explanation));
    fill(numbers, forecastTable(shown, time, value));
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
  const redraw = () => drawn.update(plot());
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
      legend({ forecast: list.length > 0, folds: screen.folds.length > 0 }),
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
    describe: `Chart of ${series.name} with its forecast. Plus and minus zoom, the arrows move, 0 shows all. The same numbers are in the table below.`,
    onRange: moved,
  });
  if (thinned) void refetch();
  showObserved();
  if (list.length) travel.go(stopAt(list, state.origin));
}

/** The forecast of a stop with what came since. */
async function load(stop: Stop, { page, series, run }: Screen, all: Point[], thinned: boolean): Promise<Shown> {
  if (stop.kind === 'stored') {
    const reply = await api.forecast(series.id, stop.origin, page.signal);
    return { ...reply, kind: 'stored' };
  }
  const { times } = stop.fold;
  let observed: Point[] = all;
  if (thinned) {
    const found = await api.observations(
      series.id,
      { from: times[0], to: times[times.length - 1], points: 20_000 },
      page.signal,
    );
    observed = line(found.times, found.values);
  }
  return shownFold(stop.fold, run?.model ?? '', observed);
}
