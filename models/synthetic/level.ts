import type { Random } from '../rnn/random.ts';
import { between, chance, choose, magnitude } from './noise.ts';
import type { Period } from './periods.ts';

/**
 * Paths of the level: the processes that forecasting methods were made for, and those that break them. Smoothing, trend and
 * damping are the state-space models of Hyndman, Koehler, Ord & Snyder (2008); saturation is Bass's and Gompertz's growth;
 * the slow cycle is Harvey's (1989).
 */
const SHARES = {
  smoothing: 0.22,
  trend: 0.22,
  walk: 0.14,
  autoregression: 0.18,
  pieces: 0.1,
  saturation: 0.06,
  cycle: 0.08,
};

/**
 * A level, [n], in units of log value.
 *
 * @param shocks [n] surprises of variance about 1
 * @param size what one surprise moves a step's value by
 */
export function levelPath(
  random: Random,
  { perYear, reverting }: Period,
  shocks: Float64Array,
  size: number,
): Float64Array {
  if (reverting > 0 && chance(random, reverting)) return revertingPath(random, shocks, size);

  const n = shocks.length;
  const drift = driftOf(random, perYear, size);
  // A level that kept every surprise would leave any scale within a thousand steps: over long series less is kept.
  const kept = Math.min(1, Math.sqrt(80 / n));
  const path = new Float64Array(n);
  switch (choose(random, SHARES)) {
    case 'smoothing': {
      const alpha = kept * random.uniform() ** 1.5;
      const slope = chance(random, 0.5) ? drift : 0;
      for (let t = 0, level = 0; t < n; t++) {
        path[t] = level + size * shocks[t];
        level += slope + alpha * size * shocks[t];
      }
      break;
    }
    case 'trend': {
      const alpha = kept * between(random, 0.05, 1);
      const beta = alpha * between(random, 0, 0.4) ** 1.5;
      const phi = chance(random, 0.4) ? 1 : between(random, 0.8, 0.995);
      // An undamped slope that is moved at every step runs away; over a long series it is moved less.
      const moved = beta / (phi === 1 ? Math.max(1, n / 60) : 1);
      for (let t = 0, level = 0, slope = drift; t < n; t++) {
        path[t] = level + slope + size * shocks[t];
        level += slope + alpha * size * shocks[t];
        slope = phi * slope + moved * size * shocks[t];
      }
      break;
    }
    case 'walk':
      for (let t = 0, level = 0; t < n; t++) {
        level += drift + kept * size * shocks[t];
        path[t] = level;
      }
      break;
    case 'autoregression': {
      const memory = 1 - magnitude(random, 0.015, 0.7);
      const second = chance(random, 0.3) ? between(random, -0.4, 0.3) * (1 - memory) : 0;
      for (let t = 0, last = 0, before = 0; t < n; t++) {
        const now = memory * last + second * before + size * shocks[t];
        path[t] = now + drift * t;
        before = last;
        last = now;
      }
      break;
    }
    case 'pieces': {
      const breaks = between(random, 0.5, 4) / n;
      for (let t = 0, level = 0, slope = drift; t < n; t++) {
        if (chance(random, breaks)) slope = driftOf(random, perYear, size) * between(random, 0.5, 2);
        level += slope;
        path[t] = level + size * shocks[t];
      }
      break;
    }
    case 'saturation': {
      const rise = between(random, 0.2, 2.5) * (chance(random, 0.75) ? 1 : -1);
      const [middle, pace] = [n * between(random, -0.2, 1.1), n * between(random, 0.05, 0.35)];
      const memory = between(random, 0, 0.9);
      for (let t = 0, off = 0; t < n; t++) {
        off = memory * off + size * shocks[t];
        path[t] = rise / (1 + Math.exp(-(t - middle) / pace)) + off;
      }
      break;
    }
    case 'cycle': {
      const length = between(random, 3, 11) * Math.min(perYear, n / 6);
      const damping = between(random, 0.9, 0.995);
      const [c, s] = [damping * Math.cos((2 * Math.PI) / length), damping * Math.sin((2 * Math.PI) / length)];
      const noise = chance(random, 0.5) ? between(random, 0.1, 0.8) : 0;
      for (let t = 0, a = 2 * size * random.normal(), b = 2 * size * random.normal(); t < n; t++) {
        [a, b] = [c * a + s * b + size * shocks[t], c * b - s * a];
        path[t] = a + drift * t + noise * size * random.normal();
      }
      break;
    }
  }
  // Growth is a matter of years, and so is what changes it: within the days of a daily series it is what it is.
  if (perYear <= 12 && chance(random, WANDERING)) wander(random, path, perYear, size);
  return path;
}

/**
 * A path that always comes back to its mean, [n]: an AR(1) of episodes of some steps; in two of five series a slower one beside
 * it, a swing of weeks or months.
 */
function revertingPath(random: Random, shocks: Float64Array, size: number): Float64Array {
  const memory = 1 - magnitude(random, 0.04, 0.9);
  const slowMemory = 1 - magnitude(random, 0.01, 0.1);
  const share = chance(random, 0.4) ? between(random, 0.1, 0.6) : 0;
  // Deviations of the whole path, not of a step.
  const [quick, slow] = [size / Math.sqrt(1 - memory * memory), (share * size) / Math.sqrt(1 - memory * memory)];
  const gain = Math.sqrt(1 - slowMemory * slowMemory);
  let [off, swing] = [quick * random.normal(), slow * random.normal()];
  return shocks.map((shock) => {
    off = memory * off + size * shock;
    swing = slowMemory * swing + gain * slow * random.normal();
    return off + swing;
  });
}

/** Share of series whose growth is not the same all along. */
const WANDERING = 0.5;

/**
 * Adds to a path the sum of a growth that wanders about none, the slope of Harvey's (1989) local linear trend made stationary: an
 * AR(1) of per cents a year with a memory of years (business cycles, fashions, policies), or of a part of the surprises with any memory. Of steady growth alone a network learns to trust
 * in it for years ahead, more than anybody may.
 */
function wander(random: Random, path: Float64Array, perYear: number, size: number): void {
  const byYear = chance(random, 0.5);
  const spread = byYear ? magnitude(random, 0.01, 0.15) / perYear : size * magnitude(random, 0.03, 0.4);
  const steps = byYear ? magnitude(random, 1, 8) * perYear : magnitude(random, 3, Math.max(4, path.length / 2));
  const memory = Math.exp(-1 / steps);
  for (let t = 0, sum = 0, growth = spread * random.normal(); t < path.length; t++) {
    path[t] += sum;
    sum += growth;
    growth = memory * growth + Math.sqrt(1 - memory * memory) * spread * random.normal();
  }
}

/**
 * A steady change a step: growth of some per cent a year, more often up than down, or one that is large or small beside the
 * surprises, whatever the step. None in a fifth.
 */
function driftOf(random: Random, perYear: number, size: number): number {
  const kind = choose(random, { growth: 0.5, relative: 0.3, none: 0.2 });
  if (kind === 'none') return 0;
  if (kind === 'growth') return (0.03 + 0.05 * random.normal()) / perYear;
  return (0.25 * size * random.normal()) / Math.sqrt(Math.max(1, perYear / 12));
}
