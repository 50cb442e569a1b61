import { jobCounts } from '../../db/jobs.ts';
import { Health } from '../contract.ts';
import { overdueSchedules } from '../scheduler.ts';
import { endpoint } from './endpoint.ts';

const DAY_MS = 86_400_000;

/** Whether the program lives and does what it should: for a container, a monitor, a person in doubt. */
export const healthRoute = endpoint({
  method: 'get',
  path: '/healthz',
  tag: 'program',
  summary: 'Whether the program lives, what it works on, and what should have run and has not',
  open: true,
  reply: { status: 200, schema: Health },
  handle: (_given, { store, now, startedAt, version, runner }) => {
    const { queued, running, failed } = jobCounts(store, now() - DAY_MS);
    const overdue = overdueSchedules(store, now());
    return {
      status: overdue.length > 0 ? 'failing' : 'ok',
      version,
      uptimeSeconds: Math.max(0, (now() - startedAt) / 1000),
      backend: runner.backend(),
      jobs: { queued, running, failedLastDay: failed },
      overdue,
    };
  },
});
