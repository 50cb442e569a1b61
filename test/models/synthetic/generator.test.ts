import { describe, expect, it } from 'vitest';
import { randomFrom } from '../../../models/rnn/random.ts';
import { gallery } from '../../../models/synthetic/gallery.ts';
import { generatorDigest, synthesise } from '../../../models/synthetic/generator.ts';
import { levelPath } from '../../../models/synthetic/level.ts';
import { PERIODS, type Period } from '../../../models/synthetic/periods.ts';

/** Series of the period, one after the other from one stream. */
function drawn(period: Period, count: number, seed = 1, length?: number): Float64Array[] {
  const random = randomFrom(seed);
  return Array.from({ length: count }, () => synthesise(random, period, length));
}

const seenOf = (values: Float64Array) => values.filter((v) => !Number.isNaN(v));

describe('synthesise', () => {
  it.each(Object.values(PERIODS))('gives the same $name series for the same seed, and others for another', (period) => {
    expect(drawn(period, 3, 4)).toEqual(drawn(period, 3, 4));
    expect(drawn(period, 3, 5)).not.toEqual(drawn(period, 3, 4));
  });

  it.each(Object.values(PERIODS))('gives $name series as long as people have them, finite but for gaps', (period) => {
    const [shortest, longest] = period.lengths;
    const lengths: number[] = [];
    for (const values of drawn(period, 100)) {
      lengths.push(values.length);
      // Whatever is no gap is a number: no overflow, no infinity.
      expect(seenOf(values).every(Number.isFinite)).toBe(true);
      expect(Number.isFinite(values[0])).toBe(true);
    }
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(shortest);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(longest);
    // Both short and long ones come, log-uniformly: a half on either side of the geometric middle.
    const middle = Math.sqrt(shortest * longest);
    const short = lengths.filter((n) => n < middle).length;
    expect(short).toBeGreaterThan(30);
    expect(short).toBeLessThan(70);
  });

  it('has every world: positive for the most part, some crossing zero, counts, mostly zero, with gaps', () => {
    const worlds = { positive: 0, crossing: 0, counts: 0, intermittent: 0, gaps: 0 };
    const all = drawn(PERIODS.monthly, 300);
    for (const values of all) {
      const seen = seenOf(values);
      const zeros = seen.filter((v) => v === 0).length / seen.length;
      if (seen.every((v) => v > 0)) worlds.positive++;
      if (seen.some((v) => v < 0) && seen.some((v) => v > 0)) worlds.crossing++;
      if (seen.every((v) => v >= 0) && zeros > 0 && zeros < 0.5) worlds.counts++;
      if (zeros >= 0.5) worlds.intermittent++;
      if (seen.length < values.length) worlds.gaps++;
    }
    expect(worlds.positive).toBeGreaterThan(200);
    for (const world of ['crossing', 'counts', 'intermittent', 'gaps'] as const) {
      expect(worlds[world], world).toBeGreaterThan(3);
    }
  });

  it('knows the year in most monthly series and the day in most hourly ones, and no cycle in yearly ones', () => {
    const share = (period: Period, season: number) => {
      // Differences, so that a trend is no season; fixed lengths, so that the periods compare.
      const repeats = drawn(period, 120, 2, 20 * season).filter((values) => turnsLike(values, season));
      return repeats.length / 120;
    };
    expect(share(PERIODS.monthly, 12)).toBeGreaterThan(0.5);
    expect(share(PERIODS.hourly, 24)).toBeGreaterThan(0.5);
    expect(share(PERIODS.yearly, 12)).toBeLessThan(0.15);
    expect(share(PERIODS.counted, 12)).toBeLessThan(0.15);
  });
});

describe('days', () => {
  it('come back to their mean where they are to, within a hundred steps', () => {
    const settled = (reverting: number) => {
      const random = randomFrom(9);
      const shocks = () => Float64Array.from({ length: 700 }, () => random.normal());
      const period = { ...PERIODS.daily, reverting };
      return Array.from({ length: 300 }, () => levelPath(random, period, shocks(), 0.1)).filter((path) => {
        const moved = (lag: number) => {
          const steps = path.subarray(lag).map((v, t) => (v - path[t]) ** 2);
          return steps.reduce((sum, v) => sum + v, 0) / steps.length;
        };
        // A walk moves three times as far, in squares, in three times the steps.
        return moved(300) < 1.4 * moved(100);
      }).length;
    };
    expect(settled(1)).toBeGreaterThan(0.93 * 300);
    // Of the others some do, too; a third of days more.
    expect(settled(0)).toBeLessThan(0.5 * 300);
    expect(settled(PERIODS.daily.reverting) - settled(0)).toBeGreaterThan(0.15 * 300);
  });

  it('have events of two to four steps in a row to one side', () => {
    const calm = { ...PERIODS.daily, eventful: 0 };
    const lengths: number[] = [];
    for (let seed = 1; seed <= 40; seed++) {
      const [without] = drawn(calm, 1, seed, 70);
      const [withEvents] = drawn({ ...calm, eventful: 1 }, 1, seed, 70);
      // One event a series of so few steps; what comes after it (gaps) is drawn otherwise.
      const moved = [...without.keys()].filter(
        (t) => Number.isFinite(withEvents[t] - without[t]) && withEvents[t] !== without[t],
      );
      if (moved.length === 0) continue;
      lengths.push(moved[moved.length - 1] - moved[0] + 1);
      expect(new Set(moved.map((t) => Math.sign(withEvents[t] - without[t]))).size).toBe(1);
    }
    expect(lengths.length).toBeGreaterThan(30);
    expect(Math.max(...lengths)).toBe(4);
    expect(lengths.filter((n) => n >= 2).length / lengths.length).toBeGreaterThan(0.8);
  });
});

describe('gallery', () => {
  it('draws a hundred series of all periods, the same for the same seed, without a number that is none', () => {
    const svg = gallery(7);
    expect(svg.match(/<path d="M[^"]+"/g)).toHaveLength(100);
    for (const { name } of Object.values(PERIODS)) expect(svg).toContain(`>${name}</text>`);
    expect(svg).not.toMatch(/NaN|Infinity/);
    expect(gallery(7)).toBe(svg);
    expect(gallery(8)).not.toBe(svg);
  });
});

describe('growth', () => {
  // Without surprises a path bends at every step only if its growth wanders by the year, or it saturates (6 %).
  const bent = (period: Period) => {
    const random = randomFrom(5);
    const paths = Array.from({ length: 400 }, () => levelPath(random, period, new Float64Array(60), 0));
    return paths.filter((path) => {
      const bends = path.subarray(2).filter((v, t) => Math.abs(v - 2 * path[t + 1] + path[t]) > 1e-9);
      return bends.length > 50;
    }).length;
  };

  it('wanders by the year in a quarter of series of years, quarters and months, and within no day', () => {
    for (const period of [PERIODS.yearly, PERIODS.quarterly, PERIODS.monthly]) {
      expect(bent(period) / 400).toBeGreaterThan(0.22);
      expect(bent(period) / 400).toBeLessThan(0.4);
    }
    expect(bent(PERIODS.hourly) / 400).toBeLessThan(0.12);
  });
});

describe('generatorDigest', () => {
  it('is eight hexadecimal digits, the same each time, and another for other periods', () => {
    const { yearly, monthly } = PERIODS;
    expect(generatorDigest([yearly])).toMatch(/^[0-9a-f]{8}$/);
    expect(generatorDigest([yearly])).toBe(generatorDigest([yearly]));
    expect(generatorDigest([yearly, monthly])).not.toBe(generatorDigest([yearly]));
    expect(generatorDigest([monthly])).not.toBe(generatorDigest([yearly]));
  });
});

/** Whether steps that are a turn apart change alike, more than steps that are a little more or less apart. */
function turnsLike(values: Float64Array, season: number): boolean {
  const changes = Array.from(values.subarray(1), (v, t) => v - values[t]).map((d) => (Number.isNaN(d) ? 0 : d));
  const mean = changes.reduce((sum, d) => sum + d, 0) / changes.length;
  const squares = changes.reduce((sum, d) => sum + (d - mean) ** 2, 0);
  const at = (lag: number) => {
    let sum = 0;
    for (let t = lag; t < changes.length; t++) sum += (changes[t] - mean) * (changes[t - lag] - mean);
    return sum / squares;
  };
  const whole = at(season);
  return whole > 0.2 && whole > at(season - 1) && whole > at(season + 1);
}
