import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { carriedOf } from '../carried-forward.ts';
import type { ForecastExplanation, Settings } from '../contract.ts';
import { AppError } from '../errors.ts';
import type { explainForecasts } from '../explanation.ts';
import { forecastCsv, type WrittenForecast } from './forecast-csv.ts';
import { settingsOf, withNetworkOptions } from './network-options.ts';
import { refuseReadingOptions, withReadingOptions } from './reading-options.ts';
import { showJobProgress } from './show-progress.ts';
import { printable } from './table.ts';
import { type Act, type Outcome, type Terminal, whole } from './verb.ts';

export function addForecast(program: Command, act: Act): void {
  const command = program
    .command('forecast')
    .description(
      'Forecast a file, without a server or a store: one network is trained across all of its series. Or forecast a dataset of the store by what serves it.',
    )
    .argument('<dataset-or-file>', 'a CSV file (- for standard input), or the name or id of a dataset')
    .option('--horizon <steps>', 'steps to forecast (default: chosen from the frequency)', whole(1, 2000))
    .option('--out <file>', 'write the CSV here (default: standard output)')
    .option('--no-train', 'the pre-trained network as it is: no training at all, the same as --training none');
  withReadingOptions(withNetworkOptions(command))
    .option('--explain', 'say what each forecast is made of: season, level, trend; why a stand-in')
    .option('--json', 'print what was done, with the forecasts where there is no --out, as JSON')
    .addHelpText(
      'after',
      '\nThe CSV has a line for each series and step: series_id, ds (as the file writes times), and the quantiles q0.025 to q0.975; q0.5 is the forecast.\n\nExample:\n  tidecast forecast sales.csv --horizon 12 --out forecast.csv',
    )
    .action(
      act((argument, options, terminal) =>
        isFile(argument) ? forecastFile(argument, options, terminal) : forecastDataset(argument, options, terminal),
      ),
    );
}

/**
 * Whether the argument means a file: one that is there, standard input, or a name that only a file would have. A folder is
 * none: a dataset may be called as one.
 */
export function isFile(argument: string): boolean {
  const there = statSync(argument, { throwIfNoEntry: false });
  return (
    argument === '-' || (there !== undefined && !there.isDirectory()) || /[\\/]|\.(?:csv|tsv|txt)$/i.test(argument)
  );
}

async function forecastFile(path: string, options: Record<string, unknown>, terminal: Terminal): Promise<Outcome> {
  const began = terminal.now();
  checkOut(options.out);
  const { seriesOfFile } = await import('./file-series.ts');
  const { series, horizon, file, writeTime } = await seriesOfFile(path, options, terminal);
  const { forecastAll, trainUnscored } = await import('../training.ts');
  const settings = settingsOf(options);
  const { fitted, model, configuration, told } = await trainUnscored({
    series,
    horizon,
    settings,
    signal: terminal.signal,
    onProgress: showJobProgress(terminal.progress),
    onPlan: terminal.note,
    spent: performance.now() / 1000,
  });
  const forecasts = await forecastAll({ by: fitted, series, horizon, bounds: settings, signal: terminal.signal });
  fitted.dispose();
  const fallbacks = forecasts.flatMap(({ series: name, fallback }) =>
    fallback ? [{ series: name, ...fallback }] : [],
  );
  const { choice, training, combination, coarser } = told;
  const covariates = choice ? { ...choice, ...carriedOf(series, fitted.covariates, horizon) } : undefined;
  for (const decided of [training, combination, coarser]) if (decided) terminal.note(decided.sentence);
  if (covariates) terminal.note([covariates.sentence, ...covariates.notes].join(' '));
  terminal.note(summary(forecasts.length, fallbacks, (terminal.now() - began) / 1000));
  const [{ formatFrequency }, { describeCorrection }] = await Promise.all([
    import('../../models/series.ts'),
    import('../../models/correction.ts'),
  ]);
  if (fitted.intervals) terminal.note(describeCorrection(fitted.intervals));
  const value = {
    file: path === '-' ? null : path,
    model,
    series: forecasts.length,
    observations: file.report.observations,
    frequency: formatFrequency(file.frequency),
    season: file.season,
    horizon,
    ...(training ? { training } : {}),
    ...(combination ? { combination } : {}),
    ...(coarser ? { coarser } : {}),
    intervals: configuration.intervals ?? null,
    ...(covariates ? { covariates } : {}),
    fallbacks,
    ...(options.explain ? { explanations: await explained(series, forecasts, settings, terminal) } : {}),
  };
  return written(forecasts, writeTime, value, options, terminal);
}

// By series, in figures and sentences; the first few sentences for a person, too.
async function explained(
  series: Parameters<typeof explainForecasts>[0],
  forecasts: Parameters<typeof explainForecasts>[1],
  settings: Settings,
  { note }: Terminal,
): Promise<Record<string, ForecastExplanation>> {
  const { explainForecasts } = await import('../explanation.ts');
  const all = explainForecasts(series, forecasts, settings);
  noteExplanations([...all], note);
  return Object.fromEntries(all);
}

// As they were when the forecasts were made; a forecast of an earlier version has none.
function storedExplanations(
  forecasts: readonly { series: string; explanation: unknown }[],
  { note }: Terminal,
): Record<string, ForecastExplanation | null> {
  const all = forecasts.map((one) => [one.series, one.explanation as ForecastExplanation | null] as const);
  noteExplanations(all, note);
  return Object.fromEntries(all);
}

function noteExplanations(
  all: readonly (readonly [string, ForecastExplanation | null])[],
  note: Terminal['note'],
): void {
  for (const [id, explanation] of all.slice(0, SHOWN)) {
    note([`${printable(id)}:`, ...(explanation?.sentences ?? ['made before forecasts were explained'])].join('\n  '));
  }
  if (all.length > SHOWN) note(`… and ${all.length - SHOWN} more: --json has them all.`);
}

const SHOWN = 5;

async function forecastDataset(name: string, options: Record<string, unknown>, terminal: Terminal): Promise<Outcome> {
  refuseFileOptions(name, options);
  checkOut(options.out);
  const [{ openDataFolder }, { findDataset }, { runJob }] = await Promise.all([
    import('../data-folder.ts'),
    import('./find-dataset.ts'),
    import('./run-job.ts'),
  ]);
  const config = terminal.config();
  const store = openDataFolder(config.dataFolder, { create: false });
  try {
    const dataset = findDataset(store, name);
    const job = await runJob({ store, config, datasetId: dataset.id, kind: 'forecast' }, terminal);
    const [{ latestForecast }, { seriesOf }, { ownTimes }] = await Promise.all([
      import('../../db/forecasts.ts'),
      import('../../db/series.ts'),
      import('../export-times.ts'),
    ]);
    const forecasts = seriesOf(store, dataset.id).flatMap(({ id, name: series }) => {
      const forecast = latestForecast(store, id);
      return forecast ? [{ ...forecast, series }] : [];
    });
    const fallbacks = forecasts.flatMap(({ series, fallback }) => (fallback ? [{ series, ...fallback }] : []));
    if (job.result) terminal.note(job.result.message);
    const value = {
      dataset: dataset.name,
      datasetId: dataset.id,
      jobId: job.id,
      serving: job.result?.serving ?? null,
      series: forecasts.length,
      frequency: dataset.frequency,
      season: dataset.season,
      horizon: dataset.horizon,
      fallbacks,
      ...(options.explain ? { explanations: storedExplanations(forecasts, terminal) } : {}),
    };
    return await written(forecasts, ownTimes(dataset), value, options, terminal);
  } finally {
    store.close();
  }
}

interface FallbackOf {
  readonly series: string;
  readonly code: string;
  readonly reason: string;
  readonly model: string;
}

async function written(
  forecasts: readonly WrittenForecast[],
  writeTime: (time: number) => string | number,
  value: Record<string, unknown>,
  { out, json }: Record<string, unknown>,
  terminal: Terminal,
): Promise<Outcome> {
  if (out === undefined) {
    const { QUANTILES } = await import('../../models/series.ts');
    const shown = !json
      ? []
      : forecasts.map(({ series, times, quantiles }) => ({
          series,
          ds: Array.from(times, writeTime),
          levels: QUANTILES,
          quantiles: quantiles.map((values) => Array.from(values)),
        }));
    return { value: { ...value, forecasts: shown }, text: json ? '' : [...forecastCsv(forecasts, writeTime)].join('') };
  }
  const file = resolve(String(out));
  await writeLines(file, forecastCsv(forecasts, writeTime));
  terminal.note(`${out}: ${forecasts.reduce((sum, { times }) => sum + times.length, 0)} forecast rows.`);
  return { value: { ...value, out: file }, text: '' };
}

// Written beside and renamed: whoever waits for the file never reads half of it.
async function writeLines(file: string, lines: Iterable<string>): Promise<void> {
  // Into a device or a pipe, such as /dev/stdout, nothing can be renamed.
  const special = existsSync(file) && !statSync(file).isFile();
  const partial = special ? file : `${file}.partial`;
  try {
    await writeFile(partial, lines);
    if (!special) renameSync(partial, file);
  } catch (error) {
    if (!special) rmSync(partial, { force: true });
    throw cannotWrite(file, error as NodeJS.ErrnoException);
  }
}

// Before minutes of training, not after them.
function checkOut(out: unknown): void {
  if (out === undefined) return;
  const file = resolve(String(out));
  if (existsSync(file) && statSync(file).isDirectory()) {
    throw new AppError('invalid_request', `--out: ${out} is a folder, expected a file.`, { details: { out } });
  }
  if (!existsSync(resolve(file, '..'))) {
    throw new AppError('invalid_request', `--out: there is no folder for ${out}.`, { details: { out } });
  }
}

function cannotWrite(file: string, error: NodeJS.ErrnoException): AppError {
  if (error.code === 'ENOSPC') return new AppError('disk_full', `The disk is full: ${file} was not written.`);
  return new AppError('unavailable', `${file} cannot be written: ${error.message}.`, { cause: error });
}

// What serves a dataset is trained already: how to train it is a question for `tidecast train`.
function refuseFileOptions(name: string, options: Record<string, unknown>): void {
  refuseReadingOptions(name, options);
  const [told] = Object.keys({ ...settingsOf(options), ...(options.horizon === undefined ? {} : { horizon: 0 }) });
  if (told === undefined) return;
  throw new AppError(
    'invalid_request',
    `There is no file ${name}, and a dataset is forecast by what serves it, over its own horizon: ${told} cannot be set for it here.`,
    { details: { field: told } },
  );
}

function summary(count: number, fallbacks: readonly FallbackOf[], seconds: number): string {
  const made = `${count} series forecast in ${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  if (fallbacks.length === 0) return `${made}.`;
  const shown = fallbacks
    .slice(0, 5)
    .map(({ series, reason, model }) => `  ${printable(series)}: ${reason} (${model})`);
  const more = fallbacks.length > shown.length ? [`  and ${fallbacks.length - shown.length} more`] : [];
  return [`${made}, ${fallbacks.length} of them not by the network:`, ...shown, ...more].join('\n');
}
