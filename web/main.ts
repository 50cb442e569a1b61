import { ApiError, api, sentence } from './api.ts';
import { h } from './element.ts';
import { empty, errorBox } from './notice.ts';
import { type Page, startRouter, type View } from './router.ts';
import { toLogin, topBar } from './shell.ts';
import { datasetView } from './views/dataset.ts';
import { datasetSettingsView } from './views/dataset-settings.ts';
import { datasetsView } from './views/datasets.ts';
import { importView } from './views/import.ts';
import { importsView } from './views/imports.ts';
import { loginView } from './views/login.ts';
import { runView } from './views/run.ts';
import { runsView } from './views/runs.ts';
import { scheduleView } from './views/schedule.ts';
import { seriesView } from './views/series.ts';
import { settingsView } from './views/settings.ts';

const ROUTES: readonly (readonly [string, View])[] = [
  ['/', datasetsView],
  ['/import', importView],
  ['/datasets/:id', datasetView],
  ['/datasets/:id/runs', runsView],
  ['/datasets/:id/schedule', scheduleView],
  ['/datasets/:id/imports', importsView],
  ['/datasets/:id/settings', datasetSettingsView],
  ['/runs/:id', runView],
  ['/series/:id', seriesView],
  ['/settings', settingsView],
  ['/login', loginView],
];

const header = document.getElementById('top') as HTMLElement;
const main = document.getElementById('main') as HTMLElement;
let session = { required: false, authenticated: true };

window.addEventListener('tidecast:unauthorized', () => {
  session = { required: true, authenticated: false };
  toLogin();
});
window.addEventListener('tidecast:logged-in', () => {
  session = { required: true, authenticated: true };
});

// Without an answer the screens say so themselves, so the frame is drawn either way.
try {
  session = await api.session();
} catch (error) {
  console.warn(sentence(error));
}
startRouter({
  routes: ROUTES,
  main,
  otherwise: (page) => notFound(page),
  moved: (path) => topBar(header, path, session),
  failed: (page, error) => {
    if (error instanceof ApiError && error.status === 404) return notFound(page, sentence(error));
    page.title('Something went wrong');
    page.root.replaceChildren(errorBox(error, h('p', null, h('a', { href: '/' }, 'All datasets'))));
  },
});

function notFound(page: Page, why?: string): void {
  page.title('Not found');
  page.root.replaceChildren(
    empty(
      'There is nothing at this address',
      why ? h('p', null, why) : null,
      h('p', null, h('a', { class: 'button primary', href: '/' }, 'All datasets')),
    ),
  );
}
