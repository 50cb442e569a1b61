import { PRETRAINED, type PretrainedNetwork, pretrainedFor, specFor } from '../pretrained/networks.ts';
import { type Series, typicalLength } from '../series.ts';
import { type NetworkSettings, SettingError, type Training } from '../settings.ts';
import type { MemberPlan, TrainingPlan } from '../training-plan.ts';
import { calibrationFolds } from './calibration.ts';

/** The bytes of a shipped network by its name; reading them is the caller's business. */
export type Shipped = (name: string) => Uint8Array;

/**
 * The shipped networks that serve these series, the first for every one: beside that of the hours, that of the week of hours
 * where series have some weeks to take it from.
 */
export function networksFor(series: readonly Series[], season: number): PretrainedNetwork[] {
  const { frequency = { unit: 'step', count: 1 } as const } = series[0] ?? {};
  const first = pretrainedFor(frequency, season);
  const second = PRETRAINED.find(({ name }) => name === `${first.name}-week`);
  return second && typicalLength(series) >= SHORTEST_OF_WEEKS ? [first, second] : [first];
}

/**
 * Last steps that networks as they are look at: as many as they learned from, and enough turns of the cycle to know it. A
 * million steps would be described for nothing.
 */
const lookedAt = (networks: readonly PretrainedNetwork[], season: number): number =>
  Math.max(...networks.map(({ history, turns }) => Math.max(history, 5 * turns * season)));

/** Three weeks of hours: indices of the week take two and a half to be known. */
const SHORTEST_OF_WEEKS = 504;

/**
 * With so many series, or values in all, training in full is not put to the test: an ensemble of both kinds beat members from
 * nothing on every group of M3 (174 to 1428 series) at each origin that was tried. Below, validation decides (training-choice.ts).
 */
export const MANY_SERIES = 100;
export const MANY_VALUES = 10_000;

export function isMuch(series: readonly Series[]): boolean {
  return series.length >= MANY_SERIES || series.reduce((sum, { values }) => sum + values.length, 0) >= MANY_VALUES;
}

/**
 * The plan with members that go on from the shipped network of the data's period. Their kind differs from that of members
 * trained from nothing, which is what averaging lives on: on M3, validation at two origins, scaled pinball loss of an ensemble of
 * members from nothing, of started ones, and of both: yearly 1.883 1.924 1.882 and 1.663 1.569 1.584, quarterly 0.630 0.599
 * 0.609 and 0.659 0.643 0.645, monthly 0.485 0.488 0.482 (first origin only), other 1.321 1.317 1.296 (second). So both are better
 * than members from nothing everywhere; started ones alone are better still on yearly (second) and quarterly, and worse on the
 * rest: both together are the safer choice. Unchanged where the network's own settings were chosen: they ask for another network
 * than the one that is shipped.
 *
 * @param series those to train on
 * @param from the plan from nothing, every setting answered
 * @param horizon steps asked for
 */
export function withStarts(
  series: readonly Series[],
  from: TrainingPlan,
  settings: Partial<NetworkSettings>,
  { horizon, seed }: { horizon: number; seed: number },
): TrainingPlan {
  const { training = 'auto', members = 'auto' } = settings;
  const own = ownNetwork(settings);
  if (own !== undefined) {
    if (training === 'none' || training === 'fine-tune') {
      const expected = `full, from-nothing or auto where ${own} is chosen: the shipped network is as it is`;
      throw new SettingError('training', training, expected);
    }
    return { ...from, training: 'from-nothing' };
  }
  const networks = networksFor(series, from.season);
  const [network] = networks;
  const reach = network.spec.horizon;
  const enough = horizon <= reach || isMuch(series) || isLong(series, horizon);
  const kind: Training = training !== 'auto' ? training : enough ? 'full' : 'fine-tune';
  const beyond = reach < horizon;
  // Series long enough for folds know more of far steps than the shipped network, carried on from itself.
  const alone = kind === 'full' && beyond && (!isMuch(series) || calibrationFolds(series, from) > 0);
  if (kind === 'from-nothing' || alone) return { ...from, training: 'from-nothing' };
  const [asIs, gentle, longer] = startedMembers(network, from, { seed, count: series.length });
  const others = networks.slice(1).map((other) => startedMembers(other, from, { seed, count: series.length }));
  // In the order in which they are worth their time; those from nothing take most of it.
  const all =
    kind === 'none'
      ? [asIs, ...others.map(([own]) => own)]
      : kind === 'fine-tune'
        ? [gentle, ...others.map(([, own]) => own), asIs, ...others.map(([own]) => own)]
        : together([gentle, ...others.map(([, own]) => own), asIs, longer], from.members.slice(0, 3), series, horizon);
  const { history } = from;
  const looked = kind === 'none' ? Math.min(history, lookedAt(networks, from.season)) : history;
  const borne = !isLong(series, horizon) ? SHORT_MEMBERS : isMuch(series) ? all.length : LONG_MEMBERS;
  const count = members !== 'auto' ? members : kind === 'full' ? borne : all.length;
  const plan = { ...from, history: looked, training: kind, members: all.slice(0, count) };
  // In full, members from nothing look the whole way; else nobody does.
  return beyond && kind !== 'full' ? { ...plan, horizon: reach, asked: horizon } : plan;
}

/**
 * Members of an ensemble for short series, many or few: the shipped network after a few gentle steps, one network from nothing,
 * the shipped one as it is. More from nothing learn what all series did in their last years, which passes.
 */
const SHORT_MEMBERS = 3;
/** Few long series: three from nothing, and one that started. */
const LONG_MEMBERS = 4;

/**
 * Members that start from shipped networks and members from nothing, in the order in which they are worth their time. A few long
 * series teach those from nothing more than the shipped network knows; a few short ones teach them the middle of what
 * comes, about as well as it knows it and with other errors, but not how wide to be.
 */
function together(
  started: readonly MemberPlan[],
  nothing: readonly MemberPlan[],
  series: readonly Series[],
  horizon: number,
): MemberPlan[] {
  if (isMuch(series)) return alternate(started, nothing);
  // The first member's intervals are the ones that are checked.
  if (isLong(series, horizon)) return [...nothing.slice(0, 1), started[0], ...nothing.slice(1), ...started.slice(1)];
  return alternate(
    started,
    nothing.map((member) => ({ ...member, medianOnly: true })),
  );
}

/** Whether series are long enough to learn the forecast from them alone. */
const isLong = (series: readonly Series[], horizon: number) => typicalLength(series) >= Math.max(200, 5 * horizon);

/** Settings that describe another network, or another training, than the shipped one's. */
const OWN = [
  ...([
    'cell',
    'context',
    'units',
    'layers',
    'dropout',
    'learningRate',
    'batch',
    'epochs',
    'clip',
    'patience',
  ] as const),
  ...(['calendar', 'covariates'] as const),
];

/** The first setting, if any, that asks for another network than the shipped one. */
export const ownNetwork = (settings: Partial<NetworkSettings>): string | undefined =>
  OWN.find((field) => isChosen(settings[field]));

const isChosen = (value: unknown): boolean =>
  value !== undefined && value !== 'auto' && value !== false && !(Array.isArray(value) && value.length === 0);

/** Shares of the steps that a training from nothing takes, and peak learning rates; fewer series bear less of both. */
const GENTLE = { share: 0.18, rate: 1e-3 };
const LONGER = { share: 0.52, rate: 2e-3 };

/** The shipped network as it is, after a few gentle steps on the data, and after more of them. */
function startedMembers(
  network: PretrainedNetwork,
  { members, stepsPerEpoch, season }: TrainingPlan,
  { seed, count }: { seed: number; count: number },
): MemberPlan[] {
  const steps = Math.max(...members.map(({ epochs }) => epochs), 1) * stepsPerEpoch;
  const cautious = Math.min(1, (count / MANY_SERIES) ** 0.25);
  const member = (share: number, rate: number, i: number): MemberPlan => ({
    cell: 'gru',
    // All members of an ensemble are averaged in one space.
    spec: { ...specFor(network, season), adaptive: true },
    loss: 'pinball',
    augment: 0.3,
    epochs: share === 0 ? 0 : Math.max(1, Math.round((share * steps) / PACE / stepsPerEpoch)),
    seed: (seed * 1000 + 500 + i) >>> 0,
    ...(share === 0 ? { amplitudes: AMPLITUDES } : {}),
    start: network.name,
    learningRate: rate * cautious,
  });
  return [member(0, 0, 0), member(GENTLE.share, GENTLE.rate, 1), member(LONGER.share, LONGER.rate, 2)];
}

/**
 * What is forecast should only grow with the amplitude of a series; a network that has learned from generated series alone is
 * not quite that even, and the mean over some amplitudes is nearer to it than any of them.
 */
const AMPLITUDES = [0.7, 1, 1.4, 2];

/** The longest of the kinds in training-plan.ts trains for so many times the fitted steps. */
const PACE = 1.4;

function alternate<T>(a: readonly T[], b: readonly T[]): T[] {
  const most = Math.max(a.length, b.length);
  return Array.from({ length: most }, (_, i) => [...a.slice(i, i + 1), ...b.slice(i, i + 1)]).flat();
}
