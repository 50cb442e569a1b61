import type { Preview } from '../api.ts';
import { draw } from '../chart.ts';
import { type Child, h } from '../element.ts';
import { field, select } from '../fields.ts';
import { often, onCalendar } from '../frequency.ts';
import {
  type Answers,
  marksOf,
  type Recipe,
  type Role,
  roleOf,
  rolesProblem,
  withAnswer,
  withRole,
} from '../import-recipe.ts';
import { timeFormat, zones } from '../moments.ts';
import { count, counted, percent, valueFormat } from '../numbers.ts';
import { DUPLICATES, notesOf } from '../preview-notes.ts';
import { rejectedTable } from '../report.ts';
import { table } from '../table.ts';
import { type Change, questions } from './questions.ts';

const ROLES: readonly (readonly [Role, string])[] = [
  ['time', 'time'],
  ['series', 'series name'],
  ['value', 'values'],
  ['covariate', 'known ahead'],
  ['attribute', 'attribute'],
  ['ignored', 'not used'],
];
/** More columns than anyone reads; the rest follow the roles found for them. */
const COLUMNS_SHOWN = 60;

/** What was understood of a file, and what only the person can know. */
export function understood(preview: Preview, answers: Answers, change: Change, signal: AbortSignal): Child[] {
  return [summary(preview), ...questions(preview, answers, change), firstChart(preview, signal)];
}

/** For those who look closer: what could not be read, and how everything else was, all of it to be changed. */
export function closer(preview: Preview, answers: Answers, change: Change): Child[] {
  return [
    rejectedTable(preview.rejected, preview.rejectedCount),
    columns(preview, answers, change),
    reading(preview, answers, change),
  ];
}

function summary(preview: Preview): HTMLElement {
  const time = timeOf(preview);
  const starts = preview.series.flatMap(({ sample }) => (sample.length ? [sample[0].time] : []));
  const ends = preview.series.flatMap(({ sample }) => (sample.length ? [sample[sample.length - 1].time] : []));
  const span = starts.length ? `, ${time(Math.min(...starts))} to ${time(Math.max(...ends))}` : '';
  const notes = notesOf(preview);
  return h(
    'section',
    { class: 'panel', 'aria-label': 'What was understood' },
    h('h2', null, `${counted(preview.seriesCount, 'series', 'series')}, ${often(preview.frequency)}${span}`),
    h(
      'p',
      null,
      `${counted(preview.observations, 'observation')} in ${counted(preview.rows, 'row')}. The frequency is ${percent(preview.confidence)} sure. ${preview.season > 1 ? `A cycle of ${preview.season} steps.` : 'No cycle.'}`,
    ),
    notes.length
      ? h('ul', null, ...notes.map((note) => h('li', null, note)))
      : h('p', { class: 'good-text' }, 'No gaps, no duplicates, every row was read.'),
  );
}

function firstChart(preview: Preview, signal: AbortSignal): HTMLElement | null {
  const drawable = preview.series.filter(({ sample }) => sample.length > 0);
  if (drawable.length === 0) return null;
  const host = h('div', { class: 'plot small' });
  const text = h('p', { class: 'muted' });
  const time = timeOf(preview);
  let leave: AbortController | null = null;
  const show = (index: number) => {
    leave?.abort();
    leave = new AbortController();
    const { name, sample, observations } = drawable[index];
    const value = valueFormat(sample.map((point) => point.value));
    const points = sample.map((point) => ({ x: point.time, y: point.value }));
    text.textContent = `${counted(observations, 'observation')}; the last is ${value(points[points.length - 1].y)} on ${time(points[points.length - 1].x)}.`;
    draw(
      host,
      {
        layers: [{ kind: 'line', label: name, colour: 'history', points }],
        axis: onCalendar(preview.frequency)
          ? { kind: 'time', zone: preview.recipe.zone }
          : { kind: 'linear', title: 'step' },
        timeText: time,
        valueText: value,
      },
      { signal: AbortSignal.any([signal, leave.signal]), describe: `Preview of ${name}` },
    );
  };
  const choice = select(
    'preview-series',
    drawable.map(({ name }, i) => [String(i), name]),
    '0',
    (index) => show(Number(index)),
  );
  // Drawn once it is on the page: a chart needs its size.
  queueMicrotask(() => show(0));
  return h(
    'section',
    { class: 'panel', 'aria-label': 'A look at the series' },
    field(
      'Series',
      choice,
      preview.seriesCount > drawable.length ? `${drawable.length} of ${count(preview.seriesCount)}` : undefined,
    ),
    host,
    text,
  );
}

function columns(preview: Preview, answers: Answers, change: Change): HTMLElement {
  const names = preview.columns.map(({ name }) => name);
  const shown = preview.columns.slice(0, COLUMNS_SHOWN);
  const { valueColumns, covariateColumns = [] } = preview.recipe;
  const measured = [...valueColumns, ...covariateColumns];
  // With one column of numbers its mark is that of the file, below.
  const marked = measured.length > 1;
  const markOf = marksOf(preview.recipe);
  const mark = (name: string, i: number) => {
    const decimal = markOf(name);
    const set = (value: string) =>
      change(withAnswer(answers, { numberStyles: [{ column: name, decimal: value as Recipe['decimal'] }] }));
    return measured.includes(name)
      ? select(`mark-of-${i}`, decimalsBeside(decimal), decimal, set, `Decimal mark of ${name}`)
      : '';
  };
  return h(
    'section',
    { 'aria-labelledby': 'columns' },
    h('h2', { id: 'columns' }, 'Columns'),
    table({
      caption: 'Columns of the file and what they are taken for',
      columns: [
        ...[{ head: 'Column' }, { head: 'Taken for' }, { head: 'Looks like' }],
        ...(marked ? [{ head: 'Decimal mark' }] : []),
        { head: 'Examples' },
      ],
      rows: shown.map(({ name, content, examples }, i) => [
        name,
        select(
          `role-of-${i}`,
          ROLES,
          roleOf(preview.recipe, name),
          (role) => {
            const next = withRole(answers, preview.recipe, names, name, role as Role);
            change(next, rolesProblem(next));
          },
          `What ${name} is taken for`,
        ),
        content,
        ...(marked ? [mark(name, i)] : []),
        h(
          'span',
          { class: 'examples' },
          ...examples
            .slice(0, 3)
            .flatMap((example, i): Child[] => [i ? ', ' : '', h('code', null, example === '' ? '(empty)' : example)]),
        ),
      ]),
    }),
    preview.columns.length > shown.length
      ? h('p', { class: 'muted' }, `and ${count(preview.columns.length - shown.length)} more columns`)
      : null,
  );
}

const DELIMITERS = [
  [',', 'comma'],
  [';', 'semicolon'],
  ['\t', 'tab'],
  ['|', 'bar |'],
] as const;
const DECIMALS = [
  ['.', 'point: 1.5'],
  [',', 'comma: 1,5'],
] as const;
const decimalsBeside = (decimal: Recipe['decimal']) =>
  decimal === 'unseen' ? [...DECIMALS, ['unseen', 'no fraction seen'] as const] : DECIMALS;
const THOUSANDS = [
  ['', 'none'],
  [',', 'comma'],
  ['.', 'point'],
  [' ', 'space'],
  ["'", 'apostrophe'],
] as const;
const ENCODINGS = [
  ['utf-8', 'UTF-8'],
  ['utf-16le', 'UTF-16 LE'],
  ['utf-16be', 'UTF-16 BE'],
  ['windows-1252', 'Windows-1252'],
] as const;
const FREQUENCIES = [
  'PT1S', 'PT10S', 'PT1M', 'PT5M', 'PT10M', 'PT15M', 'PT30M', 'PT1H', 'PT4H', 'PT6H', 'PT12H', 'P1D', 'B', 'P1W', 'P1M', 'P3M', 'P6M',
  'P1Y', '1',
]; // biome-ignore format: a list

function reading(preview: Preview, answers: Answers, change: Change): HTMLElement {
  const { recipe } = preview;
  const set = (fixed: Answers) => change({ ...answers, ...fixed });
  const pick = <K extends keyof Answers>(
    label: string,
    key: K,
    choices: readonly (readonly [string, string])[],
    help?: string,
  ) =>
    field(
      label,
      select(`read-${key}`, choices, String(recipe[key]), (value) => set({ [key]: value } as Answers)),
      help,
    );
  const zone = h('input', {
    id: 'read-zone',
    type: 'text',
    list: 'zones',
    autocomplete: 'off',
    onchange: () => set({ zone: zone.value.trim() }),
    value: recipe.zone,
  });
  const format = h('input', {
    id: 'read-format',
    type: 'text',
    class: 'code',
    spellcheck: 'false',
    onchange: () => set({ timeFormat: format.value }),
    value: recipe.timeFormat,
  });
  const season = h('input', {
    id: 'read-season',
    type: 'number',
    min: 1,
    step: 1,
    onchange: () => set({ season: season.value === '' ? undefined : Number(season.value) }),
    value: preview.season,
  });
  return h(
    'details',
    { class: 'panel', open: Object.keys(answers).length > 0 || preview.confidence < 0.9 || !preview.regular },
    h('summary', null, 'How it is read'),
    h('datalist', { id: 'zones' }, ...zones().map((name) => h('option', { value: name }))),
    h(
      'div',
      { class: 'grid' },
      pick(
        'Frequency',
        'frequency',
        [...new Set([...FREQUENCIES, recipe.frequency])].map((code) => [code, `${often(code)} (${code})`] as const),
      ),
      field('Season', season, 'steps in one cycle; 1 for none'),
      field('Time zone', zone, 'of times that are written without one'),
      field(
        'Time format',
        format,
        h('span', null, 'such as ', h('code', null, 'yyyy-MM-dd'), ' or ', h('code', null, 'dd/MM/yyyy HH:mm')),
      ),
      pick('Separator', 'delimiter', DELIMITERS),
      pick(
        'Decimal mark',
        'decimal',
        decimalsBeside(recipe.decimal),
        recipe.numberStyles === undefined ? undefined : 'of most columns; chosen here, of all but those chosen above',
      ),
      pick('Thousands', 'thousands', THOUSANDS),
      pick('Several values in one step', 'duplicates', DUPLICATES, 'what is kept of them, and of the same time twice'),
      pick('Encoding', 'encoding', ENCODINGS),
    ),
    h(
      'p',
      { class: 'muted' },
      `Header on line ${recipe.headerLine}. This is kept with the dataset, and later files are read the same way.`,
    ),
  );
}

const timeOf = ({ frequency, recipe }: Preview) => timeFormat(frequency, recipe.zone);
