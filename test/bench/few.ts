import { parseArgs } from 'node:util';
import { addSteps } from '../../models/calendar.ts';
import { ets } from '../../models/ets.ts';
import type { Forecaster } from '../../models/forecaster.ts';
import { type Scores, score, yardstick } from '../../models/metrics.ts';
import { seasonalNaive } from '../../models/naive.ts';
import { recurrentForecaster } from '../../models/rnn/forecaster.ts';
import { randomFrom } from '../../models/rnn/random.ts';
import type { Series } from '../../models/series.ts';
import { theta } from '../../models/theta.ts';
import { shipped } from '../../server/shipped.ts';
import { positive } from '../support/arguments.ts';
import { competitionSets } from '../support/held-out.ts';

/**
 * Few series: random draws of 1, 5 and 20 monthly series of M3, each a dataset of its own, forecast by seasonal naive, Theta, ETS, a network
 * trained from nothing, the pre-trained network as it is, and what the product does when nothing is said. With `--last` they
 * know no more than so many values of each series; errors stay in units of seasonal naive's on all of it:
 *
 *   npm run bench -- few --data DIR [--sizes 1,5,20] [--draws 60] [--last N] [--seed 1] [--json]
 */
export default async function few(args: string[], json: boolean): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      data: { type: 'string' },
      sizes: { type: 'string', default: '1,5,20' },
      draws: { type: 'string', default: '60' },
      last: { type: 'string' },
      seed: { type: 'string', default: '1' },
    },
  });
  const data = values.data ?? process.env.TIDECAST_BENCH_DATA;
  if (!data) throw new Error('found no --data and no TIDECAST_BENCH_DATA, expected the folder that has m3');
  const set = competitionSets(data).find(({ name }) => name === 'm3_monthly')!;
  const { past, actual } = set.load();
  const last = values.last === undefined ? Number.POSITIVE_INFINITY : positive('last', values.last);
  const frequency = { unit: 'month', count: 1 } as const;
  const all = past.map((one): Series => ({ ...one, frequency }));
  const yardsticks = new Map(all.map((one) => [one.id, yardstick(one.values, one.season, set.horizon)]));
  // They have no dates here: let them end together, or the shorter ones would seem to have ended long ago.
  const known = (one: Series): Series => {
    const values = one.values.subarray(Math.max(0, one.values.length - last));
    return { ...one, values, start: addSteps(0, 1 - values.length, frequency, one.zone) };
  };
  const rows = [];
  for (const size of values.sizes.split(',').map((size) => positive('sizes', size))) {
    const random = randomFrom(positive('seed', values.seed));
    const draws = Array.from({ length: positive('draws', values.draws) }, () =>
      random
        .shuffle([...all])
        .slice(0, size)
        .map(known),
    );
    for (const [name, forecaster] of FORECASTERS) {
      const scores: Scores[] = [];
      for (const draw of draws) {
        const fitted = await forecaster.fit(draw, { horizon: set.horizon, seed: 1 });
        const forecasts = await fitted.forecast(draw);
        const outcomes = draw.map((one, i) => ({
          series: one.id,
          actual: actual.get(one.id)!,
          quantiles: forecasts[i].quantiles,
          yardstick: yardsticks.get(one.id)!,
        }));
        scores.push(score(outcomes));
      }
      const mean = (of: (one: Scores) => number | null) =>
        scores.reduce((sum, one) => sum + (of(one) ?? Number.NaN), 0) / scores.length;
      const row = {
        series: size,
        draws: draws.length,
        model: name,
        smape: mean(({ smapePoints }) => smapePoints),
        mase: mean(({ mase }) => mase),
        coverage80: mean(({ coverage80 }) => coverage80),
        coverage95: mean(({ coverage95 }) => coverage95),
      };
      rows.push(row);
      if (!json) {
        const cover = `${(100 * row.coverage80).toFixed(1)} / ${(100 * row.coverage95).toFixed(1)} %`;
        console.log(
          `${size} series, ${row.draws} draws, ${name.padEnd(20)} sMAPE ${row.smape.toFixed(2)}  MASE ${row.mase.toFixed(3)}  covered ${cover}`,
        );
      }
    }
  }
  if (json) console.log(JSON.stringify({ rows }));
}

const FORECASTERS: readonly (readonly [string, Forecaster])[] = [
  ['seasonal naive', seasonalNaive],
  ['theta', theta],
  ['ets', ets],
  ['from nothing', recurrentForecaster({ members: 3 })],
  ['no training', recurrentForecaster({ training: 'none' }, shipped)],
  ['fine-tuned', recurrentForecaster({ training: 'fine-tune' }, shipped)],
  ['chosen by validation', recurrentForecaster({}, shipped)],
];
