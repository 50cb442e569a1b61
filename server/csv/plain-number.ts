/**
 * The number text[from, to) of at most 15 digits with at most one mark; NaN for everything else. Both the digits as a whole
 * number and the power of ten are exact in a double, so their quotient is the double nearest to what is written
 * (W. D. Clinger, How to read floating point numbers accurately, 1990), the same as Number() gives.
 */
export function plainNumber(text: string, from: number, to: number, mark: number): number {
  const negative = text.charCodeAt(from) === MINUS;
  let whole = 0;
  let digits = 0;
  let places = -1;
  for (let at = negative ? from + 1 : from; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code >= ZERO && code <= NINE) {
      whole = whole * 10 + (code - ZERO);
      digits++;
      if (places >= 0) places++;
    } else if (code === mark && places < 0 && digits > 0) places = 0;
    else return Number.NaN;
  }
  if (digits === 0 || digits > 15 || places === 0) return Number.NaN;
  const value = places > 0 ? whole / POWERS[places] : whole;
  return negative ? -value : value;
}

/** Whole powers of ten that a double holds exactly, as many as there can be places. */
const POWERS = Array.from({ length: 16 }, (_, places) => 10 ** places);

const [MINUS, ZERO, NINE] = [45, 48, 57];
