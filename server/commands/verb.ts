import { type Command, InvalidArgumentError } from 'commander';
import type { Config } from '../config.ts';
import type { ProgressBar } from '../progress-bar.ts';

/** What a verb answers: a value for programs, a text for people. `text` goes to stdout without a line end of its own. */
export interface Outcome {
  readonly value: unknown;
  readonly text: string;
}

/** What a verb is given by the terminal. */
export interface Terminal {
  /** Reads the environment; throws where it is wrong. Verbs that need no store never call it. */
  config(): Config;
  readonly progress: ProgressBar;
  /** Aborts on the first Ctrl-C. */
  readonly signal: AbortSignal;
  now(): number;
  /** A line for the person that is no part of the answer, on stderr. */
  note(line: string): void;
}

/** Wraps a verb as commander's action: runs it, prints its outcome. */
export type Act = (
  verb: (argument: string, options: Record<string, unknown>, terminal: Terminal) => Promise<Outcome | undefined>,
) => (this: Command, ...parameters: unknown[]) => Promise<void>;

/** A whole number from `low` to `high` as an option. */
export const whole =
  (low: number, high = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = /^-?\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
    if (value >= low && value <= high) return value;
    const range = high === Number.MAX_SAFE_INTEGER ? `from ${low}` : `from ${low} to ${high}`;
    throw new InvalidArgumentError(`Expected a whole number ${range}.`);
  };

/** Names separated by commas; those with a comma in them come one at a time: the option may be given again. */
export const listed = (names: string, before: string[] = []): string[] => [
  ...before,
  ...names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== ''),
];

/** A length of time as an option, in seconds: `90`, `90s`, `2m`, `1.5h`. */
export function seconds(text: string): number {
  const [, count, unit = 's'] = /^(\d+(?:\.\d+)?)\s*(s|m|h)?$/i.exec(text.trim()) ?? [];
  const value = Number(count) * { s: 1, m: 60, h: 3600 }[unit.toLowerCase() as 's' | 'm' | 'h'];
  if (value >= 1 && value <= 86_400) return value;
  throw new InvalidArgumentError('Expected a time from 1s to 24h, such as 90, 60s or 2m.');
}

/** A number as an option. */
export function decimal(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(value)) return value;
  throw new InvalidArgumentError('Expected a number.');
}
