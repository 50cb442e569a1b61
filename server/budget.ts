import type { Forecaster } from '../models/forecaster.ts';
import { checksIntervals } from '../models/rnn/forecaster.ts';
import { planFor } from '../models/rnn/plan.ts';
import type { Series } from '../models/series.ts';
import type { NetworkSettings } from '../models/settings.ts';
import type { MemberPlan, TrainingPlan } from '../models/training-plan.ts';
import { measureSpeed, type Speed } from './speed.ts';

/** What has to be done within the budget. */
export interface BudgetedWork {
  readonly series: readonly Series[];
  readonly settings: Partial<NetworkSettings>;
  readonly horizon: number;
  readonly seed: number;
  /** Seconds, and those of them that are gone. */
  readonly budget: number;
  readonly spent: number;
  /** Trainings of the network, and forecasts of all series by it. */
  readonly trainings: number;
  readonly forecasts: number;
  /** Forecasters that are scored beside it, on so many folds. */
  readonly baselines: readonly Forecaster[];
  readonly folds: number;
  readonly signal?: AbortSignal;
  /** Milliseconds from any fixed moment. */
  readonly clock?: () => number;
}

export interface WithinBudget {
  /** What is set to fit; nothing where all fits as it is. The same settings without a budget give the same bytes. */
  readonly settings: Pick<Partial<NetworkSettings>, 'members' | 'epochs' | 'training'>;
  /** Seconds the whole is expected to take, with those already spent. */
  readonly estimate: number;
  /** For the person, before the training begins. */
  readonly sentence: string;
}

/**
 * Makes a training fit its budget: measures the speed of this machine and, where the training as it is chosen from the data
 * would take longer, takes members and epochs away. A budget too small for anything gets the least possible training.
 */
export async function planWithin(work: BudgetedWork): Promise<WithinBudget> {
  const { series, settings, horizon, seed, budget, baselines, folds, signal, clock = () => performance.now() } = work;
  const began = clock();
  const plan = planFor(series, settings, { horizon, seed }, true);
  if (plan.members.length === 0) {
    return {
      settings: {},
      estimate: work.spent,
      sentence: 'No series can be trained on, so the budget changes nothing.',
    };
  }
  const beside = await secondsOfBaselines(baselines, series, horizon, folds, clock);
  const speed = await measureSpeed(series, plan, MEASURING * budget * 1000, signal);
  const spent = work.spent + (clock() - began) / 1000;
  const seconds = (members: number, epochs: number | null) => spent + cost(work, plan, speed, beside, members, epochs);
  return fit({ plan, settings, budget, seconds });
}

/** The choice itself, from what each possibility would take. */
export function fit({
  plan,
  settings,
  budget,
  seconds,
}: {
  readonly plan: { readonly members: readonly Pick<MemberPlan, 'epochs' | 'start'>[] };
  readonly settings: Partial<NetworkSettings>;
  readonly budget: number;
  /** Of so many members for so many epochs each; null: for the epochs of the plan. */
  readonly seconds: (members: number, epochs: number | null) => number;
}): WithinBudget {
  const most = plan.members.length;
  const usual = Math.max(1, plan.members[0].epochs);
  const whole = seconds(most, null);
  if (whole <= SAFE * budget) {
    return {
      settings: {},
      estimate: whole,
      sentence: `The budget of ${time(budget)} is enough for the training as it is: ${told(most, null)}, about ${time(whole)}.`,
    };
  }
  const memberChoices = given(settings.members) ? [most] : Array.from({ length: most }, (_, i) => i + 1);
  // Fewest first; null is last: each member for its own epochs, some a little longer, as those need that start from a network.
  const started = plan.members.some(({ start }) => start !== undefined);
  const epochChoices =
    given(settings.epochs) || started ? [null] : [...Array.from({ length: usual }, (_, i) => i + 1), null];
  let best: { members: number; epochs: number | null; penalty: number } | null = null;
  for (const members of memberChoices) {
    for (const epochs of epochChoices) {
      if (seconds(members, epochs) > SAFE * budget) break;
      const penalty = worse(members, most) + (epochs === null ? 0 : under(epochs, usual));
      if (!best || penalty <= best.penalty) best = { members, epochs, penalty };
    }
  }
  if (!best && started && !given(settings.training)) {
    const sentence = `${time(budget)} is less than any training takes here: the pre-trained network is used as it is.`;
    return { settings: { training: 'none' }, estimate: seconds(1, 0), sentence };
  }
  const { members, epochs } = best ?? { members: memberChoices[0], epochs: epochChoices[0] };
  const estimate = seconds(members, epochs);
  const before = told(most, epochs === null ? null : usual);
  const chosen = `${told(members, epochs)} instead of ${before}, about ${time(estimate)}`;
  const repeat = [`--members ${members}`, ...(epochs === null ? [] : [`--epochs ${epochs}`])].join(' ');
  const sentence = best
    ? `To keep to ${time(budget)}: ${chosen}. ${repeat} repeats it without a budget.`
    : `${time(budget)} is less than any training takes here. The least possible one: ${chosen}.`;
  return { settings: { members, ...(epochs === null ? {} : { epochs }) }, estimate, sentence };
}

/** Estimates are not kept to the second, and a machine is seldom quite quiet. */
const SAFE = 0.88;

/**
 * What fewer members and epochs cost in error, roughly, as shares: an ensemble of one is 3 % worse than a large one, half the
 * epochs cost 2 %, a quarter 6 %.
 */
const worse = (members: number, most: number) => 0.03 / members - 0.03 / most;
const under = (epochs: number, usual: number) =>
  0.01 * Math.log2(usual / epochs) + 0.01 * Math.log2(usual / epochs) ** 2;

/** Of a step of training, what a forecast of as many windows costs: no way back, and the head at one step alone. */
const FORECAST_STEP = 0.3;
/** Reading and writing at the end, and the program's own start. */
const AROUND = 1;

function cost(
  { series, trainings, forecasts }: BudgetedWork,
  plan: TrainingPlan,
  { cores, setup, step }: Speed,
  beside: number,
  members: number,
  epochs: number | null,
): number {
  const used = plan.members.slice(0, members);
  const each = used.map((member) => (epochs ?? member.epochs) * plan.stepsPerEpoch * (step[member.cell] ?? 0));
  // Members share the cores, but none is on two of them.
  // Where series are long, the first member is trained once more to check the intervals.
  const all = checksIntervals({ series, plan }) ? [...each, each[0]] : each;
  const sum = all.reduce((a, b) => a + b, 0);
  const training = setup * Math.ceil(all.length / cores) + Math.max(sum / Math.min(cores, all.length), ...all);
  const batches = Math.ceil(series.length / plan.batch);
  const forecasting = setup + used.reduce((a, { cell }) => a + batches * (step[cell] ?? 0), 0) * FORECAST_STEP;
  return trainings * training + forecasts * forecasting + beside + AROUND;
}

/** Share of the budget that measuring should take at most. */
const MEASURING = 0.15;

/** Series of the sample that baselines are timed on. */
const SAMPLE = 12;

async function secondsOfBaselines(
  baselines: readonly Forecaster[],
  series: readonly Series[],
  horizon: number,
  folds: number,
  clock: () => number,
): Promise<number> {
  if (folds === 0) return 0;
  const able = series.filter(({ values }) => values.some(Number.isFinite));
  const sample = able.filter((_, i) => i % Math.ceil(able.length / SAMPLE) === 0);
  if (sample.length === 0) return 0;
  const began = clock();
  for (const baseline of baselines) {
    const fitted = await baseline.fit(sample, { horizon, seed: 0 });
    await fitted.forecast(sample);
    fitted.dispose();
  }
  return (((clock() - began) / 1000) * able.length * folds) / sample.length;
}

const given = (setting: unknown) => setting !== undefined && setting !== 'auto';

const told = (members: number, epochs: number | null) =>
  `${members} ${members === 1 ? 'network' : 'networks'}${epochs === null ? '' : ` for ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}`}`;

function time(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds / 60);
  return `${whole} min`;
}
