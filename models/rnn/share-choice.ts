import { hasPartners, partnersOf } from '../combination.ts';
import { FEWEST_CYCLES } from '../deseasonalise.ts';
import type { Fitted } from '../forecaster.ts';
import { type Outcome, score, yardstick } from '../metrics.ts';
import type { Series } from '../series.ts';
import type { NetworkSettings, ShareChoice } from '../settings.ts';
import type { TrainingPlan } from '../training-plan.ts';
import { CHANCE, newestHorizons } from './held-back.ts';

/**
 * The share of Theta and ETS together where nothing speaks against it. Figures in DECISIONS.md: between 0.25 and 0.5 there is
 * little to choose.
 */
const SHARE = 0.3;
/** So many held-back horizons leave nothing to chance. */
const ENOUGH = 200;

/**
 * Answers `baselineShare: auto`: Theta and ETS have a part in the forecast unless, on newest horizons held back, the shipped
 * network as it is does better without them by more than chance. It stands for what is trained from it, and has seen none of the
 * data, so every origin tells the truth and none costs a training. Looks at nothing after the end of `series`.
 *
 * @param plan makes the plan by these settings
 * @param asIs the forecaster of a plan without training
 */
export async function chooseShare(
  series: readonly Series[],
  settings: Partial<NetworkSettings>,
  horizon: number,
  plan: (series: readonly Series[], settings: Partial<NetworkSettings>) => TrainingPlan,
  asIs: (series: readonly Series[], plan: TrainingPlan) => Fitted,
): Promise<ShareChoice> {
  if (!series.some(hasPartners)) {
    return {
      share: 0,
      sentence: `Theta and ETS have no part in the forecast: they know a season from ${FEWEST_CYCLES} of its cycles on, and all series are shorter.`,
    };
  }
  const held = newestHorizons(series, horizon, ENOUGH);
  const pasts = held.map(({ past }) => past);
  const planned = plan(pasts, { ...settings, training: 'none', baselineShare: 0 });
  const able = pasts.length > 0 && planned.members.length > 0;
  const [forecasts, partners] = able
    ? await Promise.all([asIs(pasts, planned).forecast(pasts), partnersOf(pasts, horizon)])
    : [[], []];
  const maseAt = (share: number): number | null => {
    const outcomes = forecasts.map(({ quantiles }, i): Outcome => {
      const { past, actual } = held[i];
      const joined = partners[i];
      const mixed = joined
        ? quantiles.map((level, q) => level.map((v, k) => (1 - share) * v + share * joined[q][k]))
        : quantiles;
      return { series: past.id, actual, quantiles: mixed, yardstick: yardstick(past.values, past.season, horizon) };
    });
    return outcomes.length > 0 ? score(outcomes).mase : null;
  };
  const [alone, combined] = [maseAt(0), maseAt(SHARE)];
  const percent = Math.round(100 * SHARE);
  if (alone === null || combined === null) {
    return {
      share: SHARE,
      sentence: `Theta and ETS have ${percent} % of the forecast: combinations are right more often, and there are too few data to see whether it is so here.`,
    };
  }
  const count =
    held.length === 1 ? 'the newest steps, held back' : `${held.length} stretches of newest steps, held back`;
  const figures = `MASE on ${count}: ${combined.toPrecision(3)} with them, ${alone.toPrecision(3)} without`;
  const helps = combined <= alone * (1 + chanceIn(held.length));
  return helps
    ? { share: SHARE, sentence: `Theta and ETS have ${percent} % of the forecast. ${figures}.` }
    : { share: 0, sentence: `Theta and ETS have no part in the forecast. ${figures}.` };
}

/** By how much a comparison on so few held-back horizons may be wrong; nothing for ENOUGH of them. */
const chanceIn = (count: number) => Math.max(0, CHANCE / Math.sqrt(count) - CHANCE / Math.sqrt(ENOUGH));
