import { type Command, Option } from 'commander';
import type { RunScores } from '../../db/runs.ts';
import type { Series } from '../../models/series.ts';
import type { Settings } from '../contract.ts';
import { openDataFolder } from '../data-folder.ts';
import { AppError } from '../errors.ts';
import { withHolidaysOf } from '../holidays.ts';
import { findDataset } from './find-dataset.ts';
import { isFile } from './forecast.ts';
import { settingsOf, withBacktestOptions, withNetworkOptions } from './network-options.ts';
import { refuseReadingOptions, withReadingOptions } from './reading-options.ts';
import { breakdownTable, scoresTable } from './scores-table.ts';
import { showJobProgress } from './show-progress.ts';
import { printable } from './table.ts';
import { type Act, type Outcome, type Terminal, whole } from './verb.ts';

export function addBacktest(program: Command, act: Act): void {
  const command = program
    .command('backtest')
    .description('Score the network beside the baselines on held-back data: of a file, or of a dataset of the store.')
    .argument('<dataset-or-file>', 'a CSV file (- for standard input), or the name or id of a dataset')
    .option('--horizon <steps>', 'steps to forecast (default: chosen from the frequency)', whole(1, 2000));
  withReadingOptions(withNetworkOptions(withBacktestOptions(command)))
    .addOption(new Option('--by <what>', 'scores of each series or of each step too').choices(['series', 'horizon']))
    .option('--json', 'print the scores as JSON')
    .addHelpText('after', '\nExample:\n  tidecast backtest sales.csv --folds 12 --stride 1 --refit --by horizon')
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
  const { model, seed, configuration, backtest, told } = await evaluate({
    series,
    horizon,
    settings: { ...settings, ...settingsOf(options) },
    signal: terminal.signal,
    onProgress: showJobProgress(terminal.progress),
    onPlan: terminal.note,
    spent: performance.now() / 1000,
  });
  const { folds, stride, refit, leftOut, failures } = backtest;
  // A table without a row is no success: a program would take the status 0 for scores.
  if (Object.keys(backtest.scores).length === 0) throw nothingScored(series, horizon, leftOut);
  const scores = mapped(backtest.scores, storedScores);
  const detail =
    options.by === 'series'
      ? { bySeries: mapped(backtest.bySeries, (own) => mapped(own, storedScores)) }
      : options.by === 'horizon'
        ? { byHorizon: mapped(backtest.byHorizon, (steps) => steps.map(storedScores)) }
        : {};
  const value = {
    ...of,
    model,
    seed,
    horizon: backtest.horizon,
    folds,
    stride,
    refit,
    configuration,
    scores,
    ...detail,
    leftOut,
    failures,
  };
  const every = folds > 1 ? `, ${stride} ${stride === 1 ? 'step' : 'steps'} apart` : '';
  const lines = [
    `${folds} ${folds === 1 ? 'fold' : 'folds'} of ${backtest.horizon} ${backtest.horizon === 1 ? 'step' : 'steps'}${every}${refit ? ', trained again at each' : ''}; errors are better when lower, coverage should be what its interval promises.`,
    scoresTable(scores, model),
    ...breakdown(detail, model),
  ];
  if (backtest.horizon < horizon) lines.push(`The series are too short to hold back ${horizon} steps.`);
  for (const decided of [told.training, told.combination, told.coarser, told.choice])
    if (decided) lines.push(decided.sentence);
  if (leftOut.length > 0) {
    lines.push(`${leftOut.length} series left out, such as ${printable(leftOut[0].series)}: ${leftOut[0].reason}.`);
  }
  return { value, text: lines.join('\n') };
}

// The detail turned over: a row a series or a step, in it every model.
function breakdown(
  { bySeries, byHorizon }: { bySeries?: ByModel<Record<string, RunScores>>; byHorizon?: ByModel<RunScores[]> },
  model: string,
): string[] {
  if (bySeries) {
    const names = Object.keys(bySeries[model] ?? Object.values(bySeries)[0] ?? {});
    const rows = names.map((name) => ({ name, scores: mapped(bySeries, (own) => own[name]) }));
    return ['', breakdownTable('series', rows, model)];
  }
  if (!byHorizon) return [];
  const steps = Object.values(byHorizon)[0] ?? [];
  return [
    '',
    breakdownTable(
      'step',
      steps.map((_, k) => ({ name: k + 1, scores: mapped(byHorizon, (own) => own[k]) })),
      model,
    ),
  ];
}

type ByModel<T> = Record<string, T>;

const mapped = <T, U>(all: Readonly<Record<string, T>>, to: (one: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(all).map(([name, one]) => [name, to(one)]));

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
