import type { Command } from 'commander';
import { listDatasets } from '../../db/datasets.ts';
import { type JobKind, type JobRow, listJobs } from '../../db/jobs.ts';
import { servingOf } from '../../db/promotions.ts';
import { type RunSummaryRow, runsOf } from '../../db/runs.ts';
import type { Settings } from '../contract.ts';
import { isAtWork, openDataFolder } from '../data-folder.ts';
import { duration } from '../progress-bar.ts';
import { findDataset } from './find-dataset.ts';
import { significant, table } from './table.ts';
import { type Act, whole } from './verb.ts';

export function addRuns(program: Command, act: Act): void {
  program
    .command('runs')
    .description('List the trainings, newest first, with their scores and what serves; first what goes on or waits.')
    .argument('[dataset]', 'name or id of a dataset; all of them when absent')
    .option('--limit <count>', 'at most this many for each dataset', whole(1, 10_000), 20)
    .option('--json', 'print the runs as JSON')
    .addHelpText('after', '\nMASE below 1 is better than repeating the last season.\n\nExample:\n  tidecast runs sales')
    .action(
      act(async (argument, options, terminal) => {
        const store = openDataFolder(terminal.config().dataFolder, { create: false });
        try {
          const datasets = argument === undefined ? listDatasets(store) : [findDataset(store, argument)];
          const found = datasets.map((dataset) => ({
            dataset: dataset.name,
            datasetId: dataset.id,
            serving: servingOf(store, dataset.id) ?? null,
            // The one that runs, then those that wait, in the order of their turns.
            jobs: (['running', 'queued'] as const).flatMap((state) =>
              listJobs(store, { datasetId: dataset.id, state }).reverse(),
            ),
            runs: runsOf(store, dataset.id, { limit: options.limit as number }),
          }));
          const value = found.map(({ serving, jobs, ...rest }) => ({
            ...rest,
            jobs: jobs.map(({ id, kind, state, reason, request, attempts, progress, createdAt, startedAt }) => {
              const { training = null } = (request.settings ?? {}) as Settings;
              return { id, kind, training, state, reason, attempts, progress, createdAt, startedAt };
            }),
            serving: serving && { model: serving.model, runId: serving.runId, reason: serving.reason },
          }));
          const atWork = isAtWork(terminal.config().dataFolder);
          const told = value.map(({ runs, jobs, ...dataset }) => {
            const [head, ...rows] = describe(dataset, runs).split('\n');
            return [head, ...jobs.map((job) => goingOn(job, atWork)), ...rows].join('\n');
          });
          return { value, text: told.join('\n\n') || NONE };
        } finally {
          store.close();
        }
      }),
    );
}

const KINDS: Record<JobKind, string> = { train: 'training', backtest: 'backtest', forecast: 'forecast' };

interface Open extends Pick<JobRow, 'id' | 'kind' | 'state' | 'progress'> {
  /** How much to train, where the job was asked for it. */
  readonly training: Settings['training'] | null;
}

function goingOn({ id, kind, training, state, progress }: Open, atWork: boolean): string {
  const what = `Job ${id}: ${training === 'none' ? 'run of the pre-trained network' : KINDS[kind]}`;
  if (!atWork) {
    const until = 'until a Tidecast works on this data folder (`tidecast serve`)';
    return state === 'running' ? `${what} was broken off, and waits ${until}.` : `${what} waits ${until}.`;
  }
  if (state === 'queued') return `${what} waits for its turn.`;
  if (!progress) return `${what} starts.`;
  const { done, phase, epoch, epochs, secondsLeft } = progress;
  return [
    `${what} goes on, ${Math.floor(100 * done)} %`,
    phase,
    ...(epoch === null || epochs === null ? [] : [`epoch ${epoch} of ${epochs}`]),
    ...(secondsLeft === null ? [] : [`about ${duration(secondsLeft)} left`]),
  ].join(', ');
}

const NONE = 'No datasets yet: import a file first, with `tidecast import FILE.csv`.';

function describe(
  {
    dataset,
    datasetId,
    serving,
  }: { dataset: string; datasetId: number; serving: { model: string; reason: string } | null },
  runs: readonly RunSummaryRow[],
): string {
  const head = serving
    ? `${dataset} (${datasetId}) is served by ${serving.model}: ${serving.reason}`
    : `${dataset} (${datasetId}) has not been trained yet.`;
  if (runs.length === 0) return head;
  const rows = runs.map((run) => [
    run.id,
    run.champion ? 'champion' : '',
    run.model,
    new Date(run.createdAt).toISOString().slice(0, 16).replace('T', ' '),
    Math.round(run.durationMs / 1000),
    significant(run.scores[run.model]?.mase),
    significant(run.scores['seasonal-naive']?.mase),
    significant(run.scores[run.model]?.coverage80),
  ]);
  return `${head}\n${table(['run', '', 'model', 'made (UTC)', 'seconds', 'MASE', "naive's MASE", '80 % coverage'], rows)}`;
}
