import { ATTRIBUTES, type AttributeColumn, offeredAttributes } from '../attributes.ts';
import { CALENDAR, type CovariateChoice, type CovariateColumn, candidateGroups, hasCalendar } from '../covariates.ts';
import { selectBackend } from '../kernel/backend.ts';
import { QUANTILES, type Series, typicalLength } from '../series.ts';
import { checkSettings, type NetworkSettings } from '../settings.ts';
import { planTraining, type TrainingPlan } from '../training-plan.ts';
import type { Window } from '../windows.ts';
import { describeAll } from './ensemble.ts';
import { lastOutputs, networkOf } from './training.ts';

export interface Settled {
  /** The settings, `covariates` and `calendar` answered. */
  readonly settings: Partial<NetworkSettings>;
  /** Absent where there was nothing to choose. */
  readonly choice?: CovariateChoice;
}

/** Trains every member of a plan on the series: the caller knows whether in turn or in threads. */
export type TrainMembers = (series: readonly Series[], plan: TrainingPlan) => Promise<Float32Array[]>;

/**
 * A gain must be worth a column: this share of the loss, and more standard errors of the gains of the folds the fewer folds
 * there are; a single fold must show a gain that nobody would call luck. On three folds, columns of noise gained up to 3 %.
 */
const LEAST_GAIN = 0.02;
const LEAST_GAIN_ONCE = 0.15;
const errorsNeeded = (folds: number) => 1.2 + 3 / (folds - 1);
/** More candidates than this are compared as one: each costs a training. */
const MOST_CANDIDATES = 6;
/** Series and origins that are looked at: enough to tell, and a bound on the time. */
const MOST_SERIES = 100;
const MOST_WINDOWS = 1500;
/** Share of a typical series that is held back, and of a member's training that a trial has. */
const HELD_SHARE = 0.25;
const TRIAL_PACE = 0.5;

/**
 * Answers `covariates: auto`: trains one member without covariates and one with each candidate group (and one with all that help) on the same
 * series cut before the validation folds, and keeps what lowers the loss on the folds. All trials are the same network from the
 * same seed (what a trial does without is shown to it as zeros), so that nothing but the columns tells them apart. What kinds of
 * series differ in may show only beside what else is known (their seasons beside the calendar), so attributes are tried there, too.
 * Without candidates nothing is trained and nothing changes. Reads nothing after the end of `series` but what is known ahead.
 */
export async function settleCovariates(
  series: readonly Series[],
  given: Partial<NetworkSettings>,
  { horizon, seed }: { horizon: number; seed: number },
  trainMembers: TrainMembers,
): Promise<Settled> {
  const { covariates, calendar, training } = checkSettings(given);
  const offered = candidateGroups(series);
  if (covariates !== 'auto' || offered.length === 0) return { settings: given };
  // The shipped network reads none, so where that is asked for there is no choice: without them.
  if (training === 'none' || training === 'fine-tune') return { settings: given };
  const groups = calendar === 'auto' && hasCalendar(series) ? [...offered, CALENDAR] : offered;
  const answer = (choice: CovariateChoice): Settled => ({ settings: asChosen(given, choice), choice });
  const name = naming(series);
  const looked = thinned(series, MOST_SERIES);
  const folds = foldsOf(looked, horizon);
  if (folds === null) return answer(nothingCompared(groups, name));

  const cut = looked.map((one) => ({ ...one, values: one.values.subarray(0, one.values.length - folds.held) }));
  const usable = cut.map((one, i) => ({ one, whole: looked[i] })).filter(({ one }) => one.values.some(Number.isFinite));
  const pasts = usable.map(({ one }) => one);
  const wholes = usable.map(({ whole }) => whole);
  const base = planTraining(pasts, { ...given, covariates: groups, members: 1 }, { horizon, seed });
  const always = calendar === true ? [CALENDAR] : [];
  const separate = groups.length <= MOST_CANDIDATES ? groups.map((group) => [group]) : [groups];
  const losses = await trial([[], ...separate]);
  if (losses === null) return answer(nothingCompared(groups, name));
  const [without, ...alone] = losses;

  const helpful = separate.filter((_, i) => helps(without, alone[i]));
  let used: readonly string[] = [];
  let best = without;
  let least = Math.min(...alone.map(mean));
  if (helpful.length > 0) {
    const at = alone.reduce((least, own, i) => (mean(own) < mean(alone[least]) ? i : least), 0);
    [used, best] = [separate[at], alone[at]];
    // What kinds of series say beside the rest is looked at below, by the whole rule.
    const all = helpful.flat().filter((group) => group !== ATTRIBUTES || used.includes(group));
    if (helpful.length > 1 && all.length > used.length) {
      const together = (await trial([all]))![0];
      if (mean(together) < mean(best)) [used, best] = [all, together];
    }
  }
  const further = separate.length > 1 && groups.includes(ATTRIBUTES) ? besideUsed(used, groups) : [];
  if (further.length > 0) {
    const tried = (await trial(further))!;
    const at = tried[1] && mean(tried[1]) < mean(tried[0]) ? 1 : 0;
    least = Math.min(least, mean(tried[at]));
    if (helps(best, tried[at])) [used, best] = [further[at], tried[at]];
  }
  return answer({
    used,
    candidates: groups.map((group) => {
      const at = separate.findIndex((own) => own.includes(group));
      return { group, loss: mean(alone[at]) };
    }),
    without: mean(without),
    with: mean(best),
    folds: without.length,
    sentence: sentenceOf(groups.map(name), used.map(name), mean(without), least, mean(best), without.length),
  });

  /** The loss of each validation window under each set of groups. */
  async function trial(sets: readonly (readonly string[])[]): Promise<number[][] | null> {
    const [member] = base.members;
    const { covariates: columns = [], attributes = [] } = member.spec;
    const members = sets.map((shown) => ({
      ...member,
      epochs:
        given.epochs === undefined || given.epochs === 'auto'
          ? Math.max(1, Math.round(TRIAL_PACE * member.epochs))
          : member.epochs,
      spec: {
        ...member.spec,
        ...(columns.length > 0 ? { covariates: columns.map(muting([...always, ...shown])) } : {}),
        ...(attributes.length > 0 ? { attributes: attributes.map(mutingAttributes(shown)) } : {}),
      },
    }));
    const plan = { ...base, members };
    const weights = await trainMembers(pasts, plan);
    await selectBackend();
    const describedAs = describeAll(wholes, plan);
    const { count, stride } = folds!;
    const windows: Window[] = describedAs(members[0].spec).flatMap(({ steps }, i) =>
      Array.from({ length: count }, (_, j) => ({ series: i, origin: steps - 1 - horizon - j * stride })).filter(
        ({ origin }) => origin >= plan.burnIn,
      ),
    );
    if (windows.length === 0) return null;
    return members.map((own, m) => lossesOf(describedAs(own.spec), windows, plan, own, weights[m]));
  }
}

/** The settings with this choice made, for another training of the same network. */
export function asChosen(given: Partial<NetworkSettings>, { used }: CovariateChoice): Partial<NetworkSettings> {
  return { ...given, covariates: used, calendar: given.calendar === true || used.includes(CALENDAR) };
}

const muting =
  (shown: readonly string[]) =>
  ({ muted: _, ...column }: CovariateColumn): CovariateColumn =>
    shown.includes(column.group) ? column : { ...column, muted: true };

const mutingAttributes =
  (shown: readonly string[]) =>
  ({ muted: _, ...column }: AttributeColumn): AttributeColumn =>
    shown.includes(ATTRIBUTES) ? column : { ...column, muted: true };

/** Sets in which attributes stand beside what helped by itself, and beside the calendar; none of those that were tried already. */
function besideUsed(used: readonly string[], groups: readonly string[]): string[][] {
  if (used.includes(ATTRIBUTES) && (used.includes(CALENDAR) || !groups.includes(CALENDAR))) return [];
  const beside = used.includes(ATTRIBUTES) || used.length === 0 ? [] : [[...used, ATTRIBUTES]];
  const dated = groups.includes(CALENDAR) ? [[...new Set([...used, ATTRIBUTES, CALENDAR])]] : [];
  return used.includes(CALENDAR) ? beside : [...beside, ...dated];
}

function helps(without: readonly number[], withIt: readonly number[]): boolean {
  const gains = without.map((loss, i) => loss - withIt[i]);
  const gain = mean(gains);
  if (gains.length < 2) return gain > LEAST_GAIN_ONCE * mean(without);
  const spread = gains.reduce((sum, g) => sum + (g - gain) ** 2, 0) / Math.max(1, gains.length - 1);
  return gain > LEAST_GAIN * mean(without) && gain > errorsNeeded(gains.length) * Math.sqrt(spread / gains.length);
}

/** Origins by their distance from the end: `count` of them, `stride` apart, the newest one horizon before the end; `held` steps cover them all. */
function foldsOf(series: readonly Series[], horizon: number): { count: number; stride: number; held: number } | null {
  const typical = typicalLength(series);
  const { season } = series[0];
  const spare = Math.min(Math.floor(HELD_SHARE * typical), typical - Math.max(2 * season, 2 * horizon));
  // A short series has one horizon to spare, or there is nothing to compare on.
  const held = Math.max(spare, typical >= 2 * season + 3 * horizon ? horizon : 0);
  const fitting = Math.floor(held / horizon);
  if (fitting < 1) return null;
  const count = Math.max(1, Math.min(fitting, Math.floor(MOST_WINDOWS / series.length)));
  return { count, stride: Math.floor(held / count), held };
}

/** Every n-th series, where there are more than are looked at. */
function thinned(series: readonly Series[], most: number): readonly Series[] {
  const step = Math.ceil(series.length / most);
  return series.filter((_, i) => i % step === 0);
}

/** Mean pinball loss of each window in the units of the network; windows without any observation count nothing. */
function lossesOf(
  described: ReturnType<ReturnType<typeof describeAll>>,
  windows: readonly Window[],
  plan: TrainingPlan,
  member: TrainingPlan['members'][number],
  weights: Float32Array,
): number[] {
  const { horizon } = plan;
  const levels = QUANTILES.length;
  const network = networkOf(plan, member);
  let outputs: Float32Array;
  try {
    network.write(weights);
    outputs = lastOutputs(network, described, windows, plan, member);
  } finally {
    network.dispose();
  }
  return windows.map(({ series, origin }, w) => {
    const { targets } = described[series];
    let [sum, count] = [0, 0];
    for (let k = 0; k < horizon; k++) {
      const target = targets[origin * horizon + k];
      if (Number.isNaN(target)) continue;
      for (let q = 0; q < levels; q++) {
        const error = target - outputs[(w * horizon + k) * levels + q];
        sum += Math.max(QUANTILES[q] * error, (QUANTILES[q] - 1) * error);
      }
      count += levels;
    }
    return count > 0 ? (2 * sum) / count : 0;
  });
}

const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;

function nothingCompared(groups: readonly string[], name: (group: string) => string): CovariateChoice {
  return {
    used: [],
    candidates: groups.map((group) => ({ group, loss: null })),
    without: null,
    with: null,
    folds: 0,
    sentence: `Not used: ${listed(groups.map(name))}. The series are too short to compare forecasts with and without.`,
  };
}

function sentenceOf(
  groups: readonly string[],
  used: readonly string[],
  without: number,
  bestAlone: number,
  withThem: number,
  folds: number,
): string {
  const where = `on ${folds} validation ${folds === 1 ? 'forecast' : 'forecasts'} inside the training data`;
  if (used.length === 0) {
    return `Not used: ${listed(groups)}. Without any the loss ${where} was ${figure(without)}, with the best of them ${figure(bestAlone)}.`;
  }
  const rest = groups.filter((group) => !used.includes(group));
  const dropped = rest.length > 0 ? ` Not used: ${listed(rest)}.` : '';
  return `Used: ${listed(used)}. The loss ${where} was ${figure(withThem)} with, ${figure(without)} without.${dropped}`;
}

/** What a person reads for a group: which attributes are meant stands beside their name. */
function naming(series: readonly Series[]): (group: string) => string {
  const attributes = listed(offeredAttributes(series));
  return (group) => (group === ATTRIBUTES ? `${group} (${attributes})` : group);
}

const figure = (loss: number) => loss.toPrecision(3);
const listed = (names: readonly string[]) => names.join(', ');
