import { api, type Dataset, type Schedule, sentence } from '../api.ts';
import { fill, h } from '../element.ts';
import { check, field, select } from '../fields.ts';
import { ago, moment, ownZone, zones } from '../moments.ts';
import { announce, errorBox, loading } from '../notice.ts';
import type { Page } from '../router.ts';
import { datasetTabs, pageHead } from '../shell.ts';

const PRESETS = [
  ['', 'Not by the clock'],
  ['0 * * * *', 'Every hour'],
  ['30 6 * * *', 'Every day at 06:30'],
  ['0 2 * * *', 'Every day at 02:00'],
  ['0 2 * * 1-5', 'Every working day at 02:00'],
  ['0 4 * * 1', 'Every Monday at 04:00'],
  ['0 4 1 * *', 'On the first of each month at 04:00'],
] as const;

const MEANING: Record<Schedule['kind'], readonly [string, string]> = {
  train: ['Retraining', 'Trains a new network on all data so far. It serves only if it beats what serves now.'],
  forecast: [
    'Forecasting',
    'Makes new forecasts from the newest data with what serves now. Quick: nothing is trained.',
  ],
};

/** When a dataset is retrained and forecast again, with the next five times before anything is saved. */
export async function scheduleView(page: Page): Promise<void> {
  const id = Number(page.params.id);
  fill(page.root, loading('the schedule'));
  const [dataset, schedules] = await Promise.all([api.dataset(id, page.signal), api.schedules(id, page.signal)]);
  page.title(`Schedule of ${dataset.name}`);
  fill(
    page.root,
    pageHead({ title: dataset.name, way: [['/', 'Datasets']] }),
    datasetTabs(id, '/schedule'),
    h('p', { class: 'lead' }, 'A time missed while the program was not running is caught up once, at the next start.'),
    h('datalist', { id: 'zones' }, ...zones().map((zone) => h('option', { value: zone }))),
    h(
      'div',
      { class: 'two' },
      ...(['train', 'forecast'] as const).map((kind) =>
        editor(schedules.find((schedule) => schedule.kind === kind) ?? blank(kind, dataset), dataset, page.signal),
      ),
    ),
  );
}

function blank(kind: Schedule['kind'], dataset: Dataset): Schedule {
  return { kind, cron: null, zone: dataset.zone, afterObservations: null, enabled: true, lastFiredAt: null, next: [] };
}

function editor(saved: Schedule, dataset: Dataset, signal: AbortSignal): HTMLElement {
  const [title, meaning] = MEANING[saved.kind];
  const times = h('div', { class: 'fire-times', 'aria-live': 'polite' });
  const problem = h('div');
  const cron = h('input', {
    type: 'text',
    name: 'cron',
    spellcheck: 'false',
    autocomplete: 'off',
    class: 'code',
    placeholder: 'none',
    value: saved.cron ?? '',
  });
  const zone = h('input', {
    type: 'text',
    name: 'zone',
    list: 'zones',
    required: true,
    autocomplete: 'off',
    value: saved.zone,
  });
  const after = h('input', {
    type: 'number',
    name: 'after',
    min: 1,
    step: 1,
    placeholder: 'never',
    value: saved.afterObservations ?? '',
  });
  let enabled = saved.enabled;
  let asked: AbortController | null = null;
  let wait: ReturnType<typeof setTimeout>;

  const look = async () => {
    asked?.abort();
    asked = new AbortController();
    const { signal: asking } = asked;
    const expression = cron.value.trim();
    if (expression === '') {
      fill(times, h('p', { class: 'muted' }, 'No times: nothing happens by the clock.'));
      return;
    }
    try {
      const { next } = await api.fireTimes(expression, zone.value.trim(), asking);
      fill(
        times,
        next.length ? fireTimes(next, zone.value.trim(), enabled) : h('p', { class: 'muted' }, 'It would never run.'),
      );
      cron.removeAttribute('aria-invalid');
    } catch (error) {
      if (asking.aborted) return;
      cron.setAttribute('aria-invalid', 'true');
      fill(times, h('p', { class: 'bad-text' }, sentence(error)));
    }
  };
  const soon = () => {
    clearTimeout(wait);
    wait = setTimeout(look, 250);
  };
  signal.addEventListener('abort', () => {
    clearTimeout(wait);
    asked?.abort();
  });
  const preset = select(
    `preset-${saved.kind}`,
    [...PRESETS, ['custom', 'Custom (cron)']],
    PRESETS.some(([expression]) => expression === cron.value) ? cron.value : 'custom',
    (choice) => {
      if (choice === 'custom') cron.focus();
      else cron.value = choice;
      soon();
    },
  );
  cron.addEventListener('input', () => {
    preset.value = PRESETS.some(([expression]) => expression === cron.value.trim()) ? cron.value.trim() : 'custom';
    soon();
  });
  zone.addEventListener('input', soon);
  const save = h('button', { class: 'button primary' }, 'Save');
  void look();
  return h(
    'form',
    {
      class: 'panel',
      'aria-label': title,
      onsubmit: async (event) => {
        event.preventDefault();
        save.disabled = true;
        problem.replaceChildren();
        try {
          await api.changeSchedule(dataset.id, saved.kind, {
            cron: cron.value.trim() || null,
            zone: zone.value.trim(),
            afterObservations: after.value === '' ? null : Number(after.value),
            enabled,
          });
          fill(problem, h('p', { class: 'good-text', role: 'status' }, 'Saved.'));
          announce(`${title} schedule saved.`);
        } catch (error) {
          fill(problem, errorBox(error));
        } finally {
          save.disabled = false;
        }
      },
    },
    h('h2', null, title),
    h('p', { class: 'muted' }, meaning),
    check('Switched on', enabled, (on) => {
      enabled = on;
      void look();
    }),
    field('When', preset),
    field('Cron', cron, 'minute, hour, day of month, month, day of week'),
    field('Time zone', zone),
    field('Also after so many new observations', after, 'Empty: new data alone starts nothing.'),
    h('h3', null, 'Next five times'),
    times,
    h(
      'p',
      { class: 'muted' },
      saved.lastFiredAt === null
        ? 'It has not run yet.'
        : `Last run ${ago(saved.lastFiredAt, Date.now())} (${moment(saved.lastFiredAt, saved.zone)}).`,
    ),
    problem,
    h('div', { class: 'actions' }, save),
  );
}

function fireTimes(next: readonly number[], zone: string, enabled: boolean): HTMLElement {
  const own = ownZone();
  return h(
    'ol',
    { class: enabled ? undefined : 'off' },
    ...next
      .slice(0, 5)
      .map((at) =>
        h(
          'li',
          null,
          moment(at, zone),
          h('span', { class: 'muted' }, own === zone ? ` · ${ago(at, Date.now())}` : ` · ${moment(at)} here`),
        ),
      ),
  );
}
