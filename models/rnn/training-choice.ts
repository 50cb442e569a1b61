import type { FitOptions, Fitted, Forecast } from '../forecaster.ts';
import { type Outcome, score, yardstick } from '../metrics.ts';
import { seasonalNaive } from '../naive.ts';
import type { Series } from '../series.ts';
import type { NetworkSettings, Training, TrainingChoice } from '../settings.ts';
import type { TrainingPlan } from '../training-plan.ts';
import { CHANCE, type HeldBack, holdBack, sampled } from './held-back.ts';
import { isMuch } from './started.ts';

const TRAININGS = ['none', 'fine-tune', 'full'] as const;
const NAMES: Record<Training, string> = {
  none: 'the pre-trained network as it is',
  'fine-tune': 'a few gentle steps of training from the pre-trained network',
  full: 'training in full',
  'from-nothing': 'training from nothing',
};

/** Series that tell whether a network is worth starting from. */
const SAMPLE = 100;

/**
 * Answers `training: auto` where the data are too few to know: the newest horizon of every series is held back, each way of
 * training is tried on what came before, and the one with the lowest scaled pinball loss is taken; what the plan says by itself
 * unless another wins by more than chance, which one series alone can hardly show; no training where nothing can be compared.
 * Many series are trained in full, starting from the shipped network unless that, as it is, does not even beat seasonal naive on
 * what is held back. Looks at nothing after the end of `series`.
 *
 * @param fitWith trains by a plan and assembles
 */
export async function chooseTraining(
  series: readonly Series[],
  settings: Partial<NetworkSettings>,
  { horizon }: Pick<FitOptions, 'horizon'>,
  plan: (series: readonly Series[], settings: Partial<NetworkSettings>) => TrainingPlan,
  fitWith: (series: readonly Series[], plan: TrainingPlan) => Promise<Fitted>,
): Promise<TrainingChoice> {
  const { training: planned = 'full', members } = plan(series, settings);
  const asked = settings.training ?? 'auto';
  if (asked !== 'auto') return { training: asked, sentence: `As chosen: ${NAMES[asked]}.` };
  if (members.every(({ start }) => start === undefined)) {
    const knows = Array.isArray(settings.covariates) && settings.covariates.length > 0;
    return {
      training: planned,
      sentence: knows
        ? 'The network was trained from nothing: it is shown what is known ahead, which the pre-trained one does not read.'
        : 'The network was trained from nothing: its settings, or the length of the forecast, ask for another than the pre-trained one.',
    };
  }
  const held = holdBack(isMuch(series) ? sampled(series, SAMPLE) : series, horizon);
  const pasts = held.map(({ past }) => past);
  const trial = async (training: Training) => {
    const fitted = await fitWith(pasts, plan(pasts, { ...settings, training }));
    const loss = lossOf(held, await fitted.forecast(pasts), horizon);
    fitted.dispose();
    return loss;
  };
  const able = pasts.length > 0 && plan(pasts, settings).members.length > 0;
  const cautious: TrainingChoice = {
    training: 'none',
    sentence: `Too few data to compare on, and to train on: ${NAMES.none}.`,
  };
  if (isMuch(series)) {
    const enough = `There are data enough for ${NAMES.full}`;
    const [asIs, naive] = able ? [await trial('none'), await naiveLoss(held, horizon)] : [null, null];
    if (asIs === null || naive === null) return cautious;
    if (asIs < naive) return { training: 'full', sentence: `${enough}.` };
    const figures = `${asIs.toPrecision(3)} against ${naive.toPrecision(3)}`;
    return {
      training: 'from-nothing',
      sentence: `${enough}. It did not start from the pre-trained network, which does not beat seasonal naive on the newest steps here: loss ${figures}.`,
      losses: { none: asIs },
    };
  }
  if (!able) return cautious;
  const losses: Partial<Record<Training, number>> = {};
  for (const training of TRAININGS) {
    const loss = await trial(training);
    // Under a season before the origin there is no scale to compare by, however they are trained.
    if (loss === null) break;
    losses[training] = loss;
  }
  if (losses[planned] === undefined) return cautious;
  const margin = 1 - CHANCE / Math.sqrt(pasts.length);
  const handicapped = (one: Training) => (losses[one] ?? Number.POSITIVE_INFINITY) / (one === planned ? 1 : margin);
  const best = TRAININGS.reduce<Training>(
    (least, one) => (handicapped(one) < handicapped(least) ? one : least),
    planned,
  );
  const told = TRAININGS.flatMap((one) =>
    losses[one] === undefined ? [] : [`${losses[one].toPrecision(3)} by ${NAMES[one]}`],
  );
  const count = pasts.length === 1 ? 'its newest steps' : `the newest steps of ${pasts.length} series`;
  const percent = Math.round(100 * (1 - margin));
  const rule =
    best === planned && told.length > 1
      ? ` So few series leave much to chance: another had to be ${percent} % better.`
      : '';
  const sentence = `Chosen: ${NAMES[best]}. Loss on ${count}, held back: ${told.join(', ')}.${rule}`;
  return { training: best, sentence, losses };
}

async function naiveLoss(held: readonly HeldBack[], horizon: number): Promise<number | null> {
  const pasts = held.map(({ past }) => past);
  const fitted = await seasonalNaive.fit(pasts, { horizon, seed: 0 });
  return lossOf(held, await fitted.forecast(pasts), horizon);
}

/** Scaled pinball loss, null where nothing can be scaled. */
function lossOf(held: readonly HeldBack[], forecasts: readonly Forecast[], horizon: number): number | null {
  const outcomes = held.map(({ past, actual }, i): Outcome => {
    const { quantiles } = forecasts[i];
    return { series: past.id, actual, quantiles, yardstick: yardstick(past.values, past.season, horizon) };
  });
  return score(outcomes).scaledPinball;
}
