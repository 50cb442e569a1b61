import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createApp } from './app.ts';
import type { Config } from './config.ts';
import { lockDataFolder, openDataFolder, storeFile } from './data-folder.ts';
import { AppError } from './errors.ts';
import { createJobRunner } from './jobs.ts';
import { packageRoot, packageVersion } from './own-package.ts';
import { createScheduler } from './scheduler.ts';
import { watchStore } from './store-watch.ts';

export interface RunningServer {
  /** Where it listens, such as http://127.0.0.1:3000. */
  readonly url: string;
  /** Stops everything in reverse: no request, schedule, job or store is open afterwards. Running jobs go back into the queue. */
  stop(): Promise<void>;
}

export interface ServeOptions {
  /** The clock: epoch ms. */
  readonly now?: () => number;
  readonly log?: (line: string) => void;
}

/**
 * The composition root: opens the data folder, starts the job runner and the scheduler, and listens. Throws AppError
 * `conflict` when another process has the folder or the port, `unavailable` when the folder or its store cannot be used;
 * nothing is left open then.
 */
export async function serve(config: Config, options: ServeOptions = {}): Promise<RunningServer> {
  const { now = Date.now, log = logger(config) } = options;
  // Everything that was opened, and how to close it: an error half-way closes exactly what there is, in reverse.
  const opened: (() => unknown)[] = [];
  const stop = async () => {
    for (const close of opened.splice(0).reverse()) await close();
  };
  try {
    const lock = lockDataFolder(config.dataFolder);
    if (!lock) throw folderInUse(config.dataFolder);
    opened.push(() => lock.release());
    const store = openDataFolder(config.dataFolder, { create: true });
    opened.push(() => store.close());

    const file = storeFile(config.dataFolder);
    const runner = createJobRunner({ store, storeFile: file, now, log, concurrency: config.workers, ahead: true });
    opened.push(() => runner.stop());
    runner.start();
    const scheduler = createScheduler({ store, runner, now, log });
    opened.push(() => scheduler.stop());
    scheduler.start();
    const watch = watchStore(store, { runner, scheduler, log });
    opened.push(() => watch.stop());

    const app = createApp({
      ...{ store, storeFile: file, config, runner, scheduler, now, log },
      version: packageVersion,
      webDir: fileURLToPath(new URL('dist/web', packageRoot)),
    });
    const http = createServer(app);
    const port = await listen(http, config);
    opened.push(() => closed(http));
    const host = config.host.includes(':') ? `[${config.host}]` : config.host;
    const url = `http://${host}:${port}`;
    log(`Tidecast ${packageVersion} listens on ${url}, data in ${config.dataFolder}`);
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The error of a process that finds the folder taken. */
function folderInUse(folder: string): AppError {
  return new AppError(
    'conflict',
    `Another Tidecast works on ${folder}: stop it first, or set TIDECAST_DATA to another folder.`,
    { details: { folder } },
  );
}

/** Lines to stderr with their time; nothing when the configuration says so. */
function logger({ log }: Config): (line: string) => void {
  if (log === 'silent') return () => {};
  return (line) => process.stderr.write(`${new Date().toISOString()} ${line}\n`);
}

function listen(http: Server, { host, port }: Config): Promise<number> {
  return new Promise((resolve, reject) => {
    http.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(error, host, port)));
    http.listen(port, host, () => resolve((http.address() as AddressInfo).port));
  });
}

function cannotListen(error: NodeJS.ErrnoException, host: string, port: number): AppError {
  const details = { host, port };
  switch (error.code) {
    case 'EADDRINUSE':
      return new AppError(
        'conflict',
        `Port ${port} on ${host} is in use by another program: stop it, or set TIDECAST_PORT to another port (0 for any free one).`,
        { details },
      );
    case 'EACCES':
      return new AppError(
        'unavailable',
        `This user may not listen on port ${port}: set TIDECAST_PORT to 1024 or above.`,
        {
          details,
        },
      );
    default:
      return new AppError(
        'unavailable',
        `TIDECAST_HOST: found ${host}, on which this machine cannot listen (${error.code}).`,
        {
          details,
          cause: error,
        },
      );
  }
}

// Answers in progress may end; what has not ended after a moment (streams of events never do) is cut.
function closed(http: Server): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => http.closeAllConnections(), GRACE_MS);
    http.close(() => {
      clearTimeout(cut);
      resolve();
    });
    http.closeIdleConnections();
  });
}

const GRACE_MS = 500;
