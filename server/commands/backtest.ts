import type { Command } from 'commander';
import type { Series } from '../../models/series.ts';
import type { Settings } from '../contract.ts';
import { openDataFolder } from '../data-folder.ts';
import { AppError } from '../errors.ts';
import { withHolidaysOf } from '../holidays.ts';
import { findDataset } from './find-dataset.ts';
import { isFile } from './forecast.ts';
import { settingsOf, withNetworkOptions } from './network-options.ts';
import { refuseReadingOptions, withReadingOptions } from './reading-options.ts';
import { scoresTable } from './scores-table.ts';
import { showJobProgress } from './show-progress.ts';
import { printable } from './table.ts';
import { type Act, type Outcome, type Terminal, whole } from './verb.ts';

export function addBacktest(program: Command, act: Act): void {
  const command = program
    .command('backtest')
    .description('Score the network beside the baselines on held-back data: of a file, or of a dataset of the store.')
    .argument('<dataset-or-file>', 'a CSV file (- for standard input), or the name or id of a dataset')
    .option('--horizon <steps>', 'steps to forecast (default: chosen from the frequency)', whole(1, 2000))
    .option('--folds <count>', 'origins to forecast from', whole(1, 50));
  withReadingOptions(withNetworkOptions(command))
    .option('--json', 'print the scores as JSON')
    .addHelpText('after', '\nExample:\n  tidecast backtest sales.csv --folds 3')
    .action(
      act(async (argument, options, terminal) => {
        const trial = await (isFile(argument) ? ofFile : ofDataset)(argument, options, terminal);
        return score(trial, options, terminal);
      }),
    );
}

interface Trial {
  readonly series: readonly Series[];
  readonly horizon: number;
  /** Settings of the dataset, which the options override. */
  readonly settings: Settings;
  /** What was tried, for programs. */
  readonly of: Record<string, unknown>;
}

async function ofFile(path: string, options: Record<string, unknown>, terminal: Terminal): Promise<Trial> {
  const { seriesOfFile } = await import('./file-series.ts');
  const { series, horizon } = await seriesOfFile(path, options, terminal);
  return { series, horizon, settings: {}, of: { file: path === '-' ? null : path } };
}

// Read-only, so it needs neither a job nor the lock of the folder: a server may be at work.
async function ofDataset(name: string, options: Record<string, unknown>, terminal: Terminal): Promise<Trial> {
  refuseReadingOptions(name, options);
  const { loadTrainingData } = await import('../training-data.ts');
  const store = openDataFolder(terminal.config().dataFolder, { create: false });
  try {
    const { dataset, series } = loadTrainingData(store, findDataset(store, name).id);
    const horizon = (options.horizon as number | undefined) ?? dataset.horizon;
    const { holidays } = { ...(dataset.settings as Settings), ...settingsOf(options) };
    return {
      series: withHolidaysOf(series, holidays, [], horizon),
      horizon,
      settings: dataset.settings as Settings,
      of: { dataset: dataset.name, datasetId: dataset.id },
    };
  } finally {
    store.close();
  }
}

async function score(
  { series, horizon, settings, of }: Trial,
  options: Record<string, unknown>,
  terminal: Terminal,
): Promise<Outcome> {
  const [{ evaluate }, { storedScores }] = await Promise.all([import('../training.ts'), import('../champion.ts')]);
  const { model, seed, configuration, backtest, choice } = await evaluate({
    series,
    horizon,
    settings: { ...settings, ...settingsOf(options) },
    signal: terminal.signal,
    onProgress: showJobProgress(terminal.progress),
  });
  const { folds, leftOut, failures } = backtest;
  // A table without a row is no success: a program would take the status 0 for scores.
  if (Object.keys(backtest.scores).length === 0) throw nothingScored(series, horizon, leftOut);
  const scores = Object.fromEntries(Object.entries(backtest.scores).map(([name, own]) => [name, storedScores(own)]));
  const value = { ...of, model, seed, horizon, folds, configuration, scores, leftOut, failures };
  const lines = [
    `${folds} ${folds === 1 ? 'fold' : 'folds'} of ${horizon} steps; errors are better when lower, coverage should be 80 %.`,
    scoresTable(scores, model),
  ];
  if (choice) lines.push(choice.sentence);
  if (leftOut.length > 0) {
    lines.push(`${leftOut.length} series left out, such as ${printable(leftOut[0].series)}: ${leftOut[0].reason}.`);
  }
  return { value, text: lines.join('\n') };
}

function nothingScored(
  series: readonly Series[],
  horizon: number,
  leftOut: readonly { series: string; reason: string }[],
): AppError {
  const first = leftOut[0] ? ` ${printable(leftOut[0].series)}: ${leftOut[0].reason}.` : '';
  return new AppError(
    'invalid_request',
    `None of ${series.length} series is long enough to be scored over ${horizon} steps: choose a shorter --horizon.${first}`,
    { details: leftOut },
  );
}
