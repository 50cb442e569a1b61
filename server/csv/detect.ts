import { type Frequency, formatFrequency } from '../../models/series.ts';
import { AppError } from '../errors.ts';
import { findKnownAhead } from './ahead-columns.ts';
import { findAttributes } from './attribute-columns.ts';
import { type ColumnProfile, profileColumns } from './columns.ts';
import { type Dialect, detectDialect } from './dialect.ts';
import { createDecoder, detectEncoding } from './encoding.ts';
import { quotedNames } from './excerpt.ts';
import { type Inference, inferFrequency } from './frequency.ts';
import { createMissingTest } from './missing.ts';
import { type JudgedColumn, judgeColumns, withStyles } from './number-styles.ts';
import { readNumber } from './numbers.ts';
import { askDecimals, askTime, type Question } from './questions.ts';
import { MISSING_MARKERS, Recipe } from './recipe.ts';
import { noTimeColumn, noValueColumn } from './refusals.ts';
import { createRowParser } from './rows.ts';
import { findSeries, findValues, mayNameSeries } from './series-columns.ts';
import { findTime, formatOfColumns, repeatsDate, type TimeChoice } from './time-columns.ts';
import { compileTimeFormat } from './time-format.ts';

export interface ColumnSummary {
  readonly name: string;
  readonly kind: 'time' | 'series' | 'value' | 'covariate' | 'attribute' | 'ignored';
  readonly content: ColumnProfile['content'];
  readonly examples: string[];
}

export interface Detection {
  /** What is proposed; where there are questions, with the first choice of each. */
  readonly recipe: Recipe;
  readonly questions: Question[];
  /** 0 to 1, of frequency and time format together. */
  readonly confidence: number;
  readonly columns: ColumnSummary[];
  /** Columns whose numbers could be read two ways by themselves and are read as the others are: the first hundred. */
  readonly likeOthers: { readonly column: string; readonly found: string; readonly value: number }[];
  /** Judged on the sample. */
  readonly inference: Inference;
}

/**
 * Proposes a recipe for a file from its first bytes. `whole`: the bytes are all of it. `answers` are fields of the recipe
 * that a person has fixed; everything else is found around them.
 * Throws AppError `empty_file`, `binary_file`, `unreadable`, `no_time_column`, `no_value_column`, and `recipe_mismatch` where
 * an answer names a column that is not there.
 */
export function detect(bytes: Uint8Array, whole: boolean, answers: Partial<Recipe> = {}): Detection {
  const encoding = answers.encoding ?? detectEncoding(bytes, whole);
  const decoder = createDecoder(encoding);
  const text = decoder.decode(bytes) + (whole ? decoder.end() : '');
  const dialect = detectDialect(text, whole, answers);
  const markers = answers.missingMarkers ?? MISSING_MARKERS;
  const all = profileColumns(dialect.names, dialect.rows, createMissingTest(markers), answers.dayFirst);
  let covariates = pick(all, answers.covariateColumns ?? []);
  refuseTwoRoles(answers);
  // What is known ahead is neither the time nor a name nor a value.
  const told = [...covariates, ...pick(all, answers.attributeColumns ?? [])];
  const columns = told.length > 0 ? all.filter((column) => !told.includes(column)) : all;

  const time = answers.timeColumns ? chosenTime(pick(columns, answers.timeColumns), answers) : findTime(columns);
  if (!time) throw noTimeColumn(dialect, columns);
  const timeFormat = answers.timeFormat ?? time.format;
  let series = answers.seriesColumns ? pick(columns, answers.seriesColumns) : findSeries(columns, time.columns, whole);
  const found = answers.valueColumns
    ? pick(columns, answers.valueColumns)
    : findValues(columns, { columns: time.columns, format: timeFormat }, series);
  const attributesOf = (named: readonly ColumnProfile[], values: readonly ColumnProfile[]) =>
    answers.attributeColumns
      ? pick(all, answers.attributeColumns)
      : findAttributes(
          columns.filter(
            (column) =>
              ![...time.columns, ...named, ...values].includes(column) &&
              !repeatsDate(column, { columns: time.columns, format: timeFormat }),
          ),
          named,
          found,
        );
  let attributes = attributesOf(series, answers.valueColumns ? found : []);
  // Numbers that say what a series is are not what is measured of it, where anything else is.
  const left = found.filter((column) => !attributes.includes(column));
  const measures = left.some(({ content }) => content !== 'empty');
  let values = measures ? left : found;
  if (!measures) attributes = attributes.filter((column) => !found.includes(column));
  if (values.length === 0 || values.every((column) => column.content === 'empty'))
    throw noValueColumn(dialect, columns, time.columns);

  // Where a person has said of either what it is, nothing is guessed; the end of a longer file is not seen.
  if (whole && answers.valueColumns === undefined && answers.covariateColumns === undefined) {
    covariates = findKnownAhead(values, series, runsBackwards({ ...time, format: timeFormat }));
    values = values.filter((column) => !covariates.includes(column));
  }

  const measured = [...values, ...covariates, ...attributes.filter(({ content }) => content === 'number')];
  const numbers = judgeColumns(withKnownStyles(measured, all, answers));
  const questions: Question[] = askDecimals(measured, numbers);
  if (answers.timeFormat === undefined && time.rivals.length > 0) questions.push(askTime(time));

  const described = {
    encoding,
    delimiter: dialect.delimiter,
    headerLine: dialect.headerLine,
    hasHeader: dialect.hasHeader,
    shape: series.length > 0 ? ('long' as const) : ('wide' as const),
    seriesColumns: series.map((column) => column.name),
    timeColumns: time.columns.map((column) => column.name),
    timeFormat,
    ...(answers.dayFirst === undefined ? {} : { dayFirst: answers.dayFirst }),
    valueColumns: values.map((column) => column.name),
    ...(covariates.length > 0 ? { covariateColumns: namesOf(covariates) } : {}),
    zone: answers.zone ?? 'UTC',
    frequency: 'P1D',
    ...(answers.season === undefined ? {} : { season: answers.season }),
    duplicates: answers.duplicates ?? ('last' as const),
    missingMarkers: [...markers],
  };
  const draft: Recipe = withStyles(described, namesOf(measured), numbers.styles);
  const fullest = values.reduce((best, column) => (column.filled.length > best.filled.length ? column : best));
  const inferWith = (named: readonly ColumnProfile[]) =>
    inferFrequency(
      timesOf({ ...draft, seriesColumns: namesOf(named), valueColumns: [fullest.name] }, dialect, text, whole),
      { zone: draft.zone, steps: timeFormat === 'integer', fallback: coarsest(timeFormat) },
    );
  let inference = inferWith(series);
  // Sensors that report in turns never share a time: together they are irregular, each by itself is not.
  if (!inference.regular && series.length === 0 && !answers.seriesColumns) {
    for (const column of mayNameSeries(columns, time.columns)) {
      const apart = inferWith([column]);
      if (apart.confidence < inference.confidence + 0.25) continue;
      inference = apart;
      series = [column];
      attributes = attributesOf(series, values);
    }
  }
  const recipe = Recipe.parse({
    ...draft,
    shape: series.length > 0 ? 'long' : 'wide',
    seriesColumns: namesOf(series),
    ...(attributes.length > 0 ? { attributeColumns: namesOf(attributes) } : {}),
    frequency: answers.frequency ?? formatFrequency(inference.frequency),
    // Several times may fall into one step of irregular data; their mean is the reading least likely to mislead.
    duplicates: answers.duplicates ?? (inference.regular ? 'last' : 'mean'),
  });
  if (attributes.length > 0 && series.length === 0) {
    const found = quotedNames(namesOf(attributes));
    throw new AppError(
      'recipe_mismatch',
      `found the attributes ${found}, expected a column that names the series too`,
      {
        details: { found: namesOf(attributes), expected: 'seriesColumns' },
      },
    );
  }
  const share = time.columns[0].time?.format && time.columns.length === 1 ? time.columns[0].time.share : 1;
  return {
    recipe,
    questions,
    confidence: Math.round(inference.confidence * share * 1000) / 1000,
    columns: all.map(summaries(time.columns, series, values, covariates, attributes)),
    likeOthers: numbers.borrowed.slice(0, 100).map(({ column, cell }) => ({
      column: measured[column].name,
      found: cell,
      value: readNumber(cell, numbers.styles[column]),
    })),
    inference,
  };
}

function runsBackwards({ columns, format }: TimeChoice): boolean {
  const { read } = compileTimeFormat(format);
  const at = (row: number) => read(columns.map(({ cells }) => cells[row]).join(' '));
  return at(0) > at(columns[0].cells.length - 1);
}

function timesOf(recipe: Recipe, dialect: Dialect, text: string, whole: boolean): Float64Array[] {
  const parser = createRowParser(recipe, { missingToo: true });
  const complete = whole ? text : text.slice(0, Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1);
  const times = createTimeLists(parser.summary.names);
  for (let at = 0; at < complete.length; at += 1 << 20) {
    parser.push(complete.slice(at, at + (1 << 20)));
    times.add(parser.take());
  }
  parser.end();
  times.add(parser.take());
  if (times.lists().every((list) => list.length === 0) && dialect.rows.length > 0) return [];
  return times.lists();
}

function createTimeLists(names: readonly string[]) {
  const lists: number[][] = [];
  return {
    add({ series, times }: { series: Int32Array; times: Float64Array }) {
      for (let i = 0; i < series.length; i++) {
        lists[series[i]] ??= [];
        lists[series[i]].push(times[i]);
      }
    },
    lists: (): Float64Array[] => names.map((_, i) => Float64Array.from(lists[i] ?? [])),
  };
}

// A value that is known ahead need not be forecast, and what never changes neither; a column cannot be both.
function refuseTwoRoles({
  covariateColumns = [],
  attributeColumns = [],
  valueColumns = [],
  seriesColumns = [],
  timeColumns = [],
}: Partial<Recipe>) {
  const other = [...valueColumns, ...seriesColumns, ...timeColumns];
  const covariate = covariateColumns.find((name) => [...other, ...attributeColumns].includes(name));
  const twice = covariate ?? attributeColumns.find((name) => other.includes(name));
  if (twice === undefined) return;
  throw new AppError(
    'recipe_mismatch',
    `found "${twice}" as ${covariate === undefined ? 'an attribute' : 'a covariate'} and as another column of the recipe, expected one of them`,
    {
      details: { found: twice, expected: 'one role for each column' },
    },
  );
}

function pick(columns: readonly ColumnProfile[], names: readonly string[]): ColumnProfile[] {
  const byName = new Map(columns.map((column) => [column.name, column]));
  return names.map((name) => {
    const column = byName.get(name);
    if (column) return column;
    const found = namesOf(columns);
    throw new AppError('recipe_mismatch', `found the columns ${quotedNames(found)}, expected "${name}" among them`, {
      details: { found: found.slice(0, 100), expected: [name] },
    });
  });
}

function chosenTime(columns: ColumnProfile[], answers: Partial<Recipe>): TimeChoice | undefined {
  if (answers.timeFormat) return { columns, format: answers.timeFormat, rivals: [] };
  return formatOfColumns(columns);
}

const namesOf = (columns: readonly ColumnProfile[]) => columns.map((column) => column.name);

// What a person has said of each column's numbers, beside its cells.
function withKnownStyles(
  measured: readonly ColumnProfile[],
  all: readonly ColumnProfile[],
  { decimal, thousands, numberStyles = [] }: Partial<Recipe>,
): JudgedColumn[] {
  const names = numberStyles.map(({ column }) => column);
  const own = new Map(pick(all, names).map((column, i) => [column, numberStyles[i]]));
  return measured.map((column) => {
    const { evidence } = column;
    const said = own.get(column) ?? { decimal, thousands };
    return { evidence, decimal: said.decimal, thousands: said.thousands };
  });
}

// The step that the notation suggests where the data cannot: 2021 is a year, 2021-03 a month.
function coarsest(pattern: string): Frequency {
  const format = pattern.replace(/@[a-z]{2}/, '');
  if (format === 'integer') return { unit: 'step', count: 1 };
  if (/^epoch/.test(format)) return { unit: 'hour', count: 1 };
  if (/[Ss]/.test(format.replaceAll(/'[^']*'/g, ''))) return { unit: 'second', count: 1 };
  if (/m/.test(format)) return { unit: 'minute', count: 1 };
  if (/[Hh]/.test(format)) return { unit: 'hour', count: 1 };
  if (/[dDe]|excel/.test(format)) return { unit: 'day', count: 1 };
  if (/WW/.test(format)) return { unit: 'week', count: 1 };
  if (/M/.test(format.replaceAll(/'[^']*'/g, ''))) return { unit: 'month', count: 1 };
  return /Q/.test(format.replaceAll(/'[^']*'/g, '')) ? { unit: 'month', count: 3 } : { unit: 'year', count: 1 };
}

function summaries(
  time: readonly ColumnProfile[],
  series: readonly ColumnProfile[],
  values: readonly ColumnProfile[],
  covariates: readonly ColumnProfile[],
  attributes: readonly ColumnProfile[],
) {
  const kinds = new Map<ColumnProfile, ColumnSummary['kind']>();
  for (const column of values) kinds.set(column, 'value');
  for (const column of attributes) kinds.set(column, 'attribute');
  for (const column of covariates) kinds.set(column, 'covariate');
  for (const column of series) kinds.set(column, 'series');
  for (const column of time) kinds.set(column, 'time');
  return (column: ColumnProfile): ColumnSummary => ({
    name: column.name,
    kind: kinds.get(column) ?? 'ignored',
    content: column.content,
    // The next kind of series may stand far below the first.
    examples: [...new Set(attributes.includes(column) ? column.filled : column.filled.slice(0, 100))].slice(0, 3),
  });
}
