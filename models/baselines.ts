import { ets, etsMethod } from './ets.ts';
import type { Fitted, Forecaster } from './forecaster.ts';
import { fitted, type LocalMethod } from './local.ts';
import { drift, driftMethod, naive, naiveMethod, seasonalNaive, seasonalNaiveMethod } from './naive.ts';
import { theta, thetaMethod } from './theta.ts';

/** The forecasters a network has to beat, the plainest first. */
export const BASELINES: readonly Forecaster[] = [seasonalNaive, naive, drift, theta, ets];

/** What `save()` of a fitted baseline wrote. Throws RangeError naming what was found where the bytes are something else. */
export function loadBaseline(bytes: Uint8Array): Fitted {
  let found: unknown;
  try {
    found = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new RangeError(`found ${bytes.length} bytes that are not JSON, expected a saved baseline`);
  }
  const { model, horizon } = (found ?? {}) as { model?: unknown; horizon?: unknown };
  const method = METHODS.get(String(model));
  if (!method || typeof horizon !== 'number') {
    throw new RangeError(
      `found ${JSON.stringify(found)}, expected a baseline (${[...METHODS.keys()].join(', ')}) and its horizon`,
    );
  }
  return fitted(String(model), method, horizon);
}

const METHODS = new Map<string, LocalMethod>([
  [seasonalNaive.name, seasonalNaiveMethod],
  [naive.name, naiveMethod],
  [drift.name, driftMethod],
  [theta.name, thetaMethod],
  [ets.name, etsMethod],
]);
