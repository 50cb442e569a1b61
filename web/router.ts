/** What a screen is given: where to draw, what its URL says, and a signal that ends when the person leaves it. */
export interface Page {
  readonly root: HTMLElement;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly signal: AbortSignal;
  /** Names the page in the window's title. */
  title(text: string): void;
}

export type View = (page: Page) => void | Promise<void>;

export interface Match<T> {
  readonly target: T;
  readonly params: Record<string, string>;
}

/** Finds the first pattern (`/datasets/:id/runs`) that fits a path; a trailing slash does not matter. */
export function match<T>(routes: readonly (readonly [string, T])[], path: string): Match<T> | null {
  const parts = split(path);
  for (const [pattern, target] of routes) {
    const names = split(pattern);
    if (names.length !== parts.length) continue;
    const params: Record<string, string> = {};
    const fits = names.every((name, i) => {
      if (!name.startsWith(':')) return name === parts[i];
      params[name.slice(1)] = decode(parts[i]);
      return true;
    });
    if (fits) return { target, params };
  }
  return null;
}

/** Goes to another screen of this page. */
export function go(url: string, { replace = false } = {}): void {
  history[replace ? 'replaceState' : 'pushState'](null, '', url);
  window.dispatchEvent(new Event('tidecast:moved'));
}

/**
 * Writes what a screen shows into its URL, without a step in the history and without drawing the screen again:
 * the address can be copied at any moment.
 */
export function noteInUrl(query: URLSearchParams): void {
  const text = query.toString();
  const url = location.pathname + (text ? `?${text}` : '');
  if (url !== location.pathname + location.search) history.replaceState(null, '', url);
}

/** Shows the screen of the URL now and at each move, and turns plain clicks on our own links into moves. */
export function startRouter(options: {
  routes: readonly (readonly [string, View])[];
  main: HTMLElement;
  otherwise: View;
  failed: (page: Page, error: unknown) => void;
  moved: (path: string) => void;
}): void {
  let leave: AbortController | null = null;
  const show = (focus: boolean) => {
    leave?.abort();
    leave = new AbortController();
    const { signal } = leave;
    const found = match(options.routes, location.pathname);
    const root = document.createElement('div');
    root.className = 'view';
    options.main.replaceChildren(root);
    const page: Page = {
      root,
      params: found?.params ?? {},
      query: new URLSearchParams(location.search),
      signal,
      title: (text) => {
        document.title = text ? `${text} · Tidecast` : 'Tidecast';
      },
    };
    options.moved(location.pathname);
    if (focus) {
      window.scrollTo(0, 0);
      options.main.focus({ preventScroll: true });
    }
    Promise.resolve()
      .then(() => (found?.target ?? options.otherwise)(page))
      .catch((error: unknown) => {
        if (!signal.aborted) options.failed(page, error);
      });
  };
  window.addEventListener('popstate', () => show(true));
  window.addEventListener('tidecast:moved', () => show(true));
  document.addEventListener('click', (event) => {
    const link = (event.target as Element | null)?.closest?.('a');
    if (!link || event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
    if (link.pathname.startsWith('/api/')) return;
    event.preventDefault();
    const place = link.getAttribute('href') ?? '';
    // Followed by the browser, a place on this screen would fire popstate, and the screen would be drawn again under it.
    if (place.startsWith('#')) document.getElementById(place.slice(1))?.focus();
    else go(link.pathname + link.search);
  });
  show(false);
}

function split(path: string): string[] {
  return path.split('/').filter((part) => part !== '');
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
