import { describe, expect, test } from 'vitest';
import { ets } from '../../models/ets.ts';
import type { Forecaster } from '../../models/forecaster.ts';
import { type Scores, score, yardstick } from '../../models/metrics.ts';
import { naive } from '../../models/naive.ts';
import { theta } from '../../models/theta.ts';
import { competitionSets } from '../support/held-out.ts';

const DATA = process.env.TIDECAST_BENCH_DATA;
if (!DATA) console.warn('skipped: the M3 figures of the baselines, which need TIDECAST_BENCH_DATA');

/** sMAPE over all points as published: Theta by Fiorucci et al. 2016 (dynamic optimised), ETS by R's forecast package. */
const PUBLISHED = [
  ['yearly', 15.94, 17.0],
  ['quarterly', 9.28, 9.68],
  ['monthly', 13.74, 14.14],
  ['other', 4.58, 4.37],
] as const;

describe.skipIf(!DATA)('on the M3 competition', () => {
  test.each(PUBLISHED)('Theta comes within 0.35 of its published sMAPE, %s', async (group, figure) => {
    const { smapePoints } = await scoreOn(theta, group);
    expect(Math.abs(smapePoints! - figure)).toBeLessThan(0.35);
  });

  // Not below by more than 1 either: that would be a leak, not skill.
  test.each(PUBLISHED)('damped ETS is at most 0.35 above the published ETS, %s', async (group, _, figure) => {
    const { smapePoints } = await scoreOn(ets, group);
    expect(smapePoints! - figure).toBeLessThan(0.35);
    expect(figure - smapePoints!).toBeLessThan(1);
  });

  test('the figures equal those of the competitions’ scoring program on the same forecasts', async () => {
    // Naive on yearly data is Naive2, whose OWA is 1 by definition; sMAPE 17.8799 and MASE 3.1717 are that program's.
    const scores = await scoreOn(naive, 'yearly');
    expect(scores.forecasts).toBe(645);
    expect(scores.smapePoints).toBeCloseTo(17.8799, 4);
    expect(scores.mase).toBeCloseTo(3.1717, 4);
    expect(scores.owa).toBe(1);
  });
});

async function scoreOn(forecaster: Forecaster, group: string): Promise<Scores> {
  const set = competitionSets(DATA!).find(({ name }) => name === `m3_${group}`)!;
  const { past, actual } = set.load();
  const fitted = await forecaster.fit(past, { horizon: set.horizon, seed: 1 });
  const forecasts = await fitted.forecast(past);
  return score(
    past.map(({ id, values, season }, i) => ({
      series: id,
      actual: actual.get(id)!,
      quantiles: forecasts[i].quantiles,
      yardstick: yardstick(values, season, set.horizon),
    })),
  );
}
