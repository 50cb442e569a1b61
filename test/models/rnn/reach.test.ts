import { describe, expect, it } from 'vitest';
import { assembleNetwork, loadNetwork, trainPlanned } from '../../../models/rnn/forecaster.ts';
import { planFor } from '../../../models/rnn/plan.ts';
import type { Series } from '../../../models/series.ts';
import type { TrainingPlan } from '../../../models/training-plan.ts';

const series: Series[] = Array.from({ length: 3 }, (_, i) => ({
  id: `s${i}`,
  frequency: { unit: 'month', count: 1 },
  zone: 'UTC',
  season: 12,
  start: 0,
  values: Float64Array.from({ length: 60 }, (_, t) => 100 + i + 10 * Math.sin((t * Math.PI) / 6) + (t % 5)),
}));

/** Two members, the second of which looks three steps ahead where the first looks seven. */
async function twoReaches() {
  const whole = planFor(series, { units: 6, epochs: 2, members: 2 }, { horizon: 7, seed: 1 });
  const [far, near] = whole.members;
  const plan: TrainingPlan = { ...whole, members: [far, { ...near, spec: { ...near.spec, horizon: 3 } }] };
  const weights = [await trainPlanned(series, plan, 0), await trainPlanned(series, plan, 1)];
  return { plan, weights };
}
const quantilesOf = async (plan: TrainingPlan, weights: Float32Array[]) =>
  (await assembleNetwork(series, plan, weights).forecast(series)).map(({ quantiles }) => quantiles);

describe('members that do not look as far as the plan', () => {
  it('carry their own forecast on and are averaged with the others, level by level', async () => {
    const { plan, weights } = await twoReaches();
    const [far, near] = plan.members;
    const both = await quantilesOf(plan, weights);
    const byFar = await quantilesOf({ ...plan, members: [far] }, weights.slice(0, 1));
    const byNear = await quantilesOf({ ...plan, members: [near], horizon: 3, asked: 7 }, weights.slice(1));
    both.forEach((quantiles, i) => {
      quantiles.forEach((level, q) => {
        expect(level).toHaveLength(7);
        level.forEach((value, k) => {
          expect(value).toBeCloseTo((byFar[i][q][k] + byNear[i][q][k]) / 2, 9);
        });
      });
    });
    expect(byNear).not.toEqual(byFar);
  });

  it('are saved with the network', async () => {
    const { plan, weights } = await twoReaches();
    const fitted = assembleNetwork(series, plan, weights);
    expect(await loadNetwork(fitted.save()).forecast(series)).toEqual(await fitted.forecast(series));
  });
});
