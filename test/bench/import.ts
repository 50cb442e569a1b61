// A file of a million rows from an HTTP client into the store of a running server, detection, dates and checks included,
// beside `sqlite3 .import` of the same file into a table of the same key, where the system has sqlite3 (apt-get install
// sqlite3). The two alternate, so that a busy spell of the machine hits both; medians of the trials. While the server loads,
// GET /healthz is asked again and again.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { positive } from '../support/arguments.ts';
import { startProgram } from '../support/program.ts';

interface Trial {
  readonly seconds: number;
  /** Processor time of all its threads. */
  readonly cpu: number;
}

interface ImportTrial extends Trial {
  /** Most memory the server held, in MB; null where the system has no /proc. */
  readonly megabytes: number | null;
  readonly p99: number;
  readonly max: number;
}

interface Row extends ImportTrial {
  readonly file: string;
  readonly rows: number;
  readonly bytes: number;
  readonly rowsPerSecond: number;
  readonly sqlite: Trial | null;
  /** Our time by sqlite3's. */
  readonly ratio: number | null;
}

const FILES = [
  { file: 'time,value', series: 1, table: 'time TEXT NOT NULL, value REAL NOT NULL, PRIMARY KEY (time)' },
  {
    file: '1,000 series',
    series: 1000,
    table: 'series TEXT NOT NULL, time TEXT NOT NULL, value REAL NOT NULL, PRIMARY KEY (series, time)',
  },
];

/** @param args --rows N (1000000), --trials N (3) */
export default async function importBench(args: string[], json: boolean): Promise<void> {
  const { values } = parseArgs({ args, options: { rows: { type: 'string' }, trials: { type: 'string' } } });
  const count = positive('rows', values.rows ?? '1000000');
  const trials = positive('trials', values.trials ?? '3');
  const say = json ? console.error : console.log;
  const sqlite = spawnSync('sqlite3', ['--version'], { encoding: 'utf8' });
  const version = sqlite.status === 0 ? sqlite.stdout.split(' ')[0] : null;
  say(`${cpus()[0].model}, ${availableParallelism()} cores, Node ${process.version}, load ${loadavg()[0].toFixed(1)}`);
  say(version ? `sqlite3 ${version}, alternating with ours` : 'sqlite3 is not installed: ratios are left out');
  const folder = mkdtempSync(join(tmpdir(), 'tidecast-bench-'));
  const rows: Row[] = [];
  try {
    for (const { file, series, table } of FILES) {
      const path = join(folder, 'rows.csv');
      await write(path, count, series);
      const ours: ImportTrial[] = [];
      const theirs: Trial[] = [];
      for (let trial = 0; trial < trials; trial++) {
        if (version) theirs.push(await importWithSqlite(folder, path, table, count));
        ours.push(await importWithServer(folder, path, count));
      }
      const middle = <T>(of: readonly T[], value: (one: T) => number) =>
        of.map(value).sort((a, b) => a - b)[Math.floor((of.length - 1) / 2)];
      const seconds = middle(ours, (one) => one.seconds);
      const beside = version
        ? { seconds: middle(theirs, (one) => one.seconds), cpu: middle(theirs, (one) => one.cpu) }
        : null;
      const row: Row = {
        ...{ file, rows: count, bytes: statSync(path).size, rowsPerSecond: Math.round(count / seconds), seconds },
        cpu: middle(ours, (one) => one.cpu),
        // Memory and waits are promises, not speeds: the worst of the trials.
        megabytes: ours[0].megabytes === null ? null : Math.max(...ours.map((one) => one.megabytes!)),
        p99: Math.max(...ours.map((one) => one.p99)),
        max: Math.max(...ours.map((one) => one.max)),
        sqlite: beside,
        ratio: beside && seconds / beside.seconds,
      };
      rows.push(row);
      say(describe(row));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  say(`load ${loadavg()[0].toFixed(1)} at the end`);
  if (json) console.log(JSON.stringify({ rows, load: loadavg()[0] }));
}

function describe({ file, rows, bytes, rowsPerSecond, seconds, cpu, megabytes, p99, max, sqlite, ratio }: Row): string {
  const beside = sqlite
    ? `; sqlite3 ${sqlite.seconds.toFixed(2)} s (${sqlite.cpu.toFixed(2)} s CPU): ${ratio!.toFixed(2)} times its time`
    : '';
  return (
    `${file}: ${rows} rows, ${(bytes / 1e6).toFixed(0)} MB: ${seconds.toFixed(2)} s (${cpu.toFixed(2)} s CPU), ${rowsPerSecond} rows/s, ` +
    `peak ${megabytes?.toFixed(0) ?? '?'} MB, GET /healthz p99 ${p99.toFixed(0)} ms, max ${max.toFixed(0)} ms${beside}`
  );
}

// Minutes for one series, hours for a thousand; values with the digits of a measurement, from a fixed stream.
async function write(path: string, rows: number, series: number): Promise<void> {
  const out = createWriteStream(path);
  out.write(series === 1 ? 'time,value\n' : 'series,time,value\n');
  const each = Math.ceil(rows / series);
  const step = series === 1 ? 60_000 : 3_600_000;
  let state = 20_210_301;
  let text = '';
  for (let i = 0; i < rows; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const time = new Date(Date.UTC(2001, 0) + (i % each) * step).toISOString();
    const name = series === 1 ? '' : `sensor-${Math.floor(i / each)},`;
    text += `${name}${time.slice(0, 10)} ${time.slice(11, 19)},${(50 + 40 * Math.sin(i / 240) + state / 2 ** 30).toFixed(4)}\n`;
    if (text.length > 1 << 20 || i === rows - 1) {
      if (!out.write(text)) await new Promise<void>((resolve) => out.once('drain', resolve));
      text = '';
    }
  }
  await finished(out.end());
}

// Journal and safety as the product's store has them.
async function importWithSqlite(folder: string, csv: string, table: string, rows: number): Promise<Trial> {
  const file = join(folder, 'sqlite.db');
  const script = [
    ...[
      'PRAGMA journal_mode = WAL;',
      'PRAGMA synchronous = FULL;',
      `CREATE TABLE observations (${table}) WITHOUT ROWID;`,
    ],
    ...['.mode csv', `.import --skip 1 ${csv} observations`, 'SELECT COUNT(*) FROM observations;'],
  ];
  try {
    const child = spawn('bash', ['-c', 'TIMEFORMAT="%R %U %S"; time sqlite3 "$0"', file]);
    const text = { out: '', error: '' };
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text.out += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      text.error += chunk;
    });
    child.stdin.end(`${script.join('\n')}\n`);
    await ended(child);
    if (!text.out.endsWith(`${rows}\n`)) throw new Error(`sqlite3 stored ${text.out.trim()} rows: ${text.error}`);
    const [seconds, user, system] = text.error.trim().split('\n').at(-1)!.split(' ').map(Number);
    return { seconds, cpu: user + system };
  } finally {
    for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
  }
}

// A client of its own process sends the file, so that asking /healthz measures the server and not this program.
const CLIENT = `
  const { createReadStream, statSync } = require('node:fs');
  const [url, path] = process.argv.slice(1);
  const headers = { 'content-type': 'text/csv', 'content-length': statSync(path).size };
  const from = performance.now();
  const sending = require('node:http').request(url, { method: 'POST', headers }, async (reply) => {
    let text = '';
    for await (const chunk of reply) text += chunk;
    const { report, error } = JSON.parse(text);
    console.log(JSON.stringify({ seconds: (performance.now() - from) / 1000, observations: report?.observations, error }));
  });
  createReadStream(path).pipe(sending);
`;

const REST_MS = 5000;

async function importWithServer(folder: string, csv: string, rows: number): Promise<ImportTrial> {
  const { url, pid, stop } = await startProgram({ TIDECAST_MAX_UPLOAD: '8GB' }, folder);
  try {
    // A server that has just begun starts a trainer that waits, which takes a core for two to three seconds.
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
    const before = processorSeconds(pid);
    const client = spawn(process.execPath, ['-e', CLIENT, `${url}/api/v1/datasets`, csv], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let answer = '';
    client.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      answer += chunk;
    });
    let loading = true;
    const waits: number[] = [];
    const asking = (async () => {
      const agent = new Agent({ keepAlive: true });
      while (loading) {
        waits.push(await timeOf(`${url}/healthz`, agent));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      agent.destroy();
    })();
    await ended(client);
    const cpu = processorSeconds(pid) - before;
    const megabytes = peakMegabytes(pid);
    loading = false;
    await asking;
    const { seconds, observations, error } = JSON.parse(answer);
    if (observations !== rows) throw new Error(`the server stored ${observations} of ${rows} rows: ${error?.message}`);
    waits.sort((a, b) => a - b);
    return { seconds, cpu, megabytes, p99: waits[Math.floor(waits.length * 0.99)], max: waits[waits.length - 1] };
  } finally {
    await stop();
  }
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`${child.spawnfile} ended with ${code}`))));
  });
}

function timeOf(url: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const from = performance.now();
    get(url, { agent }, (reply) => {
      reply.resume().on('end', () => resolve(performance.now() - from));
    }).on('error', reject);
  });
}

function peakMegabytes(pid: number): number | null {
  try {
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  } catch {
    return null;
  }
}

// Linux counts in hundredths of a second; fields 14 and 15 stand behind the name, which may hold spaces.
function processorSeconds(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return Number.NaN;
  }
}
