import { QUANTILES } from '../../models/series.ts';
import { csvLine } from '../export-csv.ts';
import type { TimeWriter } from '../export-times.ts';

/** What a line of the file needs of a forecast: quantiles are one array [horizon] for each level, ascending. */
export interface WrittenForecast {
  readonly series: string;
  readonly times: ArrayLike<number>;
  readonly quantiles: readonly ArrayLike<number>[];
}

/** `series_id,ds,q0.025 … q0.975`, a line for each series and future step; `ds` as `writeTime` writes it. */
export function* forecastCsv(forecasts: Iterable<WrittenForecast>, writeTime: TimeWriter): Generator<string> {
  yield csvLine(['series_id', 'ds', ...QUANTILES.map((level) => `q${level}`)]);
  for (const { series, times, quantiles } of forecasts) {
    for (let k = 0; k < times.length; k++) {
      yield csvLine([series, writeTime(times[k]), ...quantiles.map((values) => values[k])]);
    }
  }
}
