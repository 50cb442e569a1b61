import * as tf from '@tensorflow/tfjs-core';
import { type Description, featureWidth } from '../features.ts';
import type { TrainingProgress } from '../forecaster.ts';
import { selectBackend } from '../kernel/backend.ts';
import { QUANTILES } from '../series.ts';
import type { MemberPlan, TrainingPlan } from '../training-plan.ts';
import { cutWindows, type Window } from '../windows.ts';
import { adam, learningRateAt } from './adam.ts';
import { alignLeft } from './align.ts';
import { assemble, type Batch, swell } from './batch.ts';
import { aheadOf, applyEffects, applyEffectsTensor, headWidth, startEffects } from './effects.ts';
import { startKinds } from './kinds.ts';
import { quantileLoss, quantileLossTensor } from './loss.ts';
import { buildNetwork, initialWeights, type Network } from './network.ts';
import { type Random, randomFrom } from './random.ts';
import { targetSpread } from './spread.ts';
import { trainStep } from './step.ts';

export interface TrainingHooks {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrainingProgress) => void;
}

/** The network of a member, weights zero: the same shape in training and in forecasting. */
export function networkOf(plan: TrainingPlan, member: MemberPlan): Network {
  const { width, covariates } = featureWidth(member.spec);
  return buildNetwork({
    cell: member.cell,
    width,
    units: plan.units,
    layers: plan.layers,
    outputs: headWidth(member.spec.horizon, covariates),
    dropout: plan.dropout,
  });
}

/**
 * Trains one member on described series and answers its weights: a pure function of its arguments, so that members may be
 * trained in any process and any order. Every step of a window past the burn-in is an origin and a training example (forking
 * sequences). Gives way to the event loop between batches; throws Error('cancelled') when the signal aborts.
 *
 * @param from weights to go on from, those of the member's own shape; drawn at random where there are none
 */
export async function trainMember(
  described: readonly Description[],
  plan: TrainingPlan,
  member: MemberPlan,
  { signal, onProgress }: TrainingHooks = {},
  from?: Float32Array,
): Promise<Float32Array> {
  await selectBackend();
  // Also where there is no epoch to train.
  if (signal?.aborted) throw new Error('cancelled');
  const random = randomFrom(member.seed);
  const network = networkOf(plan, member);
  try {
    const { horizon } = member.spec;
    const held = plan.patience > 0 ? horizon : 0;
    const start = from ? from.slice() : initialWeights(network, random);
    if (!from && described.length < MANY) {
      // The bias of the head comes last, the effects of covariates behind that of the quantiles.
      const spread = targetSpread(described, { horizon, burnIn: plan.burnIn }, held);
      const effects = featureWidth(member.spec).covariates * QUANTILES.length;
      start.set(spread, start.length - effects - spread.length);
    }
    startEffects(start, described, plan, member, held);
    startKinds(start, described, plan, member, held);
    const optimizer = adam(start, plan.clip);
    const peak = member.learningRate ?? plan.learningRate;
    const draw = windowDrawer(described, plan, held, random);
    const validation = held > 0 ? validationWindows(described, { horizon, burnIn: plan.burnIn }) : [];
    const total = member.epochs * plan.stepsPerEpoch;
    let best = { loss: Number.POSITIVE_INFINITY, epoch: 0, weights: optimizer.average };
    for (let epoch = 1; epoch <= member.epochs; epoch++) {
      let sum = 0;
      for (let s = 0; s < plan.stepsPerEpoch; s++) {
        if (signal?.aborted) throw new Error('cancelled');
        const batch = draw();
        if (batch.length === 0) break;
        const examples = assemble(described, batch, plan, member, held, random);
        const rate = learningRateAt((epoch - 1) * plan.stepsPerEpoch + s, total, peak);
        sum += trainStep(network, optimizer, rate, () => batchLoss(network, examples, member, random));
        await breathe();
      }
      let validationLoss: number | null = null;
      if (validation.length > 0) {
        network.write(optimizer.average);
        validationLoss = lossOn(network, described, validation, plan, member);
        if (validationLoss < best.loss) best = { loss: validationLoss, epoch, weights: optimizer.average.slice() };
      }
      onProgress?.({ epoch, epochs: member.epochs, loss: sum / plan.stepsPerEpoch, validationLoss });
      if (validation.length > 0 && epoch - best.epoch >= plan.patience) break;
    }
    return best.weights.slice();
  } finally {
    network.dispose();
  }
}

/** Lets timers, messages and aborts in. */
export const breathe = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Last origin with a target, `held` steps kept back; below zero where there is none. */
const lastOrigin = ({ steps }: Description, held: number) => steps - held - 2;

/**
 * Draws batches: in each pass every series gives as many windows as fit into it, in random order and, where a series is longer
 * than the context, at random places.
 */
export function windowDrawer(
  described: readonly Description[],
  { context, batch, burnIn }: TrainingPlan,
  held: number,
  random: Random,
): () => Window[] {
  const pass = described.flatMap((d, series) => {
    const last = lastOrigin(d, held);
    return last < burnIn ? [] : Array.from({ length: Math.max(1, Math.floor((last + 1) / context)) }, () => series);
  });
  let queue: number[] = [];
  return () => {
    // A data set smaller than a batch still fills it when its series are longer than the context: their crops differ.
    if (queue.length === 0) queue = random.shuffle([...pass]);
    return queue.splice(0, batch).map((series) => {
      const last = lastOrigin(described[series], held);
      const first = Math.min(last, Math.max(context - 1, burnIn));
      return { series, origin: first + random.below(last - first + 1) };
    });
  };
}

/** Each series at the origin one horizon before its end. */
function validationWindows(
  described: readonly Description[],
  { horizon, burnIn }: { horizon: number; burnIn: number },
): Window[] {
  return described.flatMap((d, series) => {
    const origin = d.steps - horizon - 1;
    return origin < Math.min(burnIn, d.steps - 1) ? [] : [{ series, origin }];
  });
}

/** The loss on one batch, differentiable in the network's variables. */
export function batchLoss(
  network: Network,
  { input, shape, rows, truth, ahead }: Batch,
  { spec }: MemberPlan,
  random: Random,
): tf.Scalar {
  const { covariates } = featureWidth(spec);
  const head = network.forward(tf.tensor3d(input, shape), rows, random);
  const quantiles = covariates > 0 ? applyEffectsTensor(head, ahead, spec.horizon, covariates) : head;
  return quantileLossTensor(quantiles, truth);
}

export function lossOn(
  network: Network,
  described: readonly Description[],
  windows: readonly Window[],
  plan: TrainingPlan,
  member: MemberPlan,
): number {
  const outputs = lastOutputs(network, described, windows, plan, member);
  const { horizon } = member.spec;
  const { width } = featureWidth(member.spec);
  const { targets } = cutWindows(described, windows, { context: 1, forks: 1 }, { width, horizon });
  const relative = Uint8Array.from(windows, ({ series }) =>
    member.loss === 'relative' && described[series].transform.space === 'log' ? 1 : 0,
  );
  return quantileLoss(outputs, { horizon, targets, relative }).loss;
}

/** From as many series on, quantiles find their spread by themselves. */
const MANY = 100;

/** Windows at a time, so that memory does not grow with the number of series. */
const CHUNK = 128;

/**
 * The network's output at the origin of each window: [windows * horizon * levels], the member's own horizon; of the series at
 * another amplitude than theirs where one is named.
 */
export function lastOutputs(
  network: Network,
  described: readonly Description[],
  windows: readonly Window[],
  { context }: TrainingPlan,
  member: MemberPlan,
  amplitude = 1,
): Float32Array {
  const { horizon } = member.spec;
  const { width, covariates } = featureWidth(member.spec);
  const outputs = horizon * QUANTILES.length;
  const answer = new Float32Array(windows.length * outputs);
  for (let first = 0; first < windows.length; first += CHUNK) {
    const chunk = windows.slice(first, first + CHUNK);
    const cut = alignLeft(cutWindows(described, chunk, { context, forks: 1 }, { width, horizon }), {
      context,
      width,
      horizon,
    });
    if (amplitude !== 1) swell(cut.features, member.spec, amplitude);
    const last = Int32Array.from(chunk, ({ origin }, w) => w * context + Math.min(context, origin + 1) - 1);
    tf.tidy(() => {
      const input = tf.tensor3d(cut.features, [chunk.length, context, width]);
      const head = network.forward(input, last).dataSync() as Float32Array;
      if (covariates === 0) {
        answer.set(head, first * outputs);
        return;
      }
      const ahead = new Float32Array(chunk.length * horizon * covariates);
      chunk.forEach(({ series, origin }, w) => {
        const own = aheadOf(described[series], origin, horizon, covariates).map((v) => amplitude * v);
        ahead.set(own, w * horizon * covariates);
      });
      answer.set(applyEffects(head, ahead, horizon, covariates), first * outputs);
    });
  }
  return amplitude === 1 ? answer : answer.map((v) => v / amplitude);
}
