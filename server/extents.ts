import { stepIndex } from '../models/calendar.ts';
import type { Frequency } from '../models/series.ts';
import type { Batch } from './csv/batch.ts';

/** First and last time of a whole upload, and the gaps of each series that runs forward in the file, counted on the way. */
export function createExtents(frequency: Frequency, zone: string) {
  const first: number[] = [];
  const last: number[] = [];
  const index: number[] = [];
  const gaps: number[] = [];
  const straight: boolean[] = [];
  let observations = 0;
  let start = Number.POSITIVE_INFINITY;
  let end = Number.NEGATIVE_INFINITY;
  const span = (CLOCK[frequency.unit] ?? 0) * frequency.count;
  const monthly = frequency.unit === 'month' || frequency.unit === 'year';
  return {
    get observations() {
      return observations;
    },
    get start() {
      return start;
    },
    get end() {
      return end;
    },
    add({ series, times }: Batch): void {
      observations += series.length;
      for (let i = 0; i < series.length; i++) {
        const id = series[i];
        const time = times[i];
        if (time < start) start = time;
        if (time > end) end = time;
        if (first[id] === undefined) {
          first[id] = last[id] = time;
          index[id] = gaps[id] = 0;
          straight[id] = true;
          continue;
        }
        if (time < last[id]) straight[id] = false;
        if (!straight[id]) continue;
        const step = span ? Math.round((time - first[id]) / span) : stepIndex(first[id], time, frequency, zone);
        if (step > index[id]) gaps[id] += step - index[id] - 1;
        // Two in a month: only the whole series tells where its steps begin.
        else if (monthly && time > last[id]) straight[id] = false;
        last[id] = time;
        index[id] = step;
      }
    },
    /** Undefined where the series does not run forward. */
    gaps: (id: number): number | undefined => (straight[id] === false ? undefined : (gaps[id] ?? 0)),
  };
}

const CLOCK: Partial<Record<Frequency['unit'], number>> = { second: 1000, minute: 60_000, hour: 3_600_000 };
