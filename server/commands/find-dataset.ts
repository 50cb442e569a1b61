import { type DatasetRow, datasetsNamed, getDataset, listDatasets } from '../../db/datasets.ts';
import type { Store } from '../../db/open.ts';
import { AppError } from '../errors.ts';

/**
 * The dataset a person means: by its name, else by its id. Throws AppError `not_found` with the names there are, and
 * `ambiguous` where several datasets share the name.
 */
export function findDataset(store: Store, nameOrId: string): DatasetRow {
  const named = datasetsNamed(store, nameOrId);
  if (named.length === 1) return named[0];
  if (named.length > 1) {
    const ids = named.map((dataset) => dataset.id);
    throw new AppError(
      'ambiguous',
      `${named.length} datasets are named ${nameOrId}: say which by its id, ${ids.join(' or ')}.`,
      {
        details: { name: nameOrId, ids },
      },
    );
  }
  const byId = /^\d{1,15}$/.test(nameOrId) ? getDataset(store, Number(nameOrId)) : undefined;
  if (byId) return byId;
  const names = listDatasets(store).map((dataset) => dataset.name);
  const known =
    names.length === 0
      ? 'there are none yet'
      : `expected one of ${names.slice(0, 10).join(', ')}${names.length > 10 ? ', …' : ''}`;
  throw new AppError('not_found', `There is no dataset ${nameOrId}: ${known}.`, {
    details: { found: nameOrId, known: names.slice(0, 100) },
  });
}
