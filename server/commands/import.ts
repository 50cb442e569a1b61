import { statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { updateDataset } from '../../db/datasets.ts';
import { ImportReport } from '../contract.ts';
import { openDataFolder } from '../data-folder.ts';
import { AppError } from '../errors.ts';
import { completeDataset } from '../new-dataset.ts';
import { findDataset } from './find-dataset.ts';
import { holidaysOption, settingsOf } from './network-options.ts';
import { answersOf, openFile, tellDuplicates, withAnswersNamed, withReadingOptions } from './reading-options.ts';
import { printable } from './table.ts';
import { type Act, type Terminal, whole } from './verb.ts';

export function addImport(program: Command, act: Act): void {
  const command = program
    .command('import')
    .description(
      'Read a CSV file into the store: as a new dataset, or to append to one and correct it. All of it or nothing.',
    )
    .argument('<file>', 'a CSV file or lines of JSON, packed with gzip or not (- for standard input)')
    .option('--name <name>', "name of the new dataset (default: the file's name)")
    .option('--horizon <steps>', 'steps to forecast (default: chosen from the frequency)', whole(1, 2000))
    .addOption(holidaysOption())
    .option('--into <dataset>', 'append to this dataset, by name or id; it is read as its first file was');
  withReadingOptions(command)
    .option('--json', 'print the import report as JSON')
    .addHelpText(
      'after',
      '\nColumns, delimiter, dates and frequency are found by content; the options above say otherwise.\n\nExample:\n  tidecast import sales.csv --zone Europe/Berlin\n  tidecast import january.csv --into sales',
    )
    .action(
      act(async (path, options, terminal) => {
        const source = openFile(path);
        const config = terminal.config();
        const answers = answersOf(options);
        const { holidays } = settingsOf(options);
        if (holidays && options.into !== undefined) {
          throw new AppError('invalid_request', 'holidays: a dataset keeps those of its settings; change them there.', {
            details: { field: 'holidays' },
          });
        }
        const store = openDataFolder(config.dataFolder, { create: options.into === undefined });
        try {
          const { ingest } = await import('../ingest.ts');
          const into = options.into === undefined ? undefined : findDataset(store, String(options.into));
          const read = await ingest(store, {
            source,
            fileName: path === '-' ? null : basename(path),
            datasetId: into?.id,
            name: options.name as string | undefined,
            answers: Object.keys(answers).length > 0 ? answers : undefined,
            maxBytes: config.maxUpload,
            now: terminal.now(),
            signal: terminal.signal,
            onProgress: showBytes(path, terminal),
            onCreated: (id) => {
              if (holidays) updateDataset(store, id, { settings: { holidays } }, terminal.now());
              completeDataset(store, id, options.horizon as number | undefined, terminal.now());
            },
          }).catch((error) => {
            throw withAnswersNamed(error);
          });
          const report = ImportReport.parse(read);
          return { value: report, text: describe(report, into !== undefined) };
        } finally {
          store.close();
        }
      }),
    );
}

function showBytes(path: string, { progress }: Terminal): (read: { bytes: number; rows: number }) => void {
  const size = path === '-' ? 0 : (statSync(path, { throwIfNoEntry: false })?.size ?? 0);
  return ({ bytes, rows }) =>
    progress.show({ phase: 'importing', done: size > 0 ? Math.min(1, bytes / size) : 0, note: `${rows} rows` });
}

function describe(report: ImportReport, appended: boolean): string {
  const { dataset, datasetId, series, observations, frequency, season, start, end } = report;
  const lines = [
    `${printable(dataset)} (${datasetId}): ${series} series, ${observations} observations, ${short(start)} to ${short(end)}, step ${frequency}, season ${season}.`,
  ];
  if (appended) lines.push(`${report.added} added, ${report.replaced} replaced, ${report.unchanged} unchanged.`);
  const noted = (['gaps', 'missing'] as const).filter((what) => report[what] > 0);
  const lost = noted.map((what) => `${what}: ${report[what]}`);
  if (report.kept) lost.push(tellDuplicates(report.duplicates, report.kept));
  if (lost.length > 0) lines.push(`${lost.join(', ')}.`);
  if (report.rounded) lines.push(`${report.rounded} whole numbers have too many digits: the nearest were kept.`);
  for (const { column, found, value } of report.likeOthers ?? []) {
    lines.push(`Read as the other columns are, "${printable(column)}": ${printable(found)} is ${value}.`);
  }
  if (report.unused?.length) lines.push(`Columns not used: ${report.unused.map(printable).join(', ')}.`);
  for (const { name, added, replaced, unchanged } of report.covariates ?? []) {
    lines.push(`Known ahead, ${printable(name)}: ${added} added, ${replaced} replaced, ${unchanged} unchanged.`);
  }
  for (const { name, added, replaced, unchanged, changes } of report.attributes ?? []) {
    lines.push(
      `Attribute ${printable(name)}: ${added} added, ${replaced} replaced, ${unchanged} unchanged.`,
      ...changes
        .slice(0, 5)
        .map(
          ({ series, from, to }) =>
            `  ${printable(series)}: now ${printable(String(to))}, was ${printable(String(from))}`,
        ),
    );
  }
  if (report.ahead) lines.push(`${report.ahead} of the rows are the known future: covariates without a value yet.`);
  if (report.rejectedCount > 0) {
    lines.push(`${report.rejectedCount} cells could not be read:`);
    for (const { line, column, found, expected } of report.rejected.slice(0, 5)) {
      lines.push(`  line ${line}, column "${printable(column)}": found "${printable(found)}", expected ${expected}`);
    }
    if (report.rejectedCount > 5) lines.push(`  and ${report.rejectedCount - 5} more, all in --json`);
  }
  if (!appended) lines.push(`Next: tidecast train ${datasetId}, or tidecast serve.`);
  return lines.join('\n');
}

// Midnight says nothing in data of days and longer.
function short(moment: string | null): string {
  return (moment ?? '').replace('T00:00:00.000Z', '').replace(':00.000Z', 'Z');
}
