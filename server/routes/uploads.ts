import { stat } from 'node:fs/promises';
import { z } from 'zod';
import { getDataset } from '../../db/datasets.ts';
import { getJob } from '../../db/jobs.ts';
import {
  Created,
  DatasetUpload,
  ImportReport,
  ObservationsUpload,
  Preview,
  PreviewUpload,
  Recipe,
  UploadsUnderWay,
} from '../contract.ts';
import type { ImportTask } from '../import-thread.ts';
import { invalid, parseRequest, show } from '../validation.ts';
import { datasetReply } from './datasets.ts';
import { type Deps, type Endpoint, endpoint, found, type Given } from './endpoint.ts';
import { describeJob } from './jobs.ts';
import type { Upload } from './spool.ts';

/** Files that come in: looked at, made into a dataset, added to one. */
export const uploadRoutes: Endpoint[] = [
  endpoint({
    method: 'post',
    path: '/api/v1/previews',
    tag: 'imports',
    summary: 'How a file would be read; nothing is stored',
    upload: PreviewUpload,
    reply: { status: 200, schema: Preview },
    handle: ({ request, response }, { spool, imports }) =>
      spool.receive(request, async ({ path, ...upload }) => {
        const { recipe } = parseRequest(PreviewUpload, fieldsOf(request, upload), 'form');
        const answers = recipe === undefined ? undefined : readAnswers(recipe);
        return await imports.preview({ kind: 'preview', path, answers }, { signal: untilHungUp({ response }) });
      }),
  }),
  endpoint({
    method: 'post',
    path: '/api/v1/datasets',
    tag: 'imports',
    summary: 'Import a file as a new dataset, with default schedules, and queue its first training',
    upload: DatasetUpload,
    reply: { status: 201, schema: Created },
    handle: ({ request, response }, deps) =>
      deps.spool.receive(request, async (upload) => {
        const fields = parseRequest(DatasetUpload, fieldsOf(request, upload), 'form');
        const { name, horizon, key } = fields;
        const how = { name, horizon, key, ...howToRead(fields) };
        const { report, jobId } = await importFile({ request, response }, deps, upload, how);
        deps.runner.wake();
        response.location(`/api/v1/datasets/${report.datasetId}`);
        const job = getJob(deps.store, jobId!);
        return { dataset: datasetReply(deps, report.datasetId!), job: job ? describeJob(job) : null, report };
      }),
  }),
  endpoint({
    method: 'put',
    path: '/api/v1/datasets/{dataset}/observations',
    tag: 'imports',
    summary: 'Append or correct from a file, read by the recipe of the dataset; the same file again changes nothing',
    upload: ObservationsUpload,
    reply: { status: 200, schema: ImportReport },
    handle: ({ param, request, response }, deps) => {
      const { id: datasetId } = found(getDataset(deps.store, param('dataset')), 'dataset', param('dataset'));
      return deps.spool.receive(request, async (upload) => {
        const { name, key } = parseRequest(ObservationsUpload, fieldsOf(request, upload), 'form');
        const named = { ...upload, fileName: name ?? upload.fileName };
        const { report } = await importFile({ request, response }, deps, named, { datasetId, key });
        if (report.added + report.replaced > 0) deps.scheduler?.check();
        return report;
      });
    },
  }),
  endpoint({
    method: 'get',
    path: '/api/v1/uploads',
    tag: 'imports',
    summary: 'The uploads being read or stored now that were sent with a key; hanging up on one cancels it',
    reply: { status: 200, schema: UploadsUnderWay },
    handle: (_given, { imports }) => imports.underWay(),
  }),
];

type Exchange = Pick<Given<unknown, unknown>, 'request' | 'response'>;

// In a form the fields stand beside the file; a plain body leaves only the query for them.
function fieldsOf(request: Exchange['request'], upload: Pick<Upload, 'fields'>): unknown {
  return { ...request.query, ...upload.fields };
}

// Whoever hangs up before the answer does not want it.
function untilHungUp({ response }: Pick<Exchange, 'response'>): AbortSignal {
  const abort = new AbortController();
  response.on('close', () => abort.abort());
  if (response.destroyed) abort.abort();
  return abort.signal;
}

async function importFile(
  exchange: Exchange,
  { storeFile, config, now, imports }: Deps,
  { path, fileName }: Upload,
  { key, ...how }: Pick<ImportTask, 'datasetId' | 'name' | 'horizon' | 'recipe' | 'answers'> & { key?: string },
): Promise<{ report: ImportReport; jobId: number | null }> {
  const signal = untilHungUp(exchange);
  const task: ImportTask = {
    ...{ kind: 'import', storeFile, path, fileName, maxBytes: config.maxUpload, now: now() },
    ...how,
  };
  const follow = key === undefined ? undefined : { key, size: (await stat(path)).size };
  const { report, jobId } = await imports.importFile(task, { signal, follow });
  return { report: ImportReport.parse(report), jobId };
}

// A whole recipe is replayed as it is; a part of one fixes what it names, and the rest is detected.
function howToRead({ recipe, season }: { recipe?: string; season?: number }): {
  recipe?: Recipe;
  answers?: Partial<Recipe>;
} {
  const seasonal = season === undefined ? {} : { season };
  const answers = { ...(recipe === undefined ? {} : readAnswers(recipe)), ...seasonal };
  const whole = Recipe.safeParse(answers);
  return whole.success ? { recipe: whole.data } : { answers };
}

// Wrapped, so that a problem is named recipe.zone and not zone.
const Answers = z.strictObject({ recipe: Recipe.partial() });

function readAnswers(text: string): Partial<Recipe> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw invalid([{ field: 'recipe', found: show(text), expected: 'a recipe as JSON' }]);
  }
  return parseRequest(Answers, { recipe: json }, 'form').recipe;
}
