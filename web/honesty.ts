import type { Dataset, Job, RunDetail, RunSummary } from './api.ts';
import { valueFormat } from './numbers.ts';

/** What serves and how good it is, said plainly: also when the network did not beat the baseline. */

/** The baseline every network must beat to serve. */
export const YARDSTICK = 'seasonal-naive';

const NAMES: Record<string, string> = {
  rnn: 'recurrent network',
  simpleRnn: 'simple RNN',
  lstm: 'LSTM',
  gru: 'GRU',
  'seasonal-naive': 'seasonal naive',
  naive: 'naive',
  dataset: 'the last values of the other series',
  drift: 'drift',
  theta: 'Theta',
  ets: 'ETS',
};
const NETWORKS = ['rnn', 'simpleRnn', 'lstm', 'gru'];

/** How far the network of a run was trained on the data; null without a network, and for runs of earlier versions. */
export type Training = RunSummary['training'];

/** The name that scores have of the network this run's had to beat. */
export const CHAMPION = 'champion';

/** The run of the champion in a run's scores, from its configuration; null where it does not say. */
export function championOf(configuration: Readonly<Record<string, unknown>>): number | null {
  return typeof configuration.champion === 'number' ? configuration.champion : null;
}

/** A model's name beside the scores of a run: the champion there is another run's network. */
export function scoredName(
  model: string,
  { training, configuration }: Pick<RunDetail, 'training' | 'configuration'>,
): string {
  if (model !== CHAMPION) return modelName(model, training);
  const run = championOf(configuration);
  return run === null ? 'champion before' : `run ${run}, champion before`;
}

/** A model's name for people: 'recurrent network', 'pre-trained network', 'seasonal naive'. */
export function modelName(model: string, training: Training = null): string {
  if (isNetwork(model) && training === 'none') return 'pre-trained network';
  if (isNetwork(model) && training === 'fine-tune') return 'fine-tuned network';
  return NAMES[model] ?? model.replaceAll('-', ' ');
}

export const isNetwork = (model: string): boolean => NETWORKS.includes(model);

/** What a model does, for those who do not know its name. */
export function modelMeaning(model: string, training: Training = null): string | null {
  switch (model) {
    case 'seasonal-naive':
      return 'repeats the values of the last season';
    case 'naive':
      return 'repeats the last value';
    case 'drift':
      return 'goes on with the average change so far';
    case 'theta':
      return 'bends a trend line towards the newest values';
    case CHAMPION:
      return 'the network that this run’s had to beat, on the same folds';
    case 'ets':
      return 'smooths level, trend and season, newer values weighing more';
    default:
      return isNetwork(model) ? networkMeaning(training) : null;
  }
}

function networkMeaning(training: Training): string {
  switch (training) {
    case 'none':
      return 'as it came with Tidecast, not trained on this data';
    case 'fine-tune':
      return 'the pre-trained network after a few steps of training on all series of the dataset together';
    default:
      return 'trained on all series of the dataset together';
  }
}

/** The cells of a run's networks, from its configuration: 'GRU and LSTM'; null where it does not say. */
export function cellsOf(configuration: Readonly<Record<string, unknown>>): string | null {
  const found = configuration.cells ?? configuration.cell;
  const cells = Array.isArray(found) ? found : [found];
  const names = [...new Set(cells.filter((cell) => typeof cell === 'string'))].map((cell) => modelName(cell));
  return names.length ? names.join(' and ') : null;
}

/** How a run's intervals were checked and corrected, in a sentence, from its configuration; null where it does not say. */
export function intervalsOf(configuration: Readonly<Record<string, unknown>>): string | null {
  return sentenceIn(configuration.intervals);
}

/** How it was decided how far to train, in a sentence, from a run's configuration; null where it does not say. */
export function trainingChoiceOf(configuration: Readonly<Record<string, unknown>>): string | null {
  return sentenceIn(configuration.trainingChoice);
}

/** What part Theta and ETS have in a run's forecasts, in a sentence, from its configuration; null where it does not say. */
export function combinationOf(configuration: Readonly<Record<string, unknown>>): string | null {
  return sentenceIn(configuration.combination);
}

/** What part networks by a coarser step have in a run's forecasts, in a sentence; null where they have none. */
export function coarserOf(configuration: Readonly<Record<string, unknown>>): string | null {
  return sentenceIn(configuration.coarser);
}

/** The covariates that a run's network reads, chosen by validation or by a person, from its configuration. */
export function aheadOf(configuration: Readonly<Record<string, unknown>>): readonly string[] {
  const { used } = (configuration.covariates ?? {}) as { used?: unknown };
  const { covariates } = (configuration.settings ?? {}) as { covariates?: unknown };
  const found = used ?? covariates;
  return Array.isArray(found) ? found.filter((name) => typeof name === 'string') : [];
}

function sentenceIn(found: unknown): string | null {
  const sentence = found && typeof found === 'object' ? (found as { sentence?: unknown }).sentence : null;
  return typeof sentence === 'string' ? sentence : null;
}

export interface Verdict {
  readonly tone: 'good' | 'plain' | 'none';
  readonly title: string;
  readonly text: string;
}

/** What serves a dataset, in a title and a sentence. `job`: the one that goes on, or is next. */
export function verdict(
  serving: Dataset['serving'],
  accuracy: Accuracy | null,
  job: Pick<Job, 'training'> | null,
): Verdict {
  if (!serving) {
    if (job?.training === 'none') {
      const text =
        'The pre-trained network makes the first forecast; it appears here in a moment, and training follows.';
      return { tone: 'none', title: 'First forecast', text };
    }
    return job
      ? { tone: 'none', title: 'Training', text: 'The first forecast appears when the training is done.' }
      : { tone: 'none', title: 'No forecast yet', text: 'Nothing has been trained: start with “Retrain now”.' };
  }
  const name = modelName(serving.model, serving.training);
  if (serving.network) {
    const untrained = serving.training === 'none' ? 'Not trained on this data. ' : '';
    return { tone: 'good', title: `Served by the ${name}`, text: `${untrained}${compared(accuracy)}` };
  }
  return { tone: 'plain', title: `Served by ${name}`, text: whyBaseline(serving, accuracy) };
}

function whyBaseline({ model, by }: NonNullable<Dataset['serving']>, accuracy: Accuracy | null): string {
  const name = modelName(model);
  const best = model === YARDSTICK ? '' : ` ${compared(accuracy)}`;
  if (by !== 'gate') return `A person went back to the ${name} baseline.${best}`;
  if (accuracy?.naiveMase == null && accuracy?.naiveMae == null) {
    return `No network could be compared with seasonal naive, so the ${name} baseline is served.`;
  }
  const beaten = model === YARDSTICK ? 'seasonal naive' : `seasonal naive and ${name}`;
  return `No network beat ${beaten} in the backtest, so the ${name} baseline is served.${best}`;
}

/** Scores of what is judged and of seasonal naive. */
export type Accuracy = Pick<NonNullable<Dataset['accuracy']>, 'mase' | 'naiveMase'> &
  Partial<NonNullable<Dataset['accuracy']>>;

/** The scores of a run's model beside those of seasonal naive. */
export const accuracyOf = (own?: ModelScores, naive?: ModelScores): Accuracy => ({
  mase: own?.mase ?? null,
  naiveMase: naive?.mase ?? null,
  mae: own?.mae ?? null,
  naiveMae: naive?.mae ?? null,
});

type ModelScores = { readonly mase: number | null; readonly mae: number | null };

/**
 * Accuracy against seasonal naive in plain words, from two MASE on the same folds, or two MAE where there is no season before
 * them. Under half a percent is called equal: such a difference is no news to anyone.
 */
export function compared(accuracy: Accuracy | null): string {
  const [metric, own, naive] =
    accuracy?.mase == null || accuracy.naiveMase == null
      ? ['MAE', accuracy?.mae, accuracy?.naiveMae]
      : ['MASE', accuracy.mase, accuracy.naiveMase];
  if (own == null || naive == null || !(naive > 0)) return 'Not yet compared with seasonal naive.';
  const change = own / naive - 1;
  const figure = metric === 'MASE' ? (value: number) => value.toFixed(2) : valueFormat([own, naive]);
  const scores = `(${metric} ${figure(own)} against ${figure(naive)})`;
  if (Math.abs(change) < 0.005) return `As accurate as seasonal naive ${scores}.`;
  const size = Math.abs(change) < 0.095 ? Math.abs(change * 100).toFixed(1) : Math.abs(change * 100).toFixed(0);
  return `Errors ${size} % ${change < 0 ? 'smaller' : 'larger'} than seasonal naive’s ${scores}.`;
}

/** The model with the lowest score on a measure, among those that have it. */
export function bestOn(
  scores: RunSummary['scores'],
  measure: Exclude<keyof RunSummary['scores'][string], 'points' | `coverage${number}`>,
): string | null {
  let best: string | null = null;
  let lowest = Infinity;
  for (const [model, { [measure]: value }] of Object.entries(scores)) {
    if (value !== null && value < lowest) {
      lowest = value;
      best = model;
    }
  }
  return best;
}

/** Names in the order a table shows them: the network, then the baselines from the best MASE to the worst. */
export function ranked(scores: RunSummary['scores']): string[] {
  const size = (model: string) => scores[model].mase ?? Infinity;
  return Object.keys(scores).sort(
    (a, b) => Number(isNetwork(b)) - Number(isNetwork(a)) || size(a) - size(b) || a.localeCompare(b),
  );
}
