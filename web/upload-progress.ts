import { api, type Underway } from './api.ts';
import { fill, h } from './element.ts';
import { announce } from './notice.ts';
import { bytes, count, percent } from './numbers.ts';

/** How far a file is: on its way, being read, being stored. */
export interface UploadState {
  readonly title: string;
  readonly detail: string;
  /** 0 to 1 of the phase; null where nobody can say. */
  readonly share: number | null;
}

/** What to say of a file of which `sent` bytes of `size` have gone out, and of what the server says of it. */
export function uploadState(sent: number, size: number, found: Underway | undefined): UploadState {
  if (found?.phase === 'storing') {
    return { title: 'Storing', detail: `${count(found.rows)} rows were read`, share: null };
  }
  if (found) {
    const share = found.size > 0 ? Math.min(1, found.bytes / found.size) : 0;
    const detail = `${count(found.rows)} rows · ${bytes(found.bytes)} of ${bytes(found.size)}`;
    return { title: `Reading, ${percent(share)}`, detail, share };
  }
  if (sent < size) {
    return {
      title: `Uploading, ${percent(sent / size)}`,
      detail: `${bytes(sent)} of ${bytes(size)}`,
      share: sent / size,
    };
  }
  return { title: 'Reading', detail: 'the file has arrived', share: null };
}

/** How one upload is sent so that it can be followed and given up. */
export interface Sending {
  readonly key: string;
  readonly signal: AbortSignal;
  onSent(sent: number, size: number): void;
}

/**
 * Sends a file under a bar with rows, bytes and a way out; `place` is empty again at the end. Leaving the page gives it up,
 * as the button does: what is sent is an import only once the server has answered. Undefined where it was given up.
 */
export async function followUpload<T>(
  place: HTMLElement,
  fileName: string,
  page: AbortSignal,
  send: (how: Sending) => Promise<T>,
): Promise<T | undefined> {
  const given = new AbortController();
  const signal = AbortSignal.any([page, given.signal]);
  const key = crypto.randomUUID?.() ?? `upload-${Math.random().toString(36).slice(2).padEnd(12, '0')}`;
  const title = h('strong');
  const detail = h('span', { class: 'muted' });
  const bar = h('progress', { max: 1, 'aria-label': `Import of ${fileName}` });
  const cancel = h('button', { type: 'button', class: 'button small', onclick: () => given.abort() }, 'Cancel');
  let [sent, size] = [0, 1];
  const show = (found?: Underway) => {
    const state = uploadState(sent, size, found);
    title.textContent = `${state.title}…`;
    detail.textContent = state.detail;
    if (state.share === null) bar.removeAttribute('value');
    else bar.value = state.share;
  };
  show();
  fill(
    place,
    h(
      'section',
      { class: 'job', 'aria-label': 'Progress' },
      h('div', { class: 'job-head' }, title, detail, cancel),
      bar,
    ),
  );
  const ask = async () => {
    if (sent < size) return;
    // An answer that does not come is no reason to worry anybody: the upload itself says whether it failed.
    const all = await api.uploads(signal).catch(() => []);
    if (!signal.aborted) show(all.find((one) => one.key === key));
  };
  const asking = setInterval(ask, 400);
  try {
    return await send({
      key,
      signal,
      onSent: (now, of) => {
        [sent, size] = [now, of];
        show();
      },
    });
  } catch (error) {
    if (!signal.aborted) throw error;
    if (!page.aborted) announce('The import was cancelled: nothing was stored.');
    return undefined;
  } finally {
    clearInterval(asking);
    place.replaceChildren();
  }
}
