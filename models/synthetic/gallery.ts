import { randomFrom } from '../rnn/random.ts';
import { synthesise } from './generator.ts';
import { PERIODS } from './periods.ts';

const [COLUMNS, ROWS, WIDTH, HEIGHT, MARGIN] = [10, 10, 150, 78, 6];

/** A picture (SVG) of a hundred generated series, periods in turn, for a person to judge: would these pass for real ones? */
export function gallery(seed: number): string {
  const random = randomFrom(seed);
  const periods = Object.values(PERIODS);
  const drawn = Array.from({ length: COLUMNS * ROWS }, (_, i) => {
    const period = periods[i % periods.length];
    const [x, y] = [(i % COLUMNS) * WIDTH + MARGIN, Math.floor(i / COLUMNS) * HEIGHT + MARGIN];
    const title = `<text x="${x}" y="${y + 5}">${period.name}</text>`;
    return `${title}<path d="${line(synthesise(random, period), x, y + 9)}"/>`;
  });
  const [w, h] = [COLUMNS * WIDTH, ROWS * HEIGHT];
  const style = 'path{fill:none;stroke:#164a63;stroke-width:.8}text{font:7px sans-serif;fill:#667}';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}"><title>A hundred generated series</title><style>${style}</style><rect width="${w}" height="${h}" fill="#fff"/>${drawn.join('')}</svg>\n`;
}

/** At most as many points as there are pixels; the pen is lifted over gaps. */
function line(values: Float64Array, left: number, top: number): string {
  const [width, height] = [WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN - 8];
  const seen = values.filter(Number.isFinite);
  const low = seen.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const span = seen.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY) - low || 1;
  const stride = Math.max(1, Math.floor(values.length / 250));
  let path = '';
  let down = false;
  for (let t = 0; t < values.length; t += stride) {
    if (!Number.isFinite(values[t])) {
      down = false;
      continue;
    }
    const x = left + (t / Math.max(1, values.length - 1)) * width;
    const y = top + height * (1 - (values[t] - low) / span);
    path += `${down ? 'L' : 'M'}${x.toFixed(0)} ${y.toFixed(1)}`;
    down = true;
  }
  return path;
}
