import { type Child, h } from './element.ts';

/**
 * A table whose first column heads its rows; `numeric` columns stand right, `spare` ones give way on a narrow screen. One that is
 * wider than its place scrolls inside its box, whose edges say on which side there is more. `dense`: many columns of figures,
 * whose heads break between words; the first column stays in sight.
 */
export function table(options: {
  caption: string;
  columns: readonly { readonly head: Child; readonly numeric?: boolean; readonly spare?: boolean }[];
  rows: readonly (readonly Child[])[];
  rowClass?: (row: number) => string | undefined;
  dense?: boolean;
}): HTMLElement {
  const { columns } = options;
  const side = (i: number) =>
    [columns[i].numeric && 'number', columns[i].spare && 'spare'].filter(Boolean).join(' ') || undefined;
  const box = h(
    'div',
    { class: 'table-box', tabindex: 0, role: 'region', 'aria-label': options.caption },
    h(
      'table',
      options.dense ? { class: 'dense' } : null,
      h('caption', { class: 'unseen' }, options.caption),
      h('thead', null, h('tr', null, ...columns.map(({ head }, i) => h('th', { scope: 'col', class: side(i) }, head)))),
      h(
        'tbody',
        null,
        ...options.rows.map((row, r) =>
          h(
            'tr',
            { class: options.rowClass?.(r) },
            ...row.map((cell, i) =>
              h(i === 0 ? 'th' : 'td', { class: side(i), scope: i === 0 ? 'row' : undefined }, cell),
            ),
          ),
        ),
      ),
    ),
  );
  return edged(box);
}

/** The box in a frame whose edges are shaded where a part of the table lies beyond them. */
function edged(box: HTMLElement): HTMLElement {
  const frame = h('div', { class: 'table-frame' }, box);
  const look = () => {
    const beyond = box.scrollWidth - box.clientWidth - box.scrollLeft;
    frame.classList.toggle('more-before', box.scrollLeft > 1);
    frame.classList.toggle('more-after', beyond > 1);
  };
  box.addEventListener('scroll', look, { passive: true });
  // Told once it stands on the page, and whenever the room changes; it goes with the element.
  new ResizeObserver(look).observe(box);
  return frame;
}

/** Pairs of a word and what it is worth. */
export function facts(pairs: readonly (readonly [string, Child] | null)[]): HTMLElement {
  return h(
    'dl',
    { class: 'facts' },
    ...pairs
      .filter((pair) => pair !== null)
      .map(([term, value]) => h('div', null, h('dt', null, term), h('dd', null, value))),
  );
}
