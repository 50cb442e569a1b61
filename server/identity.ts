import type { Fitted } from '../models/forecaster.ts';
import { asChosen } from '../models/rnn/choice.ts';
import type { Series } from '../models/series.ts';
import type { NetworkSettings } from '../models/settings.ts';
import type { Settings } from './contract.ts';
import { intervalsOf, type Models, PRODUCT } from './forecasters.ts';

/** The seed where none was chosen: a training repeats itself unless told otherwise. */
export const DEFAULT_SEED = 1;

/** What a trained network has to say of itself: what validation decided, and what was found of its intervals. */
export type Told = Pick<Fitted, 'choice' | 'training' | 'combination' | 'coarser' | 'intervals'>;

export const toldBy = ({ choice, training, combination, coarser, intervals }: Fitted): Told => ({
  choice,
  training,
  combination,
  coarser,
  intervals,
});

/** The settings with what validation decided on filled in. */
export function settledBy(
  settings: Partial<NetworkSettings>,
  { choice, training, combination, coarser }: Told,
): Partial<NetworkSettings> {
  return {
    ...(choice ? asChosen(settings, choice) : settings),
    ...(training ? { training: training.training } : {}),
    ...(combination ? { baselineShare: combination.share } : {}),
    ...(coarser !== undefined ? { coarserShare: coarser?.share ?? 0 } : {}),
  };
}

/** What a training is called and made from: the network's name, its seed, and every setting, chosen or told. */
export function identity(
  {
    series,
    horizon,
    models = PRODUCT,
    ...options
  }: {
    readonly series: readonly Series[];
    readonly horizon: number;
    readonly settings?: Settings;
    readonly budgetEstimate?: number;
    readonly models?: Models;
  },
  { choice, training, combination, coarser, intervals }: Told = {},
) {
  const { settings, seed, folds, stride, refit, budget } = split(options.settings);
  // As it was told and no more: absent is absent.
  const given = Object.fromEntries(
    Object.entries({ folds, stride, refit, budget, budgetEstimate: options.budgetEstimate }).filter(
      ([, value]) => value !== undefined,
    ),
  );
  const configuration: Record<string, unknown> = {
    ...models.configuration(series, settledBy(settings, { choice, training, combination }), { horizon, seed }),
    seed,
    ...given,
    ...(choice ? { covariates: choice } : {}),
    ...(training ? { trainingChoice: training } : {}),
    ...(combination ? { combination } : {}),
    ...(coarser ? { coarser } : {}),
    ...intervalsOf({ intervals }),
  };
  return { model: models.network(settings).name, seed, configuration };
}

/** The wire's settings: those of the network, and those that are not its business. */
export function split(
  all: Settings = {},
): { settings: Partial<NetworkSettings>; seed: number } & Pick<Settings, 'folds' | 'stride' | 'refit' | 'budget'> {
  const { folds, stride, refit, budget, holidays: _columns, seed = DEFAULT_SEED, ...settings } = all;
  return { settings, folds, stride, refit, budget, seed };
}
