import { api, type Preview, sentence } from '../api.ts';
import { fill, h } from '../element.ts';
import { droppable, field } from '../fields.ts';
import { type Answers, answered, nameFrom } from '../import-recipe.ts';
import { type LocalForecaster, startLocalForecaster } from '../local-forecast.ts';
import { announce, errorBox, loading } from '../notice.ts';
import { bytes } from '../numbers.ts';
import { go, type Page } from '../router.ts';
import { pageHead } from '../shell.ts';
import { followUpload } from '../upload-progress.ts';
import { firstForecast } from './first-forecast.ts';
import { closer, understood } from './preview.ts';

/** A file becomes a dataset: chosen, looked at as it was understood, and only then stored. */
export function importView(page: Page): void {
  page.title('Import');
  const forecaster = startLocalForecaster(page.signal);
  const input = h('input', {
    type: 'file',
    id: 'file',
    class: 'unseen',
    accept: '.csv,.tsv,.txt,.ndjson,.jsonl,.gz,text/csv,text/tab-separated-values,text/plain,application/gzip',
  });
  const drop = h(
    'section',
    { class: 'drop', 'aria-label': 'Choose a file' },
    h('p', { class: 'drop-title first' }, 'Drop a CSV file here'),
    h(
      'p',
      null,
      h('span', { class: 'first' }, 'or '),
      h('span', { class: 'later' }, 'Drop another file here, or '),
      h('label', { for: 'file', class: 'button primary' }, 'Choose a file'),
      input,
    ),
    h(
      'p',
      { class: 'muted first' },
      'One column of times, and either one column of numbers for each series, or one with the series’ names and one with the values. Comma, semicolon or tab; decimal point or comma; lines of JSON and .gz too. Nothing is stored before you say so.',
    ),
  );
  const stage = h('div', { class: 'stack' });
  const take = (file: File) => void examine(page, stage, drop, file, forecaster);
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    // Emptied, so that the same file, corrected, can be chosen again.
    input.value = '';
    if (file) take(file);
  });
  droppable(drop, take);
  fill(page.root, pageHead({ title: 'Import' }), drop, stage);
}

/** How long the preview, for which the file is sent, waits for the forecast that needs no sending. */
const PATIENCE = 2000;

async function examine(
  page: Page,
  stage: HTMLElement,
  drop: HTMLElement,
  file: File,
  forecaster: LocalForecaster,
): Promise<void> {
  const { signal } = page;
  let answers: Answers = {};
  let current: Preview | null = null;
  let asked: AbortController | null = null;
  signal.addEventListener('abort', () => asked?.abort());
  drop.classList.add('small');

  const first = firstForecast(forecaster, signal);
  const foresee = (answers: Answers) =>
    first.show(file, answers, horizon.value !== '' && horizon.validity.valid ? Number(horizon.value) : undefined);
  const problem = h('div');
  const parts = h('div', { class: 'stack' });
  const more = h('div', { class: 'stack' });
  const name = h('input', { type: 'text', name: 'name', required: true, maxlength: 200, value: nameFrom(file.name) });
  const horizon = h('input', {
    type: 'number',
    name: 'horizon',
    min: 1,
    max: 2000,
    step: 1,
    placeholder: 'chosen for you',
    onchange: () => void foresee(answers),
  });
  const confirm = h('button', { class: 'button primary' }, 'Import and train');
  const waiting = h('p', { class: 'bad-text' });
  const sending = h('div');
  const form = h(
    'form',
    {
      class: 'panel',
      hidden: true,
      onsubmit: (event) => {
        event.preventDefault();
        void create();
      },
    },
    h('h2', null, 'Import'),
    h(
      'div',
      { class: 'grid' },
      field('Name', name),
      field('Forecast this many steps', horizon, 'Empty: what is usual for the frequency.'),
    ),
    waiting,
    h('div', { class: 'actions' }, confirm),
    sending,
  );
  fill(
    stage,
    h('p', { class: 'file' }, h('strong', null, file.name), h('span', { class: 'muted' }, ` ${bytes(file.size)}`)),
    problem,
    first.element,
    parts,
    form,
    more,
  );
  fill(parts, loading(`and reading ${file.name}`));

  const open = () => current?.questions.filter((question) => !answered(answers, question)) ?? [];
  const show = (preview: Preview) => {
    fill(parts, ...understood(preview, answers, change, signal));
    fill(more, ...closer(preview, answers, change));
  };
  const look = async (next: Answers) => {
    asked?.abort();
    asked = new AbortController();
    const { signal: asking } = asked;
    // What is being changed waits for the answer: another change meanwhile would start from what is no longer so.
    const focused = document.activeElement?.id;
    for (const part of [parts, more]) {
      part.inert = true;
      part.setAttribute('aria-busy', 'true');
    }
    confirm.disabled = true;
    const foreseen = foresee(next);
    if (!current) {
      await Promise.race([foreseen, new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
      // Meanwhile another file may have come, or the person may have gone.
      if (!parts.isConnected) return;
    }
    try {
      const found = await api.preview(file, Object.keys(next).length ? next : undefined, asking);
      answers = next;
      // An answered question is not asked again by the server; the person must still see it to change the answer.
      const kept =
        current?.questions.filter(
          (old) =>
            answered(answers, old) &&
            !found.questions.some(({ column, field }) => field === old.field && column === old.column),
        ) ?? [];
      current = { ...found, questions: [...kept, ...found.questions] };
      problem.replaceChildren();
      show(current);
      form.hidden = false;
      const left = open().length;
      waiting.textContent = left ? `Answer the ${left === 1 ? 'question' : `${left} questions`} above first.` : '';
      confirm.disabled = left > 0;
      announce(
        left ? 'The file was read; it has a question for you.' : 'The file was read. Check the preview, then import.',
      );
    } catch (error) {
      if (asking.aborted) return;
      fill(problem, errorBox(error));
      if (current) {
        // The fields say again what holds; what was refused stands in the sentence above them.
        show(current);
        confirm.disabled = open().length > 0;
      } else parts.replaceChildren();
    } finally {
      if (!asking.aborted) {
        for (const part of [parts, more]) {
          part.inert = false;
          part.removeAttribute('aria-busy');
        }
        if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
      }
    }
  };
  const change = (next: Answers, refusal: string | null = null) => {
    if (refusal === null) {
      void look(next);
      return;
    }
    fill(problem, errorBox(refusal));
    // Drawn again as it still is, so that no list says what does not hold.
    if (current) fill(more, ...closer(current, answers, change));
  };
  const create = async () => {
    if (!current || open().length) return;
    confirm.disabled = true;
    confirm.textContent = 'Importing…';
    const given = {
      name: name.value.trim(),
      horizon: horizon.value === '' ? undefined : Number(horizon.value),
      recipe: current.recipe,
    };
    try {
      const created = await followUpload(sending, file.name, signal, (how) => api.createDataset(file, given, how));
      if (!created) return;
      const { dataset, report } = created;
      go(`/datasets/${dataset.id}`);
      announce(
        `${report.observations} observations in ${report.series} series imported. The first forecast follows in a moment.`,
      );
    } catch (error) {
      if (signal.aborted) return;
      fill(problem, errorBox(error));
      problem.scrollIntoView({ block: 'center' });
      announce(sentence(error));
    } finally {
      confirm.disabled = false;
      confirm.textContent = 'Import and train';
    }
  };
  await look({});
}
