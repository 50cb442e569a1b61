import { resolve } from 'node:path';
import { AppError } from './errors.ts';

/** What the program is told from outside, read once and frozen. */
export interface Config {
  /** Absolute path of the folder that holds everything the program keeps. */
  readonly dataFolder: string;
  readonly host: string;
  /** 0 lets the system choose a free port. */
  readonly port: number;
  /** Null: no login, which only a loopback address may have. */
  readonly password: string | null;
  /** Largest upload, in bytes. */
  readonly maxUpload: number;
  /** Jobs at a time, each in a process of its own that uses all cores. */
  readonly workers: number;
  readonly log: LogLevel;
}

export type LogLevel = 'silent' | 'info' | 'debug';

/**
 * Reads the `TIDECAST_*` variables. Throws AppError `invalid_request` with a sentence that names the variable, what was
 * found and what was expected: for a misspelt name, an impossible value, or an open address without a password.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  refuseUnknownNames(env);
  const read = <T>(name: Variable, fallback: T, parse: (text: string) => T | undefined): T => {
    const found = env[name];
    if (found === undefined) return fallback;
    const value = found.trim() === '' ? undefined : parse(found);
    if (value === undefined) throw impossible(name, found);
    return value;
  };
  const config: Config = {
    dataFolder: resolve(read('TIDECAST_DATA', './data', (text) => text)),
    host: read('TIDECAST_HOST', '127.0.0.1', (text) => (/^[\w.:%-]+$/.test(text) ? text : undefined)),
    port: read('TIDECAST_PORT', 3000, (text) => integer(text, 0, 65_535)),
    password: read<string | null>('TIDECAST_PASSWORD', null, (text) => (text.length >= 8 ? text : undefined)),
    maxUpload: read('TIDECAST_MAX_UPLOAD', 256 * 1024 ** 2, parseSize),
    workers: read('TIDECAST_WORKERS', 2, (text) => integer(text, 1, 64)),
    log: read<LogLevel>('TIDECAST_LOG', 'info', (text) => LOG_LEVELS.find((level) => level === text)),
  };
  if (config.password === null && !isLoopback(config.host)) {
    throw new AppError(
      'invalid_request',
      `TIDECAST_HOST is ${config.host}, which others can reach, and TIDECAST_PASSWORD is not set: set a password, or stay on 127.0.0.1.`,
      { details: { variable: 'TIDECAST_PASSWORD', found: null, expected: EXPECTED.TIDECAST_PASSWORD } },
    );
  }
  return Object.freeze(config);
}

/** What each variable may hold, in words: for errors and for `tidecast serve --help`. */
export const EXPECTED = {
  TIDECAST_DATA: 'a folder for everything the program keeps (default ./data)',
  TIDECAST_HOST: 'an address to listen on (default 127.0.0.1)',
  TIDECAST_PORT: 'a port from 0 to 65535, 0 for any free one (default 3000)',
  TIDECAST_PASSWORD: 'at least 8 characters; needed on any address but loopback (default none)',
  TIDECAST_MAX_UPLOAD: 'a size such as 10MB, 256MiB or 1048576 (default 256MiB)',
  TIDECAST_WORKERS: 'how many jobs may run at a time, 1 to 64 (default 2)',
  TIDECAST_LOG: 'silent, info or debug (default info)',
} as const;

type Variable = keyof typeof EXPECTED;
const LOG_LEVELS: readonly LogLevel[] = ['silent', 'info', 'debug'];
/** Read by benchmarks and tests, never by the program: known so that setting it is no mistake. */
const ELSEWHERE = ['TIDECAST_BENCH_DATA'];

function refuseUnknownNames(env: Readonly<Record<string, string | undefined>>): void {
  const known = Object.keys(EXPECTED);
  for (const name of Object.keys(env)) {
    if (!/^TIDECAST_/i.test(name) || env[name] === undefined) continue;
    if (known.includes(name) || ELSEWHERE.includes(name)) continue;
    const near = known
      .map((right) => ({ right, distance: editDistance(name.toUpperCase(), right) }))
      .sort((a, b) => a.distance - b.distance)[0];
    const hint = near.distance <= 4 ? `did you mean ${near.right}?` : `expected one of ${known.join(', ')}.`;
    throw new AppError('invalid_request', `${name} is not a setting of Tidecast: ${hint}`, {
      details: { variable: name, found: name, expected: known },
    });
  }
}

function impossible(name: Variable, found: string): AppError {
  // A password is a secret even when it is a bad one.
  const shown = name === 'TIDECAST_PASSWORD' ? `${found.length} characters` : JSON.stringify(found);
  return new AppError('invalid_request', `${name}: found ${shown}, expected ${EXPECTED[name]}.`, {
    details: { variable: name, found: name === 'TIDECAST_PASSWORD' ? null : found, expected: EXPECTED[name] },
  });
}

function integer(text: string, low: number, high: number): number | undefined {
  if (!/^\s*\d+\s*$/.test(text)) return undefined;
  const value = Number(text);
  return value >= low && value <= high ? value : undefined;
}

const UNIT: Record<string, number> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
};

function parseSize(text: string): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text);
  const unit = match && UNIT[match[2].toLowerCase()];
  if (!match || unit === undefined || unit === null) return undefined;
  const bytes = Math.floor(Number(match[1]) * unit);
  return bytes >= 1 && Number.isSafeInteger(bytes) ? bytes : undefined;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

/** Levenshtein's distance, with two rows. */
function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      row[j] = Math.min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    above = row;
  }
  return above[b.length];
}
