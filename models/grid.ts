import { DataFrame, tensorflow } from 'danfojs-node';
import { type Gridded, type GridOptions, gridded, type Placed, place } from './placement.ts';
import type { Observations } from './series.ts';

// danfo brings its own copy of TensorFlow.js; in production mode it does not list every kernel that both copies register.
tensorflow.enableProdMode();

/**
 * Puts observations on the regular grid of their frequency. Nothing is filled here: a step without an observation is NaN.
 * On steps of seconds, minutes and hours a reading between two steps counts for the nearer one, because clocks of loggers
 * jitter; on days and longer, and on integer steps, it belongs to the step in which it lies. Several on one step become one
 * by the rule `duplicates`.
 * One danfo frame holds the whole dataset, since a frame a series costs more than the work in it.
 *
 * Throws RangeError naming the series where the grid would be absurdly long.
 */
export function toSeries(observationsBySeries: ReadonlyMap<string, Observations>, options: GridOptions): Gridded {
  const placed = place(observationsBySeries, options);
  // danfo refuses to make a frame of no rows.
  if (placed.series.length === 0) return gridded(observationsBySeries, placed, options);
  const frame = new DataFrame(placed);
  const column = (name: keyof Placed) => frame.column(name).values as number[];
  const columns = { series: column('series'), step: column('step'), value: column('value'), moved: column('moved') };
  return gridded(observationsBySeries, columns, options);
}
