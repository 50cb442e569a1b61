import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../dist/server/cli.js', import.meta.url));

export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** Over an environment without any of the program's settings. */
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  /** What the program reads from standard input. */
  readonly input?: string;
}

/** Runs the built command line to its end. */
export async function tidecast(args: readonly string[], options: CommandOptions = {}): Promise<Finished> {
  const child = startTidecast(args, options);
  child.stdin?.end(options.input ?? '');
  return finished(child);
}

/** Starts the built command line; whoever starts one ends it. `script` is another program of dist/server. */
export function startTidecast(
  args: readonly string[],
  { env = {}, cwd }: CommandOptions = {},
  script = CLI,
): ChildProcess {
  if (!existsSync(script)) throw new Error(`${script} is missing: run \`npm run build\` first`);
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TIDECAST_')));
  return spawn(process.execPath, [script, ...args], { cwd, env: { ...clean, ...env }, stdio: 'pipe' });
}

/** All that a program said, and its exit status, once it has ended. */
export async function finished(child: ChildProcess): Promise<Finished> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { status, stdout, stderr };
}
