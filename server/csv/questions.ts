import { AppError } from '../errors.ts';
import type { ColumnProfile } from './columns.ts';
import { quotedNames } from './excerpt.ts';
import type { Judgement } from './number-styles.ts';
import { readNumber } from './numbers.ts';
import type { Recipe } from './recipe.ts';
import type { TimeChoice } from './time-columns.ts';
import { compileTimeFormat, type TimeFormat } from './time-format.ts';

/** Something only the user can know. A choice is made by setting its fields in the recipe. */
export interface Question {
  readonly column: string;
  /** Other columns that the one answer is for, the first hundred. */
  readonly others?: string[];
  readonly field: 'decimal' | 'timeFormat';
  /** Cells that could be read more than one way. */
  readonly found: string[];
  readonly choices: { readonly value: string; readonly label: string; readonly set: Partial<Recipe> }[];
}

/** The error an import with open questions gets. */
export function ambiguous(questions: readonly Question[]): AppError {
  const sentences = questions
    .slice(0, SENTENCES)
    .map(
      ({ column, others = [], found, field, choices }) =>
        `column "${column}"${others.length > 0 ? ` (and ${quotedNames(others)})` : ''} can be read more than one way: ` +
        `found ${found.slice(0, 3).join(', ')}, ` +
        `expected an answer for "${field}": ${choices.map((choice) => choice.label).join(' or ')}`,
    );
  if (questions.length > SENTENCES) sentences.push(`and ${questions.length - SENTENCES} more such columns`);
  return new AppError('ambiguous', sentences.join('; '), { details: { questions } });
}

/** As many questions as are told in one message. */
const SENTENCES = 10;

/**
 * Which mark is the decimal mark, where the cells fit both or contradict each other: once for all columns where they are
 * written alike, else for each column.
 */
export function askDecimals(columns: readonly ColumnProfile[], { doubts, alike }: Judgement): Question[] {
  const asked = doubts.map(({ column, cells }) => ({ name: columns[column].name, cells }));
  if (!alike) return asked.map(({ name, cells }) => askDecimal(name, cells, true));
  if (asked.length === 0) return [];
  const [{ name }, ...others] = asked;
  const question = askDecimal(
    name,
    asked.flatMap(({ cells }) => cells),
    false,
  );
  return [others.length > 0 ? { ...question, others: others.slice(0, 100).map((other) => other.name) } : question];
}

function askDecimal(column: string, doubtful: string[], alone: boolean): Question {
  const choices = (['.', ','] as const).map((decimal) => {
    const style = { decimal, thousands: decimal === '.' ? (',' as const) : ('.' as const) };
    const examples = doubtful
      .slice(0, 2)
      .map((cell) => [cell, readNumber(cell, style)] as const)
      .filter(([, value]) => !Number.isNaN(value))
      .map(([cell, value]) => `${cell} is ${value}`);
    return {
      value: decimal,
      label: `decimal ${decimal === '.' ? 'point' : 'comma'}${examples.length ? ` (${examples.join(', ')})` : ''}`,
      set: alone ? { numberStyles: [{ column, ...style }] } : style,
    };
  });
  return { column, field: 'decimal', found: doubtful.slice(0, 5), choices };
}

/** Which of the formats that fit is meant: 03/04 is in March or in April. */
export function askTime(time: TimeChoice): Question {
  const [column] = time.columns;
  const formats = [time.format, ...time.rivals];
  const readers = formats.map((format) => compileTimeFormat(format));
  const cells = time.columns[0].filled.map((_, i) => time.columns.map((part) => part.filled[i]).join(' '));
  // Counted steps may be the same number as milliseconds, and are no moment all the same.
  const counted = readers.some(({ steps }) => steps);
  const telling = cells.filter((cell) => counted || new Set(readers.map((reader) => reader.read(cell))).size > 1);
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
