import { AppError } from '../errors.ts';
import type { ColumnProfile } from './columns.ts';
import { readNumber } from './numbers.ts';
import type { Recipe } from './recipe.ts';
import type { TimeChoice } from './time-columns.ts';
import { compileTimeFormat, type TimeFormat } from './time-format.ts';

/** Something only the user can know. The answer goes into the recipe's field of that name. */
export interface Question {
  readonly column: string;
  readonly field: 'decimal' | 'timeFormat';
  /** Cells that could be read more than one way. */
  readonly found: string[];
  readonly choices: { readonly value: string; readonly label: string; readonly set: Partial<Recipe> }[];
}

/** The error an import with open questions gets. */
export function ambiguous(questions: readonly Question[]): AppError {
  const sentences = questions.map(
    (question) =>
      `column "${question.column}" can be read more than one way: found ${question.found.slice(0, 3).join(', ')}, ` +
      `expected an answer for "${question.field}": ${question.choices.map((choice) => choice.label).join(' or ')}`,
  );
  return new AppError('ambiguous', sentences.join('; '), { details: { questions } });
}

/** Which mark is the decimal mark, where the cells fit both. */
export function askDecimal(values: readonly ColumnProfile[], doubtful: string[]): Question {
  const column = values.find((candidate) => candidate.filled.includes(doubtful[0])) ?? values[0];
  const choices = (['.', ','] as const).map((decimal) => {
    const thousands = decimal === '.' ? ',' : '.';
    const examples = doubtful
      .slice(0, 2)
      .map((cell) => [cell, readNumber(cell, { decimal, thousands })] as const)
      .filter(([, value]) => !Number.isNaN(value))
      .map(([cell, value]) => `${cell} is ${value}`);
    return {
      value: decimal,
      label: `decimal ${decimal === '.' ? 'point' : 'comma'}${examples.length ? ` (${examples.join(', ')})` : ''}`,
      set: { decimal, thousands } as Partial<Recipe>,
    };
  });
  return { column: column.name, field: 'decimal', found: doubtful.slice(0, 5), choices };
}

/** Which of the formats that fit is meant: 03/04 is in March or in April. */
export function askTime(time: TimeChoice): Question {
  const [column] = time.columns;
  const formats = [time.format, ...time.rivals];
  const readers = formats.map((format) => compileTimeFormat(format));
  const cells = time.columns[0].filled.map((_, i) => time.columns.map((part) => part.filled[i]).join(' '));
  const telling = cells.filter((cell) => new Set(readers.map((reader) => reader.read(cell))).size > 1);
  // Best shown by a cell that all of them read.
  const shared = telling.find((cell) => readers.every((reader) => !Number.isNaN(reader.read(cell))));
  const day = (reader: TimeFormat) => {
    const cell = (shared ?? telling.find((one) => !Number.isNaN(reader.read(one))))!;
    return `${cell} is ${new Date(reader.read(cell)).toISOString().slice(0, 10)}`;
  };
  return {
    column: column.name,
    field: 'timeFormat',
    found: [...new Set(shared === undefined ? telling : [shared, ...telling])].slice(0, 5),
    choices: readers.map((reader) => ({
      value: reader.format,
      label: reader.steps ? 'counted steps' : `${reader.format} (${day(reader)})`,
      set: { timeFormat: reader.format },
    })),
  };
}
