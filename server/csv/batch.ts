import type { CovariateCells } from './covariate-cells.ts';

/** Columnar rows in file order: value `values[i]` of series `names[series[i]]` at `times[i]`. All three [length]. */
export interface Batch {
  readonly series: Int32Array;
  readonly times: Float64Array;
  readonly values: Float64Array;
  /** Cells of covariates in file order, where the recipe names any. */
  readonly covariates?: CovariateCells;
}

/** Collects rows; grows by doubling. What is taken is a copy, so that the buffer can be filled again. */
export function createBuffer() {
  let series = new Int32Array(16_384);
  let times = new Float64Array(16_384);
  let values = new Float64Array(16_384);
  let length = 0;
  return {
    get length() {
      return length;
    },
    add(id: number, time: number, value: number): void {
      if (length === series.length) {
        const grow = <T extends Int32Array | Float64Array>(from: T, to: T): T => {
          to.set(from);
          return to;
        };
        series = grow(series, new Int32Array(length * 2));
        times = grow(times, new Float64Array(length * 2));
        values = grow(values, new Float64Array(length * 2));
      }
      series[length] = id;
      times[length] = time;
      values[length++] = value;
    },
    take(): Batch {
      const batch = { series: series.slice(0, length), times: times.slice(0, length), values: values.slice(0, length) };
      length = 0;
      return batch;
    },
  };
}
