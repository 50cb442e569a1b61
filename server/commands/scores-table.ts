import type { RunScores } from '../../db/runs.ts';
import { significant, table } from './table.ts';

type Shown = Pick<RunScores, 'mae' | 'rmse' | 'mase' | 'smape' | 'pinball' | 'coverage80'>;

/** The scores of a backtest, the network first: errors are better when lower, coverage should be 80 %. */
export function scoresTable(scores: Readonly<Record<string, Shown>>, network: string): string {
  const names = [network, ...Object.keys(scores).filter((name) => name !== network)].filter((name) => scores[name]);
  const rows = names.map((name) => {
    const { mase, smape, mae, rmse, pinball, coverage80 } = scores[name];
    const covered = coverage80 === null ? null : Math.round(coverage80 * 1000) / 10;
    return [name, ...[mase, smape, mae, rmse, pinball].map((score) => significant(score)), covered];
  });
  return table(['model', 'MASE', 'sMAPE', 'MAE', 'RMSE', 'pinball', '80 % coverage'], rows);
}
