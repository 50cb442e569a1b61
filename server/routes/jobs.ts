import { isDeepStrictEqual } from 'node:util';
import { getDataset } from '../../db/datasets.ts';
import { getJob, insertJob, type JobRow, listJobs, logOf, openJob } from '../../db/jobs.ts';
import { Job, JobLog, JobRequest, Jobs, JobsQuery, type Settings } from '../contract.ts';
import { AppError } from '../errors.ts';
import { parseRequest } from '../validation.ts';
import { type Endpoint, endpoint, found } from './endpoint.ts';
import { sendEvents } from './events.ts';

/** Long work: asked for, looked at, followed, stopped. */
export const jobRoutes: Endpoint[] = [
  endpoint({
    method: 'post',
    path: '/api/v1/datasets/{dataset}/jobs',
    tag: 'jobs',
    summary: 'Train, backtest or forecast; the same work that is queued already is answered, not queued twice',
    body: JobRequest,
    reply: { status: 202, schema: Job },
    handle: ({ param, body, response }, { store, runner, now }) => {
      const dataset = found(getDataset(store, param('dataset')), 'dataset', param('dataset'));
      const request = body.settings ? { settings: body.settings } : {};
      // What the dataset was given and what this job is given must make sense together as well.
      parseRequest(
        JobRequest,
        { kind: body.kind, settings: { ...(dataset.settings as object), ...body.settings } },
        'body',
      );
      const open = openJob(store, dataset.id, body.kind);
      const id =
        open && isDeepStrictEqual(open.request, request)
          ? open.id
          : insertJob(store, { datasetId: dataset.id, kind: body.kind, reason: 'manual', request }, now());
      runner.wake();
      response.location(`/api/v1/jobs/${id}`);
      return describeJob(runner.asEnded(getJob(store, id)!));
    },
  }),
  endpoint({
    method: 'get',
    path: '/api/v1/jobs',
    tag: 'jobs',
    summary: 'Jobs, newest first',
    query: JobsQuery,
    reply: { status: 200, schema: Jobs },
    handle: ({ query: { dataset, state, limit } }, { store, runner }) =>
      listJobs(store, { datasetId: dataset, state, limit })
        .map((row) => describeJob(runner.asEnded(row)))
        .filter((job) => state === undefined || job.state === state),
  }),
  endpoint({
    method: 'get',
    path: '/api/v1/jobs/{job}',
    tag: 'jobs',
    summary: 'One job',
    reply: { status: 200, schema: Job },
    handle: ({ param }, { store, runner }) =>
      describeJob(runner.asEnded(found(getJob(store, param('job')), 'job', param('job')))),
  }),
  endpoint({
    method: 'get',
    path: '/api/v1/jobs/{job}/log',
    tag: 'jobs',
    summary: 'What a job wrote down as it went',
    reply: { status: 200, schema: JobLog },
    handle: ({ param }, { store }) => {
      found(getJob(store, param('job')), 'job', param('job'));
      return { lines: logOf(store, param('job')) };
    },
  }),
  endpoint({
    method: 'post',
    path: '/api/v1/jobs/{job}/cancel',
    tag: 'jobs',
    summary: 'Stop a job; what served goes on serving',
    reply: { status: 202, schema: Job },
    handle: ({ param }, { store, runner }) => {
      const job = runner.asEnded(found(getJob(store, param('job')), 'job', param('job')));
      if (job.finishedAt !== null) {
        throw new AppError(
          'conflict',
          `job ${job.id} ${job.state === 'cancelled' ? 'was' : 'has'} ${job.state} already`,
          { details: { state: job.state } },
        );
      }
      runner.cancel(job.id);
      return describeJob(runner.asEnded(getJob(store, job.id)!));
    },
  }),
  endpoint({
    method: 'get',
    path: '/api/v1/jobs/{job}/events',
    tag: 'jobs',
    summary: 'Server-sent events: state, progress, and end as the last; each carries the job',
    reply: { status: 200, media: 'text/event-stream' },
    handle: ({ param, request, response }, { store, runner }) => {
      const id = param('job');
      found(getJob(store, id), 'job', id);
      sendEvents(request, response, {
        read: () => {
          const job = getJob(store, id);
          return job && describeJob(runner.asEnded(job));
        },
        subscribe: (changed) => runner.subscribe(id, changed),
      });
    },
  }),
];

/** A job as the wire shows it. */
export function describeJob(row: JobRow): Job {
  const { request, cancelRequested: _cancel, ...job } = row;
  const { training = null } = (request.settings ?? {}) as Settings;
  return { ...job, training };
}
