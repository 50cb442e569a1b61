import { type Description, describe } from '../features.ts';
import { selectBackend } from '../kernel/backend.ts';
import { type PretrainedNetwork, specFor } from '../pretrained/networks.ts';
import { lengthOf, synthesise } from '../synthetic/generator.ts';
import type { Period } from '../synthetic/periods.ts';
import type { MemberPlan, TrainingPlan } from '../training-plan.ts';
import { adam, learningRateAt, type Optimizer } from './adam.ts';
import { assemble } from './batch.ts';
import { initialWeights } from './network.ts';
import { type Random, randomFrom } from './random.ts';
import { trainStep } from './step.ts';
import { batchLoss, breathe, lossOn, networkOf, windowDrawer } from './training.ts';

/** How far a pre-training has come: all that the next round depends on. */
export interface Checkpoint {
  /** Rounds done. */
  readonly round: number;
  readonly optimizer: Pick<Optimizer, 'weights' | 'average' | 'moments'>;
}

export interface RoundReport {
  readonly round: number;
  /** Mean loss over the round's batches, in the network's units. */
  readonly loss: number;
}

const UNITS = 64;
const PEAK = 4e-3;
/** Steps of training on the series of one round, and how many series of typical length make a batch. */
const STEPS = 12;
const BATCH_STEPS = 6000;

/** Plan of a pre-trained network for one season, with one member; also what its saved form carries. */
export function pretrainedPlan(network: PretrainedNetwork, season: number, context = network.context): TrainingPlan {
  const member: MemberPlan = {
    cell: 'gru',
    spec: specFor(network, season),
    loss: 'pinball',
    augment: 0,
    epochs: network.rounds,
    seed: 0,
  };
  return {
    horizon: network.spec.horizon,
    season,
    context,
    history: network.history,
    burnIn: network.burnIn,
    units: UNITS,
    layers: 1,
    dropout: 0,
    learningRate: PEAK,
    batch: Math.max(8, Math.min(64, Math.round(BATCH_STEPS / context))),
    stepsPerEpoch: STEPS,
    clip: 1,
    patience: 0,
    bounds: {},
    members: [member],
  };
}

/**
 * Trains rounds `from.round + 1 ..` of a network on generated series, each round on series of its own, which depend on the seed
 * and the number of the round alone: a pre-training that is broken off and resumed gives the weights of one that was not.
 * `onRound` is told of each round with the checkpoint after it; training ends early where it answers false.
 */
export async function pretrain(
  network: PretrainedNetwork,
  seed: number,
  from: Checkpoint | null,
  onRound: (report: RoundReport, checkpoint: Checkpoint) => boolean,
): Promise<Checkpoint> {
  await selectBackend();
  const plan = pretrainedPlan(network, network.periods[0].season);
  const net = networkOf(plan, plan.members[0]);
  try {
    const start = from?.optimizer.weights ?? initialWeights(net, randomFrom(seed));
    const optimizer = adam(start.slice(), plan.clip, from?.optimizer);
    let round = from?.round ?? 0;
    const total = network.rounds * STEPS;
    for (let goOn = true; goOn && round < network.rounds; ) {
      const random = randomFrom((seed * 100_003 + round + 1) >>> 0);
      const { described, plan: own } = roundOf(network, network.periods[round % network.periods.length], random);
      const draw = windowDrawer(described, own, 0, random);
      let sum = 0;
      for (let s = 0; s < STEPS; s++) {
        const examples = assemble(described, draw(), own, own.members[0], 0, random);
        const rate = learningRateAt(round * STEPS + s, total, PEAK);
        sum += trainStep(net, optimizer, rate, () => batchLoss(net, examples, own.members[0], random));
        await breathe();
      }
      round++;
      goOn = onRound({ round, loss: sum / STEPS }, { round, optimizer });
    }
    return { round, optimizer };
  } finally {
    net.dispose();
  }
}

/** Mean loss of averaged weights on generated series that no round has seen, at one origin a horizon before their ends. */
export async function validationLoss(network: PretrainedNetwork, weights: Float32Array, count = 256): Promise<number> {
  await selectBackend();
  let sum = 0;
  for (const [i, period] of network.periods.entries()) {
    const random = randomFrom(0xfeed + i);
    const plan = pretrainedPlan(network, period.season);
    const net = networkOf(plan, plan.members[0]);
    try {
      net.write(weights);
      const share = Math.ceil(count / network.periods.length);
      const described = describeNew(network, period, random, () => lengthOf(random, period), share);
      const windows = described.flatMap(({ steps }, series) =>
        steps > plan.horizon + 4 ? [{ series, origin: steps - plan.horizon - 1 }] : [],
      );
      sum += lossOn(net, described, windows, plan, plan.members[0]) / network.periods.length;
    } finally {
      net.dispose();
    }
  }
  return sum;
}

/** The series of a round are about as long as each other, so that batches hold little padding. */
function roundOf(network: PretrainedNetwork, period: Period, random: Random) {
  const longest = lengthOf(random, period);
  const shortest = Math.max(period.lengths[0], longest / 1.6);
  const whole = pretrainedPlan(network, period.season, Math.min(network.context, longest));
  // Of a series shorter than the burn-in, the last third teaches what to do with so little.
  const plan = { ...whole, burnIn: Math.min(network.burnIn, Math.floor((2 * shortest) / 3)) };
  const crops = Math.max(1, Math.floor(longest / plan.context));
  const count = Math.ceil((STEPS * plan.batch) / crops);
  const length = () => Math.round(shortest + (longest - shortest) * random.uniform());
  return { described: describeNew(network, period, random, length, count), plan };
}

function describeNew(
  network: PretrainedNetwork,
  period: Period,
  random: Random,
  length: () => number,
  count: number,
): Description[] {
  const spec = specFor(network, period.season);
  return Array.from({ length: count }, () => describe(synthesise(random, period, length()), spec));
}
