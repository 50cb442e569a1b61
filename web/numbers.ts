/** Numbers as a person reads them: as many digits as tell values apart, and the same number of them down a column. */

/**
 * Writes the values of one series alike. The places after the point follow the spread of the values (four digits of it),
 * so 135,450 stays whole and 0.01234 keeps what matters; whole numbers of any size stay whole. `aligned` also writes zeros
 * at the end, for columns of scores.
 */
export function valueFormat(
  values: Iterable<number | null>,
  { aligned = false } = {},
): (value: number | null | undefined) => string {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (value === null || !Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const largest = Math.max(Math.abs(low), Math.abs(high));
  const spread = high > low ? high - low : largest;
  const places = spread > 0 && Number.isFinite(spread) ? clamp(3 - Math.floor(Math.log10(spread)), 0, 10) : 2;
  const scientific = Number.isFinite(largest) && largest > 0 && (largest >= 1e12 || largest < 1e-6);
  const format = scientific
    ? new Intl.NumberFormat('en', { notation: 'scientific', maximumFractionDigits: 4 })
    : new Intl.NumberFormat('en', { minimumFractionDigits: aligned ? places : 0, maximumFractionDigits: places });
  return (value) => (value === null || value === undefined || !Number.isFinite(value) ? '–' : format.format(value));
}

/** A count with thousands apart. */
export const count = (n: number): string => n.toLocaleString('en');

/** '1 series', '23 series', '1 row', '2 rows'. */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** A score without units, three places; '–' when there is none. */
export const score = (value: number | null | undefined): string =>
  value === null || value === undefined ? '–' : value.toFixed(3);

/** A share from 0 to 1 as a whole percentage. */
export const percent = (share: number | null | undefined): string =>
  share === null || share === undefined ? '–' : `${Math.round(share * 100)} %`;

/** Bytes for people: '12 kB', '3.4 MB'. */
export function bytes(n: number): string {
  if (n < 1000) return `${n} B`;
  const [size, unit] = n < 1e6 ? [n / 1e3, 'kB'] : n < 1e9 ? [n / 1e6, 'MB'] : [n / 1e9, 'GB'];
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${unit}`;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
