import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  datasetsNamed,
  deleteDataset,
  getDataset,
  insertDataset,
  listDatasets,
  updateDataset,
} from '../../db/datasets.ts';
import { importsOf, insertImport, observationsCounted } from '../../db/imports.ts';
import {
  datasetExtent,
  eachObservation,
  lastObservations,
  observationWriter,
  readObservations,
} from '../../db/observations.ts';
import { getSeries, seriesExtents, seriesOf, seriesWriter } from '../../db/series.ts';
import { type FreshStore, freshStore } from '../support/store.ts';

let fresh: FreshStore;
beforeEach(() => {
  fresh = freshStore();
});
afterEach(() => fresh.close());

const DATASET = {
  name: 'tides',
  frequency: 'PT1H',
  season: 24,
  zone: 'Europe/Berlin',
  horizon: 48,
  recipe: { delimiter: ';' },
  settings: { cell: 'gru' },
};

describe('datasets', () => {
  it('come back as stored, change by field, and keep their time of birth', () => {
    const id = insertDataset(fresh.store, DATASET, 100);
    expect(getDataset(fresh.store, id)).toEqual({ id, ...DATASET, createdAt: 100, updatedAt: 100 });
    expect(updateDataset(fresh.store, id, { horizon: 24, settings: {} }, 200)).toBe(true);
    expect(getDataset(fresh.store, id)).toEqual({
      id,
      ...DATASET,
      horizon: 24,
      settings: {},
      createdAt: 100,
      updatedAt: 200,
    });
    expect(updateDataset(fresh.store, 99, { horizon: 1 }, 200)).toBe(false);
    expect(getDataset(fresh.store, 99)).toBeUndefined();
  });

  it('are found by their exact name, oldest first, though names repeat', () => {
    const ids = ['tides', 'Tides', 'tides'].map((name) => insertDataset(fresh.store, { ...DATASET, name }, 1));
    expect(datasetsNamed(fresh.store, 'tides').map(({ id }) => id)).toEqual([ids[0], ids[2]]);
    expect(listDatasets(fresh.store)).toHaveLength(3);
  });

  it('take everything with them when deleted', () => {
    const id = insertDataset(fresh.store, DATASET, 1);
    const series = seriesWriter(fresh.store, id)('a');
    observationWriter(fresh.store)(series, 0, 1);
    insertImport(fresh.store, imported(id, 1));
    expect(deleteDataset(fresh.store, id)).toBe(true);
    for (const table of ['series', 'observations', 'imports']) {
      expect(fresh.store.prepare(`SELECT COUNT(*) FROM ${table}`).pluck().get()).toBe(0);
    }
    expect(deleteDataset(fresh.store, id)).toBe(false);
  });
});

describe('series', () => {
  it('are added once a name, in order of appearance, whatever the name', () => {
    const id = insertDataset(fresh.store, DATASET, 1);
    const seriesId = seriesWriter(fresh.store, id);
    const names = ['b', '<script>alert(1)</script>', "'; DROP TABLE series; --", '../../x', 'b'];
    const ids = names.map(seriesId);
    expect(ids[4]).toBe(ids[0]);
    expect(seriesOf(fresh.store, id).map(({ name }) => name)).toEqual(names.slice(0, 4));
    expect(seriesWriter(fresh.store, id)('../../x')).toBe(ids[3]);
  });

  it('show the extent of their observations, none as null', () => {
    const id = insertDataset(fresh.store, DATASET, 1);
    const seriesId = seriesWriter(fresh.store, id);
    const [a, empty] = [seriesId('a'), seriesId('empty')];
    const write = observationWriter(fresh.store);
    for (const time of [-5, 10, 3]) write(a, time, 1);
    insertImport(fresh.store, { datasetId: id, fileName: null, hash: '', added: 3, report: {}, createdAt: 0 });
    expect(seriesExtents(fresh.store, id)).toEqual([
      { id: a, datasetId: id, name: 'a', observations: 3, start: -5, end: 10 },
      { id: empty, datasetId: id, name: 'empty', observations: 0, start: null, end: null },
    ]);
    expect(getSeries(fresh.store, a)?.end).toBe(10);
    expect(getSeries(fresh.store, 99)).toBeUndefined();
    expect(datasetExtent(fresh.store, id)).toEqual({ series: 2, observations: 3, start: -5, end: 10 });
    expect(datasetExtent(fresh.store, 99)).toEqual({ series: 0, observations: 0, start: null, end: null });
  });
});

describe('observations', () => {
  it('replace the value of the same time and say what happened', () => {
    const a = seriesWriter(fresh.store, insertDataset(fresh.store, DATASET, 1))('a');
    const write = observationWriter(fresh.store);
    expect([write(a, 1, 5), write(a, 1, 5), write(a, 1, 6), write(a, 2, 6)]).toEqual([
      'added',
      'unchanged',
      'replaced',
      'added',
    ]);
    expect(readObservations(fresh.store, a)).toEqual({ times: Float64Array.of(1, 2), values: Float64Array.of(6, 6) });
  });

  it('are read in order of time, within limits, before 1970 too, and bit for bit', () => {
    const a = seriesWriter(fresh.store, insertDataset(fresh.store, DATASET, 1))('a');
    const write = observationWriter(fresh.store);
    const values = [0.1 + 0.2, -1e300, 5e-324, 3];
    for (const [i, time] of [-4_000_000_000_000, -1, 0, 7].entries()) write(a, time, values[i]);
    expect(readObservations(fresh.store, a).values).toEqual(Float64Array.from(values));
    expect(readObservations(fresh.store, a, { from: -1, to: 0 }).times).toEqual(Float64Array.of(-1, 0));
    expect(lastObservations(fresh.store, a, 2).times).toEqual(Float64Array.of(0, 7));
    expect(lastObservations(fresh.store, a, 9).times).toHaveLength(4);
    expect(lastObservations(fresh.store, 99, 9).times).toHaveLength(0);
  });

  it('are no place for a missing value', () => {
    const a = seriesWriter(fresh.store, insertDataset(fresh.store, DATASET, 1))('a');
    expect(() => observationWriter(fresh.store)(a, 1, Number.NaN)).toThrow(/NOT NULL/);
  });

  it('stream out by series, then time', () => {
    const id = insertDataset(fresh.store, DATASET, 1);
    const seriesId = seriesWriter(fresh.store, id);
    const write = observationWriter(fresh.store);
    write(seriesId('b'), 2, 1);
    write(seriesId('a'), 1, 2);
    write(seriesId('b'), 1, 3);
    expect([...eachObservation(fresh.store, id)]).toEqual([
      { series: 'b', time: 1, value: 3 },
      { series: 'b', time: 2, value: 1 },
      { series: 'a', time: 1, value: 2 },
    ]);
  });
});

describe('imports', () => {
  it('count for forecasting what they corrected as well, and for retraining only what is new', () => {
    const id = insertDataset(fresh.store, DATASET, 1);
    insertImport(fresh.store, { ...imported(id, 3), report: { replaced: 2 } });
    insertImport(fresh.store, { ...imported(id, 0), report: { replaced: 1 } });
    expect(observationsCounted(fresh.store, id, 'train')).toBe(3);
    expect(observationsCounted(fresh.store, id, 'forecast')).toBe(6);
  });

  it('are listed newest first with their report, and add up what they added', () => {
    const id = insertDataset(fresh.store, DATASET, 1);
    const other = insertDataset(fresh.store, DATASET, 1);
    expect(observationsCounted(fresh.store, id, 'train')).toBe(0);
    insertImport(fresh.store, imported(id, 3));
    insertImport(fresh.store, imported(id, 4));
    insertImport(fresh.store, imported(other, 5));
    expect(observationsCounted(fresh.store, id, 'train')).toBe(7);
    expect(importsOf(fresh.store, id).map(({ added }) => added)).toEqual([4, 3]);
    expect(importsOf(fresh.store, id)[0]).toMatchObject({ fileName: 'tides.csv', report: { rows: [4] }, createdAt: 9 });
  });
});

const imported = (datasetId: number, added: number) => ({
  datasetId,
  fileName: 'tides.csv',
  hash: 'ab',
  added,
  report: { rows: [added] },
  createdAt: 9,
});
