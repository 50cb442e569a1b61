import { type FeatureGroup, featureGroups, seasonColumn } from '../feature-groups.ts';
import { type Description, featureWidth } from '../features.ts';
import { selectBackend } from '../kernel/backend.ts';
import { pinballLoss } from '../metrics.ts';
import { chooseTransform } from '../scaling.ts';
import { QUANTILES, type Series } from '../series.ts';
import type { MemberPlan, TrainingPlan } from '../training-plan.ts';
import { fromBytes } from './bytes.ts';
import { describeAll } from './ensemble.ts';
import { randomFrom } from './random.ts';
import { lastOutputs, networkOf } from './training.ts';

/** How much a trained network leans on each group of its features. */
export interface Importance {
  /** The loss on held-back windows when a group is exchanged between them, over the loss as it is, less 1; largest first. */
  readonly groups: { readonly group: FeatureGroup; readonly increase: number }[];
  /** Windows and series looked at. */
  readonly windows: number;
  readonly series: number;
}

/** Bounds on what is looked at, so that it takes seconds whatever the dataset. */
const MOST_SERIES = 48;
const MOST_WINDOWS = 96;
const REPEATS = 3;
/** With fewer windows there is nobody to exchange with. */
const FEWEST_WINDOWS = 4;

/**
 * Importance by permutation (Breiman 2001, in groups): on windows whose origins the network has not learned from, the columns
 * of a group are taken from another window, at every step of the context, and the pinball loss of the ensemble is measured
 * again. The season that is added to the output outside of the network is exchanged with its columns. A sample of series and
 * origins, spread evenly, and fixed random numbers: the same network and data give the same figures.
 *
 * @param bytes a saved network
 * @param heldFrom by series: the first step that the network has not learned from, less one (an origin)
 * @returns null where too few windows are held back
 */
export async function importanceOf(
  bytes: Uint8Array,
  series: readonly Series[],
  heldFrom: ReadonlyMap<string, number>,
  signal?: AbortSignal,
): Promise<Importance | null> {
  const { plan: saved, weights } = fromBytes(bytes);
  // Steps that all members look ahead.
  const horizon = Math.min(saved.horizon, ...saved.members.map(({ spec }) => spec.horizon));
  const plan = { ...saved, horizon };
  const able = spread(
    series.filter((one) => isAble(one, heldFrom.get(one.id))),
    MOST_SERIES,
  );
  const perSeries = Math.ceil(MOST_WINDOWS / Math.max(1, able.length));
  const describedAs = describeAll(able, plan);
  if (plan.members.length === 0) return null;
  const [{ spec }] = plan.members;
  const held = originsOf(able, describedAs(spec), spec, heldFrom, perSeries);
  const origins = spread(held, MOST_WINDOWS);
  if (origins.length < FEWEST_WINDOWS) return null;
  await selectBackend();

  const members = plan.members.map((member) => ({
    member,
    windows: cut(describedAs(member.spec), origins, plan, member),
  }));
  const lossWith = async (group: FeatureGroup | null, donors: readonly number[]): Promise<number> => {
    // [window][step][level] error of the ensemble, in units.
    const errors = new Float64Array(origins.length * plan.horizon * QUANTILES.length);
    for (const [m, { member, windows }] of members.entries()) {
      if (signal?.aborted) throw new Error('cancelled');
      await new Promise<void>((resolve) => setImmediate(resolve));
      addErrors(errors, plan, member, weights[m], windows, group, donors);
    }
    return lossOf(errors, plan.members.length);
  };
  const own = origins.map((_, w) => w);
  const base = await lossWith(null, own);
  if (!(base > 0)) return null;
  const names = new Set(plan.members.flatMap(({ spec }) => [...featureGroups(spec).keys()]));
  const groups: { group: FeatureGroup; increase: number }[] = [];
  for (const group of names) {
    const random = randomFrom(1);
    let sum = 0;
    for (let r = 0; r < REPEATS; r++) sum += await lossWith(group, random.shuffle([...own]));
    groups.push({ group, increase: sum / REPEATS / base - 1 });
  }
  groups.sort((a, b) => b.increase - a.increase);
  return { groups, windows: origins.length, series: new Set(origins.map(({ series: i }) => i)).size };
}

interface Origin {
  /** Place among the series looked at, and step of its description. */
  readonly series: number;
  readonly step: number;
}

// Held-back values in another space than the past's would change how the past is described: the wall again.
function isAble({ values }: Series, held: number | undefined): boolean {
  if (held === undefined || held < 1 || held > values.length - 2) return false;
  const [before, whole] = [chooseTransform(values.subarray(0, held + 1)), chooseTransform(values)];
  return before.space === whole.space && (whole.space !== 'asinh' || before.factor === whole.factor);
}

function originsOf(
  series: readonly Series[],
  described: readonly Description[],
  { horizon }: MemberPlan['spec'],
  heldFrom: ReadonlyMap<string, number>,
  perSeries: number,
): Origin[] {
  return series.flatMap(({ id, values }, i) => {
    const { steps, targets } = described[i];
    // A description may begin later than its series, and both end together.
    const first = Math.max(1, heldFrom.get(id)! - (values.length - steps));
    const held: Origin[] = [];
    for (let step = first; step < steps - 1; step++) {
      if (targets.subarray(step * horizon, (step + 1) * horizon).some(Number.isFinite)) held.push({ series: i, step });
    }
    return spread(held, perSeries);
  });
}

/** The context of each origin as a description of its own. */
function cut(
  described: readonly Description[],
  origins: readonly Origin[],
  { context }: TrainingPlan,
  { spec: { horizon } }: MemberPlan,
) {
  return origins.map(({ series, step }): Description => {
    const whole = described[series];
    const width = whole.features.length / whole.steps;
    const first = Math.max(0, step + 1 - context);
    return {
      ...whole,
      steps: step + 1 - first,
      features: whole.features.subarray(first * width, (step + 1) * width),
      targets: whole.targets.subarray(first * horizon, (step + 1) * horizon),
    };
  });
}

// Errors are added up over the members; a step without a target becomes NaN.
function addErrors(
  errors: Float64Array,
  plan: TrainingPlan,
  member: MemberPlan,
  weights: Float32Array,
  windows: readonly Description[],
  group: FeatureGroup | null,
  donors: readonly number[],
): void {
  const { horizon } = plan;
  // A member may look further ahead than the ensemble is asked to.
  const reach = member.spec.horizon;
  const levels = QUANTILES.length;
  const { width } = featureWidth(member.spec);
  const columns = group === null ? [] : (featureGroups(member.spec).get(group) ?? []);
  const changed = windows.map((window, w) => exchanged(window, windows[donors[w]], columns, width));
  const network = networkOf(plan, member);
  try {
    network.write(weights);
    const origins = changed.map(({ steps }, i) => ({ series: i, origin: steps - 1 }));
    const outputs = lastOutputs(network, changed, origins, plan, member);
    for (const [w, { steps, features, targets }] of windows.entries()) {
      const row = (steps - 1) * width;
      for (let k = 1; k <= horizon; k++) {
        const at = (w * horizon + k - 1) * levels;
        const column = seasonColumn(member.spec, k);
        const season =
          column === null ? 0 : changed[w].features[(changed[w].steps - 1) * width + column] - features[row + column];
        const target = targets[(steps - 1) * reach + k - 1];
        const own = (w * reach + k - 1) * levels;
        const sorted = outputs.slice(own, own + levels).sort();
        for (let q = 0; q < levels; q++) errors[at + q] += sorted[q] + season - target;
      }
    }
  } finally {
    network.dispose();
  }
}

/** The window with some columns of another, step by step from the origin back; a shorter one repeats its first step. */
function exchanged(own: Description, donor: Description, columns: readonly number[], width: number): Description {
  if (columns.length === 0 || own === donor) return own;
  const features = own.features.slice();
  for (let back = 0; back < own.steps; back++) {
    const to = (own.steps - 1 - back) * width;
    const from = Math.max(0, donor.steps - 1 - back) * width;
    for (const column of columns) features[to + column] = donor.features[from + column];
  }
  return { ...own, features };
}

function lossOf(errors: Float64Array, members: number): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < errors.length; i++) {
    if (!Number.isFinite(errors[i])) continue;
    sum += pinballLoss(0, errors[i] / members, QUANTILES[i % QUANTILES.length]);
    count++;
  }
  return sum / count;
}

/** At most `most` of the items, evenly spread, the last one always among them. */
function spread<T>(items: readonly T[], most: number): T[] {
  if (items.length <= most) return [...items];
  return Array.from({ length: most }, (_, i) => items[Math.floor(((i + 1) * items.length) / most) - 1]);
}
