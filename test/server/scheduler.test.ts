// Months of one clock, told in order, hence more than 300 lines.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { insertImport } from '../../db/imports.ts';
import { claimJob, finishJob, getJob, insertJob, listJobs } from '../../db/jobs.ts';
import { getSchedule, listSchedules, putSchedule, type ScheduleSetting } from '../../db/schedules.ts';
import {
  addDefaultSchedules,
  checkSchedule,
  createScheduler,
  defaultSchedules,
  dueSchedules,
  nextFires,
  overdueSchedules,
  type ScheduleState,
  scheduleReply,
} from '../../server/scheduler.ts';
import { addDataset, appendValues, DAY, type FreshStore, freshStore, wave } from '../support/store.ts';

const at = (text: string) => Date.parse(text);
const MINUTE = 60_000;

const weekly: ScheduleState = {
  datasetId: 1,
  kind: 'train',
  cron: '0 4 * * 1',
  zone: 'Europe/Berlin',
  afterObservations: null,
  enabled: true,
  lastFiredAt: null,
  observationsSeen: 0,
  updatedAt: at('2026-01-01T00:00:00Z'),
  observationsCounted: 0,
  open: null,
};

describe('nextFires', () => {
  it('follows the clock of the zone through a change of the clock', () => {
    expect(
      nextFires('0 4 * * 1', 'Europe/Berlin', at('2026-03-20T00:00Z'), 3).map((t) => new Date(t).toISOString()),
    ).toEqual(['2026-03-23T03:00:00.000Z', '2026-03-30T02:00:00.000Z', '2026-04-06T02:00:00.000Z']);
  });

  it('fires once on the day whose hour is skipped, and once on the day whose hour is repeated', () => {
    const skipped = nextFires('30 2 * * *', 'Europe/Berlin', at('2026-03-28T12:00Z'), 2);
    expect(skipped).toEqual([at('2026-03-29T01:00Z'), at('2026-03-30T00:30Z')]);
    const repeated = nextFires('30 2 * * *', 'Europe/Berlin', at('2026-10-24T12:00Z'), 2);
    expect(repeated).toEqual([at('2026-10-25T00:30Z'), at('2026-10-26T01:30Z')]);
  });

  it.each([
    ['61 * * * *', 'UTC', 'cron', '61'],
    ['* * * * * *', 'UTC', 'cron', 'five fields'],
    ['2027-01-01T00:00:00', 'UTC', 'cron', 'five fields'],
    ['monthly', 'UTC', 'cron', 'five fields'],
    ['* * * * *', 'Mars/Olympus', 'zone', 'IANA'],
  ])('refuses %s in %s, naming the %s', (cron, zone, field, words) => {
    expect(() => nextFires(cron, zone, 0, 1)).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        message: expect.stringContaining(words),
        details: [expect.objectContaining({ field, found: expect.stringContaining(field === 'zone' ? zone : cron) })],
      }),
    );
  });

  it('refuses a schedule whose time never comes', () => {
    expect(() => checkSchedule({ cron: '0 0 30 2 *', zone: 'UTC' }, 0)).toThrow(/a time that comes/);
    expect(() => checkSchedule({ cron: null, zone: 'Nowhere/At-all' }, 0)).toThrow(/zone/);
    checkSchedule({ cron: null, zone: 'UTC' }, 0);
    checkSchedule({ cron: '@daily', zone: 'Asia/Kolkata' }, 0);
  });
});

describe('dueSchedules', () => {
  const due = (state: Partial<ScheduleState>, now: string) => dueSchedules([{ ...weekly, ...state }], at(now));

  it('fires at its time and not before', () => {
    expect(due({}, '2026-01-05T02:59:59Z')).toEqual([]);
    expect(due({}, '2026-01-05T03:00:00Z')).toEqual([
      { datasetId: 1, kind: 'train', reason: 'schedule', dueAt: at('2026-01-05T03:00Z'), queue: true },
    ]);
  });

  it('fires once for what was missed, however much that was', () => {
    expect(due({ lastFiredAt: at('2026-01-05T03:00Z') }, '2026-06-03T12:00:00Z')).toEqual([
      { datasetId: 1, kind: 'train', reason: 'catch-up', dueAt: at('2026-06-01T02:00Z'), queue: true },
    ]);
    expect(due({ lastFiredAt: at('2026-06-01T02:00Z') }, '2026-06-03T12:00:01Z')).toEqual([]);
  });

  it('fires nothing again after the clock was set back', () => {
    const lastFiredAt = at('2026-06-01T02:00Z');
    expect(due({ lastFiredAt }, '2026-05-25T02:00:00Z')).toEqual([]);
    expect(due({ lastFiredAt }, '2026-06-01T02:00:00Z')).toEqual([]);
    expect(due({ lastFiredAt }, '2026-06-08T02:00:00Z')).toHaveLength(1);
  });

  it('owes nothing from before the schedule was made', () => {
    expect(due({ updatedAt: at('2026-01-05T03:00:01Z') }, '2026-01-06T00:00:00Z')).toEqual([]);
  });

  it('counts its time as fired, and queues nothing, while a job of the kind is open', () => {
    expect(due({ open: 'running' }, '2026-01-05T03:00:00Z')).toMatchObject([{ queue: false }]);
  });

  it('fires once enough observations have come, but waits for an open job', () => {
    const data = { cron: null, afterObservations: 10, observationsSeen: 100 };
    expect(due({ ...data, observationsCounted: 109 }, '2026-01-05T03:00:00Z')).toEqual([]);
    expect(due({ ...data, observationsCounted: 110 }, '2026-01-05T03:00:00Z')).toEqual([
      { datasetId: 1, kind: 'train', reason: 'new observations', dueAt: null, queue: true },
    ]);
    expect(due({ ...data, observationsCounted: 110, open: 'queued' }, '2026-01-05T03:00:00Z')).toEqual([]);
    expect(due({ ...data, observationsCounted: 110, enabled: false }, '2026-01-05T03:00:00Z')).toEqual([]);
  });
});

describe('the scheduler', () => {
  let fresh: FreshStore;
  let datasetId: number;
  let now: number;
  beforeEach(() => {
    fresh = freshStore();
    datasetId = addDataset(fresh.store, { a: wave(30) }).datasetId;
    now = at('2026-01-01T00:00Z');
  });
  afterEach(() => fresh.close());

  const setting: ScheduleSetting = { cron: '0 4 * * 1', zone: 'Europe/Berlin', afterObservations: null, enabled: true };
  const put = (changes: Partial<ScheduleSetting> = {}) =>
    putSchedule(fresh.store, datasetId, 'train', { ...setting, ...changes }, { now });
  // Ends every job at once, as a trainer of no duration would.
  const instantly = {
    wake() {
      for (let job = claimJob(fresh.store, now); job; job = claimJob(fresh.store, now)) {
        finishJob(fresh.store, job.id, { state: 'succeeded' }, now);
      }
    },
  };
  const scheduler = (runner: { wake(): void } = instantly) =>
    createScheduler({ store: fresh.store, runner, now: () => now, timer: { set: () => 0, clear: () => {} } });

  it('fires every Monday at four through a year and both changes of the clock', () => {
    put();
    const { check } = scheduler();
    const offsets: string[] = [];
    // Just before and at each hour of the day that can be four o'clock in Berlin.
    for (let day = at('2026-01-01T00:00Z'); day < at('2027-01-01T00:00Z'); day += DAY) {
      for (now of [119 * MINUTE, 120 * MINUTE, 179 * MINUTE, 180 * MINUTE].map((past) => day + past)) {
        for (const id of check()) offsets.push(new Date(getJob(fresh.store, id)!.createdAt).toISOString().slice(0, 16));
      }
    }
    expect(offsets).toHaveLength(52);
    expect(offsets.slice(11, 14)).toEqual(['2026-03-23T03:00', '2026-03-30T02:00', '2026-04-06T02:00']);
    expect(offsets.slice(41, 44)).toEqual(['2026-10-19T02:00', '2026-10-26T03:00', '2026-11-02T03:00']);
    expect(new Set(listJobs(fresh.store, { limit: 100 }).map((job) => job.reason))).toEqual(new Set(['schedule']));
  });

  it('catches up once after being down, also when it restarts again and again', () => {
    put();
    now = at('2026-02-18T12:00Z');
    expect(scheduler().check()).toHaveLength(1);
    expect(scheduler().check()).toEqual([]);
    now += 1000;
    expect(scheduler().check()).toEqual([]);
    expect(listJobs(fresh.store).map((job) => job.reason)).toEqual(['catch-up']);
    now = at('2026-02-23T03:00Z');
    expect(scheduler().check()).toHaveLength(1);
    expect(listJobs(fresh.store)[0].reason).toBe('schedule');
  });

  it('answers an edit with no catch-up, and keeps what was fired when only the data trigger is edited', () => {
    put();
    now = at('2026-01-05T03:00Z');
    scheduler().check();
    put({ afterObservations: null });
    expect(getSchedule(fresh.store, datasetId, 'train')?.lastFiredAt).toBe(now);
    now = at('2026-01-07T12:00Z');
    put({ cron: '0 3 * * *' });
    expect(scheduler().check()).toEqual([]);
    now = at('2026-01-08T02:00Z');
    expect(scheduler().check()).toHaveLength(1);
  });

  it('counts observations from the moment a data trigger is set', () => {
    const daily = { frequency: 'P1D', zone: 'UTC' };
    put();
    const set = (changes: Partial<ScheduleSetting>, observationsSeen: number) =>
      putSchedule(fresh.store, datasetId, 'train', { ...setting, ...changes }, { now, observationsSeen });
    set({ afterObservations: 5 }, 30);
    appendValues(fresh.store, datasetId, daily, { a: [1, 2, 3, 4] }, 30);
    set({ afterObservations: 6 }, 34);
    expect(getSchedule(fresh.store, datasetId, 'train')?.observationsSeen).toBe(30);
    expect(scheduler().check()).toEqual([]);
    appendValues(fresh.store, datasetId, daily, { a: [1, 2] }, 34);
    expect(scheduler().check()).toHaveLength(1);
  });

  it('goes on beside a schedule that cannot be read', () => {
    put();
    const other = addDataset(fresh.store, { a: wave(30) }).datasetId;
    putSchedule(fresh.store, other, 'train', setting, { now });
    fresh.store.prepare("UPDATE schedules SET zone = 'Mars/Olympus' WHERE dataset_id = ?").run(datasetId);
    now = at('2026-01-05T03:00Z');
    const lines: string[] = [];
    const timer = { set: (_: () => void, wait: number) => lines.push(`waits ${wait}`), clear: () => {} };
    const log = (line: string) => lines.push(line);
    createScheduler({ store: fresh.store, runner: instantly, now: () => now, log, timer }).start();
    expect(listJobs(fresh.store).map((job) => job.datasetId)).toEqual([other]);
    expect(lines.join('\n')).toMatch(
      /train schedule of dataset 1 cannot be read: zone: found "Mars\/Olympus"[\s\S]*waits 15000/,
    );
  });

  it('owes nothing for the time it was switched off', () => {
    put();
    put({ enabled: false });
    now = at('2026-03-04T00:00Z');
    put({ enabled: true });
    expect(scheduler().check()).toEqual([]);
  });

  it('queues no second job of a kind, and does not make up for it later', () => {
    put({ cron: '0 * * * *' });
    insertJob(fresh.store, { datasetId, kind: 'train', reason: 'manual' }, now);
    const idle = { wake() {} };
    now += 61 * MINUTE;
    expect(scheduler(idle).check()).toEqual([]);
    instantly.wake();
    expect(scheduler(idle).check()).toEqual([]);
    now += 60 * MINUTE;
    expect(scheduler(idle).check()).toHaveLength(1);
  });

  it('retrains after enough new observations and forecasts after any', () => {
    const dataset = { frequency: { unit: 'day', count: 1 }, zone: 'UTC', horizon: 7, series: 1 } as const;
    addDefaultSchedules(fresh.store, datasetId, dataset, now);
    const { check } = scheduler();
    expect(check()).toEqual([]);
    const kinds = () => check().map((id) => getJob(fresh.store, id)!.kind);
    appendValues(fresh.store, datasetId, { frequency: 'P1D', zone: 'UTC' }, { a: [1] }, 30);
    expect(kinds()).toEqual(['forecast']);
    expect(kinds()).toEqual([]);
    appendValues(fresh.store, datasetId, { frequency: 'P1D', zone: 'UTC' }, { a: [1, 2, 3, 4, 5, 6] }, 31);
    expect(kinds()).toEqual(['train', 'forecast']);
    expect(listJobs(fresh.store)[0].reason).toBe('new observations');
    expect(kinds()).toEqual([]);
  });

  it('forecasts anew after a correction, and does not retrain for it', () => {
    const dataset = { frequency: { unit: 'day', count: 1 }, zone: 'UTC', horizon: 1, series: 1 } as const;
    addDefaultSchedules(fresh.store, datasetId, dataset, now);
    const { check } = scheduler();
    const corrected = { fileName: null, hash: '', added: 0, report: { replaced: 8 }, createdAt: now };
    insertImport(fresh.store, { datasetId, ...corrected });
    expect(check().map((id) => getJob(fresh.store, id)!.kind)).toEqual(['forecast']);
    expect(check()).toEqual([]);
  });

  it('looks at once when started, then again when the next time comes, until it is stopped', () => {
    put({ cron: '* * * * *' });
    const waits: number[] = [];
    let callback: (() => void) | undefined;
    const timed = createScheduler({
      store: fresh.store,
      runner: instantly,
      now: () => now,
      timer: {
        set(next, milliseconds) {
          waits.push(milliseconds);
          callback = next;
          return 1;
        },
        clear() {
          callback = undefined;
        },
      },
    });
    timed.start();
    for (let looks = 0; looks < 8; looks++) {
      now += waits.at(-1)!;
      callback?.();
    }
    expect(waits.slice(0, 5)).toEqual([15_000, 15_000, 15_000, 15_000, 15_000]);
    expect(listJobs(fresh.store).map((job) => job.createdAt - at('2026-01-01T00:00Z'))).toEqual([120_000, 60_000]);
    timed.stop();
    expect(callback).toBeUndefined();
  });

  it('reports a schedule that nobody fired', () => {
    put();
    now = at('2026-01-05T03:05Z');
    expect(overdueSchedules(fresh.store, now)).toEqual([]);
    now = at('2026-01-05T03:11Z');
    expect(overdueSchedules(fresh.store, now)).toEqual([{ datasetId, kind: 'train', dueAt: at('2026-01-05T03:00Z') }]);
    scheduler().check();
    expect(overdueSchedules(fresh.store, now)).toEqual([]);
  });

  it('shows the next five times on the wire, none while switched off', () => {
    put();
    const [row] = listSchedules(fresh.store, datasetId);
    const reply = scheduleReply(row, now);
    expect(reply).toMatchObject({ kind: 'train', cron: '0 4 * * 1', zone: 'Europe/Berlin', enabled: true });
    expect(reply.next).toHaveLength(5);
    expect(reply.next[0]).toBe(at('2026-01-05T03:00Z'));
    expect(scheduleReply({ ...row, enabled: false }, now).next).toEqual([]);
  });
});

describe('defaultSchedules', () => {
  it('retrains weekly, monthly for months, and by count alone for integer steps', () => {
    const of = (unit: 'hour' | 'month' | 'step', series = 1) =>
      defaultSchedules({ frequency: { unit, count: 1 }, zone: 'UTC', horizon: 12, series });
    expect(of('hour').train.cron).toBe('0 4 * * 1');
    expect(of('month').train.cron).toBe('0 4 1 * *');
    expect(of('step', 3).train).toEqual({ cron: null, zone: 'UTC', afterObservations: 36, enabled: true });
    expect(of('month').forecast).toEqual({ cron: null, zone: 'UTC', afterObservations: 1, enabled: true });
  });
});
