#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { addBacktest } from './commands/backtest.ts';
import { addBackup } from './commands/backup.ts';
import { addForecast } from './commands/forecast.ts';
import { addImport } from './commands/import.ts';
import { addRuns } from './commands/runs.ts';
import { addServe } from './commands/serve.ts';
import { addTrain } from './commands/train.ts';
import type { Act, Terminal } from './commands/verb.ts';
import { type Config, readConfig } from './config.ts';
import type { ErrorReply } from './contract.ts';
import { AppError, systemError } from './errors.ts';
import { packageVersion } from './own-package.ts';
import { progressBar } from './progress-bar.ts';

/**
 * The program's verbs in a terminal, one file each in commands/. Here is what they share: how outcomes and errors are
 * printed, Ctrl-C, and the exit status, which is 0 only for success. Modules that take long to load (the network, the
 * tables) are imported by the verbs that need them, so that `--help` answers at once.
 */
const CANCELLED = 130;
const SAME_MS = 1000;

const interrupt = new AbortController();
let interruptedAt = 0;
const progress = progressBar(process.stderr);
const terminal: Terminal = {
  config: (): Config => readConfig(process.env),
  progress,
  signal: interrupt.signal,
  now: Date.now,
  note(line) {
    progress.clear();
    process.stderr.write(`${line}\n`);
  },
};

const act: Act = (verb) =>
  async function () {
    const options = this.opts();
    const outcome = await verb(this.processedArgs[0], options, terminal);
    progress.clear();
    if (outcome === undefined) return;
    await print(options.json ? JSON.stringify(outcome.value) : outcome.text);
  };

// The first Ctrl-C asks the verb to stop and clean up after itself; the second ends the program where it stands.
process.on('SIGINT', stop).on('SIGTERM', stop);
// `tidecast runs | head` closes the pipe early, which is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

try {
  await build().parseAsync();
} catch (error) {
  progress.clear();
  process.exitCode = fail(error);
}

function build(): Command {
  const program = new Command('tidecast')
    .description('Forecasts of time series: CSV in, a recurrent network trained, forecasts out.')
    .version(packageVersion)
    .showHelpAfterError(false)
    .configureOutput({ outputError: () => {} })
    .exitOverride()
    .addHelpText(
      'after',
      '\nExamples:\n  tidecast forecast sales.csv --horizon 12 --out forecast.csv\n  tidecast import sales.csv && tidecast serve\n\n`tidecast VERB --help` explains a verb.',
    );
  for (const add of [addServe, addImport, addTrain, addForecast, addBacktest, addRuns, addBackup]) add(program, act);
  for (const command of program.commands) command.copyInheritedSettings(program);
  return program;
}

async function print(text: string): Promise<void> {
  if (text === '') return;
  await new Promise<void>((resolve) => {
    process.stdout.write(text.endsWith('\n') ? text : `${text}\n`, () => resolve());
  });
}

function stop(): void {
  // One Ctrl-C may come as two signals: from the terminal, and passed on by npx or timeout.
  if (interrupt.signal.aborted && performance.now() - interruptedAt > SAME_MS) process.exit(CANCELLED);
  if (interrupt.signal.aborted) return;
  interruptedAt = performance.now();
  interrupt.abort(new AppError('cancelled', 'Cancelled.'));
}

/** Says what went wrong, in one sentence (and as JSON where JSON was asked for), and answers the exit status. */
function fail(error: unknown): number {
  // Commander has printed the help or the version that was asked for. Without a verb it has printed the help as an error.
  if (error instanceof CommanderError && (error.exitCode === 0 || error.code === 'commander.help'))
    return error.exitCode;
  const reply = toReply(error);
  if (asksForJson(process.argv)) process.stdout.write(`${JSON.stringify(reply)}\n`);
  process.stderr.write(`${reply.error.message}\n`);
  if (process.env.TIDECAST_LOG === 'debug' && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return reply.error.code === 'cancelled' ? CANCELLED : 1;
}

function toReply(error: unknown): ErrorReply {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof AppError) return { error: { code: error.code, message, details: error.details } };
  if (interrupt.signal.aborted) return { error: { code: 'cancelled', message: 'Cancelled.', details: null } };
  if (error instanceof CommanderError) {
    return { error: { code: 'invalid_request', message: capitalised(message.replace(/^error: /, '')), details: null } };
  }
  // Models speak of what they were given in RangeErrors.
  if (error instanceof RangeError) return { error: { code: 'invalid_request', message, details: null } };
  const known = systemError(error);
  if (known) return { error: { code: known.code, message: capitalised(known.message), details: null } };
  return { error: { code: 'internal', message, details: null } };
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function asksForJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return (end === -1 ? argv : argv.slice(0, end)).includes('--json');
}
