import type { Command } from 'commander';
import { listDatasets } from '../../db/datasets.ts';
import { servingOf } from '../../db/promotions.ts';
import { type RunSummaryRow, runsOf } from '../../db/runs.ts';
import { openDataFolder } from '../data-folder.ts';
import { findDataset } from './find-dataset.ts';
import { significant, table } from './table.ts';
import { type Act, whole } from './verb.ts';

export function addRuns(program: Command, act: Act): void {
  program
    .command('runs')
    .description('List the trainings, newest first, with their scores and what serves.')
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
            runs: runsOf(store, dataset.id, { limit: options.limit as number }),
          }));
          const value = found.map(({ serving, ...rest }) => ({
            ...rest,
            serving: serving && { model: serving.model, runId: serving.runId, reason: serving.reason },
          }));
          return { value, text: value.map(({ runs, ...dataset }) => describe(dataset, runs)).join('\n\n') || NONE };
        } finally {
          store.close();
        }
      }),
    );
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
