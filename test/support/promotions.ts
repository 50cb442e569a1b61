import type { Series } from '../../models/series.ts';

export interface Promoted {
  /** Cut at the origin; covariates reach the horizon. */
  readonly series: Series[];
  /** [series][horizon] what came. */
  readonly actual: number[][];
}

/**
 * Shops whose days are a weekly wave, half as much again on promotion days (one in seven), and a little noise; and a column of
 * coin tosses beside it that has nothing to do with them. Drawn from a fixed generator.
 */
export function promotions({ shops = 4, steps = 150, horizon = 7, effect = 0.5 } = {}): Promoted {
  let state = 20_210_301;
  const uniform = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x80000000;
  };
  const series: Series[] = [];
  const actual: number[][] = [];
  for (let s = 0; s < shops; s++) {
    const level = 50 + 30 * s;
    const promo = new Float64Array(steps + horizon);
    const coin = new Float64Array(steps + horizon);
    const values = promo.map((_, t) => {
      promo[t] = uniform() < 1 / 7 ? 1 : 0;
      coin[t] = uniform() < 1 / 7 ? 1 : 0;
      const wave = 1 + 0.2 * Math.sin((2 * Math.PI * t) / 7);
      return level * wave * (1 + effect * promo[t]) * (0.95 + 0.1 * uniform());
    });
    const column = (name: string, of: Float64Array) => ({ name, group: name, values: of });
    series.push({
      id: `shop ${s}`,
      frequency: { unit: 'day', count: 1 },
      zone: 'UTC',
      season: 7,
      start: Date.UTC(2021, 2, 1),
      values: values.slice(0, steps),
      covariates: [column('promo', promo), column('coin', coin)],
    });
    actual.push([...values.slice(steps)]);
  }
  return { series, actual };
}

/** The series with one covariate changed by step. */
export function rewritten(
  series: readonly Series[],
  name: string,
  change: (value: number, t: number) => number,
): Series[] {
  return series.map((one) => ({
    ...one,
    covariates: one.covariates?.map((own) => (own.name === name ? { ...own, values: own.values.map(change) } : own)),
  }));
}

/** The series without the covariates of these names. */
export const without = (series: readonly Series[], ...names: string[]): Series[] =>
  series.map((one) => ({ ...one, covariates: one.covariates?.filter(({ name }) => !names.includes(name)) }));
