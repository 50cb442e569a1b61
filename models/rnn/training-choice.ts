import type { FitOptions, Fitted } from '../forecaster.ts';
import { type Outcome, score, yardstick } from '../metrics.ts';
import type { Series } from '../series.ts';
import type { NetworkSettings, Training, TrainingChoice } from '../settings.ts';
import type { TrainingPlan } from '../training-plan.ts';
import { isMuch } from './started.ts';

const TRAININGS = ['none', 'fine-tune', 'full'] as const;
const NAMES: Record<Training, string> = {
  none: 'the pre-trained network as it is',
  'fine-tune': 'a few gentle steps of training from the pre-trained network',
  full: 'training in full',
};

/** One horizon of few series is chance for the most part: another choice than the cautious one must win by so much. */
const CHANCE = 0.25;

/**
 * Answers `training: auto` where the data are too few to know: the newest horizon of every series is held back, each way of
 * training is tried on what came before, and the one with the lowest scaled pinball loss is taken; fine-tuning unless another
 * wins by more than chance, which one series alone can hardly show. Looks at nothing after the end of `series`.
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
    return {
      training: planned,
      sentence:
        'The network was trained from nothing: its settings, or the length of the forecast, ask for another than the pre-trained one.',
    };
  }
  if (isMuch(series)) {
    return { training: planned, sentence: `There are data enough for ${NAMES.full}, which then is better than less.` };
  }
  const held = series.flatMap((one) => {
    const past = { ...one, values: one.values.subarray(0, Math.max(0, one.values.length - horizon)) };
    const actual = one.values.subarray(past.values.length);
    return past.values.some(Number.isFinite) && actual.some(Number.isFinite) ? [{ past, actual }] : [];
  });
  const pasts = held.map(({ past }) => past);
  const cautious: TrainingChoice = {
    training: 'fine-tune',
    sentence: `Too few data to compare on, so ${NAMES['fine-tune']}.`,
  };
  if (pasts.length === 0 || plan(pasts, settings).members.length === 0) return cautious;
  const losses: Partial<Record<Training, number>> = {};
  for (const training of TRAININGS) {
    const trial = plan(pasts, { ...settings, training, ...(training === 'full' ? { members: 3 } : {}) });
    const fitted = await fitWith(pasts, trial);
    const forecasts = await fitted.forecast(pasts);
    fitted.dispose();
    const outcomes = held.map(({ past, actual }, i): Outcome => {
      const { quantiles } = forecasts[i];
      return { series: past.id, actual, quantiles, yardstick: yardstick(past.values, past.season, horizon) };
    });
    const loss = score(outcomes).scaledPinball;
    if (loss !== null) losses[training] = loss;
  }
  if (losses['fine-tune'] === undefined) return cautious;
  const margin = 1 - CHANCE / Math.sqrt(pasts.length);
  const best = TRAININGS.reduce<Training>((least, one) => {
    const needed = one === 'fine-tune' ? 1 : margin;
    const best = (losses[least] ?? Number.POSITIVE_INFINITY) / (least === 'fine-tune' ? 1 : margin);
    return (losses[one] ?? Number.POSITIVE_INFINITY) / needed < best ? one : least;
  }, 'fine-tune');
  const told = TRAININGS.flatMap((one) =>
    losses[one] === undefined ? [] : [`${losses[one].toPrecision(3)} by ${NAMES[one]}`],
  );
  const count = pasts.length === 1 ? 'its newest steps' : `the newest steps of ${pasts.length} series`;
  const percent = Math.round(100 * (1 - margin));
  const rule =
    best === 'fine-tune' && told.length > 1
      ? ` So few series leave much to chance: another had to be ${percent} % better.`
      : '';
  const sentence = `Chosen: ${NAMES[best]}. Loss on ${count}, held back: ${told.join(', ')}.${rule}`;
  return { training: best, sentence, losses };
}
