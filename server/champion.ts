import type { Store } from '../db/open.ts';
import { lastChampion, type PromotionRow } from '../db/promotions.ts';
import { firstOrigins, getRun, type RunRow, type RunScores, runWeights } from '../db/runs.ts';
import { addSteps } from '../models/calendar.ts';
import type { Scores } from '../models/metrics.ts';
import { type Decision, decide } from '../models/promotion.ts';
import type { Series } from '../models/series.ts';
import { CHAMPION, type Evaluation } from './training.ts';

/** The network a candidate has to beat. */
export interface Champion {
  readonly run: RunRow;
  /** Its scores from its own training, for when it cannot be scored again. */
  readonly storedScores: Scores | null;
}

/**
 * The network that serves, or that served before the gate put a baseline in its place: it may yet be the best network there is.
 * One that a person rolled back from is none: the gate would only bring it back.
 */
export function championOf(store: Store, datasetId: number, serving: PromotionRow | undefined): Champion | undefined {
  const runId = serving?.runId ?? (serving?.by === 'gate' ? lastChampion(store, datasetId)?.runId : null);
  const run = runId == null ? undefined : getRun(store, runId);
  if (!run) return undefined;
  const own = run.scores[run.model];
  return { run, storedScores: own ? { ...UNSCORED, ...own, smapePoints: own.smape } : null };
}

/**
 * The champion's saved network that may be scored on folds that begin where `past` ends: the one that serves if all of them
 * are newer than its data, else the one it was scored with, which saw nothing after its own first fold. A network judged on
 * what it has learned from would beat every honest candidate. Throws Error with the reason when neither will do.
 */
export function unseenWeights(store: Store, { run }: Champion, past: readonly Series[], horizon: number): Uint8Array {
  if (run.horizon < horizon) throw new Error(`it forecasts ${run.horizon} steps, and ${horizon} are asked for`);
  const saved = runWeights(store, run.id);
  if (!saved) throw new Error('its weights are gone');
  const origins = past.map((s) => ({ id: s.id, at: addSteps(s.start, s.values.length - 1, s.frequency, s.zone) }));
  if (origins.every(({ at }) => at >= run.dataEnd)) return saved.weights;
  const seen = firstOrigins(store, run.id);
  if (saved.scoredWeights.length === 0 || seen.size === 0) throw new Error('it was never scored on folds of its own');
  // A series that its backtest left out was no part of its training either.
  const tooNew = origins.find(({ id, at }) => (seen.get(id) ?? at) > at);
  if (tooNew) throw new Error(`it has learned from the folds of series "${tooNew.id}"`);
  return saved.scoredWeights;
}

/**
 * Who serves after a training: the gate's decision, with the champion's scores on the candidate's folds, or those of its own
 * training where it could not be scored again, which the reason then says; and it says where folds were shorter than the horizon.
 */
export function decideServing(
  { backtest, model }: Evaluation,
  champion: Champion | undefined,
  horizon: number,
): Decision {
  const { [model]: candidate = UNSCORED, [CHAMPION]: rescored, ...baselines } = backtest.scores;
  const compared = rescored ?? (champion ? champion.storedScores : null);
  const decided = decide({ candidate, champion: compared, baselines });
  const fewer =
    backtest.horizon < horizon && candidate.points > 0
      ? ` (Over ${steps(backtest.horizon)}: the series are too short to hold back ${horizon}.)`
      : '';
  const decision = { ...decided, reason: decided.reason + fewer };
  if (!champion || rescored || decision.serve !== 'network') return decision;
  const why = backtest.failures.find((failure) => failure.model === CHAMPION)?.reason ?? 'it gave no forecast there';
  return {
    ...decision,
    reason: `${decision.reason} (The champion by the scores of its own training, not on these folds: ${why}.)`,
  };
}

const steps = (count: number) => (count === 1 ? '1 step' : `${count} steps`);

/** A metric's scores as they are stored and sent: sMAPE is that over all points, as in the M3 competition. */
export function storedScores(scores: Scores): RunScores {
  const { mae, rmse, mase, rmsse, smapeSeries, pinball, wql, owa, coverage50, coverage80, coverage95, points } = scores;
  return {
    mae,
    rmse,
    mase,
    rmsse,
    smape: scores.smapePoints,
    smapeSeries,
    pinball,
    wql,
    owa,
    coverage50,
    coverage80,
    coverage95,
    points,
  };
}

const UNSCORED: Scores = {
  forecasts: 0,
  points: 0,
  mae: null,
  rmse: null,
  mase: null,
  rmsse: null,
  smapePoints: null,
  smapeSeries: null,
  pinball: null,
  scaledPinball: null,
  wql: null,
  coverage50: null,
  coverage80: null,
  coverage95: null,
  owa: null,
};
