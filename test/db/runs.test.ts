import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { insertPromotion, promotionsOf, servedBefore, servingOf } from '../../db/promotions.ts';
import {
  dropOldFolds,
  firstOrigins,
  foldsOf,
  foldWriter,
  getRun,
  insertRun,
  type NewRun,
  runsOf,
  runWeights,
} from '../../db/runs.ts';
import { addDataset, type FreshStore, freshStore } from '../support/store.ts';

let fresh: FreshStore;
let datasetId: number;
let seriesId: number;
beforeEach(() => {
  fresh = freshStore();
  const added = addDataset(fresh.store, { a: [1, 2, 3] });
  datasetId = added.datasetId;
  seriesId = added.seriesIds.a;
});
afterEach(() => fresh.close());

const SCORES = {
  mae: 1,
  rmse: 2,
  mase: 0.5,
  rmsse: 0.6,
  smape: 7,
  smapeSeries: 7,
  pinball: 0.4,
  wql: 0.1,
  owa: 0.1,
  coverage50: 0.5,
  coverage80: 0.8,
  coverage95: null,
  points: 21,
};

const run = (changes: Partial<NewRun> = {}): NewRun => ({
  datasetId,
  jobId: null,
  model: 'gru',
  configuration: { units: 32 },
  seed: 7,
  horizon: 3,
  dataStart: 0,
  dataEnd: 99,
  dataHash: 'ab',
  packageVersion: '0.1.0',
  lossCurve: [{ epoch: 1, loss: 0.5, validationLoss: null }],
  folds: 3,
  scores: { gru: SCORES },
  byStep: { gru: [0.4, null, 0.6] },
  leftOut: [{ series: 'b', reason: 'found 2 steps, expected 9' }],
  explanation: { groups: [] },
  durationMs: 1234,
  createdAt: 5,
  weights: Uint8Array.of(1, 2, 255),
  scoredWeights: Uint8Array.of(4),
  ...changes,
});

describe('runs', () => {
  it('come back as they were stored, with the bytes of both networks', () => {
    const id = insertRun(fresh.store, run());
    const { weights, scoredWeights, ...rest } = run();
    expect(getRun(fresh.store, id)).toEqual({ id, ...rest, training: null, champion: false });
    expect(runWeights(fresh.store, id)).toEqual({ weights: Buffer.of(1, 2, 255), scoredWeights: Buffer.of(4) });
    expect(getRun(fresh.store, 99)).toBeUndefined();
    expect(runWeights(fresh.store, 99)).toBeUndefined();
  });

  it('tell from their configuration how far they were trained on the data', () => {
    const id = insertRun(fresh.store, run({ configuration: { training: 'fine-tune' } }));
    expect(getRun(fresh.store, id)?.training).toBe('fine-tune');
    expect(runsOf(fresh.store, datasetId)[0].training).toBe('fine-tune');
  });

  it('are listed newest first without their details, the champion marked', () => {
    const a = insertRun(fresh.store, run());
    const b = insertRun(fresh.store, run({ model: 'lstm' }));
    insertPromotion(fresh.store, { datasetId, runId: a, model: 'gru', by: 'gate', reason: 'first', createdAt: 1 });
    const listed = runsOf(fresh.store, datasetId);
    expect(listed.map(({ id, champion }) => [id, champion])).toEqual([
      [b, false],
      [a, true],
    ]);
    expect(listed[0]).not.toHaveProperty('lossCurve');
    expect(listed[0].scores).toEqual({ gru: SCORES });
  });

  it('keep what the backtest forecast for each series until the run is old, and the champion beyond', () => {
    const ids = [1, 2, 3, 4].map(() => insertRun(fresh.store, run()));
    for (const id of ids) {
      foldWriter(fresh.store, id)(seriesId, {
        origin: 10,
        times: [11, 12],
        quantiles: [
          [0.1, 0.2],
          [1e300, -3],
        ],
      });
    }
    insertPromotion(fresh.store, { datasetId, runId: ids[0], model: 'gru', by: 'gate', reason: '', createdAt: 1 });
    expect(foldsOf(fresh.store, ids[0], seriesId)).toEqual([
      {
        origin: 10,
        times: [11, 12],
        quantiles: [
          [0.1, 0.2],
          [1e300, -3],
        ],
      },
    ]);
    foldWriter(fresh.store, ids[0])(seriesId, { origin: 7, times: [8], quantiles: [[1]] });
    expect(firstOrigins(fresh.store, ids[0])).toEqual(new Map([['a', 7]]));
    dropOldFolds(fresh.store, datasetId, 2);
    expect(ids.map((id) => foldsOf(fresh.store, id, seriesId).length)).toEqual([2, 0, 1, 1]);
  });
});

describe('promotions', () => {
  const serve = (runId: number | null, by: 'gate' | 'hand' | 'roll back' = 'gate') =>
    insertPromotion(fresh.store, {
      datasetId,
      runId,
      model: runId === null ? 'seasonal-naive' : 'gru',
      by,
      reason: 'because',
      createdAt: 1,
    });

  it('say what serves now, newest first in the list', () => {
    expect(servingOf(fresh.store, datasetId)).toBeUndefined();
    const a = insertRun(fresh.store, run());
    serve(null);
    serve(a);
    expect(servingOf(fresh.store, datasetId)).toMatchObject({ runId: a, model: 'gru', by: 'gate', reason: 'because' });
    expect(promotionsOf(fresh.store, datasetId).map(({ runId }) => runId)).toEqual([a, null]);
  });

  it('know the state before: two roll backs go two states back instead of swinging', () => {
    const [a, b] = [insertRun(fresh.store, run()), insertRun(fresh.store, run())];
    serve(null);
    expect(servedBefore(fresh.store, datasetId)).toBeUndefined();
    serve(a);
    serve(b);
    serve(b, 'hand');
    expect(servedBefore(fresh.store, datasetId)?.runId).toBe(a);
    serve(a, 'roll back');
    expect(servedBefore(fresh.store, datasetId)).toMatchObject({ runId: null, model: 'seasonal-naive' });
    serve(null, 'roll back');
    expect(servedBefore(fresh.store, datasetId)).toBeUndefined();
    serve(b);
    expect(servedBefore(fresh.store, datasetId)?.runId).toBeNull();
  });
});
