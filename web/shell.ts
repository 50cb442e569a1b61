import { api } from './api.ts';
import { type Child, fill, h, svg } from './element.ts';
import { go } from './router.ts';

/** The frame around every screen: the bar on top, and the head of a dataset's screens. */

const PLACES = [
  ['/', 'Datasets'],
  ['/import', 'Import'],
  ['/settings', 'Settings'],
] as const;

/** Draws the bar; `path` marks where we are. */
export function topBar(
  header: HTMLElement,
  path: string,
  session: { required: boolean; authenticated: boolean },
): void {
  const here = (place: string) =>
    place === '/' ? path === '/' || /^\/(datasets|series|runs)\//.test(path) : path === place;
  fill(
    header,
    h(
      'div',
      { class: 'bar' },
      h('a', { class: 'brand', href: '/' }, wave(), 'Tidecast'),
      h(
        'nav',
        { 'aria-label': 'Main' },
        ...PLACES.map(([href, text]) =>
          h('a', { class: 'nav-link', href, 'aria-current': here(href) ? 'page' : undefined }, text),
        ),
        h('a', { class: 'nav-link', href: '/api/docs', target: '_blank', rel: 'noopener' }, 'API'),
        session.required && session.authenticated
          ? h(
              'button',
              {
                type: 'button',
                class: 'nav-link log-out',
                onclick: async () => {
                  await api.logout();
                  location.assign('/login');
                },
              },
              'Log out',
            )
          : null,
      ),
    ),
  );
}

/** Title, way back and actions of a screen. */
export function pageHead(options: {
  title: string;
  way?: readonly (readonly [string, string])[];
  lead?: Child;
  actions?: Child[];
}): HTMLElement {
  return h(
    'div',
    { class: 'page-head' },
    options.way
      ? h(
          'nav',
          { class: 'way', 'aria-label': 'Where you are' },
          ...options.way.map(([href, text]) => h('a', { class: 'crumb', href }, text)),
        )
      : null,
    h(
      'div',
      { class: 'page-title' },
      h('h1', null, options.title),
      options.actions ? h('div', { class: 'actions' }, ...options.actions) : null,
    ),
    options.lead ? h('p', { class: 'lead' }, options.lead) : null,
  );
}

const TABS = [
  ['', 'Series'],
  ['/runs', 'Runs'],
  ['/schedule', 'Schedule'],
  ['/imports', 'Imports'],
  ['/settings', 'Settings'],
] as const;

/** The screens of one dataset, side by side. */
export function datasetTabs(id: number, current: (typeof TABS)[number][0]): HTMLElement {
  return h(
    'nav',
    { class: 'tabs', 'aria-label': 'Dataset' },
    ...TABS.map(([path, text]) =>
      h(
        'a',
        { class: 'nav-link', href: `/datasets/${id}${path}`, 'aria-current': path === current ? 'page' : undefined },
        text,
      ),
    ),
  );
}

/** Where the login sends people back to. */
export function toLogin(): void {
  if (location.pathname !== '/login') {
    go(`/login?next=${encodeURIComponent(location.pathname + location.search)}`, { replace: true });
  }
}

function wave(): SVGElement {
  return svg(
    'svg',
    { viewBox: '0 0 32 32', 'aria-hidden': 'true' },
    svg('path', {
      d: 'M2 20c5 0 5-9 10-9s5 9 10 9 4-6 8-8',
      fill: 'none',
      stroke: 'currentColor',
      'stroke-width': 3,
      'stroke-linecap': 'round',
    }),
  );
}
