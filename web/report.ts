import type { ImportReport } from './api.ts';
import { h } from './element.ts';
import { often, onCalendar } from './frequency.ts';
import { timeFormat } from './moments.ts';
import { bytes, count, counted } from './numbers.ts';
import { KEPT } from './preview-notes.ts';
import { facts, table } from './table.ts';

/** The import report, as numbers and as places in the file. */
export function reportFacts(report: ImportReport, zone: string): HTMLElement {
  const time = timeFormat(report.frequency, zone);
  // Written as ISO 8601 on the wire, or as the integer of a numbered step.
  const when = (text: string | null) =>
    text === null ? '–' : onCalendar(report.frequency) ? time(Date.parse(text)) : text;
  return facts([
    ['Series', count(report.series)],
    ['Observations', count(report.observations)],
    ['Frequency', `${often(report.frequency)} (${report.frequency})`],
    ['Season', report.season > 1 ? `${report.season} steps` : 'none'],
    ['From', when(report.start)],
    ['To', when(report.end)],
    ['Gaps', count(report.gaps)],
    ['Missing values', count(report.missing)],
    ...(report.covariates ?? []).map(
      ({ name, added, replaced }) =>
        [`Known ahead: ${name}`, `${count(added)} added, ${count(replaced)} replaced`] as const,
    ),
    ...(report.attributes ?? []).flatMap(({ name, added, replaced, changes }) => [
      [`Attribute: ${name}`, `${count(added)} added, ${count(replaced)} replaced`] as const,
      ...changes.map(({ series, from, to }) => [`${name} of ${series}`, `now ${to}, was ${from}`] as const),
    ]),
    ...(report.ahead ? [['Rows of known future', count(report.ahead)] as const] : []),
    ['Duplicates', count(report.duplicates) + (report.kept ? `, kept: ${KEPT[report.kept]}` : '')],
    ['Added', count(report.added)],
    ['Replaced', count(report.replaced)],
    ['Unchanged', count(report.unchanged)],
    ...(report.likeOthers?.length
      ? [
          [
            'Read as the others are',
            report.likeOthers.map(({ column, found, value }) => `${column} (${found} is ${value})`).join(', '),
          ] as const,
        ]
      : []),
    ...(report.unused?.length ? [['Columns not used', report.unused.join(', ')] as const] : []),
    ...(report.rounded ? [['Rounded', `${count(report.rounded)} whole numbers of too many digits`] as const] : []),
    ['Size', bytes(report.bytes)],
    ['Hash', h('code', { title: report.hash }, report.hash.slice(0, 16))],
  ]);
}

const SHOWN = 50;

/** Rows that could not be read: where, what was there, what should have been. Nothing when all could. */
export function rejectedTable(rejected: ImportReport['rejected'], total: number): HTMLElement | null {
  if (rejected.length === 0) return null;
  const shown = rejected.slice(0, SHOWN);
  return h(
    'section',
    { 'aria-label': 'Cells and rows that could not be read' },
    h('h3', null, `${counted(total, 'cell or row', 'cells or rows')} could not be read`),
    table({
      caption: 'Cells and rows that could not be read',
      columns: [{ head: 'Line' }, { head: 'Column' }, { head: 'Found' }, { head: 'Expected' }],
      rows: shown.map(({ line, column, found, expected }) => [
        count(line),
        column,
        h('code', null, found === '' ? '(nothing)' : found),
        expected,
      ]),
    }),
    total > shown.length ? h('p', { class: 'muted' }, `The first ${SHOWN} of ${count(total)}.`) : null,
  );
}
