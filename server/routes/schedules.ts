import { z } from 'zod';
import { getDataset } from '../../db/datasets.ts';
import { observationsCounted } from '../../db/imports.ts';
import { getSchedule, listSchedules, putSchedule } from '../../db/schedules.ts';
import { FireTimes, Schedule, ScheduleChanges, SchedulePreview, Schedules } from '../contract.ts';
import { checkSchedule, nextFires, scheduleReply } from '../scheduler.ts';
import { parseRequest } from '../validation.ts';
import { type Endpoint, endpoint, found } from './endpoint.ts';

const Kind = z.enum(['train', 'forecast']);

/** When a dataset is retrained and forecast. */
export const scheduleRoutes: Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/api/v1/datasets/{dataset}/schedules',
    tag: 'schedules',
    summary: 'The schedules of a dataset, each with its next five fire times',
    reply: { status: 200, schema: Schedules },
    handle: ({ param }, { store, now }) => {
      found(getDataset(store, param('dataset')), 'dataset', param('dataset'));
      return listSchedules(store, param('dataset')).map((row) => scheduleReply(row, now()));
    },
  }),
  endpoint({
    method: 'put',
    path: '/api/v1/datasets/{dataset}/schedules/{kind}',
    tag: 'schedules',
    summary: 'Set a schedule: cron and zone, a count of new observations, or both',
    body: ScheduleChanges,
    reply: { status: 200, schema: Schedule },
    handle: ({ param, body, request }, { store, now }) => {
      const kind = parseRequest(Kind, request.params.kind, 'kind');
      const dataset = found(getDataset(store, param('dataset')), 'dataset', param('dataset'));
      checkSchedule(body, now());
      putSchedule(store, dataset.id, kind, body, {
        now: now(),
        observationsSeen: observationsCounted(store, dataset.id, kind),
      });
      return scheduleReply(getSchedule(store, dataset.id, kind)!, now());
    },
  }),
  endpoint({
    method: 'post',
    path: '/api/v1/schedules/preview',
    tag: 'schedules',
    summary: 'The next five times a cron would fire',
    body: SchedulePreview,
    reply: { status: 200, schema: FireTimes },
    handle: ({ body }, { now }) => {
      checkSchedule(body, now());
      return { next: nextFires(body.cron, body.zone, now(), 5) };
    },
  }),
];
