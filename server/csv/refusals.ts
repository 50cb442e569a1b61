import { AppError } from '../errors.ts';
import type { ColumnProfile } from './columns.ts';
import type { Dialect } from './dialect.ts';
import { excerpt, quotedNames } from './excerpt.ts';
import { isTimeLike } from './time-detection.ts';

/** Says what each column holds instead of times, and where. */
export function noTimeColumn({ rows, headerLine, names }: Dialect, columns: readonly ColumnProfile[]): AppError {
  const line = rows[0]?.line ?? headerLine;
  const across =
    [names, rows[0]?.fields ?? []].map((cells) => cells.filter(isTimeLike)).find((times) => times.length > 2) ?? [];
  const found =
    rows.length === 0
      ? `line ${line} has the columns ${quotedNames(names)} and nothing below it: expected rows with a time and a value`
      : columns.length === 1
        ? `found one column, ${quotedNames(names)} (line ${line}), expected at least two, separated by a comma, semicolon, tab or |: a time and a value`
        : across.length > 2
          ? `line ${headerLine} has the times across the table (${quotedNames(across.slice(0, 3))} …), expected one row for each time: turn the table first`
          : `no column holds times: found ${withExamples(columns)} from line ${line}, expected one with dates such as 2021-03-01, years or counted steps`;
  return new AppError('no_time_column', found, { details: { line, columns: names.slice(0, 100) } });
}

/** Says what the columns beside the time hold instead of numbers, and where. */
export function noValueColumn(
  { rows, headerLine }: Dialect,
  columns: readonly ColumnProfile[],
  time: readonly ColumnProfile[],
): AppError {
  const line = rows[0]?.line ?? headerLine;
  const others = columns.filter((column) => !time.includes(column));
  return new AppError(
    'no_value_column',
    `no column holds numbers: found ${withExamples(others) || 'no column'} beside the time ${quotedNames(time.map((column) => column.name))} ` +
      `from line ${line}, expected at least one column of numbers`,
    { details: { line, columns: others.slice(0, 100).map((column) => column.name) } },
  );
}

function withExamples(columns: readonly ColumnProfile[]): string {
  return columns
    .slice(0, 12)
    .map((column) => `"${excerpt(column.name)}" (${excerpt(column.filled[0] ?? 'empty')})`)
    .join(', ');
}
