import { hasPartners, partnersOf } from '../combination.ts';
import { FEWEST_CYCLES } from '../deseasonalise.ts';
import type { Fitted } from '../forecaster.ts';
import { type Outcome, score, yardstick } from '../metrics.ts';
import { seasonalNaive } from '../naive.ts';
import type { Series } from '../series.ts';
import type { NetworkSettings, ShareChoice } from '../settings.ts';
import type { TrainingPlan } from '../training-plan.ts';
import { CHANCE, type HeldBack, newestHorizons } from './held-back.ts';

/**
 * The share of Theta and ETS together where nothing speaks against it. Figures in DECISIONS.md: between 0.25 and 0.5 there is
 * little to choose.
 */
const SHARE = 0.3;
/** So many held-back horizons leave nothing to chance. */
const ENOUGH = 200;

/** What the network by itself forecasts at an origin, what Theta and ETS do, and what came. */
export interface Stretch {
  readonly past: Series;
  /** One array [horizon] a level, in the units of the series. */
  readonly quantiles: readonly Float64Array[];
  /** The same by Theta and ETS; null where they have no part (combination.ts). */
  readonly partner: readonly Float64Array[] | null;
  /** [horizon] NaN where nothing was observed. */
  readonly actual: Float64Array;
}

/**
 * Answers `baselineShare: auto`: Theta and ETS have a part in the forecast unless the network does better without them by more
 * than chance.
 *
 * @param series those that will be forecast
 * @param stretches forecasts that have not seen what came
 * @param seen what they are, for the person
 */
export function shareBy(
  series: readonly Series[],
  stretches: readonly Stretch[],
  horizon: number,
  seen: string,
): ShareChoice {
  if (!series.some(hasPartners)) return YOUNG;
  const [alone, combined] = [0, SHARE].map((share) => maseOf(stretches, horizon, share));
  const percent = Math.round(100 * SHARE);
  if (alone === null || combined === null) {
    return {
      share: SHARE,
      sentence: `Theta and ETS have ${percent} % of the forecast: combinations are right more often, and there are too few data to see whether it is so here.`,
    };
  }
  const figures = `MASE on ${seen}: ${combined.toPrecision(3)} with them, ${alone.toPrecision(3)} without`;
  const helps = combined <= alone * (1 + chanceIn(stretches.length));
  return helps
    ? { share: SHARE, sentence: `Theta and ETS have ${percent} % of the forecast. ${figures}.` }
    : { share: 0, sentence: `${NO_PART}. ${figures}.` };
}

/** The quantiles of a stretch with so much of Theta and ETS in them. */
export const mixed = ({ quantiles, partner }: Stretch, share: number): readonly Float64Array[] =>
  partner ? quantiles.map((level, q) => level.map((v, k) => (1 - share) * v + share * partner[q][k])) : quantiles;

/**
 * The choice where no folds of a trained network can be asked: the shipped network as it is stands for what is trained. It has
 * seen none of the data, so every origin tells the truth and none costs a training. For networks that did not start from it, it
 * speaks only if it is good enough to be one of them: it has to beat seasonal naive. Looks at nothing after the end of `series`.
 *
 * @param plan makes the plan by these settings
 * @param asIs the forecaster of a plan without training
 * @param fromNothing whether no member starts from the shipped network
 */
export async function chooseShare(
  series: readonly Series[],
  settings: Partial<NetworkSettings>,
  horizon: number,
  plan: (series: readonly Series[], settings: Partial<NetworkSettings>) => TrainingPlan,
  asIs: (series: readonly Series[], plan: TrainingPlan) => Fitted,
  fromNothing: boolean,
): Promise<ShareChoice> {
  if (!series.some(hasPartners)) return YOUNG;
  const held = newestHorizons(series, horizon, ENOUGH);
  const pasts = held.map(({ past }) => past);
  const planned = plan(pasts, { ...settings, training: 'none', baselineShare: 0 });
  const able = pasts.length > 0 && planned.members.length > 0;
  const [forecasts, partners] = able
    ? await Promise.all([asIs(pasts, planned).forecast(pasts), partnersOf(pasts, horizon)])
    : [[], []];
  const stretches = forecasts.map(({ quantiles }, i): Stretch => ({ ...held[i], quantiles, partner: partners[i] }));
  if (fromNothing) {
    const [network, naive] = [maseOf(stretches, horizon, 0), maseOf(await byNaive(held, horizon), horizon, 0)];
    if (network === null || naive === null || network >= naive) {
      const sentence = `${NO_PART}: nothing that was held back can tell whether they would help.`;
      return { share: 0, sentence };
    }
  }
  const { length } = stretches;
  const seen = length === 1 ? 'the newest steps, held back' : `${length} stretches of newest steps, held back`;
  return shareBy(series, stretches, horizon, seen);
}

const NO_PART = 'Theta and ETS have no part in the forecast';
const YOUNG: ShareChoice = {
  share: 0,
  sentence: `${NO_PART}: they know a season from ${FEWEST_CYCLES} of its cycles on, and all series are shorter.`,
};

/** MASE with so much of Theta and ETS in the forecasts; null where it does not exist. */
function maseOf(stretches: readonly Stretch[], horizon: number, share: number): number | null {
  const outcomes = stretches.map((one): Outcome => {
    const { past, actual } = one;
    return {
      series: past.id,
      actual,
      quantiles: mixed(one, share),
      yardstick: yardstick(past.values, past.season, horizon),
    };
  });
  return outcomes.length > 0 ? score(outcomes).mase : null;
}

async function byNaive(held: readonly HeldBack[], horizon: number): Promise<Stretch[]> {
  const pasts = held.map(({ past }) => past);
  const fitted = await seasonalNaive.fit(pasts, { horizon, seed: 0 });
  const forecasts = await fitted.forecast(pasts);
  return forecasts.map(({ quantiles }, i) => ({ ...held[i], quantiles, partner: null }));
}

/** By how much a comparison on so few held-back horizons may be wrong; nothing for ENOUGH of them. */
const chanceIn = (count: number) => Math.max(0, CHANCE / Math.sqrt(count) - CHANCE / Math.sqrt(ENOUGH));
