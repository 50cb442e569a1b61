import type { SeriesDetail } from '../api.ts';
import type { Drawn } from '../chart.ts';
import { h } from '../element.ts';
import { check } from '../fields.ts';
import { onCalendar } from '../frequency.ts';
import { isNetwork, modelMeaning, modelName } from '../honesty.ts';
import { moment } from '../moments.ts';
import { announce } from '../notice.ts';
import { percent } from '../numbers.ts';
import { BANDS, realised } from '../plot.ts';
import type { SeriesState } from '../series-url.ts';
import { type Shown, type Stop, stopAt } from '../time-travel.ts';
import type { LoadedSeries } from './series-loading.ts';

/** What stands around the chart of a series: ways through time, what is shown, and what it says in words. */

/** Slider and buttons over the stops. Only the last stop asked for is drawn, however fast the slider moves. */
export function traveller(
  list: readonly Stop[],
  time: (time: number) => string,
  arrive: (index: number, chosen: boolean, still: () => boolean) => Promise<void>,
): { element: HTMLElement; go(index: number): void } {
  let latest = 0;
  const slider = h('input', {
    type: 'range',
    id: 'origin',
    min: 0,
    max: Math.max(0, list.length - 1),
    step: 1,
    oninput: () => move(Number(slider.value), true),
  });
  const output = h('output', { for: 'origin' });
  const button = (text: string, name: string, to: () => number) =>
    h('button', { type: 'button', class: 'button small', 'aria-label': name, onclick: () => move(to(), true) }, text);
  const earlier = button('‹', 'Earlier origin', () => latest - 1);
  const later = button('›', 'Later origin', () => latest + 1);
  const newest = button('Latest', 'Latest forecast', () => stopAt(list, null));
  const move = (to: number, chosen: boolean) => {
    latest = Math.min(Math.max(to, 0), list.length - 1);
    const stop = list[latest];
    const text = `${time(stop.origin)}${stop.kind === 'backtest' ? ' · backtest' : ''}${latest === stopAt(list, null) ? ' · latest' : ''}`;
    slider.value = String(latest);
    slider.setAttribute('aria-valuetext', text);
    output.textContent = text;
    earlier.disabled = latest === 0;
    later.disabled = latest === list.length - 1;
    const here = latest;
    const still = () => here === latest;
    setTimeout(() => still() && void arrive(here, chosen, still), chosen ? 60 : 0);
  };
  return {
    element: h(
      'div',
      { class: 'travel' },
      h('label', { for: 'origin' }, 'Forecast as known after'),
      earlier,
      slider,
      later,
      output,
      newest,
    ),
    go: (index) => move(index, false),
  };
}

/** Zoom and pan for those without a wheel, and the two ranges people want. */
export function zoomButtons(
  drawn: () => Drawn,
  first: { from: number; to: number },
  all: { from: number; to: number },
): HTMLElement {
  const button = (text: string, name: string, act: () => void) =>
    h('button', { type: 'button', class: 'button small', 'aria-label': name, onclick: act }, text);
  return h(
    'div',
    { class: 'group', role: 'group', 'aria-label': 'Visible range' },
    button('◂', 'Move earlier', () => drawn().pan(-0.4)),
    button('−', 'Zoom out', () => drawn().zoom(1 / 1.6)),
    button('+', 'Zoom in', () => drawn().zoom(1.6)),
    button('▸', 'Move later', () => drawn().pan(0.4)),
    button('Recent', 'Show the forecast and the recent past', () => drawn().show(first)),
    button('All', 'Show everything', () => drawn().show(all)),
  );
}

/** Which intervals are drawn, and whether the folds are. */
export function toggles(
  folds: boolean,
  state: () => SeriesState,
  change: (changes: Partial<SeriesState>) => void,
): HTMLElement {
  return h(
    'fieldset',
    { class: 'group checks' },
    h('legend', { class: 'unseen' }, 'Show'),
    h('span', { class: 'muted' }, 'Intervals'),
    [...BANDS].reverse().map(({ share }) =>
      check(`${share} %`, state().shares.includes(share), (on) =>
        change({
          shares: BANDS.map((band) => band.share).filter((one) => (one === share ? on : state().shares.includes(one))),
        }),
      ),
    ),
    folds ? check('Backtest folds', state().folds, (on) => change({ folds: on })) : null,
  );
}

/** What the colours mean that are in the chart now. */
export function legend(shows: {
  forecast: boolean;
  came: boolean;
  folds: boolean;
  /** Whose holidays are marked. */
  holidays: string | null;
}): HTMLElement {
  const items = [
    ['history', 'observed'],
    ...(shows.forecast ? [['forecast', 'forecast: median and intervals']] : []),
    ...(shows.came ? [['actual', 'what came after the origin']] : []),
    ...(shows.folds ? [['fold', 'backtest folds']] : []),
    ...(shows.holidays === null ? [] : [['third', `public holidays (${shows.holidays})`]]),
  ];
  return h(
    'ul',
    { class: 'legend' },
    ...items.map(([colour, text]) => h('li', null, h('span', { class: `swatch ${colour}` }), text)),
  );
}

/** What is shown and how it did, as a sentence. */
export function told(
  shown: Shown,
  {
    dataset,
    value,
    run,
    ahead,
  }: Pick<LoadedSeries, 'dataset' | 'run' | 'ahead'> & { value: (value: number | null) => string },
  time: (time: number) => string,
): HTMLElement {
  const { scored, steps, mae, inside80 } = realised(shown);
  const meaning = modelMeaning(shown.model, shown.training);
  const who = `${isNetwork(shown.model) ? 'the ' : ''}${modelName(shown.model, shown.training)}${meaning ? ` (${meaning})` : ''}`;
  const made =
    shown.kind === 'stored'
      ? `Forecast as it was known after ${time(shown.origin)}, made ${moment(shown.createdAt ?? 0)} by ${who}.`
      : `Backtest: what ${who} says when it may see nothing after ${time(shown.origin)}.`;
  const outcome =
    scored === 0
      ? 'None of its steps has come yet.'
      : `${scored === steps ? `All ${steps}` : `${scored} of ${steps}`} steps have come: off by ${value(mae)} on average, ${percent(inside80)} inside the 80 % interval.`;
  // Another run's network may know other things; a stand-in knows none.
  const knows = run !== null && shown.runId === run.id && isNetwork(shown.model) && !shown.fallback && ahead.length > 0;
  const known = knows ? ` Known ahead to the network: ${ahead.join(', ')}.` : '';
  const zone = onCalendar(dataset.frequency) ? ` Times are in ${dataset.zone}.` : '';
  return h('p', null, made, ' ', h('strong', null, outcome), known, h('span', { class: 'muted' }, zone));
}

/** Why the network does not forecast a series, and what does; nothing where it does. */
export function fallbackCard(fallback: SeriesDetail['fallback']): HTMLElement | null {
  if (!fallback) return null;
  const meaning = modelMeaning(fallback.model);
  return h(
    'section',
    { class: 'notice warn', 'aria-label': 'Why this series is not forecast by the network' },
    h(
      'div',
      null,
      h('p', null, h('strong', null, 'The network does not forecast this series. '), fallback.reason),
      h('p', null, `Served instead: ${modelName(fallback.model)}${meaning ? `, which ${meaning}` : ''}.`),
    ),
  );
}

/** Hands the chart over as a picture. */
export async function savePicture(drawn: Drawn, name: string): Promise<void> {
  const url = URL.createObjectURL(await drawn.png(name));
  // The name of a series is data: only what is safe in a file's name goes into one.
  const link = h('a', { href: url, download: `${name.replace(/[^\p{L}\p{N} _-]+/gu, '_').slice(0, 80)}.png` });
  link.click();
  URL.revokeObjectURL(url);
  announce('The picture was saved.');
}
