import { api, type Dataset, download, type Job, type SeriesSummary } from '../api.ts';
import { fill, h } from '../element.ts';
import { often, steps } from '../frequency.ts';
import { modelName, verdict } from '../honesty.ts';
import { activeJob, jobDetail, jobPanel, jobTitle } from '../job-progress.ts';
import { watchJobs } from '../job-watch.ts';
import { ago, moment, timeFormat } from '../moments.ts';
import { actionButton, errorBox, loading } from '../notice.ts';
import { counted, valueFormat } from '../numbers.ts';
import { noteInUrl, type Page } from '../router.ts';
import { datasetTabs, pageHead } from '../shell.ts';
import { sparkline } from '../sparkline.ts';
import { facts, table } from '../table.ts';

/** Rows drawn at first: a page of 1,500 sparklines is slow on a phone. */
const PAGE = 100;

/** One dataset: what serves it, what is going on, and its series. */
export async function datasetView(page: Page): Promise<void> {
  const id = Number(page.params.id);
  // Drawn again, the screen stays until what is new is there.
  if (!page.root.hasChildNodes()) fill(page.root, loading('the dataset'));
  const [dataset, series, jobs] = await Promise.all([
    api.dataset(id, page.signal),
    api.seriesOf(id, page.signal),
    api.jobs(id, page.signal),
  ]);
  page.title(dataset.name);
  const problem = h('div');
  const active = activeJob(jobs);
  const latest = jobs[0];
  const again = () => datasetView(page);
  const drawAgain = () => void again().catch((error) => fill(problem, errorBox(error)));
  const start = (kind: 'train' | 'forecast') => async () => {
    await api.startJob(id, kind);
    await again();
  };
  const typing = document.activeElement?.matches('input[type=search]');
  fill(
    page.root,
    pageHead({
      title: dataset.name,
      way: [['/', 'Datasets']],
      lead: `${counted(dataset.series, 'series', 'series')}, ${often(dataset.frequency)}, ${counted(dataset.observations, 'observation')}`,
      actions: [
        active ? null : actionButton('Retrain now', () => problem, start('train'), 'primary'),
        dataset.serving && !active ? actionButton('Forecast now', () => problem, start('forecast')) : null,
        h('a', { class: 'button', href: `/datasets/${id}/imports` }, 'Upload more'),
      ],
    }),
    datasetTabs(id, ''),
    problem,
    active ? jobPanel(active, page.signal, drawAgain) : null,
    !active && latest && latest.state !== 'succeeded'
      ? h(
          'div',
          { class: `notice ${latest.state === 'failed' ? 'bad' : 'warn'}` },
          h('p', null, h('strong', null, `${jobTitle(latest)}. `), jobDetail(latest)),
          h('p', null, h('a', { href: `/datasets/${id}/runs` }, 'Jobs and their logs')),
        )
      : null,
    overview(dataset, active),
    seriesList(dataset, series, page),
  );
  if (typing) page.root.querySelector<HTMLElement>('input[type=search]')?.focus();
  watchJobs(problem, jobs, { signal: page.signal, again, dataset: id });
}

function overview(dataset: Dataset, active: Job | null): HTMLElement {
  const { tone, title, text } = verdict(dataset.serving, dataset.accuracy, active);
  const time = timeFormat(dataset.frequency, dataset.zone);
  const { serving } = dataset;
  return h(
    'section',
    { class: `panel serving ${tone}`, 'aria-label': 'What serves' },
    h(
      'div',
      null,
      h('h2', null, title),
      h('p', null, text),
      serving
        ? h(
            'p',
            { class: 'muted' },
            `Since ${moment(serving.since)}. ${serving.reason} `,
            serving.runId === null ? null : h('a', { href: `/runs/${serving.runId}` }, 'See the run'),
          )
        : null,
    ),
    facts([
      [
        'Data',
        dataset.start === null || dataset.end === null ? 'none' : `${time(dataset.start)} to ${time(dataset.end)}`,
      ],
      ['Forecasts', steps(dataset.frequency, dataset.horizon)],
      ['Season', dataset.season > 1 ? `${dataset.season} steps` : 'none'],
      ['Zone', dataset.zone],
      ['Last forecast', dataset.lastForecastAt === null ? 'none yet' : ago(dataset.lastForecastAt, Date.now())],
      [
        'Next retraining',
        dataset.nextTrainingAt === null
          ? h('a', { href: `/datasets/${dataset.id}/schedule` }, 'set a schedule')
          : h(
              'a',
              { href: `/datasets/${dataset.id}/schedule`, title: moment(dataset.nextTrainingAt) },
              ago(dataset.nextTrainingAt, Date.now()),
            ),
      ],
      [
        'Download',
        h(
          'span',
          null,
          h('a', { href: download.observations(dataset.id), download: '' }, 'observations'),
          dataset.serving ? [', ', h('a', { href: download.forecasts(dataset.id), download: '' }, 'forecasts')] : null,
          ' (CSV)',
        ),
      ],
    ]),
  );
}

function seriesList(dataset: Dataset, series: readonly SeriesSummary[], page: Page): HTMLElement {
  const list = h('div');
  const status = h('p', { class: 'muted', role: 'status' });
  const refused = series.filter(({ fallback }) => fallback !== null);
  let wanted = page.query.get('find') ?? '';
  let onlyRefused = false;
  let limit = PAGE;
  const show = () => {
    const word = wanted.trim().toLowerCase();
    const found = (onlyRefused ? refused : series).filter(({ name }) => name.toLowerCase().includes(word));
    status.textContent =
      found.length === series.length ? '' : `${counted(found.length, 'series', 'series')} of ${series.length}`;
    fill(
      list,
      found.length ? seriesTable(dataset, found.slice(0, limit)) : h('p', null, `No series is named like “${wanted}”.`),
      found.length > limit
        ? h(
            'button',
            {
              type: 'button',
              class: 'button',
              onclick: () => {
                limit += PAGE;
                show();
              },
            },
            `Show ${Math.min(PAGE, found.length - limit)} more of ${found.length}`,
          )
        : null,
    );
  };
  const search = h('input', {
    type: 'search',
    placeholder: 'Find a series',
    'aria-label': 'Find a series',
    oninput: () => {
      wanted = search.value;
      limit = PAGE;
      if (wanted) page.query.set('find', wanted);
      else page.query.delete('find');
      noteInUrl(page.query);
      show();
    },
    value: wanted,
  });
  show();
  return h(
    'section',
    { 'aria-labelledby': 'series' },
    h('div', { class: 'section-head' }, h('h2', { id: 'series' }, 'Series'), series.length > 10 ? search : null),
    refused.length
      ? h(
          'div',
          { class: 'notice warn' },
          h(
            'p',
            null,
            h('strong', null, `${counted(refused.length, 'series is', 'series are')} not forecast by the network. `),
            'A simpler method takes its place there, and the list says why. ',
          ),
          refused.length < series.length && series.length > 10
            ? h(
                'button',
                {
                  type: 'button',
                  class: 'button small',
                  'aria-pressed': 'false',
                  onclick: (event) => {
                    onlyRefused = !onlyRefused;
                    (event.currentTarget as HTMLElement).setAttribute('aria-pressed', String(onlyRefused));
                    show();
                  },
                },
                'Show only these',
              )
            : null,
        )
      : null,
    status,
    list,
  );
}

function seriesTable(dataset: Dataset, series: readonly SeriesSummary[]): HTMLElement {
  const time = timeFormat(dataset.frequency, dataset.zone);
  return table({
    caption: `Series of ${dataset.name}`,
    columns: [
      { head: 'Series' },
      { head: h('span', { class: 'unseen' }, 'Shape') },
      { head: 'Last value', numeric: true },
      { head: 'On', spare: true },
      { head: 'Observations', numeric: true, spare: true },
      { head: 'Forecast', spare: true },
    ],
    rows: series.map((one) => [
      h(
        'span',
        { class: 'named' },
        h('a', { href: `/series/${one.id}` }, one.name),
        one.fallback ? h('span', { class: 'tag warn' }, one.fallback.code) : null,
        // On a narrow screen, where the last column gives way.
        one.fallback ? h('span', { class: 'instead muted' }, one.fallback.reason) : null,
      ),
      sparkline(one.sparkline),
      valueFormat(one.sparkline.values)(one.last),
      one.end === null ? '–' : time(one.end),
      one.observations.toLocaleString('en'),
      one.fallback
        ? h(
            'span',
            { class: 'prose' },
            `${modelName(one.fallback.model)}. `,
            h('span', { class: 'muted' }, one.fallback.reason),
          )
        : dataset.serving
          ? modelName(dataset.serving.model, dataset.serving.training)
          : h('span', { class: 'muted' }, 'none yet'),
    ]),
  });
}
