import type { Command } from 'commander';
import { EXPECTED } from '../config.ts';
import type { Act } from './verb.ts';

export function addServe(program: Command, act: Act): void {
  program
    .command('serve')
    .description('Serve the dashboard and the API, run jobs and schedules, until stopped.')
    .option('--json', 'print the address as JSON')
    .addHelpText('after', `\n${settings()}\n\nExample:\n  TIDECAST_PORT=8080 tidecast serve`)
    .action(
      act(async (_, options, terminal) => {
        const { serve } = await import('../main.ts');
        const server = await serve(terminal.config(), { now: terminal.now });
        process.stdout.write(
          options.json ? `${JSON.stringify({ url: server.url })}\n` : `Tidecast is at ${server.url}\n`,
        );
        await new Promise<void>((resolve) => {
          if (terminal.signal.aborted) resolve();
          else terminal.signal.addEventListener('abort', () => resolve(), { once: true });
        });
        await server.stop();
        return undefined;
      }),
    );
}

function settings(): string {
  const width = Math.max(...Object.keys(EXPECTED).map((name) => name.length));
  const lines = Object.entries(EXPECTED).map(([name, meaning]) => `  ${name.padEnd(width)}  ${meaning}`);
  return ['Settings, from the environment:', ...lines].join('\n');
}
