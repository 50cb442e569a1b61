import { IANAZone } from 'luxon';

const BLOCK = 900_000;

/** Offset from UTC in minutes at a moment. Remembers the last quarter of an hour: clocks change at its borders only. */
export function createOffsets(zone: string): (time: number) => number {
  if (zone === 'UTC') return () => 0;
  const iana = IANAZone.create(zone);
  const known = new Map<number, number>();
  return (time) => {
    const block = Math.floor(time / BLOCK);
    let offset = known.get(block);
    if (offset === undefined) {
      offset = iana.offset(block * BLOCK);
      if (known.size > 50_000) known.clear();
      known.set(block, offset);
    }
    return offset;
  };
}

/** What the clock does at a wall time: 'repeated' where it shows the time twice, 'missing' where it never does. */
export type Clock = 'once' | 'repeated' | 'missing';

export interface Placed {
  clock: Clock;
  /** The moment; the first of the two where the time is repeated; NaN where it is missing. */
  time: number;
  /** The second of the two where the time is repeated, else the same as `time`. */
  later: number;
  /** The moment at which the clock goes on where the time is missing, else the same as `time`. */
  next: number;
}

const at = (clock: Clock, time: number, later = time, next = time): Placed => ({ clock, time, later, next });

/** Places times of a wall clock (milliseconds read as UTC) in a zone. */
export function createPlacer(zone: string): (wall: number) => Placed {
  const offsets = createOffsets(zone);
  return (wall) => {
    // The two offsets in force around the time are those half a day away on either side.
    const before = offsets(wall - 43_200_000 - offsets(wall) * 60_000) * 60_000;
    const after = offsets(wall + 43_200_000 - offsets(wall) * 60_000) * 60_000;
    if (before === after) return at('once', wall - before);
    const first = offsets(wall - before) * 60_000 === before;
    const second = offsets(wall - after) * 60_000 === after;
    if (first && second) return at('repeated', wall - before, wall - after);
    if (first) return at('once', wall - before);
    if (second) return at('once', wall - after);
    return at('missing', Number.NaN, Number.NaN, wall - before);
  };
}
