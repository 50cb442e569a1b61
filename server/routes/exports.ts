import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import { attributesBySeries, attributesOf } from '../../db/attributes.ts';
import { covariatesOf, eachKnownStep } from '../../db/covariates.ts';
import { type DatasetRow, getDataset } from '../../db/datasets.ts';
import { FORECAST_LEVELS, latestForecast } from '../../db/forecasts.ts';
import { eachObservation } from '../../db/observations.ts';
import { openStore } from '../../db/open.ts';
import { getSeries, seriesOf } from '../../db/series.ts';
import { ForecastQuery } from '../contract.ts';
import { csvLine, downloadName } from '../export-csv.ts';
import { isoTimes, ownTimes, type TimeWriter } from '../export-times.ts';
import { type Endpoint, endpoint, found } from './endpoint.ts';
import { forecastOf } from './forecasts.ts';

/** Files to take away. */
export const exportRoutes: Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/api/v1/datasets/{dataset}/observations.csv',
    tag: 'exports',
    summary:
      'Every observation: series_id, ds, y, and a column for each covariate, its known future included, and each attribute',
    reply: { status: 200, media: 'text/csv' },
    handle: ({ param, response }, { store, storeFile }) => {
      const dataset = found(getDataset(store, param('dataset')), 'dataset', param('dataset'));
      return sendCsv(response, downloadName(dataset.name, '.csv'), observationLines(storeFile, dataset));
    },
  }),
  endpoint({
    method: 'get',
    path: '/api/v1/datasets/{dataset}/forecasts.csv',
    tag: 'exports',
    summary: 'The latest forecast of every series: series_id, ds and a column for each quantile',
    reply: { status: 200, media: 'text/csv' },
    handle: ({ param, response }, { store, storeFile }) => {
      const dataset = found(getDataset(store, param('dataset')), 'dataset', param('dataset'));
      return sendCsv(response, downloadName(dataset.name, '-forecasts.csv'), forecastLines(storeFile, dataset));
    },
  }),
  endpoint({
    method: 'get',
    path: '/api/v1/series/{series}/forecast.csv',
    tag: 'exports',
    summary: 'One forecast of a series, the latest or the one at an origin',
    query: ForecastQuery,
    reply: { status: 200, media: 'text/csv' },
    handle: ({ param, query, response }, { store }) => {
      const forecast = forecastOf({ store }, param('series'), query.origin);
      const series = getSeries(store, param('series'))!;
      const dataset = found(getDataset(store, series.datasetId), 'dataset', series.datasetId);
      const lines = [FORECAST_HEADER, ...stepLines(series.name, forecast, ownTimes(dataset))];
      return sendCsv(response, downloadName(series.name, '-forecast.csv'), lines);
    },
  }),
];

const FORECAST_HEADER = csvLine(['series_id', 'ds', ...FORECAST_LEVELS.map((level) => `q${level}`)]);

// A connection of its own, read-only: one long read sees one state of the store, and blocks no write.
function* observationLines(storeFile: string, dataset: DatasetRow): Generator<string> {
  const store = openStore(storeFile, { readonly: true });
  try {
    const write = isoTimes(dataset);
    const names = covariatesOf(store, dataset.id);
    const kinds = attributesOf(store, dataset.id);
    const known = kinds.length > 0 ? attributesBySeries(store, dataset.id) : undefined;
    const said = (series: string) => kinds.map((name) => known?.get(series)?.get(name) ?? null);
    yield csvLine(['series_id', 'ds', 'y', ...names, ...kinds]);
    if (names.length > 0) {
      for (const { series, time, value, covariates } of eachKnownStep(store, dataset.id, names)) {
        yield csvLine([series, write(time), value, ...covariates, ...said(series)]);
      }
      return;
    }
    for (const { series, time, value } of eachObservation(store, dataset.id)) {
      yield csvLine([series, write(time), value, ...said(series)]);
    }
  } finally {
    store.close();
  }
}

function* forecastLines(storeFile: string, dataset: DatasetRow): Generator<string> {
  const store = openStore(storeFile, { readonly: true });
  try {
    const write = ownTimes(dataset);
    yield FORECAST_HEADER;
    for (const series of seriesOf(store, dataset.id)) {
      const forecast = latestForecast(store, series.id);
      if (forecast) yield* stepLines(series.name, forecast, write);
    }
  } finally {
    store.close();
  }
}

function stepLines(
  name: string,
  { times, quantiles }: { times: number[]; quantiles: number[][] },
  write: TimeWriter,
): string[] {
  return times.map((time, step) => csvLine([name, write(time), ...quantiles.map((level) => level[step])]));
}

async function sendCsv(response: Response, fileName: string, lines: Iterable<string>): Promise<void> {
  response.set({
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': `attachment; filename="${fileName}"`,
    'cache-control': 'no-store',
  });
  try {
    await pipeline(Readable.from(chunks(lines), { objectMode: false }), response);
  } catch (error) {
    // Who hangs up in the middle of a download wants no answer.
    if ((error as { code?: string }).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

/** Enough at a time to be quick, little enough that other requests are answered between. */
const CHUNK = 65_536;

async function* chunks(lines: Iterable<string>): AsyncGenerator<Buffer> {
  let chunk = '';
  for (const line of lines) {
    chunk += line;
    if (chunk.length < CHUNK) continue;
    yield Buffer.from(chunk);
    chunk = '';
    await new Promise(setImmediate);
  }
  yield Buffer.from(chunk);
}
