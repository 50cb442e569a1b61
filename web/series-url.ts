import { BANDS, type Share } from './plot.ts';

/** What the series screen shows, as its URL says it: a link opens the same view. */
export interface SeriesState {
  /** Origin of the forecast shown; null for the latest. */
  readonly origin: number | null;
  /** Visible range; null for the first range. */
  readonly from: number | null;
  readonly to: number | null;
  readonly shares: readonly Share[];
  readonly folds: boolean;
}

const ALL: readonly Share[] = BANDS.map(({ share }) => share);

/** Reads the query; what is missing or makes no sense is what it is by default, so that an old link still opens. */
export function readState(query: URLSearchParams): SeriesState {
  const from = number(query.get('from'));
  const to = number(query.get('to'));
  const range = from !== null && to !== null && from < to;
  const bands = query.get('bands');
  return {
    origin: number(query.get('origin')),
    from: range ? from : null,
    to: range ? to : null,
    shares: bands === null ? ALL : ALL.filter((share) => bands.split('-').includes(String(share))),
    folds: query.get('folds') === '1',
  };
}

/** Writes the query; what is as by default is left out. */
export function writeState(state: SeriesState): URLSearchParams {
  const query = new URLSearchParams();
  if (state.origin !== null) query.set('origin', String(state.origin));
  if (state.from !== null && state.to !== null) {
    query.set('from', String(Math.round(state.from)));
    query.set('to', String(Math.round(state.to)));
  }
  if (state.shares.length < ALL.length) query.set('bands', state.shares.join('-') || 'none');
  if (state.folds) query.set('folds', '1');
  return query;
}

function number(text: string | null): number | null {
  if (text === null || text.trim() === '') return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}
