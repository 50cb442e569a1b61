import type { ForecastReply, RunDetail } from './api.ts';
import { h } from './element.ts';
import { modelName } from './honesty.ts';
import { counted } from './numbers.ts';

/** Why a forecast is what it is and what mattered to the network, in sentences with small bars. */

type Shares = NonNullable<NonNullable<RunDetail['explanation']>['shares']>;

const PARTS: readonly (readonly [keyof Shares, string])[] = [
  ['season', 'season'],
  ['level', 'level'],
  ['trend', 'trend'],
  ['rest', 'other patterns'],
];

const GROUPS: Record<string, string> = {
  smoothing: 'smoothed level',
  slope: 'slope so far',
  lag: 'one long cycle ago',
};

/** What one forecast is made of; nothing for one that was made before forecasts were explained. */
export function forecastExplained(explanation: ForecastReply['explanation']): HTMLElement | null {
  if (!explanation) return null;
  const { parts, sentences } = explanation;
  return h(
    'section',
    { class: 'panel', 'aria-labelledby': 'why' },
    h('h2', { id: 'why' }, 'Why this forecast'),
    h(
      'div',
      { class: 'two' },
      h('ul', { class: 'sentences' }, ...sentences.map((sentence) => h('li', null, sentence))),
      parts ? bars('What moves the forecast', shareBars(parts.shares)) : null,
    ),
  );
}

/** What mattered to the network of a run, and what its forecasts are made of on the whole. */
export function runExplained({ explanation }: RunDetail): HTMLElement | null {
  if (!explanation) return null;
  const { importance, shares, sentences } = explanation;
  return h(
    'section',
    { class: 'panel', 'aria-labelledby': 'why' },
    h('h2', { id: 'why' }, 'Why these forecasts'),
    h('ul', { class: 'sentences' }, ...[...sentences, ...overall(explanation)].map((text) => h('li', null, text))),
    h(
      'div',
      { class: 'two' },
      importance ? bars('Error added where a group is exchanged', importanceBars(importance.groups)) : null,
      shares ? bars('What moves the forecasts, on average', shareBars(shares)) : null,
    ),
  );
}

/** The sentences about spaces and stand-ins of a run. */
export function overall({ spaces, fallbacks }: NonNullable<RunDetail['explanation']>): string[] {
  const { log, linear, asinh = 0 } = spaces;
  const read = (
    [
      [log, 'above zero and read in per cent, by logarithms'],
      [
        linear,
        'read in units, for zeros, negative values, values next to nothing, or a cycle that is as high in units at any level',
      ],
      [asinh, 'read in units near zero and in per cent far from it, for changes that are larger the further from zero'],
    ] as const
  ).filter(([n]) => n > 0);
  const some = (n: number) => `${n} series ${n === 1 ? 'is' : 'are'}`;
  const all = (n: number) => (n === 1 ? 'The series is' : `All ${some(n)}`);
  const told = read.map(([n, how]) => `${read.length === 1 ? all(n) : some(n)} ${how}`).join('; ');
  return [
    ...(told ? [`${told}.`] : []),
    ...fallbacks.map(
      ({ code, model, count, example }) =>
        `${counted(count, 'series', 'series')} (${code}) ${count === 1 ? 'is' : 'are'} forecast by ${modelName(model)} instead, such as ${example.series}: ${example.reason}`,
    ),
  ];
}

interface Bar {
  readonly name: string;
  /** 0 to 1, of the widest. */
  readonly size: number;
  readonly text: string;
}

export function shareBars(shares: Shares): Bar[] {
  return PARTS.map(([part, name]) => ({ name, size: shares[part], text: `${Math.round(100 * shares[part])} %` }));
}

/** Bars relative to the longest; a group that only adds noise has none. */
export function importanceBars(groups: readonly { readonly group: string; readonly increase: number }[]): Bar[] {
  const most = Math.max(...groups.map(({ increase }) => increase), 0.01);
  return groups.map(({ group, increase }) => ({
    name: GROUPS[group] ?? group,
    size: Math.max(0, increase) / most,
    text: `${increase < 0 ? '−' : '+'}${Math.abs(100 * increase).toFixed(Math.abs(increase) < 0.1 ? 1 : 0)} %`,
  }));
}

function bars(title: string, list: readonly Bar[]): HTMLElement {
  return h(
    'div',
    { class: 'bars' },
    h('h3', null, title),
    h(
      'dl',
      null,
      ...list.map(({ name, size, text }) =>
        h(
          'div',
          null,
          h('dt', null, name),
          h(
            'dd',
            null,
            h(
              'span',
              { class: 'amount', 'aria-hidden': 'true' },
              h('span', { style: { width: `${(100 * size).toFixed(1)}%` } }),
            ),
            h('span', { class: 'number' }, text),
          ),
        ),
      ),
    ),
  );
}
