import { sparklineReader } from '../../db/charts.ts';
import { type DatasetRow, deleteDataset, getDataset, listDatasets, updateDataset } from '../../db/datasets.ts';
import { lastForecastAt } from '../../db/forecasts.ts';
import { importsOf } from '../../db/imports.ts';
import { listJobs, runningJob } from '../../db/jobs.ts';
import { datasetExtent } from '../../db/observations.ts';
import { type PromotionRow, servingOf } from '../../db/promotions.ts';
import { getRun, type RunSummaryRow, runsOf } from '../../db/runs.ts';
import { getSchedule } from '../../db/schedules.ts';
import { seriesOf } from '../../db/series.ts';
import { addSteps } from '../../models/calendar.ts';
import { parseFrequency } from '../../models/series.ts';
import {
  Dataset,
  DatasetChanges,
  Datasets,
  Holidays,
  ImportRecords,
  ImportReport,
  type Recipe,
  type Settings,
} from '../contract.ts';
import { holidaysBetween, meetHolidays } from '../holidays.ts';
import { nextFires } from '../scheduler.ts';
import { invalid } from '../validation.ts';
import { type Deps, type Endpoint, endpoint, found } from './endpoint.ts';
import { SPARKLINE } from './series.ts';

/** Datasets, but for how they come in. */
export const datasetRoutes: Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/api/v1/datasets',
    tag: 'datasets',
    summary: 'All datasets',
    reply: { status: 200, schema: Datasets },
    handle: (_given, deps) => listDatasets(deps.store).map((row) => describeDataset(deps, row)),
  }),
  endpoint({
    method: 'get',
    path: '/api/v1/datasets/{dataset}',
    tag: 'datasets',
    summary: 'One dataset: its extent, what serves it, when it is trained next',
    reply: { status: 200, schema: Dataset },
    handle: ({ param }, deps) => datasetReply(deps, param('dataset')),
  }),
  endpoint({
    method: 'patch',
    path: '/api/v1/datasets/{dataset}',
    tag: 'datasets',
    summary: 'Change the name, the horizon, the season, the settings or the import recipe',
    body: DatasetChanges,
    reply: { status: 200, schema: Dataset },
    handle: ({ param, body }, deps) => {
      const id = param('dataset');
      refuseOtherCalendar(found(getDataset(deps.store, id), 'dataset', id), body.recipe);
      updateDataset(deps.store, id, body, deps.now());
      return datasetReply(deps, id);
    },
  }),
  endpoint({
    method: 'delete',
    path: '/api/v1/datasets/{dataset}',
    tag: 'datasets',
    summary: 'Delete a dataset and everything that came of it',
    reply: { status: 204 },
    handle: ({ param }, { store, runner }) => {
      const id = param('dataset');
      found(getDataset(store, id), 'dataset', id);
      for (const state of ['queued', 'running'] as const) {
        for (const job of listJobs(store, { datasetId: id, state, limit: 500 })) runner.cancel(job.id);
      }
      deleteDataset(store, id);
    },
  }),
  endpoint({
    method: 'get',
    path: '/api/v1/datasets/{dataset}/imports',
    tag: 'datasets',
    summary: 'The import reports of a dataset, newest first',
    reply: { status: 200, schema: ImportRecords },
    handle: ({ param }, { store }) => {
      found(getDataset(store, param('dataset')), 'dataset', param('dataset'));
      return importsOf(store, param('dataset')).map(({ id, fileName, report, createdAt }) => ({
        id,
        fileName,
        report: ImportReport.parse(report),
        createdAt,
      }));
    },
  }),
  endpoint({
    method: 'get',
    path: '/api/v1/datasets/{dataset}/holidays',
    tag: 'datasets',
    summary: 'The public holidays the dataset asks for, past and as far ahead as is forecast',
    reply: { status: 200, schema: Holidays },
    handle: ({ param }, { store }) => {
      const { id, settings, horizon, zone, ...row } = found(
        getDataset(store, param('dataset')),
        'dataset',
        param('dataset'),
      );
      const { holidays: place = null } = settings as Settings;
      const { start, end } = datasetExtent(store, id);
      const frequency = parseFrequency(row.frequency);
      if (place === null || start === null || end === null || !meetHolidays(frequency)) return { place, holidays: [] };
      return { place, holidays: holidaysBetween(place, start, addSteps(end, horizon, frequency, zone), zone) };
    },
  }),
];

// What is stored stands on the calendar it came in with: another zone or frequency would move later uploads off its grid.
function refuseOtherCalendar({ zone, frequency }: DatasetRow, recipe: Recipe | undefined): void {
  if (!recipe) return;
  const problems = [
    ...(recipe.zone === zone ? [] : [{ field: 'recipe.zone', found: recipe.zone, expected: zone }]),
    ...(recipe.frequency === frequency
      ? []
      : [{ field: 'recipe.frequency', found: recipe.frequency, expected: frequency }]),
  ];
  if (problems.length > 0) throw invalid(problems);
}

/** A dataset as the wire shows it. Throws AppError `not_found`. */
export function datasetReply(deps: Deps, id: number): Dataset {
  return describeDataset(deps, found(getDataset(deps.store, id), 'dataset', id));
}

function describeDataset({ store, runner, now }: Deps, row: DatasetRow): Dataset {
  const [first] = seriesOf(store, row.id);
  const serving = servingOf(store, row.id);
  const run = serving?.runId == null ? undefined : getRun(store, serving.runId);
  const working = runningJob(store, row.id);
  const training = getSchedule(store, row.id, 'train');
  const next = training?.enabled && training.cron ? nextFires(training.cron, training.zone, now(), 1) : [];
  return {
    ...row,
    ...datasetExtent(store, row.id),
    sparkline: first ? sparklineReader(store, SPARKLINE)(first.id) : { times: [], values: [] },
    serving: serving
      ? {
          model: serving.model,
          network: serving.runId !== null,
          training: run?.training ?? null,
          runId: serving.runId,
          by: serving.by,
          reason: serving.reason,
          since: serving.createdAt,
        }
      : null,
    accuracy: serving ? accuracy(serving, run ?? runsOf(store, row.id, { limit: 1 })[0]) : null,
    runningJob: working && runner.asEnded(working).finishedAt === null ? working.id : null,
    lastForecastAt: lastForecastAt(store, row.id),
    nextTrainingAt: next[0] ?? null,
  };
}

// A baseline serves because of a run that it beat: the newest one, whose folds both were scored on.
function accuracy(serving: PromotionRow, run: RunSummaryRow | undefined): Dataset['accuracy'] {
  if (!run) return null;
  const { [serving.model]: own, 'seasonal-naive': naive } = run.scores;
  return {
    mase: own?.mase ?? null,
    naiveMase: naive?.mase ?? null,
    mae: own?.mae ?? null,
    naiveMae: naive?.mae ?? null,
  };
}
