import type { RunScores } from '../../db/runs.ts';
import { significant, table } from './table.ts';

/** The scores of a backtest, the network first: errors are better when lower, coverage should be what its interval promises. */
export function scoresTable(scores: Readonly<Record<string, RunScores>>, network: string): string {
  const rows = ranked(scores, network).map((name) => {
    const { mase, rmsse, owa, smape, smapeSeries, mae, rmse, wql, pinball } = scores[name];
    const { coverage50, coverage80, coverage95 } = scores[name];
    return [
      name,
      ...[mase, rmsse, owa, smape, smapeSeries, mae, rmse, wql, pinball].map((score) => significant(score)),
      ...[coverage50, coverage80, coverage95].map(percent),
    ];
  });
  return table(
    ['model', 'MASE', 'RMSSE', 'OWA', 'sMAPE', 'by series', 'MAE', 'RMSE', 'WQL', 'pinball', '50 %', '80 %', '95 %'],
    rows,
  );
}

/** Scores of each series, or of each step: the MASE of every model, and the network's sMAPE and coverage. */
export function breakdownTable(
  of: string,
  rows: readonly { readonly name: string | number; readonly scores: Readonly<Record<string, RunScores>> }[],
  network: string,
): string {
  const models = ranked(Object.assign({}, ...rows.map(({ scores }) => scores)), network);
  const cells = rows.map(({ name, scores }) => [
    name,
    ...models.map((model) => significant(scores[model]?.mase)),
    significant(scores[network]?.smape),
    percent(scores[network]?.coverage80 ?? null),
  ]);
  return table([of, ...models.map((model) => `MASE ${model}`), `sMAPE ${network}`, '80 %'], cells);
}

const percent = (share: number | null) => (share === null ? null : Math.round(share * 1000) / 10);

const ranked = (scores: Readonly<Record<string, RunScores>>, network: string) =>
  [network, ...Object.keys(scores).filter((name) => name !== network)].filter((name) => scores[name]);
