import { getDataset, updateDataset } from '../db/datasets.ts';
import { insertJob } from '../db/jobs.ts';
import type { Store } from '../db/open.ts';
import { parseFrequency } from '../models/series.ts';
import { addDefaultSchedules } from './scheduler.ts';

/**
 * What a new dataset needs besides its data: the horizon a person chose, default schedules, and in the queue a run of the
 * pre-trained network as it is, whose forecasts are there in a moment, and the first training, which competes with it. Call it in the transaction that stores the data, so that a crash leaves all of it or nothing. Returns the training's id.
 */
export function completeDataset(store: Store, id: number, horizon: number | undefined, now: number): number {
  if (horizon !== undefined) updateDataset(store, id, { horizon }, now);
  const dataset = getDataset(store, id)!;
  const series = store.prepare('SELECT COUNT(*) FROM series WHERE dataset_id = ?').pluck().get(id) as number;
  addDefaultSchedules(store, id, { ...dataset, series, frequency: parseFrequency(dataset.frequency) }, now);
  const untrained = { settings: { training: 'none' } };
  insertJob(store, { datasetId: id, kind: 'train', reason: 'first forecast', request: untrained }, now);
  return insertJob(store, { datasetId: id, kind: 'train', reason: 'import' }, now);
}
