import type { Dataset, RunDetail } from '../api.ts';
import { h } from '../element.ts';
import { steps } from '../frequency.ts';
import { duration, timeFormat } from '../moments.ts';
import { facts } from '../table.ts';

/** What a run was made from, for whoever wants to repeat it. */
export function receipt(run: RunDetail, dataset: Dataset): HTMLElement {
  const time = timeFormat(dataset.frequency, dataset.zone);
  const settings = Object.entries(run.configuration).filter(
    ([, value]) => typeof value === 'number' || typeof value === 'string' || Array.isArray(value),
  );
  return h(
    'section',
    { class: 'panel', 'aria-labelledby': 'receipt' },
    h('h2', { id: 'receipt' }, 'Receipt'),
    h(
      'p',
      { class: 'muted' },
      'With the same data, settings, seed and version, the same network comes out.',
      typeof run.configuration.budget === 'number'
        ? ' Members and epochs were chosen by what this machine does in the budget: set to these, they repeat it.'
        : null,
    ),
    facts([
      ['Data', `${time(run.dataStart)} to ${time(run.dataEnd)}`],
      ['Horizon', steps(dataset.frequency, run.horizon)],
      ['Seed', run.seed],
      ['Data hash', h('code', { title: run.dataHash }, run.dataHash.slice(0, 16))],
      ['Version', run.packageVersion],
      [run.training === 'none' ? 'Scoring took' : 'Training took', duration(run.durationMs / 1000)],
      ...settings
        .map(
          ([name, value]) =>
            [
              name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase(),
              Array.isArray(value) ? value.join(', ') : String(value),
            ] as const,
        )
        .filter(([name]) => !['seed', 'horizon', 'champion'].includes(name)),
    ]),
  );
}
