import type { Random } from '../rnn/random.ts';
import { between, chance, choose, magnitude } from './noise.ts';
import type { Period } from './periods.ts';

/** The seasonal part, [n], in units of log value: the season, the longer cycle, both or neither. */
export function seasonPath(random: Random, period: Period, n: number): Float64Array {
  const { season, longer, seasonal, seasonalLonger } = period;
  const path = new Float64Array(n);
  const isDay = longer === 7 * season;
  if (season > 1 && chance(random, seasonal)) {
    const inner = turns(random, season, n, magnitude(random, 0.01, 0.6));
    // Days of work and days of rest: at a weekend the day's shape is flatter and lower in most series that have both.
    const rest =
      isDay && chance(random, seasonalLonger)
        ? { keep: between(random, 0.2, 1), low: -magnitude(random, 0.01, 0.5) }
        : null;
    const first = random.below(7);
    for (let t = 0; t < n; t++) {
      const weekend = rest !== null && (Math.floor(t / season) + first) % 7 < 2;
      path[t] += weekend ? rest.keep * inner[t] + rest.low : inner[t];
    }
  }
  if (longer > 0 && !isDay && chance(random, seasonalLonger)) {
    const outer = yearly(random, longer, n, magnitude(random, 0.02, 0.7));
    for (let t = 0; t < n; t++) path[t] += outer[t];
  } else if (isDay && chance(random, 0.5 * seasonalLonger)) {
    const days = standardised(Float64Array.from({ length: 7 }, () => random.normal()));
    const size = magnitude(random, 0.01, 0.3);
    for (let t = 0; t < n; t++) path[t] += size * days[Math.floor(t / season) % 7];
  }
  return path;
}

/** A cycle of `season` steps of standard deviation `size`, [n]: of random shape, that may change a little from turn to turn. */
function turns(random: Random, season: number, n: number, size: number): Float64Array {
  const shape = standardised(shapeOf(random, season));
  const change = chance(random, 0.5) ? 0 : magnitude(random, 0.01, 0.25);
  const swell = chance(random, 0.2) ? between(random, -0.7, 1) / n : 0;
  const offset = random.below(season);
  return Float64Array.from({ length: n }, (_, t) => {
    const phase = (t + offset) % season;
    if (change > 0) shape[phase] += change * random.normal();
    return size * Math.max(0, 1 + swell * t) * shape[phase];
  });
}

/** A year that is no whole number of steps: a smooth wave, holidays at fixed places in it, or both. */
function yearly(random: Random, length: number, n: number, size: number): Float64Array {
  const waves = harmonics(random, chance(random, 0.8) ? 1 + random.below(3) : 0);
  const holidays = Array.from({ length: chance(random, 0.4) ? 1 + random.below(3) : 0 }, () => ({
    at: random.uniform(),
    width: between(random, 0.2, 1.2) / 52,
    size: (chance(random, 0.7) ? 1 : -1) * between(random, 0.5, 3),
  }));
  const offset = random.uniform();
  return Float64Array.from({ length: n }, (_, t) => {
    const place = (t / length + offset) % 1;
    let value = waves(place);
    for (const { at, width, size: height } of holidays) {
      const off = Math.abs(((place - at + 1.5) % 1) - 0.5);
      if (off < width) value += height * (1 - off / width);
    }
    return size * value;
  });
}

/** [season] smooth, rough, or flat with a few peaks; a mixture of two of them in a third. */
function shapeOf(random: Random, season: number): Float64Array {
  const one = (): Float64Array => {
    switch (choose(random, { smooth: season > 4 ? 0.5 : 0.2, rough: season > 24 ? 0.1 : 0.3, peaks: 0.2 })) {
      case 'smooth': {
        const waves = harmonics(random, 1 + random.below(Math.min(4, Math.max(1, Math.floor(season / 2)))));
        return Float64Array.from({ length: season }, (_, p) => waves(p / season));
      }
      case 'rough':
        return Float64Array.from({ length: season }, () => random.normal());
      case 'peaks': {
        const shape = new Float64Array(season);
        const width = Math.max(1, Math.round(season * between(random, 0.02, 0.3)));
        const height = chance(random, 0.7) ? 1 : -1;
        for (let peak = 1 + random.below(2); peak > 0; peak--) {
          const at = random.below(season);
          for (let p = 0; p < width; p++) shape[(at + p) % season] += height * between(random, 0.6, 1.2);
        }
        return shape;
      }
    }
  };
  const shape = one();
  if (chance(random, 0.67)) return shape;
  const [first, second, share] = [standardised(shape), standardised(one()), between(random, 0.2, 0.8)];
  return first.map((v, p) => share * v + (1 - share) * second[p]);
}

/** A function of the place in the cycle, 0..1: `count` harmonics, higher ones smaller, of variance about 1. */
function harmonics(random: Random, count: number): (place: number) => number {
  const waves = Array.from({ length: count }, (_, k) => ({ size: random.normal() / (k + 1), at: random.uniform() }));
  const norm = Math.sqrt(waves.reduce((sum, { size }) => sum + size * size, 0) / 2) || 1;
  return (place) =>
    waves.reduce((sum, { size, at }, k) => sum + size * Math.sin(2 * Math.PI * ((k + 1) * place + at)), 0) / norm;
}

function standardised(shape: Float64Array): Float64Array {
  const mean = shape.reduce((sum, v) => sum + v, 0) / shape.length;
  const deviation = Math.sqrt(shape.reduce((sum, v) => sum + (v - mean) ** 2, 0) / shape.length) || 1;
  return shape.map((v) => (v - mean) / deviation);
}
