import { type ColumnProfile, keyAt } from './columns.ts';

/** What is planned, not measured, where it goes on after the values: so it is called, or it is a flag. */
const PLANNED =
  /(?:^|[_ -])(?:promo(?:tion)?s?|prices?|discounts?|offers?|deals?|campaigns?|events?|holidays?|vacations?|school|open|closed|weekend|aktion|preis|rabatt|feiertag|ferien|prix|remise|jour[_ -]?f[ée]ri[ée]|vacances|precio|descuento|festivo)(?:$|[_ -])/i;
/** A flag has no more values than these; in fewer cells anything may look like one. */
const FLAG = { values: 2, cells: 12 };

/**
 * The columns of a file that are known ahead: in most series there are rows after the last value of all other columns, at least
 * half of which they fill, and they are flags or bear the name of something that is planned. (A measurement that goes on where
 * another one stopped is just a measurement.) None where that would leave nothing to forecast.
 *
 * @param values those taken for values so far
 * @param series those that name the series, none in a wide file
 * @param newestFirst whether the rows run backwards
 */
export function findKnownAhead(
  values: readonly ColumnProfile[],
  series: readonly ColumnProfile[],
  newestFirst: boolean,
): ColumnProfile[] {
  if (values.length < 2) return [];
  const rows = rowsBySeries(values[0].cells.length, series, newestFirst);
  const planned = values.filter(
    ({ name, filled }) =>
      filled.length > 0 && (PLANNED.test(name) || (filled.length >= FLAG.cells && new Set(filled).size <= FLAG.values)),
  );
  const measured = values.filter((column) => !planned.includes(column));
  if (planned.length === 0 || measured.every(({ filled }) => filled.length === 0)) return [];
  const after = rows.map((own) => {
    const last = own.findLastIndex((row) => measured.some(({ cells }) => cells[row] !== ''));
    return own.slice(last + 1);
  });
  if (2 * after.filter((own) => own.length > 0).length <= rows.length) return [];
  const future = after.flat();
  return planned.filter(({ cells }) => 2 * future.filter((row) => cells[row] !== '').length >= future.length);
}

// The rows of each series, oldest first.
function rowsBySeries(count: number, series: readonly ColumnProfile[], newestFirst: boolean): number[][] {
  const groups = new Map<string, number[]>();
  for (let i = 0; i < count; i++) {
    const row = newestFirst ? count - 1 - i : i;
    const key = keyAt(series, row);
    const own = groups.get(key);
    if (own) own.push(row);
    else groups.set(key, [row]);
  }
  return [...groups.values()];
}
