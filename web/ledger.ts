import type { AccuracyRecord, RunSummary } from './api.ts';
import { h } from './element.ts';
import { count, percent } from './numbers.ts';
import { table } from './table.ts';

/**
 * Promised against kept: how often the truth fell inside the intervals, of the stored forecasts of this series and of the
 * backtest of all series.
 */
export function ledger(
  record: AccuracyRecord,
  backtest: RunSummary['scores'][string] | null,
  value: (value: number | null) => string,
): HTMLElement {
  const rows = ([50, 80, 95] as const).map((promised) => [
    `${promised} % interval`,
    `${promised} %`,
    kept(record[`coverage${promised}`], promised, record.scored),
    kept(backtest?.[`coverage${promised}`] ?? null, promised, backtest?.points ?? 0),
  ]);
  return h(
    'section',
    { class: 'panel', 'aria-labelledby': 'ledger' },
    h('h2', { id: 'ledger' }, 'Coverage ledger'),
    h(
      'p',
      { class: 'muted' },
      record.scored === 0
        ? 'No stored forecast has met its actuals yet. Each is scored here as new data comes in; until then the backtest is what there is.'
        : `${count(record.scored)} forecast steps have met their actuals; the median was off by ${value(record.mae)} on average${record.smape === null ? '' : ` (sMAPE ${record.smape.toFixed(1)} %)`}.`,
    ),
    table({
      caption: 'Promised and kept coverage',
      columns: [
        { head: 'Interval' },
        { head: 'Promised', numeric: true, spare: true },
        { head: 'Kept here', numeric: true },
        { head: 'Kept in the backtest', numeric: true },
      ],
      rows,
    }),
    record.byStep.length
      ? h(
          'details',
          null,
          h('summary', null, 'By step ahead'),
          table({
            caption: 'Kept coverage by step ahead',
            columns: [
              { head: 'Step', numeric: true },
              { head: 'Scored', numeric: true },
              { head: 'Off by', numeric: true },
              { head: '80 % kept', numeric: true },
              { head: '95 % kept', numeric: true },
            ],
            rows: record.byStep.map((step) => [
              step.step,
              count(step.scored),
              value(step.mae),
              percent(step.coverage80),
              percent(step.coverage95),
            ]),
          }),
        )
      : null,
  );
}

/**
 * Whether a kept share is off its promise (both 0 to 1) by more than chance explains in `n` steps: by five points
 * at least, and by two standard errors of a share.
 */
export function offPromise(kept: number, promised: number, n: number): 'too narrow' | 'too wide' | null {
  const chance = 2 * Math.sqrt((promised * (1 - promised)) / Math.max(n, 1));
  if (Math.abs(kept - promised) <= Math.max(0.05, chance)) return null;
  return kept < promised ? 'too narrow' : 'too wide';
}

function kept(share: number | null, promised: number, n: number): HTMLElement | string {
  if (share === null) return '–';
  const off = offPromise(share, promised / 100, n);
  return off ? h('span', { class: 'wraps' }, h('span', { class: 'tag warn' }, off), percent(share)) : percent(share);
}
