import { Cron } from 'croner';
import { observationsCounted } from '../db/imports.ts';
import { insertJob, type JobState, openJob } from '../db/jobs.ts';
import type { Store } from '../db/open.ts';
import {
  listSchedules,
  markFired,
  markSeen,
  putSchedule,
  type ScheduleRow,
  type ScheduleSetting,
} from '../db/schedules.ts';
import type { Frequency } from '../models/series.ts';
import type { Schedule } from './contract.ts';
import { invalid, show } from './validation.ts';

/** A schedule beside what decides whether it is due. */
export interface ScheduleState extends ScheduleRow {
  /** What its data trigger counts, since the dataset began. */
  readonly observationsCounted: number;
  /** The state of the dataset's job of the same kind that has not ended, if there is one. */
  readonly open: Extract<JobState, 'queued' | 'running'> | null;
}

export interface Due {
  readonly datasetId: number;
  readonly kind: ScheduleRow['kind'];
  readonly reason: 'schedule' | 'catch-up' | 'new observations';
  /** The newest time the cron named; null when only the data trigger is due. */
  readonly dueAt: number | null;
  /** False where a job of the same kind is queued or running: that one does the work, and this time counts as fired. */
  readonly queue: boolean;
}

/**
 * The schedules that are due at `now`, in the order given. However many times were missed, a schedule is due once. Pure: what
 * was fired last stands in the rows, so asking again after a restart, or after the clock was set back, fires nothing twice.
 */
export function dueSchedules(states: readonly ScheduleState[], now: number): Due[] {
  return states.flatMap((state): Due[] => {
    if (!state.enabled) return [];
    const { datasetId, kind } = state;
    const dueAt = dueTime(state, now);
    if (dueAt !== null) {
      return [{ datasetId, kind, reason: now - dueAt > LATE ? 'catch-up' : 'schedule', dueAt, queue: !state.open }];
    }
    const wanted = state.afterObservations;
    // While a job of the kind is open the trigger waits: what came meanwhile is counted again when it has ended.
    if (wanted === null || state.open || state.observationsCounted - state.observationsSeen < wanted) return [];
    return [{ datasetId, kind, reason: 'new observations', dueAt: null, queue: true }];
  });
}

/**
 * The first `count` times after `from` (epoch ms) that the cron names in the zone. A time that the clock skips fires at the
 * change; one that it repeats fires the first time. Throws AppError `invalid_request` naming `cron` or `zone`.
 */
export function nextFires(cron: string, zone: string, from: number, count: number): number[] {
  return parse(cron, zone)
    .nextRuns(count, new Date(from))
    .map((date) => date.getTime());
}

/** Throws AppError `invalid_request` unless the schedule can fire: a readable cron, a known zone, a time that comes. */
export function checkSchedule({ cron, zone }: { cron: string | null; zone: string }, now: number): void {
  // Without a cron the zone is still kept for later, so it must be one.
  if (nextFires(cron ?? '0 0 * * *', zone, now, 1).length === 0) {
    throw invalid([{ field: 'cron', found: show(cron), expected: 'a time that comes' }]);
  }
}

/** The schedule as the wire has it, with its next five fire times. */
export function scheduleReply(row: ScheduleRow, now: number): Schedule {
  const { kind, cron, zone, afterObservations, enabled, lastFiredAt } = row;
  const next = cron !== null && enabled ? nextFires(cron, zone, Math.max(now, lastFiredAt ?? now), 5) : [];
  return { kind, cron, zone, afterObservations, enabled, lastFiredAt, next };
}

/**
 * What a new dataset starts with: retraining on Monday at 4 (the first of the month for months and longer; clocks change
 * before 4), and once a horizon of new steps has come for all series; forecasting whenever anything new has come.
 */
export function defaultSchedules(dataset: {
  frequency: Frequency;
  zone: string;
  horizon: number;
  series: number;
}): Record<ScheduleRow['kind'], ScheduleSetting> {
  const { unit } = dataset.frequency;
  const seldom = unit === 'month' || unit === 'year';
  return {
    train: {
      cron: unit === 'step' ? null : seldom ? '0 4 1 * *' : '0 4 * * 1',
      zone: dataset.zone,
      afterObservations: Math.max(dataset.horizon, 6) * Math.max(1, dataset.series),
      enabled: true,
    },
    forecast: { cron: null, zone: dataset.zone, afterObservations: 1, enabled: true },
  };
}

/** Stores the default schedules of a dataset; what it has already counts as seen, because its first training is queued apart. */
export function addDefaultSchedules(
  store: Store,
  datasetId: number,
  dataset: Parameters<typeof defaultSchedules>[0],
  now: number,
): void {
  const settings = defaultSchedules(dataset);
  for (const kind of ['train', 'forecast'] as const) {
    putSchedule(store, datasetId, kind, settings[kind], {
      now,
      observationsSeen: observationsCounted(store, datasetId, kind),
    });
  }
}

/** Schedules whose time came more than ten minutes ago and that have not fired: nobody is looking at them. */
export function overdueSchedules(
  store: Store,
  now: number,
): { datasetId: number; kind: ScheduleRow['kind']; dueAt: number }[] {
  return listSchedules(store).flatMap((row) => {
    const dueAt = row.enabled ? dueTime(row, now) : null;
    return dueAt !== null && now - dueAt > OVERDUE ? [{ datasetId: row.datasetId, kind: row.kind, dueAt }] : [];
  });
}

export interface Scheduler {
  /** Looks now, and from then on by itself. */
  start(): void;
  stop(): void;
  /** Queues what is due and returns the new jobs' ids. Call it after an import, so that nobody waits for the next look. */
  check(): number[];
}

/** How the scheduler waits; `setTimeout` and `clearTimeout` in the program, something faster in a test. */
export interface Timer {
  set(callback: () => void, milliseconds: number): unknown;
  clear(handle: unknown): void;
}

export function createScheduler({
  store,
  runner,
  now,
  log,
  timer = REAL_TIMER,
}: {
  store: Store;
  runner: { wake(): void };
  now: () => number;
  log?: (line: string) => void;
  timer?: Timer;
}): Scheduler {
  let waiting: unknown;
  let running = false;

  function check(): number[] {
    const moment = now();
    const queued: number[] = [];
    // One transaction: a schedule is never marked as fired without its job, nor the other way round.
    store.transaction(() => {
      for (const due of states(store).flatMap((state) => dueOf(state, moment))) {
        const { datasetId, kind, reason } = due;
        if (due.dueAt !== null) markFired(store, datasetId, kind, due.dueAt);
        if (!due.queue) continue;
        markSeen(store, datasetId, kind, observationsCounted(store, datasetId, kind));
        queued.push(insertJob(store, { datasetId, kind, reason }, moment));
      }
    })();
    if (queued.length > 0) runner.wake();
    return queued;
  }

  // A schedule that cannot be read (a zone this system does not know) must not stop the others.
  function dueOf(state: ScheduleState, moment: number): Due[] {
    try {
      return dueSchedules([state], moment);
    } catch (error) {
      log?.(`The ${state.kind} schedule of dataset ${state.datasetId} cannot be read: ${(error as Error).message}`);
      return [];
    }
  }

  function look(): void {
    let next = LONGEST_WAIT;
    try {
      check();
      next = wait(store, now());
    } catch (error) {
      // A store that is busy or full now may not be at the next look; stopping to look would be worse.
      log?.(`The schedules could not be looked at: ${(error as Error).message}`);
    }
    if (running) waiting = timer.set(look, next);
  }

  return {
    start() {
      if (running) return;
      running = true;
      look();
    },
    stop() {
      running = false;
      timer.clear(waiting);
    },
    check,
  };
}

/** A fire time found this much later than it was due was missed, not met. */
const LATE = 2 * 60_000;
const OVERDUE = 10 * 60_000;
/** The longest the scheduler sleeps: it notices a clock set forward or a machine woken up within this. */
const LONGEST_WAIT = 15_000;

const REAL_TIMER: Timer = {
  set: (callback, milliseconds) => setTimeout(callback, milliseconds),
  clear: (handle) => clearTimeout(handle as NodeJS.Timeout),
};

function states(store: Store): ScheduleState[] {
  return listSchedules(store).map((row) => ({
    ...row,
    observationsCounted: row.afterObservations === null ? 0 : observationsCounted(store, row.datasetId, row.kind),
    open: (openJob(store, row.datasetId, row.kind)?.state as ScheduleState['open'] | undefined) ?? null,
  }));
}

/** The newest time at or before `now` that the cron names and that has not fired; null when there is none. */
function dueTime({ cron, zone, lastFiredAt, updatedAt }: ScheduleRow, now: number): number | null {
  if (cron === null) return null;
  const since = lastFiredAt ?? updatedAt;
  // croner looks strictly before the moment given, in whole seconds.
  const [newest] = parse(cron, zone).previousRuns(1, new Date(now + 1000));
  const time = newest?.getTime();
  return time !== undefined && time > since && time <= now ? time : null;
}

function wait(store: Store, now: number): number {
  const times = listSchedules(store).flatMap(({ enabled, cron, zone }) => {
    try {
      return enabled && cron !== null ? nextFires(cron, zone, now, 1) : [];
    } catch {
      // Told by the look itself.
      return [];
    }
  });
  return Math.max(1, Math.min(LONGEST_WAIT, ...times.map((time) => time - now)));
}

function parse(cron: string, zone: string): Cron {
  // Asked of the system itself: croner reports a bad zone only when it computes a time.
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
  } catch {
    throw invalid([{ field: 'zone', found: show(zone), expected: 'an IANA time zone such as Europe/Berlin' }]);
  }
  const expected = 'five fields: minute, hour, day of month, month, weekday, such as 0 4 * * 1';
  // croner also takes a date, which would fire once and look like a schedule; and seconds, which nothing here needs.
  const fields = cron.trim().split(/\s+/);
  if (fields.length !== 5 && !/^@\w+$/.test(cron.trim())) {
    throw invalid([{ field: 'cron', found: show(cron), expected }]);
  }
  try {
    return new Cron(cron, { timezone: zone, paused: true });
  } catch (cause) {
    const why = (cause as Error).message.replace(/^CronPattern: /, '');
    throw invalid([{ field: 'cron', found: `${show(cron)} (${why})`, expected }]);
  }
}
