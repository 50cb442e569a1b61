import { type Child, h } from './element.ts';

/** A table whose first column heads its rows; `numeric` columns stand right, `spare` ones give way on a narrow screen. Scrolls inside itself on a narrow screen. */
export function table(options: {
  caption: string;
  columns: readonly { readonly head: Child; readonly numeric?: boolean; readonly spare?: boolean }[];
  rows: readonly (readonly Child[])[];
  rowClass?: (row: number) => string | undefined;
}): HTMLElement {
  const { columns } = options;
  const side = (i: number) =>
    [columns[i].numeric && 'number', columns[i].spare && 'spare'].filter(Boolean).join(' ') || undefined;
  return h(
    'div',
    { class: 'table-box', tabindex: 0, role: 'region', 'aria-label': options.caption },
    h(
      'table',
      null,
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
