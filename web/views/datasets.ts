import { api, type Dataset } from '../api.ts';
import { fill, h } from '../element.ts';
import { often } from '../frequency.ts';
import { verdict } from '../honesty.ts';
import { jobBar } from '../job-progress.ts';
import { watchJobs } from '../job-watch.ts';
import { ago, moment, timeFormat } from '../moments.ts';
import { empty, loading } from '../notice.ts';
import { counted } from '../numbers.ts';
import type { Page } from '../router.ts';
import { pageHead } from '../shell.ts';
import { sparkline } from '../sparkline.ts';

/** Every dataset: how fresh it is, what serves it, how good that is, and when it is trained next. */
export async function datasetsView(page: Page): Promise<void> {
  page.title('Datasets');
  // Drawn again, the screen stays until what is new is there.
  if (!page.root.hasChildNodes()) fill(page.root, pageHead({ title: 'Datasets' }), loading('datasets'));
  const { signal } = page;
  const [newest, running] = await Promise.all([api.newestJob(undefined, signal), api.runningJobs(undefined, signal)]);
  const datasets = await api.datasets(signal);
  const head = pageHead({
    title: 'Datasets',
    actions: datasets.length ? [h('a', { class: 'button primary', href: '/import' }, 'Import a CSV file')] : undefined,
  });
  const again = () => datasetsView(page);
  if (datasets.length === 0) {
    fill(
      page.root,
      head,
      empty(
        'Nothing here yet',
        h(
          'p',
          null,
          'Import a CSV file with a column of times and one or more columns of numbers. You see how it is read before anything is stored; the first forecast follows in a moment, a network trained on your data after that.',
        ),
        h('p', null, h('a', { class: 'button primary', href: '/import' }, 'Import a CSV file')),
        h('p', { class: 'muted' }, 'Or in a terminal: ', h('code', null, 'npx tidecast import FILE.csv')),
      ),
    );
    watchJobs(page.root.children[0], newest, { signal, again });
    return;
  }
  const items = datasets.map((dataset) => ({ dataset, item: h('li', { class: 'card' }) }));
  await Promise.all(items.map(({ dataset, item }) => showCard(item, dataset, signal)));
  const cards = h('ul', { class: 'cards' }, ...items.map(({ item }) => item));
  fill(page.root, head, cards);
  watchJobs(cards, [...newest, ...running], { signal, again });
}

async function showCard(item: HTMLElement, dataset: Dataset, signal: AbortSignal): Promise<void> {
  const { runningJob } = dataset;
  const job = runningJob === null ? null : await api.job(runningJob, signal).catch(() => null);
  const { tone, title, text } = verdict(dataset.serving, dataset.accuracy, job);
  const again = async () => showCard(item, await api.dataset(dataset.id, signal), signal);
  fill(
    item,
    h('h2', null, h('a', { href: `/datasets/${dataset.id}` }, dataset.name)),
    h(
      'p',
      { class: 'muted' },
      `${counted(dataset.series, 'series', 'series')} · ${often(dataset.frequency)} · ${counted(dataset.observations, 'observation')}`,
    ),
    sparkline(dataset.sparkline),
    job && (job.state === 'queued' || job.state === 'running')
      ? jobBar(job, signal, () => void again().catch(() => undefined))
      : h('div', { class: `verdict ${tone}` }, h('strong', null, title), h('span', null, text)),
    h(
      'dl',
      { class: 'card-facts' },
      h(
        'div',
        null,
        h('dt', null, 'Data to'),
        h('dd', null, dataset.end === null ? '–' : timeFormat(dataset.frequency, dataset.zone)(dataset.end)),
      ),
      h(
        'div',
        null,
        h('dt', null, 'Forecast'),
        h('dd', null, dataset.lastForecastAt === null ? 'none yet' : ago(dataset.lastForecastAt, Date.now())),
      ),
      h(
        'div',
        null,
        h('dt', null, 'Next retraining'),
        h(
          'dd',
          dataset.nextTrainingAt === null ? null : { title: moment(dataset.nextTrainingAt) },
          dataset.nextTrainingAt === null
            ? h('a', { href: `/datasets/${dataset.id}/schedule` }, 'not scheduled')
            : ago(dataset.nextTrainingAt, Date.now()),
        ),
      ),
    ),
  );
}
