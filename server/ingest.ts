import { createHash } from 'node:crypto';
import { mergeAttributes } from '../db/attributes.ts';
import { createCovariateStaging } from '../db/covariates.ts';
import { type DatasetRow, getDataset, insertDataset, updateDataset } from '../db/datasets.ts';
import { insertImport } from '../db/imports.ts';
import { readObservations } from '../db/observations.ts';
import type { Store } from '../db/open.ts';
import { seriesWriter } from '../db/series.ts';
import { createStaging } from '../db/staging.ts';
import { defaultHorizon, defaultSeason, type Frequency, parseFrequency } from '../models/series.ts';
import type { ImportReport as WireReport } from './contract.ts';
import { attributeValues, withoutVarying } from './csv/attribute-cells.ts';
import { openCsv } from './csv/csv.ts';
import { gapsOf } from './csv/frequency.ts';
import { unpacked } from './csv/gzip.ts';
import { learntStyles, measuredColumns, withAnswers } from './csv/number-styles.ts';
import { timeText } from './csv/preview.ts';
import { Recipe } from './csv/recipe.ts';
import { AppError } from './errors.ts';
import { createExtents } from './extents.ts';

/** The wire's report, and what else was learnt of the file. Counts are of this upload, gaps of the series as now stored. */
export interface ImportReport extends WireReport {
  /** 0 to 1; null where the recipe was given and nothing was inferred. */
  readonly confidence: number | null;
  readonly rows: number;
  /** Lines at the end of the file that are no rows. */
  readonly footer: number;
  readonly repeatedHours: number;
  readonly missingHours: number;
  readonly recipe: Recipe;
}

export interface IngestRequest {
  readonly source: AsyncIterable<Uint8Array>;
  readonly fileName: string | null;
  /** How to read the file; detected where absent, or the stored one of the dataset. */
  readonly recipe?: Recipe;
  /** Fields of the recipe a person has fixed; the rest is detected, or as stored with the dataset. */
  readonly answers?: Partial<Recipe>;
  /** Appends to and corrects this dataset; a new one is made where absent. */
  readonly datasetId?: number;
  /** Name of a new dataset; the file's name without its ending where absent. */
  readonly name?: string;
  /** Of the text: a packed file is counted, and hashed, as it unpacks. */
  readonly maxBytes: number;
  /** Epoch ms. */
  readonly now: number;
  readonly signal?: AbortSignal;
  /** Asked again and again until the commit; true stops the import. For callers whose thread hears no signal meanwhile. */
  readonly cancelled?: () => boolean;
  readonly onProgress?: (progress: { bytes: number; rows: number; phase: 'reading' | 'storing' }) => void;
  /** Called for a new dataset inside the transaction that stores it: what it writes is stored with the data or not at all. */
  readonly onCreated?: (datasetId: number) => void;
}

/**
 * Reads an upload into the store, all of it or nothing. The same time again replaces the value. `store` must be a connection
 * of this import alone: rows wait in its temporary tables, and the write lock is held only while they are merged.
 * Throws AppError `too_large`, `cancelled`, `not_found`, `disk_full`, `unreadable` and whatever `openCsv` throws.
 */
export async function ingest(store: Store, request: IngestRequest): Promise<ImportReport> {
  const before = request.datasetId === undefined ? undefined : existing(store, request.datasetId);
  const hash = createHash('sha256');
  const measured = { bytes: 0 };
  const source = measure(request, hash, measured);
  const replayed = before && Recipe.parse(before.recipe);
  const given = request.recipe ?? (replayed && Recipe.parse(withAnswers(replayed, request.answers)));
  // Who says how all numbers are written knows that it is not as before.
  const stored = request.recipe === undefined && request.answers?.decimal === undefined;
  const staging = createStaging(store);
  const known = createCovariateStaging(store);
  try {
    const opened = await openCsv(source, { recipe: given, answers: request.answers, stored });
    const { detection, rows, format } = opened;
    const frequency = parseFrequency(before?.frequency ?? opened.recipe.frequency);
    const extents = createExtents(frequency, opened.recipe.zone);
    for await (const batch of rows) {
      refuseCancelled(request);
      if (batch.series.length > 0) staging.add(batch);
      if (batch.covariates) known.add(batch.covariates);
      extents.add(batch);
      request.onProgress?.({ bytes: measured.bytes, rows: rows.summary.rows, phase: 'reading' });
    }
    refuseCancelled(request);
    const { summary } = rows;
    const recipe = { ...withoutVarying(opened.recipe, summary), encoding: rows.encoding };
    const extent = known.extent();
    // A plan of what is to come, for a dataset that has its past already, needs no values.
    if (extents.observations === 0 && !(before && extent)) throw nothingRead(summary);
    request.onProgress?.({ bytes: measured.bytes, rows: summary.rows, phase: 'storing' });

    staging.prepare(before === undefined);
    refuseCancelled(request);
    return inTransaction(store, () => {
      const season = recipe.season ?? before?.season ?? defaultSeason(frequency);
      const name = before?.name ?? request.name ?? baseName(request.fileName);
      const datasetId = before?.id ?? newDataset(store, request, recipe, name, frequency, season);
      if (before && request.recipe) updateDataset(store, before.id, { recipe, zone: recipe.zone, season }, request.now);
      // What one upload answers differently is for that upload alone; a decimal mark seen for the first time is kept.
      else if (before && format === 'csv')
        updateDataset(store, before.id, { recipe: learntStyles(replayed!, recipe) }, request.now);
      const idOf = seriesWriter(store, datasetId);
      const ids = summary.names.map(idOf);
      const merged = staging.merge(ids, recipe.duplicates, () => refuseCancelled(request));
      const names = recipe.covariateColumns ?? [];
      const covariates =
        names.length > 0 ? { ahead: summary.ahead, covariates: known.merge(datasetId, ids, names) } : {};
      const said = attributeValues(summary, opened.recipe);
      const kinds = recipe.attributeColumns ?? [];
      const attributes = mergeAttributes(store, datasetId, kinds, new Map(said.map((own, i) => [ids[i], own])));
      // A later file need not repeat them.
      const told = attributes.filter(({ added, replaced, unchanged }) => added + replaced + unchanged > 0);
      const writeTime = timeText(recipe);
      const span = extents.observations > 0 ? extents : extent!;
      const report: ImportReport = {
        dataset: name,
        datasetId,
        series: summary.names.length,
        observations: merged.added + merged.replaced + merged.unchanged,
        frequency: before?.frequency ?? recipe.frequency,
        season,
        start: writeTime(span.start),
        end: writeTime(span.end),
        gaps: ids.reduce((sum, id, i) => {
          const streamed = before ? undefined : extents.gaps(i);
          return sum + (streamed ?? gapsOf(readObservations(store, id).times, frequency, recipe.zone));
        }, 0),
        duplicates: merged.duplicates,
        ...(merged.duplicates > 0 ? { kept: recipe.duplicates } : {}),
        missing: summary.missing,
        ...covariates,
        ...(told.length > 0 ? { attributes: told } : {}),
        added: merged.added,
        replaced: merged.replaced,
        unchanged: merged.unchanged,
        rejectedCount: summary.rejectedCount,
        rejected: summary.rejected,
        bytes: measured.bytes,
        hash: hash.digest('hex'),
        rounded: summary.rounded,
        ...(detection?.likeOthers.length ? { likeOthers: detection.likeOthers } : {}),
        unused: unusedColumns(rows.columns, recipe),
        confidence: detection?.confidence ?? null,
        rows: summary.rows,
        footer: summary.footer,
        repeatedHours: summary.repeatedHours,
        missingHours: summary.missingHours,
        recipe,
      };
      insertImport(store, {
        datasetId,
        fileName: request.fileName,
        hash: report.hash,
        added: report.added,
        report,
        createdAt: request.now,
      });
      if (!before) request.onCreated?.(datasetId);
      refuseCancelled(request);
      return report;
    });
  } finally {
    staging.close();
    known.close();
  }
}

function unusedColumns(columns: readonly string[], recipe: Recipe): string[] {
  const used = new Set([...recipe.timeColumns, ...recipe.seriesColumns, ...measuredColumns(recipe)]);
  return columns.filter((name) => !used.has(name)).slice(0, 100);
}

function existing(store: Store, id: number): DatasetRow {
  const dataset = getDataset(store, id);
  if (!dataset) throw new AppError('not_found', `there is no dataset ${id}`);
  return dataset;
}

function newDataset(
  store: Store,
  request: IngestRequest,
  recipe: Recipe,
  name: string,
  frequency: Frequency,
  season: number,
): number {
  return insertDataset(
    store,
    {
      name,
      frequency: recipe.frequency,
      season,
      zone: recipe.zone,
      horizon: defaultHorizon(frequency, season),
      recipe,
      settings: {},
    },
    request.now,
  );
}

// Everything between BEGIN and COMMIT is synchronous: nothing else can slip into the transaction.
function inTransaction<T>(store: Store, work: () => T): T {
  store.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    store.exec('COMMIT');
    return result;
  } catch (error) {
    if (store.inTransaction) store.exec('ROLLBACK');
    if ((error as { code?: unknown }).code === 'SQLITE_FULL') {
      throw new AppError('disk_full', 'the disk is full: nothing of this upload was stored', { cause: error });
    }
    throw error;
  }
}

function refuseCancelled({ signal, cancelled }: Pick<IngestRequest, 'signal' | 'cancelled'>): void {
  if (signal?.aborted || cancelled?.()) throw new AppError('cancelled', 'the import was cancelled: nothing was stored');
}

async function* measure(
  request: IngestRequest,
  hash: { update(chunk: Uint8Array): unknown },
  measured: { bytes: number },
): AsyncGenerator<Uint8Array> {
  const { maxBytes } = request;
  for await (const chunk of unpacked(request.source)) {
    refuseCancelled(request);
    measured.bytes += chunk.length;
    if (measured.bytes > maxBytes) {
      throw new AppError('too_large', `the file has more than ${maxBytes} bytes, the most that is accepted`, {
        details: { found: measured.bytes, expected: maxBytes },
      });
    }
    hash.update(chunk);
    yield chunk;
  }
}

function nothingRead(summary: { rows: number; missing: number; rejected: ImportReport['rejected'] }): AppError {
  const [problem] = summary.rejected;
  const located = problem
    ? `line ${problem.line}, column "${problem.column}": found "${problem.found}", expected ${problem.expected}`
    : `${summary.rows} rows, ${summary.missing} missing values, expected at least one number`;
  return new AppError('unreadable', `no observation could be read: ${located}`, {
    details: { rejected: summary.rejected.slice(0, 20) },
  });
}

const baseName = (fileName: string | null) => {
  const name = (fileName ?? '')
    .replace(/^.*[\\/]/, '')
    .replace(/\.gz$/i, '')
    .replace(/\.(?:csv|tsv|txt|ndjson|jsonl)$/i, '');
  return name.trim().slice(0, 200) || 'dataset';
};
