import { gridStart, stepIndex } from '../../models/calendar.ts';
import { defaultSeason, type Frequency, formatFrequency } from '../../models/series.ts';
import { DAY, dateOf, daysInMonth, weekdayOf } from './civil.ts';
import { createOffsets } from './zone.ts';

export interface Inference {
  readonly frequency: Frequency;
  /** 0 to 1: how much of the data stands on the grid, less where there are few steps to judge by. */
  readonly confidence: number;
  /** False where no regular step fits and the nearest sensible one was taken: the data then needs a resampling rule. */
  readonly regular: boolean;
  readonly season: number;
  /** Missing steps between the first and the last observation of each series, added up. */
  readonly gaps: number;
  /** Observations at a time that their series already had. */
  readonly duplicates: number;
}

export interface InferenceOptions {
  readonly zone?: string;
  /** Times are integers that count steps. */
  readonly steps?: boolean;
  /** Taken where no series has two different times: what the notation of the times suggests. */
  readonly fallback?: Frequency;
  /** Decided already: gaps and confidence are judged against it. */
  readonly fixed?: Frequency;
}

/**
 * The regular step of a set of series, from all their steps together: gaps are multiples of it, jitter is tolerated (5 % of
 * the step), duplicates are counted. `series`: times in any order, epoch ms UTC or integers.
 */
export function inferFrequency(series: readonly ArrayLike<number>[], options: InferenceOptions = {}): Inference {
  const { zone = 'UTC', steps = false, fallback = { unit: 'day', count: 1 }, fixed } = options;
  const sorted = series.map((times) => sortedUnique(times));
  const duplicates = series.reduce((sum, times, i) => sum + times.length - sorted[i].length, 0);
  const judged = sorted.filter((times) => times.length > 1).slice(0, 2000);
  const found = judge(judged, zone, steps) ?? { frequency: fallback, share: 0, regular: true };
  const count = judged.reduce((sum, times) => sum + times.length - 1, 0);
  const frequency = fixed ?? found.frequency;
  const agrees = formatFrequency(frequency) === formatFrequency(found.frequency);
  const share = agrees ? found.share : Math.min(found.share, 0.5);
  return {
    frequency,
    confidence: Math.round(share * (1 - 0.5 ** count) * 1000) / 1000,
    regular: found.regular,
    season: defaultSeason(frequency),
    gaps: sorted.reduce((sum, times) => sum + gapsOf(times, frequency, zone), 0),
    duplicates,
  };
}

/** Steps without an observation between the first and the last. `times` rising. */
export function gapsOf(times: ArrayLike<number>, frequency: Frequency, zone: string): number {
  if (times.length === 0) return 0;
  const span = (CLOCK_UNITS[frequency.unit] ?? 0) * frequency.count;
  const start = gridStart(times, frequency, zone);
  let seen = 0;
  let last = -1;
  for (let i = 0; i < times.length; i++) {
    // Clocks jitter: a time a moment early belongs to the step it is nearest to.
    const index = span ? Math.round((times[i] - times[0]) / span) : stepIndex(start, times[i], frequency, zone);
    if (index !== last) seen++;
    last = index;
  }
  return last + 1 - seen;
}

interface Found {
  frequency: Frequency;
  share: number;
  regular: boolean;
}

const ENOUGH = 0.95;
const CLOCK_UNITS: Partial<Record<Frequency['unit'], number>> = { second: 1000, minute: 60_000, hour: 3_600_000 };

function judge(series: Float64Array[], zone: string, steps: boolean): Found | undefined {
  if (series.length === 0) return undefined;
  if (steps) {
    const { step, share, single } = bestMultiple(differences(series), (median) => descending(median), 0);
    return { frequency: { unit: 'step', count: step || 1 }, share: weigh(share, single), regular: true };
  }
  const offsets = createOffsets(zone);
  const walls = series.map((times) => times.map((time) => time + offsets(time) * 60_000));
  const spans = differences(walls);
  const inDay = walls.flatMap((times) =>
    Array.from(times.slice(0, 5000), (time) => time - Math.floor(time / DAY) * DAY),
  );
  if (modeShare(inDay) >= ENOUGH && medianOf(spans) > 0.8 * DAY) {
    return byCalendar(walls.map((times) => times.map((time) => Math.floor(time / DAY))));
  }
  return byClock(differences(series));
}

const CLOCK_STEPS = [
  1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 240, 300, 360, 600, 720, 900, 1200, 1800, 3600, 7200, 10_800, 14_400, 21_600,
  28_800, 43_200, 86_400, 604_800,
].map((seconds) => seconds * 1000); // biome-ignore format: a table

function byClock(spans: Float64Array): Found {
  const mode = modeOf(spans);
  const usual = mode.share >= 0.5 && mode.value % 1000 === 0 ? [mode.value] : [];
  const candidates = [...new Set([...CLOCK_STEPS, ...usual])].sort((a, b) => b - a);
  const best = bestMultiple(spans, () => candidates, 0.05);
  if (best.step) return { frequency: clockFrequency(best.step), share: weigh(best.share, best.single), regular: true };
  const step = nearest(candidates, medianOf(spans));
  const { share, single } = multiples(spans, step, 0.05);
  return { frequency: clockFrequency(step), share: Math.min(0.6, weigh(share, single) * 0.7), regular: false };
}

function clockFrequency(ms: number): Frequency {
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds % 604_800 === 0) return { unit: 'week', count: seconds / 604_800 };
  if (seconds % 86_400 === 0) return { unit: 'day', count: seconds / 86_400 };
  if (seconds % 3600 === 0) return { unit: 'hour', count: seconds / 3600 };
  if (seconds % 60 === 0) return { unit: 'minute', count: seconds / 60 };
  return { unit: 'second', count: seconds };
}

// Steps of a day and longer. `series`: days from 1970-01-01.
function byCalendar(series: Float64Array[]): Found {
  const spans = differences(series);
  const median = medianOf(spans);
  const weeks = spans.filter((span) => span % 7 === 0).length / spans.length;
  if (median >= 27) {
    const dates = series.map((days) => Array.from(days, (day) => dateOf(day)));
    const all = dates.flat();
    const sameDay = modeShare(all.map(([, , day]) => day));
    const ends = all.filter(([year, month, day]) => day === daysInMonth(year, month)).length / all.length;
    const months = differences(dates.map((series) => Float64Array.from(series, ([year, month]) => year * 12 + month)));
    const apart = months.filter((span) => span >= 1).length / months.length;
    const anchored = sameDay >= ENOUGH || ends >= ENOUGH;
    if (anchored || (apart >= 0.98 && weeks < ENOUGH)) {
      const best = bestMultiple(months, (m) => [...yearsWithin(m), 6, 4, 3, 2, 1], 0);
      if (best.step) {
        const share = weigh(best.share, best.single) * (anchored ? 1 : 0.9);
        return { frequency: monthFrequency(best.step), share, regular: true };
      }
    }
  }
  if (median >= 7 && weeks >= ENOUGH) {
    const best = bestMultiple(
      spans.map((span) => span / 7),
      descending,
      0,
    );
    if (best.step)
      return { frequency: { unit: 'week', count: best.step }, share: weigh(best.share, best.single), regular: true };
  }
  if (median === 1) {
    const days = series.flatMap((times) => Array.from(times));
    const weekend = days.filter((day) => weekdayOf(day) > 4).length / days.length;
    if (weekend < 0.01 && days.length >= 8 && spans.some((span) => span > 1)) {
      // Friday to Monday is one step of business days.
      const work = spans.filter((span) => span === 1 || span === 3).length / spans.length;
      return { frequency: { unit: 'businessDay', count: 1 }, share: weigh(1, work), regular: true };
    }
  }
  const best = bestMultiple(spans, descending, 0);
  if (best.step)
    return { frequency: { unit: 'day', count: best.step }, share: weigh(best.share, best.single), regular: true };
  const days = nearest([1, 7, 30.4, 91.3, 365.25], median);
  const { share, single } = multiples(spans, Math.round(days), 0.1);
  const frequency: Frequency =
    days === 1
      ? { unit: 'day', count: 1 }
      : days === 7
        ? { unit: 'week', count: 1 }
        : monthFrequency(days === 30.4 ? 1 : days === 91.3 ? 3 : 12);
  return { frequency, share: Math.min(0.6, weigh(share, single) * 0.7), regular: false };
}

const monthFrequency = (months: number): Frequency =>
  months % 12 === 0 ? { unit: 'year', count: months / 12 } : { unit: 'month', count: months };
const yearsWithin = (months: number): number[] => descending(Math.floor(months / 12)).map((years) => years * 12);
const descending = (from: number): number[] =>
  Array.from({ length: Math.min(400, Math.floor(from)) }, (_, i) => Math.floor(from) - i);

// Mostly "on the grid"; single steps count a little, so that a grid with more gaps than points is doubted.
const weigh = (share: number, single: number) => share * (0.7 + 0.3 * Math.min(1, single * 1.25));

/**
 * The largest candidate of which nearly all spans are multiples. One far below the median is refused: everything is a
 * multiple of a second, which explains nothing.
 */
function bestMultiple(spans: Float64Array, candidates: (median: number) => number[], tolerance: number) {
  const median = medianOf(spans);
  for (const step of candidates(median)) {
    if (step > median * 1.05 || step < median / 4.5) continue;
    const found = multiples(spans, step, tolerance);
    if (found.share >= ENOUGH) return { step, ...found };
  }
  return { step: 0, share: 0, single: 0 };
}

function multiples(spans: Float64Array, step: number, tolerance: number): { share: number; single: number } {
  let on = 0;
  let single = 0;
  for (const span of spans) {
    const k = Math.max(1, Math.round(span / step));
    if (Math.abs(span - k * step) > tolerance * step) continue;
    on++;
    if (k === 1) single++;
  }
  return { share: on / spans.length, single: single / spans.length };
}

function sortedUnique(times: ArrayLike<number>): Float64Array {
  const copy = Float64Array.from(times);
  let rising = true;
  for (let i = 1; i < copy.length && rising; i++) rising = copy[i] > copy[i - 1];
  if (rising) return copy;
  copy.sort();
  let n = 0;
  for (let i = 0; i < copy.length; i++) if (i === 0 || copy[i] !== copy[i - 1]) copy[n++] = copy[i];
  return copy.slice(0, n);
}

function differences(series: readonly Float64Array[]): Float64Array {
  const total = series.reduce((sum, times) => sum + Math.max(0, times.length - 1), 0);
  const spans = new Float64Array(total);
  let n = 0;
  for (const times of series) for (let i = 1; i < times.length; i++) spans[n++] = times[i] - times[i - 1];
  return spans;
}

function medianOf(values: Float64Array): number {
  const sorted = values.slice().sort();
  return sorted[Math.floor((sorted.length - 1) / 2)];
}

function modeOf(values: ArrayLike<number>): { value: number; share: number } {
  const counts = new Map<number, number>();
  for (let i = 0; i < values.length; i++) counts.set(values[i], (counts.get(values[i]) ?? 0) + 1);
  let best = { value: Number.NaN, share: 0 };
  for (const [value, count] of counts)
    if (count / values.length > best.share) best = { value, share: count / values.length };
  return best;
}

const modeShare = (values: ArrayLike<number>) => modeOf(values).share;

function nearest(candidates: readonly number[], value: number): number {
  const distance = (candidate: number) => Math.abs(Math.log(candidate / Math.max(value, 1e-9)));
  return candidates.reduce((best, candidate) => (distance(candidate) < distance(best) ? candidate : best));
}
