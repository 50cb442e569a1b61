import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTidecast } from './command-line.ts';

export interface Program {
  readonly url: string;
  readonly pid: number;
  /** Ends it in order and deletes its data. */
  stop(): Promise<void>;
}

/** The built program, serving on a free port, with a data folder of its own under `folder`. */
export async function startProgram(env: Record<string, string> = {}, folder = tmpdir()): Promise<Program> {
  const data = mkdtempSync(join(folder, 'tidecast-program-'));
  const child = startTidecast(['serve'], {
    env: { TIDECAST_DATA: data, TIDECAST_PORT: '0', TIDECAST_LOG: 'silent', ...env },
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let said = '';
  const url = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      said += chunk;
      const found = /http:\/\/[\d.]+:\d+/.exec(said);
      if (found) resolve(found[0]);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.on('error', reject);
    void ended.then((code) => reject(new Error(`the program ended with ${code}: ${said}`)));
  });
  return {
    url,
    pid: child.pid!,
    async stop() {
      child.kill('SIGTERM');
      await ended;
      rmSync(data, { recursive: true, force: true });
    },
  };
}
