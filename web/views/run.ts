import { api, type RunDetail } from '../api.ts';
import { showDetail } from '../backtest-detail.ts';
import { draw } from '../chart.ts';
import { type Child, fill, h } from '../element.ts';
import { runExplained } from '../explanation.ts';
import {
  accuracyOf,
  bestOn,
  CHAMPION,
  cellsOf,
  championOf,
  compared,
  intervalsOf,
  isNetwork,
  modelMeaning,
  modelName,
  ranked,
  scoredName,
  YARDSTICK,
} from '../honesty.ts';
import { moment } from '../moments.ts';
import { actionButton, announce, confirmed, loading } from '../notice.ts';
import { counted, percent, score, valueFormat } from '../numbers.ts';
import { type Colour, type Layer, line } from '../plot.ts';
import type { Page } from '../router.ts';
import { pageHead } from '../shell.ts';
import { table } from '../table.ts';
import { receipt } from './receipt.ts';
import { combinedWith, howFarTrained, knownAhead } from './run-choices.ts';

/** A model has one colour on every run. */
const CURVES: Readonly<Record<string, Colour>> = {
  'seasonal-naive': 'actual',
  naive: 'fold',
  drift: 'second',
  theta: 'history',
  ets: 'third',
  champion: 'fourth',
};
// Short series cannot spare the whole horizon.
function heldSteps({ horizon, byStep }: RunDetail): string {
  const held = Object.values(byStep)[0]?.length ?? horizon;
  return held < horizon ? `, over ${counted(held, 'step')}: the series are too short for more` : '';
}

const curveOf = (model: string): Colour => CURVES[model] ?? 'forecast';

/** One training, whole: scores beside the baselines on the same folds, how the loss fell, and what it was made from. */
export async function runView(page: Page): Promise<void> {
  fill(page.root, loading('the run'));
  const run = await api.run(Number(page.params.id), page.signal);
  const dataset = await api.dataset(run.datasetId, page.signal);
  page.title(`Run ${run.id} of ${dataset.name}`);
  const problem = h('div');
  const detail = h('div', { class: 'stack' });
  const cells = cellsOf(run.configuration);
  const intervals = intervalsOf(run.configuration);
  const own = run.scores[run.model];
  const naive = run.scores[YARDSTICK];
  const loss = h('div', { class: 'plot small' });
  const byStep = h('div', { class: 'plot small' });
  const validated = run.lossCurve.some(({ validationLoss }) => validationLoss !== null);
  const curves = Object.entries(run.byStep).filter(([, values]) => values.some((value) => value !== null));
  fill(
    page.root,
    pageHead({
      title: `Run ${run.id}`,
      way: [
        ['/', 'Datasets'],
        [`/datasets/${dataset.id}`, dataset.name],
        [`/datasets/${dataset.id}/runs`, 'Runs'],
      ],
      lead: h(
        'span',
        null,
        `Made ${moment(run.createdAt)} by the ${modelName(run.model, run.training)}${cells ? `, with ${cells} cells` : ''}. `,
        run.training === 'none' ? 'It was not trained on this data. ' : null,
        compared(accuracyOf(own, naive)),
        run.champion ? [' ', h('span', { class: 'tag good' }, 'champion')] : null,
      ),
      actions: [
        run.champion
          ? null
          : actionButton(
              'Promote this run',
              () => problem,
              async () => {
                if (
                  !(await confirmed(
                    `Promote run ${run.id}?`,
                    'It serves from the next forecast on, whatever the backtest says. You can roll back.',
                    'Promote',
                  ))
                )
                  return;
                await api.promote(run.id);
                announce(`Run ${run.id} serves now.`);
                await runView(page);
              },
              'primary',
            ),
      ],
    }),
    problem,
    h(
      'section',
      { 'aria-labelledby': 'scores' },
      h('h2', { id: 'scores' }, 'Scores'),
      h(
        'p',
        { class: 'muted' },
        `On ${counted(run.folds, 'fold')} of the backtest, the same for all${heldSteps(run)}. Lower is better, but for coverage, which should come close to what its interval promises. The best is marked. MASE is the error in units of seasonal naive’s on the history: under 1 is better than that.${CHAMPION in run.scores ? ' “Champion before” is the network that this run’s had to beat.' : ''}`,
      ),
      scoreTable(run),
      intervals ? h('p', { class: 'muted' }, intervals) : null,
    ),
    howFarTrained(run),
    combinedWith(run),
    runExplained(run),
    detail,
    h(
      'div',
      { class: 'two' },
      // Without training there is no loss, and nothing to miss.
      run.training === 'none'
        ? null
        : h(
            'section',
            { class: 'panel', 'aria-labelledby': 'loss' },
            h('h2', { id: 'loss' }, 'Loss by epoch'),
            run.lossCurve.length ? loss : h('p', { class: 'muted' }, 'No epochs were recorded.'),
            legend(
              validated
                ? [
                    ['forecast', 'training'],
                    ['actual', 'validation'],
                  ]
                : [['forecast', 'training']],
            ),
          ),
      curves.length
        ? h(
            'section',
            { class: 'panel', 'aria-labelledby': 'steps' },
            h('h2', { id: 'steps' }, 'MASE by step ahead'),
            byStep,
            legend(curves.map(([model]) => [curveOf(model), scoredName(model, run)])),
          )
        : null,
    ),
    knownAhead(run),
    receipt(run, dataset),
    run.leftOut.length
      ? h(
          'section',
          { 'aria-labelledby': 'left-out' },
          h('h2', { id: 'left-out' }, 'Series left out of the training'),
          table({
            caption: 'Series left out',
            columns: [{ head: 'Series' }, { head: 'Why' }],
            rows: run.leftOut.map(({ series, reason }) => [series, h('span', { class: 'prose' }, reason)]),
          }),
        )
      : null,
  );
  void showDetail(detail, run, page.signal);
  if (run.lossCurve.length) drawLoss(loss, run, page.signal);
  if (curves.length) {
    const layers = curves.map(
      ([model, values]): Layer => ({
        kind: 'line',
        label: scoredName(model, run),
        colour: curveOf(model),
        points: line(
          values.map((_, step) => step + 1),
          values,
        ),
        dashed: !isNetwork(model),
        dots: isNetwork(model),
      }),
    );
    draw(
      byStep,
      {
        layers,
        axis: { kind: 'linear', title: 'step ahead' },
        range: { from: 1, to: Math.max(2, run.horizon) },
        timeText: (x) => `${x} ahead`,
        valueText: score,
      },
      { signal: page.signal, describe: 'MASE of each model by step of the horizon; lower is better.' },
    );
  }
}

const HEADS = [
  ...['MASE', 'RMSSE', 'OWA', 'MAE', 'RMSE', 'sMAPE', 'sMAPE by series', 'Pinball', 'WQL'],
  ...['50 % covers', '80 % covers', '95 % covers'],
];

function scoreTable(run: RunDetail): HTMLElement {
  const models = ranked(run.scores);
  const value = valueFormat(
    models.flatMap((model) => [run.scores[model].mae, run.scores[model].rmse]),
    { aligned: true },
  );
  const measures = ['mase', 'rmsse', 'owa', 'mae', 'rmse', 'smape', 'smapeSeries', 'pinball', 'wql'] as const;
  const best = Object.fromEntries(measures.map((measure) => [measure, bestOn(run.scores, measure)]));
  const inPercent = (x: number | null) => (x === null ? '–' : `${x.toFixed(2)} %`);
  const text = {
    mase: score,
    rmsse: score,
    owa: score,
    mae: value,
    rmse: value,
    smape: inPercent,
    smapeSeries: inPercent,
    pinball: value,
    wql: score,
  };
  return table({
    caption: 'Scores of the network and of the baselines',
    dense: true,
    columns: [{ head: 'Model' }, ...HEADS.map((head) => ({ head, numeric: true }))],
    rowClass: (row) => (models[row] === run.model ? 'own' : undefined),
    rows: models.map((model) => {
      const scores = run.scores[model];
      return [
        h(
          'span',
          { class: 'named', title: modelMeaning(model, run.training) ?? undefined },
          h('span', null, scored(model, run)),
          isNetwork(model) ? h('span', { class: 'tag' }, 'this run') : null,
        ),
        ...measures.map((measure) =>
          best[measure] === model
            ? h('strong', { class: 'best' }, text[measure](scores[measure]), h('span', { class: 'unseen' }, ' (best)'))
            : text[measure](scores[measure]),
        ),
        percent(scores.coverage50),
        percent(scores.coverage80),
        percent(scores.coverage95),
      ];
    }),
  });
}

// The champion is another run's network: its name leads there.
function scored(model: string, run: RunDetail): Child {
  const champion = championOf(run.configuration);
  if (model !== CHAMPION || champion === null) return scoredName(model, run);
  return [h('a', { href: `/runs/${champion}` }, `run ${champion}`), ', champion before'];
}

function drawLoss(host: HTMLElement, run: RunDetail, signal: AbortSignal): void {
  const epochs = run.lossCurve.map(({ epoch }) => epoch);
  const validation = run.lossCurve.map(({ validationLoss }) => validationLoss);
  const layers: Layer[] = [
    {
      kind: 'line',
      label: 'training',
      colour: 'forecast',
      points: line(
        epochs,
        run.lossCurve.map(({ loss }) => loss),
      ),
    },
    { kind: 'line', label: 'validation', colour: 'actual', points: line(epochs, validation) },
  ];
  const last = run.lossCurve[run.lossCurve.length - 1];
  draw(
    host,
    {
      layers,
      axis: { kind: 'linear', title: 'epoch' },
      range: { from: epochs[0], to: Math.max(last.epoch, epochs[0] + 1) },
      timeText: (x) => `epoch ${x}`,
      valueText: (y) => (y === null || y === undefined ? '–' : y.toPrecision(4)),
    },
    {
      signal,
      describe: `Loss over ${epochs.length} epochs; it ends at ${last.loss.toPrecision(3)} in training${last.validationLoss === null ? '' : ` and ${last.validationLoss.toPrecision(3)} in validation`}.`,
    },
  );
}

function legend(items: readonly (readonly [string, string])[]): HTMLElement {
  return h(
    'ul',
    { class: 'legend' },
    ...items.map(([colour, text]) => h('li', null, h('span', { class: `swatch ${colour}` }), text)),
  );
}
