import { readAttributes } from '../../db/attributes.ts';
import { type ChartPoints, countObservations, sparklineReader, thinnedObservations } from '../../db/charts.ts';
import { getDataset } from '../../db/datasets.ts';
import { fallbackOf, fallbacksOf } from '../../db/fallbacks.ts';
import { readObservations } from '../../db/observations.ts';
import type { Store } from '../../db/open.ts';
import { getSeries, type SeriesExtent, seriesExtents } from '../../db/series.ts';
import { addSteps, stepIndex } from '../../models/calendar.ts';
import { type Observations, parseFrequency } from '../../models/series.ts';
import {
  type Fallback,
  ObservationsQuery,
  ObservationsReply,
  SeriesDetail,
  SeriesList,
  type SeriesSummary,
} from '../contract.ts';
import { type Endpoint, endpoint, found } from './endpoint.ts';

/** The series of a dataset, and what was observed of one. */
export const seriesRoutes: Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/api/v1/datasets/{dataset}/series',
    tag: 'series',
    summary: 'The series of a dataset',
    reply: { status: 200, schema: SeriesList },
    handle: ({ param }, { store }) => {
      const dataset = found(getDataset(store, param('dataset')), 'dataset', param('dataset'));
      const fallbacks = fallbacksOf(store, dataset.id);
      const describe = describer(store);
      return seriesExtents(store, dataset.id).map((series) => describe(series, fallbacks.get(series.id) ?? null));
    },
  }),
  endpoint({
    method: 'get',
    path: '/api/v1/series/{series}',
    tag: 'series',
    summary: 'One series',
    reply: { status: 200, schema: SeriesDetail },
    handle: ({ param }, { store }) => {
      const series = found(getSeries(store, param('series')), 'series', param('series'));
      const summary = describer(store)(series, fallbackOf(store, series.id));
      return { ...summary, datasetId: series.datasetId, attributes: readAttributes(store, series.id) };
    },
  }),
  endpoint({
    method: 'get',
    path: '/api/v1/series/{series}/observations',
    tag: 'series',
    summary: 'Observations of a range of time, thinned for a chart; null stands where steps are missing',
    query: ObservationsQuery,
    reply: { status: 200, schema: ObservationsReply },
    handle: ({ param, query }, { store }) => {
      const series = found(getSeries(store, param('series')), 'series', param('series'));
      const dataset = found(getDataset(store, series.datasetId), 'dataset', series.datasetId);
      const { from = -Number.MAX_SAFE_INTEGER, to = Number.MAX_SAFE_INTEGER, points } = query;
      const total = countObservations(store, series.id, { from, to });
      const thinned = total > points;
      const { times, values } = thinned
        ? thinnedObservations(store, series.id, { from, to }, points)
        : markGaps(readObservations(store, series.id, { from, to }), dataset);
      return { times, values: values.map((value) => (Number.isNaN(value) ? null : value)), total, thinned };
    },
  }),
];

/** Observations of a sparkline: the newest. */
export const SPARKLINE = 60;

function describer(store: Store): (series: SeriesExtent, fallback: Fallback | null) => SeriesSummary {
  const sparkline = sparklineReader(store, SPARKLINE);
  return ({ id, name, observations, start, end }, fallback) => {
    const points = sparkline(id);
    return { id, name, observations, start, end, last: points.values.at(-1) ?? null, sparkline: points, fallback };
  };
}

// One missing point a hole is enough to break the line there, and a year without data does not fill the answer.
function markGaps(
  { times, values }: Observations,
  { frequency, zone }: { frequency: string; zone: string },
): ChartPoints {
  const step = parseFrequency(frequency);
  const shown: ChartPoints = { times: [], values: [] };
  for (let i = 0; i < times.length; i++) {
    if (i > 0 && stepIndex(times[i - 1], times[i], step, zone) > 1) {
      shown.times.push(addSteps(times[i - 1], 1, step, zone));
      shown.values.push(Number.NaN);
    }
    shown.times.push(times[i]);
    shown.values.push(values[i]);
  }
  return shown;
}
