import { createHash } from 'node:crypto';
import { readAttributes } from '../db/attributes.ts';
import { readCovariates } from '../db/covariates.ts';
import { type DatasetRow, getDataset } from '../db/datasets.ts';
import { readObservations } from '../db/observations.ts';
import type { Store } from '../db/open.ts';
import { seriesOf } from '../db/series.ts';
import { addSteps } from '../models/calendar.ts';
import { placeCovariate } from '../models/covariates.ts';
import { toSeries } from '../models/grid.ts';
import { type Attribute, type Observations, parseFrequency, type Series } from '../models/series.ts';
import { Recipe } from './csv/recipe.ts';
import { AppError } from './errors.ts';
import { trainingFailed } from './forecasters.ts';

/** A dataset as a job finds it: its series on their grid, and what identifies the data. */
export interface TrainingData {
  readonly dataset: DatasetRow;
  readonly series: readonly Series[];
  readonly ids: ReadonlyMap<string, number>;
  readonly observations: number;
  readonly start: number;
  readonly end: number;
  /** SHA-256 over every name, time and value, those of covariates and attributes too, hex. */
  readonly hash: string;
}

/**
 * Reads a dataset for a job. Throws AppError `not_found` for no such dataset, `training_failed` for one without observations;
 * RangeError where its grid would be absurdly long.
 */
export function loadTrainingData(store: Store, datasetId: number): TrainingData {
  // One transaction, so that an import at the same time is seen whole or not at all.
  return store.transaction((): TrainingData => {
    const dataset = getDataset(store, datasetId);
    if (!dataset)
      throw new AppError('not_found', `There is no dataset ${datasetId}.`, { details: { dataset: datasetId } });
    const rows = seriesOf(store, datasetId);
    const observed = new Map<string, Observations>();
    const known = new Map<string, Map<string, Observations>>();
    const said = new Map<string, Attribute[]>();
    const hash = createHash('sha256');
    let [observations, start, end] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const { id, name } of rows) {
      const own = readObservations(store, id);
      observed.set(name, own);
      hash
        .update(`${JSON.stringify(name)} ${own.times.length}\n`)
        .update(bytes(own.times))
        .update(bytes(own.values));
      const ahead = readCovariates(store, id);
      if (ahead.size > 0) known.set(name, ahead);
      for (const [column, cells] of ahead) {
        hash.update(`${JSON.stringify(column)} ${cells.times.length}\n`);
        hash.update(bytes(cells.times)).update(bytes(cells.values));
      }
      const attributes = readAttributes(store, id);
      if (attributes.length > 0) {
        said.set(name, attributes);
        hash.update(JSON.stringify(attributes));
      }
      if (own.times.length === 0) continue;
      observations += own.times.length;
      start = Math.min(start, own.times[0]);
      end = Math.max(end, own.times[own.times.length - 1]);
    }
    if (observations === 0) throw trainingFailed(`dataset "${dataset.name}" has no observation yet`);
    const frequency = parseFrequency(dataset.frequency);
    const { zone, season, horizon } = dataset;
    const duplicates = Recipe.shape.duplicates.catch('last').parse((dataset.recipe as Partial<Recipe>).duplicates);
    const { series } = toSeries(observed, { frequency, zone, season, horizon, duplicates });
    // A series without observations has no place in time: its forecast begins where the dataset ends.
    const after = addSteps(end, 1, frequency, zone);
    const placed = series.map((one) => (one.values.length === 0 ? { ...one, start: after } : one));
    const recipe = dataset.recipe as Partial<Recipe>;
    const withCovariates = placed.map((one): Series => {
      const covariates = [...(known.get(one.id) ?? [])].map(([name, cells]) => ({
        ...placeCovariate(one, name, cells, horizon),
        // A column that the recipe names no longer is there for networks that read it already.
        ...(recipe.covariateColumns?.includes(name) ? {} : { offered: false }),
      }));
      return covariates.length > 0 ? { ...one, covariates } : one;
    });
    const described = withAttributes(withCovariates, said, recipe.attributeColumns);
    const ids = new Map(rows.map(({ id, name }) => [name, id]));
    return { dataset, series: described, ids, observations, start, end, hash: hash.digest('hex') };
  })();
}

/**
 * The series with what is said of them. An attribute is of numbers where all of its values are; one that the recipe names no
 * longer is there for networks that read it already.
 */
function withAttributes(
  series: readonly Series[],
  said: ReadonlyMap<string, readonly Attribute[]>,
  offered: readonly string[] = [],
): readonly Series[] {
  if (said.size === 0) return series;
  const texts = new Set(
    [...said.values()].flat().flatMap(({ name, value }) => (typeof value === 'string' ? [name] : [])),
  );
  return series.map((one) => {
    const own = said.get(one.id);
    if (!own) return one;
    const attributes = own.map(({ name, value }) => ({
      name,
      value: texts.has(name) ? String(value) : value,
      ...(offered.includes(name) ? {} : { offered: false }),
    }));
    return { ...one, attributes };
  });
}

const bytes = ({ buffer, byteOffset, byteLength }: Float64Array) => new Uint8Array(buffer, byteOffset, byteLength);
