import type { Command } from 'commander';
import { getRun } from '../../db/runs.ts';
import type { RunExplanation } from '../contract.ts';
import { openDataFolder } from '../data-folder.ts';
import { findDataset } from './find-dataset.ts';
import { settingsOf, withBacktestOptions, withNetworkOptions } from './network-options.ts';
import { runJob } from './run-job.ts';
import { scoresTable } from './scores-table.ts';
import type { Act } from './verb.ts';

export function addTrain(program: Command, act: Act): void {
  const command = program
    .command('train')
    .description(
      'Train a dataset of the store: score the network beside the baselines, let it serve if it is better, and forecast.',
    )
    .argument('<dataset>', 'name or id');
  withNetworkOptions(withBacktestOptions(command))
    .option('--json', 'print the run as JSON')
    .addHelpText(
      'after',
      '\nWhile a server runs on the same data folder the training is its job, followed from here.\n\nExample:\n  tidecast train sales --cell lstm',
    )
    .action(
      act(async (name, options, terminal) => {
        const config = terminal.config();
        const store = openDataFolder(config.dataFolder, { create: false });
        try {
          const dataset = findDataset(store, name);
          const settings = settingsOf(options);
          const job = await runJob({ store, config, datasetId: dataset.id, kind: 'train', settings }, terminal);
          const result = job.result!;
          const run = result.runId === null ? undefined : getRun(store, result.runId);
          const value = {
            dataset: dataset.name,
            datasetId: dataset.id,
            jobId: job.id,
            ...result,
            model: run?.model ?? null,
            seed: run?.seed ?? null,
            scores: run?.scores ?? null,
            explanation: run?.explanation ?? null,
          };
          const told = (run?.explanation as RunExplanation | null | undefined)?.sentences ?? [];
          const text = [...(run ? [scoresTable(run.scores, run.model)] : []), result.message, ...told].join('\n');
          return { value, text };
        } finally {
          store.close();
        }
      }),
    );
}
