import { getDataset } from '../../db/datasets.ts';
import { accuracyOf, forecastAt, latestForecast, originsOf } from '../../db/forecasts.ts';
import { getSeries } from '../../db/series.ts';
import { AccuracyRecord, ForecastQuery, ForecastReply, Origins } from '../contract.ts';
import { AppError } from '../errors.ts';
import { type Deps, type Endpoint, endpoint, found } from './endpoint.ts';

/** Forecasts as they were made, and what became of them. */
export const forecastRoutes: Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/api/v1/series/{series}/forecasts',
    tag: 'forecasts',
    summary: 'The latest forecast of a series, or the one made at an earlier origin',
    query: ForecastQuery,
    reply: { status: 200, schema: ForecastReply },
    handle: ({ param, query }, deps) => forecastOf(deps, param('series'), query.origin),
  }),
  endpoint({
    method: 'get',
    path: '/api/v1/series/{series}/origins',
    tag: 'forecasts',
    summary: 'The origins a series was forecast at, with the error since realised',
    reply: { status: 200, schema: Origins },
    handle: ({ param }, { store }) => {
      found(getSeries(store, param('series')), 'series', param('series'));
      return { origins: originsOf(store, param('series')) };
    },
  }),
  endpoint({
    method: 'get',
    path: '/api/v1/series/{series}/accuracy',
    tag: 'forecasts',
    summary: 'Promised against realised, over every stored forecast of a series whose actuals have come',
    reply: { status: 200, schema: AccuracyRecord },
    handle: ({ param }, { store }) => {
      found(getSeries(store, param('series')), 'series', param('series'));
      return accuracyOf(store, { seriesId: param('series') });
    },
  }),
  endpoint({
    method: 'get',
    path: '/api/v1/datasets/{dataset}/accuracy',
    tag: 'forecasts',
    summary: 'The same over all series of a dataset',
    reply: { status: 200, schema: AccuracyRecord },
    handle: ({ param }, { store }) => {
      found(getDataset(store, param('dataset')), 'dataset', param('dataset'));
      return accuracyOf(store, { datasetId: param('dataset') });
    },
  }),
];

/** The forecast of a series at an origin, the latest without one. Throws AppError `not_found`. */
export function forecastOf({ store }: Pick<Deps, 'store'>, seriesId: number, origin: number | undefined) {
  found(getSeries(store, seriesId), 'series', seriesId);
  const forecast = origin === undefined ? latestForecast(store, seriesId) : forecastAt(store, seriesId, origin);
  if (!forecast) {
    const where = origin === undefined ? 'has no forecast yet' : `was not forecast at origin ${origin}`;
    throw new AppError('not_found', `series ${seriesId} ${where}`, { details: { series: seriesId, origin } });
  }
  return forecast;
}
