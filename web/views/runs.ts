import { api, type Dataset, type Job, type RunSummary } from '../api.ts';
import { fill, h } from '../element.ts';
import { accuracyOf, compared, modelName, YARDSTICK } from '../honesty.ts';
import { hasEnded, jobDetail, jobPanel, jobTitle } from '../job-progress.ts';
import { watchJobs } from '../job-watch.ts';
import { ago, duration, moment, timeFormat } from '../moments.ts';
import { actionButton, announce, confirmed, empty, errorBox, loading } from '../notice.ts';
import { percent, score } from '../numbers.ts';
import type { Page } from '../router.ts';
import { datasetTabs, pageHead } from '../shell.ts';
import { table } from '../table.ts';

/** The trainings of a dataset, the one going on first; what was promoted and why. */
export async function runsView(page: Page): Promise<void> {
  const id = Number(page.params.id);
  // Drawn again, the screen stays until what is new is there.
  if (!page.root.hasChildNodes()) fill(page.root, loading('runs'));
  const [dataset, runs, promotions, jobs] = await Promise.all([
    api.dataset(id, page.signal),
    api.runs(id, page.signal),
    api.promotions(id, page.signal),
    api.jobs(id, page.signal),
  ]);
  page.title(`Runs of ${dataset.name}`);
  const problem = h('div');
  const again = () => runsView(page);
  const drawAgain = () => void again().catch((error) => fill(problem, errorBox(error)));
  // The one that runs, then those that wait, in the order of their turns.
  const active = jobs.filter((job) => !hasEnded(job)).reverse();
  const trainingOf = (runId: number) => runs.find((run) => run.id === runId)?.training;
  fill(
    page.root,
    pageHead({
      title: dataset.name,
      way: [['/', 'Datasets']],
      actions: [
        active.length
          ? null
          : actionButton(
              'Retrain now',
              () => problem,
              async () => {
                await api.startJob(id, 'train');
                await again();
              },
              'primary',
            ),
        promotions.length > 1
          ? actionButton(
              'Roll back',
              () => problem,
              async () => {
                if (
                  !(await confirmed(
                    'Roll back?',
                    'What served before the last promotion serves again, from the next forecast on. This too can be rolled back.',
                    'Roll back',
                  ))
                )
                  return;
                const { model } = await api.rollback(id);
                announce(`${modelName(model)} serves again.`);
                await again();
              },
            )
          : null,
      ],
    }),
    datasetTabs(id, '/runs'),
    problem,
    ...active.map((job) => jobPanel(job, page.signal, drawAgain)),
    h(
      'section',
      { 'aria-labelledby': 'runs' },
      h('h2', { id: 'runs' }, 'Runs'),
      runs.length ? runTable(runs, dataset) : noRuns(active.length > 0),
    ),
    promotions.length
      ? h(
          'section',
          { 'aria-labelledby': 'promotions' },
          h('h2', { id: 'promotions' }, 'What served when'),
          table({
            caption: 'Promotions, newest first',
            columns: [{ head: 'When' }, { head: 'Serves' }, { head: 'Decided by', spare: true }, { head: 'Why' }],
            rows: promotions.map((promotion) => [
              moment(promotion.createdAt),
              promotion.runId === null
                ? modelName(promotion.model)
                : h(
                    'a',
                    { href: `/runs/${promotion.runId}` },
                    `${modelName(promotion.model, trainingOf(promotion.runId))} (run ${promotion.runId})`,
                  ),
              { gate: 'the backtest', hand: 'a person', 'roll back': 'a roll-back' }[promotion.by],
              h('span', { class: 'prose' }, promotion.reason),
            ]),
          }),
        )
      : null,
    jobs.some(hasEnded) ? jobHistory(jobs.filter(hasEnded), page) : null,
  );
  watchJobs(problem, jobs, { signal: page.signal, again, dataset: id });
}

function noRuns(training: boolean): HTMLElement {
  return training
    ? h('p', { class: 'muted' }, 'The first run appears here when its training is done.')
    : empty(
        'Nothing was trained yet',
        h('p', null, '“Retrain now” trains a network on these series and scores it beside the baselines.'),
      );
}

function runTable(runs: readonly RunSummary[], dataset: Dataset): HTMLElement {
  const time = timeFormat(dataset.frequency, dataset.zone);
  return table({
    caption: 'Runs, newest first',
    columns: [
      { head: 'Run' },
      { head: 'MASE', numeric: true },
      { head: 'Seasonal naive', numeric: true },
      { head: 'In words', spare: true },
      { head: '80 % coverage', numeric: true, spare: true },
      { head: 'Data to', spare: true },
      { head: 'Took', numeric: true, spare: true },
      { head: 'Made' },
    ],
    rowClass: (row) => (runs[row].champion ? 'champion' : undefined),
    rows: runs.map((run) => {
      const scores = run.scores[run.model];
      const naive = run.scores[YARDSTICK];
      return [
        h(
          'span',
          { class: 'named' },
          h('a', { href: `/runs/${run.id}` }, `Run ${run.id}`),
          run.champion ? h('span', { class: 'tag good' }, 'champion') : null,
          trainingTag(run.training),
        ),
        score(scores?.mase),
        score(naive?.mase),
        h(
          'span',
          { class: 'prose' },
          run.training === 'none' ? 'Not trained on this data. ' : null,
          compared(accuracyOf(scores, naive)).replace(/ \(MAS?E.*\)/, ''),
        ),
        percent(scores?.coverage80),
        time(run.dataEnd),
        duration(run.durationMs / 1000),
        ago(run.createdAt, Date.now()),
      ];
    }),
  });
}

// Training in full is what a run is expected to be, and needs no word.
function trainingTag(training: RunSummary['training']): HTMLElement | null {
  if (training === 'none') return h('span', { class: 'tag', title: 'not trained on this data' }, 'pre-trained');
  return training === 'fine-tune' ? h('span', { class: 'tag' }, 'fine-tuned') : null;
}

function jobHistory(jobs: readonly Job[], page: Page): HTMLElement {
  return h(
    'section',
    { 'aria-labelledby': 'jobs' },
    h('h2', { id: 'jobs' }, 'Jobs'),
    table({
      caption: 'Jobs that ended, newest first',
      columns: [
        { head: 'Job' },
        { head: 'Asked for by', spare: true },
        { head: 'Outcome' },
        { head: 'Tries', numeric: true, spare: true },
        { head: 'Ended', spare: true },
        { head: 'Log' },
      ],
      rows: jobs.map((job) => [
        jobTitle(job),
        job.reason,
        h('span', { class: job.state === 'failed' ? 'prose bad-text' : 'prose' }, jobDetail(job) || '–'),
        job.attempts,
        job.finishedAt === null ? '–' : ago(job.finishedAt, Date.now()),
        logOf(job, page),
      ]),
    }),
  );
}

function logOf(job: Job, page: Page): HTMLElement {
  const lines = h('pre', { class: 'log', tabindex: 0, 'aria-label': `Log of job ${job.id}` }, 'Loading…');
  const details = h('details', null, h('summary', null, 'Log'), lines);
  details.addEventListener('toggle', async () => {
    if (!details.open) return;
    const { lines: found } = await api.jobLog(job.id, page.signal);
    lines.textContent =
      found.map(({ at, line }) => `${new Date(at).toISOString()}  ${line}`).join('\n') || 'Nothing was logged.';
  });
  return details;
}
