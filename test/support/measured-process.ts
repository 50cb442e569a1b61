import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Measured {
  /** Exit status, null where a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
  /** The most memory the process and its descendants held at once; null where the system has no /proc. */
  readonly megabytes: number | null;
}

/** Runs a program to its end and measures it from outside, so that the program needs no switch for it. Ctrl-C ends both. */
export function runMeasured(program: string, args: readonly string[]): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const from = performance.now();
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const text = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text.stdout += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      text.stderr += chunk;
    });
    let most = 0;
    const look = () => {
      if (child.pid !== undefined) most = Math.max(most, residentKilobytes(child.pid));
    };
    const looking = setInterval(look, 50);
    // Whoever ends this process would else leave the child, which may run for minutes.
    const stop = (signal: NodeJS.Signals) => {
      child.kill(signal);
      finish();
      process.kill(process.pid, signal);
    };
    const finish = () => {
      clearInterval(looking);
      process.off('SIGINT', stop).off('SIGTERM', stop);
    };
    process.once('SIGINT', stop).once('SIGTERM', stop);
    child.on('spawn', look).on('error', (error) => {
      finish();
      reject(error);
    });
    child.on('close', (code) => {
      finish();
      const seconds = (performance.now() - from) / 1000;
      resolve({ code, ...text, seconds, megabytes: most === 0 ? null : most / 1024 });
    });
  });
}

/** What the children of a process and theirs hold, in MB; 0 where the system has no /proc. */
export function childrensMegabytes(pid: number): number {
  return childrenOf(pid).reduce((sum, child) => sum + residentKilobytes(child), 0) / 1024;
}

// A process that has just ended counts nothing.
function residentKilobytes(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const own = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0);
    return childrenOf(pid).reduce((sum, child) => sum + residentKilobytes(child), own);
  } catch {
    return 0;
  }
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
