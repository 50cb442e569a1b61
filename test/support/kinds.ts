import type { Attribute, Frequency, Series } from '../../models/series.ts';

export interface Kinds {
  /** Cut at the origin. */
  readonly series: Series[];
  /** [series][horizon] what came. */
  readonly actual: number[][];
}

const STEP: Frequency = { unit: 'step', count: 1 };

/**
 * Articles that grow or shrink by 2 % a step, by their kind, in noise of which so few steps do not tell; and an owner beside it that
 * has nothing to do with it. With `effect: 0` neither has the kind. Drawn from a fixed generator.
 */
export function kinds({
  articles = 30,
  steps = 40,
  horizon = 8,
  effect = 0.02,
  seed = 1,
  frequency = STEP,
} = {}): Kinds {
  let state = (seed * 7_919 + 20_210_301) & 0x7fffffff;
  const uniform = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x80000000;
  };
  const series: Series[] = [];
  const actual: number[][] = [];
  for (let a = 0; a < articles; a++) {
    const grows = uniform() < 0.5;
    let level = Math.log(40 + 200 * uniform());
    const values = Float64Array.from({ length: steps + horizon }, () => {
      level += (grows ? effect : -effect) + 0.06 * (uniform() - 0.5);
      return Math.exp(level + 0.2 * (uniform() - 0.5));
    });
    const attributes: Attribute[] = [
      { name: 'kind', value: grows ? 'fashion' : 'classic' },
      { name: 'owner', value: uniform() < 0.5 ? 'Ada' : 'Bob' },
    ];
    series.push({
      id: `article ${a}`,
      frequency,
      zone: 'UTC',
      season: 1,
      start: 1,
      values: values.slice(0, steps),
      attributes,
    });
    actual.push([...values.slice(steps)]);
  }
  return { series, actual };
}

/** The series without what is said of them. */
export const unsaid = (series: readonly Series[]): Series[] => series.map(({ attributes: _, ...one }) => one);
