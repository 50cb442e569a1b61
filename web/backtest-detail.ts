import { api, type BacktestReport, orNothing, type RunDetail } from './api.ts';
import { fill, h } from './element.ts';
import { ranked, scoredName } from './honesty.ts';
import { errorBox } from './notice.ts';
import { percent, score } from './numbers.ts';
import { table } from './table.ts';

/** The scores of a backtest taken apart: by series, the worst first, and by step of the horizon. */

type Row = BacktestReport['scores'];

const SHOWN = 200;

/** Fills `host` with it. Large for thousands of series, so a screen does not wait for it. Runs of earlier versions have none. */
export async function showDetail(host: HTMLElement, run: RunDetail, signal: AbortSignal): Promise<void> {
  try {
    const whole = await orNothing(
      Promise.all([api.backtest(run.id, 'series', signal), api.backtest(run.id, 'horizon', signal)]),
      null,
    );
    if (!whole) return;
    const [{ bySeries, folds, stride, refit }, { byHorizon }] = whole;
    const every = folds > 1 ? `, ${stride} ${stride === 1 ? 'step' : 'steps'} apart` : '';
    fill(
      host,
      h(
        'p',
        { class: 'muted' },
        `${folds} ${folds === 1 ? 'fold' : 'folds'}${every}; the network was ${run.training === 'none' ? 'not trained on this data' : refit ? 'trained again at each' : 'trained once, on what came before the first'}.`,
      ),
      bySeries?.length ? bySeriesTable(run, bySeries) : null,
      byHorizon ? byStepTable(run, byHorizon) : null,
    );
  } catch (error) {
    if (!signal.aborted) fill(host, errorBox(error));
  }
}

// MASE of every model for each series, and the network's other scores; the series where it did worst come first.
function bySeriesTable(
  run: Pick<RunDetail, 'model' | 'training' | 'scores' | 'configuration'>,
  rows: NonNullable<BacktestReport['bySeries']>,
): HTMLElement {
  const worst = worstFirst(rows, run.model);
  return h(
    'details',
    { class: 'panel' },
    h('summary', null, 'By series'),
    breakdown(
      'Scores by series',
      'Series',
      run,
      worst.slice(0, SHOWN).map(({ seriesId, series, scores }) => ({
        head: h('a', { href: `/series/${seriesId}` }, series),
        scores,
      })),
    ),
    worst.length > SHOWN
      ? h('p', { class: 'muted' }, `The ${SHOWN} worst of ${worst.length}; the API has them all.`)
      : null,
  );
}

// The same for each step of the horizon.
function byStepTable(
  run: Pick<RunDetail, 'model' | 'training' | 'scores' | 'configuration'>,
  byHorizon: NonNullable<BacktestReport['byHorizon']>,
): HTMLElement {
  const steps = byHorizon[run.model] ?? Object.values(byHorizon)[0] ?? [];
  return h(
    'details',
    { class: 'panel' },
    h('summary', null, 'By step ahead'),
    breakdown(
      'Scores by step ahead',
      'Step',
      run,
      steps.map((_, k) => ({
        head: String(k + 1),
        scores: Object.fromEntries(Object.entries(byHorizon).map(([model, own]) => [model, own[k]])),
      })),
    ),
  );
}

/** In falling order of the network's MASE; series without one stand at the end. */
export function worstFirst<T extends { readonly scores: Row }>(rows: readonly T[], model: string): T[] {
  const size = ({ scores }: T) => scores[model]?.mase ?? -1;
  return [...rows].sort((a, b) => size(b) - size(a));
}

function breakdown(
  caption: string,
  head: string,
  run: Pick<RunDetail, 'model' | 'training' | 'scores' | 'configuration'>,
  rows: readonly { readonly head: HTMLElement | string; readonly scores: Row }[],
): HTMLElement {
  const models = ranked(run.scores);
  const numeric = (text: string) => ({ head: text, numeric: true });
  return table({
    caption,
    dense: true,
    columns: [
      { head },
      ...models.map((model) => numeric(`MASE, ${scoredName(model, run)}`)),
      ...['RMSSE', 'sMAPE', 'WQL', '50 % covers', '80 % covers', '95 % covers'].map(numeric),
    ],
    rows: rows.map(({ head, scores }) => {
      const own = scores[run.model];
      return [
        head,
        ...models.map((model) => score(scores[model]?.mase ?? null)),
        score(own?.rmsse ?? null),
        own?.smape == null ? '–' : `${own.smape.toFixed(2)} %`,
        score(own?.wql ?? null),
        percent(own?.coverage50 ?? null),
        percent(own?.coverage80 ?? null),
        percent(own?.coverage95 ?? null),
      ];
    }),
  });
}
