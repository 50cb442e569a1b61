import { api, eventsOf, type Job } from './api.ts';
import { fill, h } from './element.ts';
import { duration } from './moments.ts';
import { announce, errorBox } from './notice.ts';
import { percent } from './numbers.ts';

const ENDED: readonly Job['state'][] = ['succeeded', 'failed', 'cancelled'];
const KINDS: Record<Job['kind'], string> = { train: 'Training', backtest: 'Backtest', forecast: 'Forecast' };

/** What goes on: the job that runs, or else the one whose turn is next. `jobs` come newest first. */
export function activeJob(jobs: readonly Job[]): Job | null {
  return jobs.find(({ state }) => state === 'running') ?? jobs.findLast(({ state }) => state === 'queued') ?? null;
}

export const hasEnded = (job: Job): boolean => ENDED.includes(job.state);

/** 'Training waits for its turn', 'Training', 'Training failed'. */
export function jobTitle(job: Job): string {
  const kind = job.kind === 'train' && job.training === 'none' ? 'Run of the pre-trained network' : KINDS[job.kind];
  switch (job.state) {
    case 'queued':
      return job.attempts > 0 ? `${kind} will be tried again` : `${kind} waits for its turn`;
    case 'running':
      return job.progress ? `${kind}, ${percent(job.progress.done)}` : `${kind} starts`;
    case 'succeeded':
      return `${kind} done`;
    case 'failed':
      return `${kind} failed`;
    case 'cancelled':
      return `${kind} was cancelled`;
  }
}

/** What is worth knowing beside the bar: the phase, losses, time left, the outcome. */
export function jobDetail(job: Job): string {
  if (job.error && job.state === 'failed') return job.error.message;
  if (job.state === 'succeeded') return job.result?.message ?? '';
  const { progress } = job;
  if (!progress || job.state !== 'running') return job.error ? `The last attempt failed: ${job.error.message}` : '';
  const parts = [progress.phase];
  if (progress.epoch !== null && progress.epochs !== null) parts.push(`epoch ${progress.epoch} of ${progress.epochs}`);
  if (progress.loss !== null) parts.push(`loss ${progress.loss.toPrecision(3)}`);
  if (progress.validationLoss !== null) parts.push(`validation ${progress.validationLoss.toPrecision(3)}`);
  if (progress.secondsLeft !== null)
    parts.push(`about ${duration(Math.max(10, Math.round(progress.secondsLeft)))} left`);
  return parts.join(' · ');
}

/**
 * Follows a job until it ends or `signal` does: server-sent events, and asking again every two seconds while those are
 * interrupted. `changed` is called with each state, the last one included.
 */
export function follow(id: number, changed: (job: Job) => void, signal: AbortSignal): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let source: EventSource | null = null;
  const stop = () => {
    clearTimeout(timer);
    source?.close();
    source = null;
  };
  const take = (job: Job) => {
    if (signal.aborted) return;
    if (hasEnded(job)) stop();
    changed(job);
  };
  const poll = async () => {
    try {
      take(await api.job(id, signal));
    } catch {
      // Asked again below: a server that restarts takes the job up again.
    }
    if (source) timer = setTimeout(poll, 2000);
  };
  source = new EventSource(eventsOf(id));
  const read = (event: MessageEvent<string>) => {
    clearTimeout(timer);
    take(JSON.parse(event.data) as Job);
  };
  for (const name of ['progress', 'state', 'end']) source.addEventListener(name, read as EventListener);
  source.addEventListener('error', () => {
    clearTimeout(timer);
    timer = setTimeout(poll, 2000);
  });
  signal.addEventListener('abort', stop, { once: true });
}

/** A live panel for one job, with cancel; `ended` is called once with how it ended. */
export function jobPanel(first: Job, signal: AbortSignal, ended: (job: Job) => void): HTMLElement {
  const panel = h('section', { class: 'job', 'aria-label': 'Progress' });
  let phase = '';
  const show = (job: Job) => {
    fill(panel, ...content(job, panel));
    if (hasEnded(job)) announce(`${jobTitle(job)}. ${jobDetail(job)}`);
    else if (job.progress && job.progress.phase !== phase) announce(job.progress.phase);
    phase = job.progress?.phase ?? phase;
    panel.dataset.state = job.state;
  };
  show(first);
  if (hasEnded(first)) return panel;
  follow(
    first.id,
    (job) => {
      show(job);
      if (hasEnded(job)) ended(job);
    },
    signal,
  );
  return panel;
}

/** The bar alone, where there is little room. */
export function jobBar(first: Job, signal: AbortSignal, ended: (job: Job) => void): HTMLElement {
  const bar = h('div', { class: 'job-bar' });
  const show = (job: Job) => {
    const words = [jobTitle(job), job.progress?.phase].filter(Boolean).join(': ');
    fill(bar, h('span', { title: words }, words), progressOf(job));
  };
  show(first);
  follow(
    first.id,
    (job) => {
      show(job);
      if (hasEnded(job)) ended(job);
    },
    signal,
  );
  return bar;
}

function progressOf(job: Job): HTMLElement {
  const known = job.progress && job.state === 'running';
  return h('progress', { max: 1, 'aria-label': jobTitle(job), ...(known ? { value: job.progress?.done } : {}) });
}

function content(job: Job, panel: HTMLElement): HTMLElement[] {
  const cancel = h(
    'button',
    {
      type: 'button',
      class: 'button small',
      onclick: async () => {
        cancel.disabled = true;
        try {
          await api.cancelJob(job.id);
        } catch (error) {
          panel.append(errorBox(error));
        }
      },
    },
    'Cancel',
  );
  const head = h(
    'div',
    { class: 'job-head' },
    h('strong', null, jobTitle(job)),
    h('span', { class: 'muted' }, jobDetail(job)),
    hasEnded(job) ? null : cancel,
  );
  return hasEnded(job) ? [head] : [head, progressOf(job)];
}
