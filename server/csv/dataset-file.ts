import { type Frequency, parseFrequency } from '../../models/series.ts';
import { type AttributeValue, attributeValues, withoutVarying } from './attribute-cells.ts';
import { openCsv, type ReadingOptions } from './csv.ts';
import { type Inference, inferFrequency } from './frequency.ts';
import type { Recipe } from './recipe.ts';
import type { Problem } from './row-summary.ts';
import { compileTimeFormat } from './time-format.ts';
import { createOffsets } from './zone.ts';

/** A series as its file has it: times strictly rising, epoch ms UTC or integer steps. Both [observations]. */
export interface FileSeries {
  readonly name: string;
  readonly times: Float64Array;
  readonly values: Float64Array;
  /** What is known ahead, by the recipe's covariate columns: times strictly rising. */
  readonly covariates?: readonly {
    readonly name: string;
    readonly times: Float64Array;
    readonly values: Float64Array;
  }[];
  /** What the recipe's attribute columns say of it. */
  readonly attributes?: readonly AttributeValue[];
}

export interface DatasetFile {
  readonly recipe: Recipe;
  readonly frequency: Frequency;
  readonly season: number;
  readonly zone: string;
  /** In order of first appearance; a series of missing values only is there, with no observations. */
  readonly series: FileSeries[];
  readonly report: FileReport;
  /** Writes a time in the file's own notation: 1949-01, 2015-07-01 00:00:00, 97. */
  formatTime(time: number): string;
}

/** What reading a whole file came to. */
export interface FileReport extends Pick<Inference, 'confidence' | 'regular' | 'gaps' | 'duplicates'> {
  readonly rows: number;
  readonly observations: number;
  readonly missing: number;
  /** Rows after the last value of their series that have covariates alone: the known future. */
  readonly ahead: number;
  readonly rejected: Problem[];
  readonly rejectedCount: number;
  readonly footer: number;
  readonly repeatedHours: number;
  readonly missingHours: number;
  readonly signs: string[];
  readonly rounded: number;
}

/**
 * Reads a whole file, unpacked, into memory: for forecasts without a store, and for the preview. Several values at one time become one
 * by the recipe's rule. Throws what `openCsv` throws.
 */
export async function readDataset(
  source: AsyncIterable<Uint8Array>,
  options: { recipe?: Recipe; answers?: Partial<Recipe> } & ReadingOptions = {},
): Promise<DatasetFile> {
  const opened = await openCsv(source, options);
  const lists: { times: number[]; values: number[] }[] = [];
  const ahead = new Map<string, { times: number[]; values: number[] }>();
  for await (const batch of opened.rows) {
    const cells = batch.covariates;
    for (let i = 0; cells && i < cells.series.length; i++) {
      const key = `${cells.series[i]} ${cells.columns[i]}`;
      const list = ahead.get(key) ?? { times: [], values: [] };
      if (list.times.length === 0) ahead.set(key, list);
      list.times.push(cells.times[i]);
      list.values.push(cells.values[i]);
    }
    for (let i = 0; i < batch.series.length; i++) {
      lists[batch.series[i]] ??= { times: [], values: [] };
      const list = lists[batch.series[i]];
      list.times.push(batch.times[i]);
      list.values.push(batch.values[i]);
    }
  }
  const { summary } = opened.rows;
  const recipe = { ...withoutVarying(opened.recipe, summary), encoding: opened.rows.encoding };
  const raw = summary.names.map((_, i) => lists[i]?.times ?? []);
  const frequency = parseFrequency(recipe.frequency);
  const inference = inferFrequency(raw, {
    zone: recipe.zone,
    steps: recipe.timeFormat === 'integer',
    fallback: frequency,
    fixed: frequency,
  });
  const { covariateColumns = [] } = recipe;
  const attributes = attributeValues(summary, opened.recipe);
  const series = summary.names.map((name, i) => ({
    name,
    ...merge(lists[i], recipe.duplicates),
    ...(covariateColumns.length > 0
      ? {
          covariates: covariateColumns.map((column, c) => ({ name: column, ...merge(ahead.get(`${i} ${c}`), 'last') })),
        }
      : {}),
    ...(attributes[i]?.length > 0 ? { attributes: attributes[i] } : {}),
  }));
  return {
    recipe,
    frequency,
    season: recipe.season ?? inference.season,
    zone: recipe.zone,
    series,
    report: {
      rows: summary.rows,
      observations: series.reduce((sum, { times }) => sum + times.length, 0),
      missing: summary.missing,
      ahead: summary.ahead,
      rejected: summary.rejected,
      rejectedCount: summary.rejectedCount,
      footer: summary.footer,
      repeatedHours: summary.repeatedHours,
      missingHours: summary.missingHours,
      signs: summary.signs,
      rounded: summary.rounded,
      confidence: inference.confidence,
      regular: inference.regular,
      gaps: inference.gaps,
      duplicates: inference.duplicates,
    },
    formatTime: timeWriter(recipe),
  };
}

/** Writes times as the recipe's file does, on the wall clock of its zone. */
export function timeWriter(recipe: Pick<Recipe, 'timeFormat' | 'zone'>): (time: number) => string {
  const format = compileTimeFormat(recipe.timeFormat);
  if (format.steps) return (time) => format.write(time);
  const offsets = createOffsets(recipe.zone);
  if (format.absolute) return (time) => format.write(time, offsets(time));
  return (time) => format.write(time + offsets(time) * 60_000);
}

// Sorted by time, one value a time: the last, the mean or the sum of those at the same time, in file order.
function merge(
  list: { times: number[]; values: number[] } | undefined,
  rule: Recipe['duplicates'],
): Omit<FileSeries, 'name'> {
  if (!list) return { times: new Float64Array(), values: new Float64Array() };
  const order = Uint32Array.from(list.times, (_, i) => i);
  let rising = true;
  for (let i = 1; i < list.times.length && rising; i++) rising = list.times[i] > list.times[i - 1];
  if (!rising) order.sort((a, b) => list.times[a] - list.times[b] || a - b);
  const times: number[] = [];
  const values: number[] = [];
  for (let i = 0; i < order.length; ) {
    const time = list.times[order[i]];
    let [sum, count, last] = [0, 0, 0];
    for (; i < order.length && list.times[order[i]] === time; i++) {
      last = list.values[order[i]];
      sum += last;
      count++;
    }
    times.push(time);
    values.push(rule === 'last' || count === 1 ? last : rule === 'sum' ? sum : sum / count);
  }
  return { times: Float64Array.from(times), values: Float64Array.from(values) };
}
