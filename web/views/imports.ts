import { api } from '../api.ts';
import { fill, h } from '../element.ts';
import { droppable } from '../fields.ts';
import { moment } from '../moments.ts';
import { announce, empty, errorBox, loading } from '../notice.ts';
import { count, counted } from '../numbers.ts';
import { rejectedTable, reportFacts } from '../report.ts';
import type { Page } from '../router.ts';
import { datasetTabs, pageHead } from '../shell.ts';
import { followUpload } from '../upload-progress.ts';

/** Every file that came in, with what was read and what was not; a new file goes in here, by the same recipe. */
export async function importsView(page: Page): Promise<void> {
  const id = Number(page.params.id);
  fill(page.root, loading('imports'));
  const [dataset, imports] = await Promise.all([api.dataset(id, page.signal), api.imports(id, page.signal)]);
  page.title(`Imports of ${dataset.name}`);
  const outcome = h('div');
  const input = h('input', {
    type: 'file',
    id: 'more',
    class: 'unseen',
    accept: '.csv,.tsv,.txt,.ndjson,.jsonl,.gz,text/csv,text/tab-separated-values,text/plain,application/gzip',
  });
  const take = async (file: File) => {
    try {
      const report = await followUpload(outcome, file.name, page.signal, (how) => api.upload(id, file, how));
      if (!report) return;
      const text = `${counted(report.added, 'observation')} added, ${count(report.replaced)} replaced, ${count(report.unchanged)} unchanged.`;
      await importsView(page);
      page.root
        .querySelector('.drop')
        ?.after(h('div', { class: 'notice good', role: 'status' }, h('p', null, `${file.name}: ${text}`)));
      announce(text);
    } catch (error) {
      fill(outcome, errorBox(error));
    }
  };
  input.addEventListener('change', () => input.files?.[0] && void take(input.files[0]));
  const drop = h(
    'section',
    { class: 'drop small', 'aria-label': 'Upload more data' },
    h('p', null, 'Drop a newer file here, or ', h('label', { for: 'more', class: 'button' }, 'Choose a file'), input),
    h(
      'p',
      { class: 'muted' },
      'It is read as the first one was. A time that is already there gets the new value; the report says how many.',
    ),
  );
  droppable(drop, (file) => void take(file));
  fill(
    page.root,
    pageHead({ title: dataset.name, way: [['/', 'Datasets']] }),
    datasetTabs(id, '/imports'),
    drop,
    outcome,
    imports.length === 0
      ? empty('No imports')
      : imports.map(({ id: number, fileName, report, createdAt }, i) =>
          h(
            'details',
            { class: 'panel', open: i === 0 },
            h(
              'summary',
              null,
              h('strong', null, fileName ?? `Import ${number}`),
              h(
                'span',
                { class: 'muted' },
                ` ${moment(createdAt)} · ${count(report.added)} added · ${count(report.replaced)} replaced${report.rejectedCount ? ` · ${counted(report.rejectedCount, 'row')} not read` : ''}`,
              ),
            ),
            reportFacts(report, dataset.zone),
            rejectedTable(report.rejected, report.rejectedCount),
          ),
        ),
  );
}
