import { api, download, type Settings } from '../api.ts';
import { fill, h } from '../element.ts';
import { field, select } from '../fields.ts';
import { often, steps } from '../frequency.ts';
import { announce, confirmed, errorBox, loading } from '../notice.ts';
import { counted } from '../numbers.ts';
import { go, type Page } from '../router.ts';
import { datasetTabs, pageHead } from '../shell.ts';

type NumberSetting = Exclude<keyof Settings, 'cell' | 'training' | 'calendar' | 'covariates' | 'holidays' | 'refit'>;

const NUMBERS: readonly (readonly [NumberSetting, string, string, string])[] = [
  ['context', 'Context', 'past steps fed to the network', '1'],
  ['units', 'Units', 'numbers the network remembers', '1'],
  ['layers', 'Layers', '', '1'],
  ['dropout', 'Dropout', '0 to 0.9', 'any'],
  ['learningRate', 'Learning rate', '', 'any'],
  ['batch', 'Batch', 'windows at a time', '1'],
  ['epochs', 'Epochs', '', '1'],
  ['patience', 'Patience', 'epochs without gain on held-back data before training stops', '1'],
  ['members', 'Members', 'networks whose forecasts are joined', '1'],
  ['baselineShare', 'Share of Theta and ETS', 'in the forecast beside the network, 0 to 1', 'any'],
  ['coarserShare', 'Draw to coarser steps', 'days of hours, weeks of days, years of months, 0 to 1', 'any'],
  ['budget', 'Budget', 'seconds a training may take: fewer members and epochs on a slow machine', 'any'],
  ['folds', 'Folds', 'of the backtest', '1'],
  ['stride', 'Stride', 'steps between folds; the horizon when empty', '1'],
  ['seed', 'Seed', 'the same seed gives the same network', '1'],
  ['lower', 'Lower bound', 'no forecast below this', 'any'],
  ['upper', 'Upper bound', 'no forecast above this', 'any'],
];

/** Name, horizon, season and the settings of the network; and the end of a dataset. */
export async function datasetSettingsView(page: Page): Promise<void> {
  const id = Number(page.params.id);
  fill(page.root, loading('settings'));
  const dataset = await api.dataset(id, page.signal);
  page.title(`Settings of ${dataset.name}`);
  const { settings } = dataset;
  const name = h('input', { type: 'text', required: true, maxlength: 200, value: dataset.name });
  const horizon = h('input', { type: 'number', min: 1, max: 2000, step: 1, required: true, value: dataset.horizon });
  const season = h('input', { type: 'number', min: 1, step: 1, required: true, value: dataset.season });
  let cell: string = settings.cell ?? '';
  let training: string = settings.training ?? '';
  let refit = settings.refit === true ? 'true' : '';
  let calendar = settings.calendar === undefined ? '' : String(settings.calendar);
  const numbers = NUMBERS.map(([key, label, help, step]) => {
    const input = h('input', {
      type: 'number',
      step,
      name: key,
      // Bounds and a budget are there only where a person sets them.
      placeholder: ['budget', 'lower', 'upper'].includes(key) ? 'none' : 'chosen for you',
      value: settings[key] ?? '',
    });
    return { key, input, row: field(label, input, help || undefined) };
  });
  const holidays = h('input', {
    type: 'text',
    name: 'holidays',
    maxlength: 12,
    placeholder: 'none',
    value: settings.holidays ?? '',
    autocapitalize: 'characters',
  });
  const covariates = h('input', {
    type: 'text',
    name: 'covariates',
    placeholder: 'chosen for you',
    value: settings.covariates?.join(', ') ?? '',
    disabled: settings.covariates?.length === 0,
  });
  const none = h('input', {
    type: 'checkbox',
    name: 'no-covariates',
    checked: settings.covariates?.length === 0,
    onchange: () => {
      covariates.disabled = none.checked;
    },
  });
  const problem = h('div');
  const save = h('button', { class: 'button primary' }, 'Save');
  fill(
    page.root,
    pageHead({ title: dataset.name, way: [['/', 'Datasets']] }),
    datasetTabs(id, '/settings'),
    h(
      'form',
      {
        class: 'panel',
        onsubmit: async (event) => {
          event.preventDefault();
          save.disabled = true;
          try {
            const next: Settings = {};
            if (cell) next.cell = cell as Settings['cell'];
            if (training) next.training = training as Settings['training'];
            if (calendar) next.calendar = calendar === 'true';
            if (holidays.value.trim()) next.holidays = holidays.value.trim().toUpperCase();
            const named = covariates.value.split(',').flatMap((name) => name.trim() || []);
            if (none.checked) next.covariates = [];
            else if (named.length > 0) next.covariates = named;
            if (refit) next.refit = true;
            for (const { key, input } of numbers) if (input.value !== '') next[key] = Number(input.value);
            await api.changeDataset(id, {
              name: name.value.trim(),
              horizon: Number(horizon.value),
              season: Number(season.value),
              settings: next,
            });
            await datasetSettingsView(page);
            page.root
              .querySelector('form .actions')
              ?.append(h('span', { class: 'good-text' }, 'Saved. The next training uses it.'));
            announce('Saved.');
          } catch (error) {
            fill(problem, errorBox(error));
          } finally {
            save.disabled = false;
          }
        },
      },
      h('h2', null, 'Dataset'),
      h(
        'div',
        { class: 'grid' },
        field('Name', name),
        field('Horizon', horizon, `steps to forecast: now ${steps(dataset.frequency, dataset.horizon)}`),
        field('Season', season, `steps in one cycle; the data is ${often(dataset.frequency)}`),
      ),
      h('h2', null, 'Network'),
      h('p', { class: 'muted' }, 'What is left empty is chosen from frequency, length and number of the series.'),
      h(
        'div',
        { class: 'grid' },
        field(
          'Cell',
          select(
            'cell',
            [
              ['', 'chosen for you'],
              ['lstm', 'LSTM'],
              ['gru', 'GRU'],
              ['simpleRnn', 'simple RNN'],
            ],
            cell,
            (value) => {
              cell = value;
            },
          ),
        ),
        field(
          'Training',
          select(
            'training',
            [
              ['', 'chosen for you'],
              ['none', 'none: the pre-trained network as it is'],
              ['fine-tune', 'a few gentle steps'],
              ['full', 'in full'],
              ['from-nothing', 'in full, not from the pre-trained network'],
            ],
            training,
            (value) => {
              training = value;
            },
          ),
        ),
        field(
          'Calendar',
          select(
            'calendar',
            [
              ['', 'chosen for you'],
              ['true', 'shown'],
              ['false', 'not shown'],
            ],
            calendar,
            (value) => {
              calendar = value;
            },
          ),
          'hour, weekday, day and month of each step',
        ),
        field(
          'Refit',
          select(
            'refit',
            [
              ['', 'once'],
              ['true', 'at each fold'],
            ],
            refit,
            (value) => {
              refit = value;
            },
          ),
          'the backtest trains before its first fold, or again at each',
        ),
        numbers.map(({ row }) => row),
      ),
      h('h2', null, 'Known ahead, and attributes'),
      h(
        'p',
        { class: 'muted' },
        'Columns known ahead, attributes of series, holidays and the calendar are used where they help on held-back data. Each run says what was used, and why.',
      ),
      h(
        'div',
        { class: 'grid' },
        field('Public holidays', holidays, 'of a country such as DE, or of a part of one such as DE-BY'),
        field('Covariates', covariates, 'names, such as price, promo, attributes: these whatever validation says'),
        h('label', { class: 'check' }, none, 'use none'),
      ),
      problem,
      h('div', { class: 'actions' }, save),
    ),
    h(
      'section',
      { class: 'panel', 'aria-labelledby': 'delete' },
      h('h2', { id: 'delete' }, 'Delete'),
      h(
        'p',
        null,
        `Removes ${counted(dataset.series, 'series', 'series')}, every observation, run and forecast. This cannot be undone; `,
        h('a', { href: download.observations(id), download: '' }, 'download the observations'),
        ' first.',
      ),
      h(
        'div',
        { class: 'actions' },
        h(
          'button',
          {
            type: 'button',
            class: 'button danger',
            onclick: async () => {
              const sure = await confirmed(
                `Delete “${dataset.name}”?`,
                `${counted(dataset.observations, 'observation')}, all runs and all forecasts are gone for good.`,
                'Delete',
              );
              if (!sure) return;
              try {
                await api.deleteDataset(id);
                go('/');
                announce(`${dataset.name} was deleted.`);
              } catch (error) {
                fill(problem, errorBox(error));
              }
            },
          },
          'Delete this dataset',
        ),
      ),
    ),
  );
}
