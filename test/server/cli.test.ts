// Every verb of one program, with one store and one set of files for all of them, hence more than 300 lines.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { claimJob, runningJobs, setProgress } from '../../db/jobs.ts';
import { openStore, takeLock } from '../../db/open.ts';
import { finished, startTidecast, tidecast } from '../support/command-line.ts';

let folder: string;
let env: Record<string, string>;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidecast-cli-'));
  env = { TIDECAST_DATA: join(folder, 'data') };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: string[]) => tidecast(args, { env, cwd: folder });
const file = (name: string, text: string) => writeFileSync(join(folder, name), text);
const months = (count: number) =>
  Array.from({ length: count }, (_, t) => `${2000 + Math.floor(t / 12)}-${String((t % 12) + 1).padStart(2, '0')}`);
/** A wave of a year on a slope, as a file people have: a month, a value. */
const WIDE = `Month,Sales\n${months(48)
  .map((month, t) => `${month},${(100 + t + 20 * Math.sin((2 * Math.PI * t) / 12)).toFixed(2)}`)
  .join('\n')}\n`;
/** Three series in long form: one that can be learnt, one that never changes, one that has only begun. */
const LONG = `series_id,ds,y\n${[
  ...months(48).map((month, t) => `wave,${month}-01,${(50 + 10 * Math.cos((2 * Math.PI * t) / 12)).toFixed(2)}`),
  ...months(48).map((month) => `flat,${month}-01,7`),
  ...months(48)
    .slice(45)
    .map((month, t) => `young,${month}-01,${t + 1}`),
].join('\n')}\n`;
const QUICK = ['--epochs', '1', '--members', '1', '--units', '4'];

describe('tidecast backtest FILE', () => {
  it('fails with the reason where no series is long enough to be scored', async () => {
    file('short.csv', 'ds,y\n2020-01-01,5\n2020-01-02,6\n2020-01-03,7\n');
    const { status, stdout } = await run('backtest', 'short.csv', '--json', ...QUICK);
    expect(status).toBe(1);
    const { error } = JSON.parse(stdout);
    expect(error.message).toContain('None of 1 series is long enough to be scored over 14 steps');
    expect(error.details).toMatchObject([{ series: 'y', reason: expect.stringContaining('found 3 observations') }]);
  });
});

describe('tidecast forecast FILE --budget --explain', () => {
  it('says how the training was made to fit, and what each forecast is made of', async () => {
    file('sales.csv', LONG);
    const { status, stdout, stderr } = await run(
      ...['forecast', 'sales.csv', '--horizon', '3', '--out', 'fc.csv', '--json'],
      ...['--budget', '1s', '--units', '4', '--explain'],
    );
    expect(status).toBe(0);
    expect(stderr).toMatch(/1 s is less than any training takes here\. The least possible one: 1 network for 1 epoch/);
    expect(stderr).toContain('It has 3 observations; a network needs at least');
    const { explanations } = JSON.parse(stdout);
    expect(explanations.wave.space.reason).toContain('All 48 values are above zero (40 to 60)');
    expect(explanations.wave.parts.shares.season).toBeGreaterThan(0.3);
    expect(explanations.flat).toMatchObject({ parts: null });
  });

  it('refuses a budget that is none, with what it expects', async () => {
    file('sales.csv', WIDE);
    const { status, stderr } = await run('forecast', 'sales.csv', '--budget', 'soon');
    expect(status).not.toBe(0);
    expect(stderr).toContain('Expected a time from 1s to 24h, such as 90, 60s or 2m.');
  });
});

describe('tidecast forecast FILE', () => {
  it('writes the quantiles of each step, in the notation of the file, and needs no store', async () => {
    file('sales.csv', WIDE);
    const { status, stdout, stderr } = await run(
      'forecast',
      'sales.csv',
      '--horizon',
      '3',
      '--out',
      'fc.csv',
      ...QUICK,
    );
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    expect(stderr).toContain('sales.csv: 1 series with 48 observations, step P1M, season 12, horizon 3.');
    const lines = readFileSync(join(folder, 'fc.csv'), 'utf8').trim().split(/\r?\n/);
    expect(lines[0]).toBe('series_id,ds,q0.025,q0.1,q0.25,q0.5,q0.75,q0.9,q0.975');
    expect(lines.slice(1).map((line) => line.split(',').slice(0, 2).join(' '))).toEqual([
      'Sales 2004-01',
      'Sales 2004-02',
      'Sales 2004-03',
    ]);
    for (const line of lines.slice(1)) {
      const quantiles = line.split(',').slice(2).map(Number);
      expect(quantiles).toHaveLength(7);
      expect(quantiles).toEqual([...quantiles].sort((a, b) => a - b));
      expect(quantiles[3]).toBeGreaterThan(50);
      expect(quantiles[3]).toBeLessThan(250);
    }
    expect(readdirSync(folder).sort()).toEqual(['fc.csv', 'sales.csv']);
  });

  it('prints the CSV without --out, the same bytes for the same seed, other ones for another', async () => {
    file('sales.csv', WIDE);
    const one = await run('forecast', 'sales.csv', '--horizon', '2', '--seed', '5', ...QUICK);
    const two = await run('forecast', 'sales.csv', '--horizon', '2', '--seed', '5', ...QUICK);
    const other = await run('forecast', 'sales.csv', '--horizon', '2', '--seed', '6', ...QUICK);
    expect(one.stdout.split(/\r?\n/)).toHaveLength(4);
    expect(two.stdout).toBe(one.stdout);
    expect(other.stdout).not.toBe(one.stdout);
  });

  it('gives every series a forecast, with the reason where the network made none', async () => {
    file('three.csv', LONG);
    const { status, stdout, stderr } = await run('forecast', 'three.csv', '--horizon', '2', '--json', ...QUICK);
    expect(status).toBe(0);
    const answer = JSON.parse(stdout);
    expect(answer).toMatchObject({ file: 'three.csv', series: 3, frequency: 'P1M', season: 12, horizon: 2 });
    expect(answer.fallbacks.map(({ series, code }: { series: string; code: string }) => [series, code])).toEqual([
      ['flat', 'constant'],
      ['young', 'short'],
    ]);
    expect(answer.forecasts.map(({ ds }: { ds: string[] }) => ds)).toEqual([
      ['2004-01-01', '2004-02-01'],
      ['2004-01-01', '2004-02-01'],
      ['2004-01-01', '2004-02-01'],
    ]);
    expect(answer.forecasts[1].quantiles[3]).toEqual([7, 7]);
    expect(stderr).toContain('flat: All of its 48 observations are 7.');
  });

  it('keeps forecasts within --lower and --upper', async () => {
    file('sales.csv', WIDE);
    const bounds = ['--lower', '120', '--upper', '130'];
    const { stdout } = await run('forecast', 'sales.csv', '--horizon', '4', ...bounds, ...QUICK);
    const values = stdout
      .trim()
      .split(/\r?\n/)
      .slice(1)
      .flatMap((line) => line.split(',').slice(2).map(Number));
    expect(values).toHaveLength(28);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(120);
    expect(Math.max(...values)).toBeLessThanOrEqual(130);
  });

  it('reads standard input, and counted steps as the numbers they are', async () => {
    const input = `t,y\n${Array.from({ length: 30 }, (_, t) => `${t + 1},${t % 5}`).join('\n')}\n`;
    const args = ['forecast', '-', '--horizon', '2', '--season', '5', ...QUICK];
    const { stdout } = await tidecast(args, { env, cwd: folder, input });
    expect(stdout.split(/\r?\n/).map((line) => line.split(',').slice(0, 2).join(' '))).toEqual([
      'series_id ds',
      'y 31',
      'y 32',
      '',
    ]);
  });

  it('shows a name that a spreadsheet would run as text', async () => {
    file('formula.csv', LONG.replaceAll('wave,', '=cmd(),'));
    const { stdout } = await run('forecast', 'formula.csv', '--horizon', '1', ...QUICK);
    expect(stdout).toContain("\n'=cmd(),2004-01-01,");
  });
});

describe('tidecast with input that makes no sense', () => {
  it.each([
    ['empty.csv', '', 'empty_file'],
    ['binary.csv', '\u0000\u0001\u0002PNG\u0000\u0000\u0000\u0000', 'binary_file'],
    ['no-time.csv', 'name,size\nanna,long\nbert,short\n', 'no_time_column'],
    ['no-number.csv', 'ds,colour\n2021-01-01,red\n2021-01-02,blue\n', 'no_value_column'],
  ])('refuses %s with a sentence and stores nothing', async (name, text, code) => {
    file(name, text);
    for (const verb of ['import', 'forecast']) {
      const { status, stdout, stderr } = await run(verb, name, '--json');
      expect(status).toBe(1);
      const { error } = JSON.parse(stdout);
      expect(error.code).toBe(code);
      expect(stderr.trim()).toBe(error.message);
      expect(error.message.length).toBeGreaterThan(20);
    }
    const { stdout } = await run('runs', '--json');
    expect(JSON.parse(stdout)).toEqual([]);
  });

  it.each([
    [
      ['forecast', 'sales.csv', '--horizon', '0'],
      "Option '--horizon <steps>' argument '0' is invalid. Expected a whole number from 1 to 2000.",
    ],
    [['forecast', 'sales.csv', '--horizn', '3'], "Unknown option '--horizn'"],
    [
      ['forecast', 'sales.csv', '--cell', 'cnn'],
      "Option '--cell <cell>' argument 'cnn' is invalid. Allowed choices are simpleRnn, lstm, gru.",
    ],
    [['forecast', 'sales.csv', '--zone', 'Mars/Olympus'], 'Expected an IANA zone such as Europe/Berlin.'],
    [['forecast', 'sales.csv', '--out', 'nowhere/fc.csv'], '--out: there is no folder for nowhere/fc.csv.'],
    [
      ['forecast', 'sales.csv', '--decimal', 'Sales=;'],
      "Option '--decimal <mark>' argument 'Sales=;' is invalid. Expected . or , or COLUMN=. or COLUMN=, for one column.",
    ],
    [['forecast', 'sales.csv', '--decimal', 'Profit=,'], 'expected "Profit" among them'],
    [['forecast', 'sales.csv', '--value', 'Profit'], 'expected "Profit" among them'],
    [['forecast', 'absent.csv'], 'There is no file absent.csv.'],
    [['forecast', './'], './ is a folder, expected a CSV file.'],
    [['frecast', 'sales.csv'], "Unknown command 'frecast'"],
    [['forecast'], "Missing required argument 'dataset-or-file'"],
    [['runs'], 'There is no store in'],
    [['train', 'sales'], 'There is no store in'],
    [['backup', 'b.db'], 'There is no store in'],
  ])('answers %j in one sentence, with exit status 1', async (args, sentence) => {
    file('sales.csv', WIDE);
    const { status, stdout, stderr } = await run(...args);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain(sentence);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });

  it('names a setting that is misspelt', async () => {
    const { status, stderr } = await tidecast(['runs'], { env: { TIDECAST_DTA: 'x' }, cwd: folder });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: 'TIDECAST_DTA is not a setting of Tidecast: did you mean TIDECAST_DATA?\n',
    });
  });
});

describe('tidecast import', () => {
  it('prints the import report, and counts and locates what it could not read', async () => {
    file('sales.csv', `${WIDE.replace('2000-03,', '2000-03,n0t-a-number').replace(/^2000-05.*\n/m, '')}2003-12,1\n`);
    const { status, stdout } = await run('import', 'sales.csv', '--json');
    expect(status).toBe(0);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({
      dataset: 'sales',
      series: 1,
      observations: 46,
      frequency: 'P1M',
      season: 12,
      gaps: 2,
      duplicates: 1,
      kept: 'last',
      rejectedCount: 1,
    });
    expect(report.rejected).toHaveLength(1);
    expect(report.rejected[0]).toMatchObject({ line: 4, column: 'Sales' });
    expect(report.rejected[0].found).toContain('n0t-a-number');
  });

  it('keeps of several values at one time what it is told to, and says which', async () => {
    const twice = [...WIDE.trim().split('\n'), ...WIDE.trim().split('\n').slice(1)].join('\n');
    file('twice.csv', twice);
    const { status, stdout } = await run('import', 'twice.csv', '--duplicates', 'sum');
    expect([status, stdout]).toEqual([0, expect.stringContaining('duplicates (kept: the sum; --duplicates chooses).')]);
    const by = async (...args: string[]) => {
      const { stderr } = await run('forecast', 'twice.csv', '--no-train', '--horizon', '1', '--out', 'fc.csv', ...args);
      const [, row] = readFileSync(join(folder, 'fc.csv'), 'utf8').split('\n');
      return { middle: Number(row.split(',')[5]), stderr };
    };
    const [last, sum] = [await by(), await by('--duplicates', 'sum')];
    expect(last.stderr).toContain('duplicates (kept: the last; --duplicates chooses).');
    expect(sum.middle / last.middle).toBeCloseTo(2, 1);
  });

  it('appends and corrects with --into, and the same file again changes nothing', async () => {
    file('sales.csv', WIDE);
    file('more.csv', 'Month,Sales\n2003-12,1\n2004-01,150\n');
    await run('import', 'sales.csv');
    const again = JSON.parse((await run('import', 'sales.csv', '--into', 'sales', '--json')).stdout);
    expect(again).toMatchObject({ added: 0, replaced: 0, unchanged: 48 });
    const more = JSON.parse((await run('import', 'more.csv', '--into', '1', '--json')).stdout);
    expect(more).toMatchObject({ dataset: 'sales', added: 1, replaced: 1, unchanged: 0 });
  });

  it('takes the decimal mark of each column, and names the option for the one that is asked about', async () => {
    const rows = Array.from({ length: 9 }, (_, i) => `2021-01-0${i + 1};${i},5;${i}.25;${i + 1}.234`);
    file('marks.csv', `date;a;b;c d\n${rows.join('\n')}\n`);
    const { status, stderr } = await run('import', 'marks.csv');
    expect(status).toBe(1);
    expect(stderr).toContain('column "c d" can be read more than one way: found 1.234, 2.234, 3.234');
    expect(stderr).toContain('Say which: --decimal "c d=." or --decimal "c d=,".');
    expect((await run('import', 'marks.csv', '--decimal', 'c d=,', '--name', 'one')).status).toBe(0);
    // A mark for all is for all of them but those that are named.
    const all = await run('import', 'marks.csv', '--decimal', '.', '--decimal', 'a=,', '--name', 'two', '--json');
    expect(JSON.parse(all.stdout)).toMatchObject({ observations: 27, rejectedCount: 0 });
    const store = openStore(join(folder, 'data', 'tidecast.db'));
    const sums = store.prepare(
      'SELECT d.name, s.name, SUM(o.value) FROM observations o JOIN series s ON s.id = o.series_id JOIN datasets d ON d.id = s.dataset_id GROUP BY s.id',
    );
    expect(sums.raw().all()).toEqual([
      ['one', 'a', 40.5],
      ['one', 'b', 38.25],
      ['one', 'c d', 47_106],
      ['two', 'a', 40.5],
      ['two', 'b', 38.25],
      ['two', 'c d', 47.106],
    ]);
    store.close();
  });

  it('names the datasets there are when asked for another', async () => {
    file('sales.csv', WIDE);
    await run('import', 'sales.csv');
    const { status, stderr } = await run('train', 'sails');
    expect({ status, stderr }).toEqual({ status: 1, stderr: 'There is no dataset sails: expected one of sales.\n' });
  });

  it('refuses a file over the limit and stores nothing', async () => {
    file('sales.csv', WIDE);
    const small = { ...env, TIDECAST_MAX_UPLOAD: '100' };
    const { status, stdout } = await tidecast(['import', 'sales.csv', '--json'], { env: small, cwd: folder });
    expect(status).toBe(1);
    expect(JSON.parse(stdout).error.code).toBe('too_large');
    expect(JSON.parse((await run('runs', '--json')).stdout)).toEqual([]);
  });
});

describe('tidecast on its store', () => {
  it('trains, lists the run, forecasts by what serves, scores, and backs up', async () => {
    file('sales.csv', WIDE);
    await run('import', 'sales.csv');
    const trained = await run('train', 'sales', '--json', ...QUICK);
    expect(trained.status).toBe(0);
    const training = JSON.parse(trained.stdout);
    expect(training).toMatchObject({ dataset: 'sales', runId: 1, model: 'rnn', seed: 1 });
    expect(Object.keys(training.scores)).toContain('seasonal-naive');

    const [listed] = JSON.parse((await run('runs', 'sales', '--json')).stdout);
    expect(listed.runs).toHaveLength(1);
    expect(listed.serving.model).toBe(training.serving);

    const forecast = await run('forecast', 'sales', '--out', 'fc.csv', '--json');
    expect(JSON.parse(forecast.stdout)).toMatchObject({ dataset: 'sales', serving: training.serving, horizon: 12 });
    const lines = readFileSync(join(folder, 'fc.csv'), 'utf8').trim().split(/\r?\n/);
    expect(lines).toHaveLength(13);
    expect(lines[1]).toMatch(/^Sales,2004-01,/);

    const folds = ['--folds', '3', '--stride', '2', '--refit', '--by', 'horizon'];
    const scored = JSON.parse((await run('backtest', 'sales', '--json', ...folds, ...QUICK)).stdout);
    expect(scored).toMatchObject({ dataset: 'sales', folds: 3, stride: 2, refit: true, horizon: 12 });
    expect(scored.scores['seasonal-naive'].points).toBe(36);
    expect(scored.scores.rnn.owa).toBeGreaterThan(0);
    expect(scored.byHorizon.ets.map(({ points }: { points: number }) => points)).toEqual(new Array(12).fill(3));

    expect((await run('backup', 'copy.db')).status).toBe(0);
    expect((await run('backup', 'copy.db')).stderr).toContain('copy.db is there already');
    expect((await run('backup', 'nowhere/copy.db')).stderr).toMatch(/^There is no folder .*nowhere\.$/m);
    const restored = { TIDECAST_DATA: join(folder, 'restored') };
    await tidecast(['import', 'sales.csv'], { env: restored, cwd: folder });
    writeFileSync(join(folder, 'restored', 'tidecast.db'), readFileSync(join(folder, 'copy.db')));
    const again = await tidecast(['runs', '--json'], { env: restored, cwd: folder });
    expect(JSON.parse(again.stdout)[0].runs).toHaveLength(1);
  });

  it('lists what goes on and what waits before the runs, and says where nobody works on it', async () => {
    file('sales.csv', WIDE);
    await run('import', 'sales.csv');
    expect((await run('runs')).stdout).toBe(
      [
        'sales (1) has not been trained yet.',
        'Job 1: run of the pre-trained network waits until a Tidecast works on this data folder (`tidecast serve`).',
        'Job 2: training waits until a Tidecast works on this data folder (`tidecast serve`).\n',
      ].join('\n'),
    );
    const store = openStore(join(folder, 'data', 'tidecast.db'));
    const lock = takeLock(join(folder, 'data', 'tidecast.lock'));
    try {
      claimJob(store, 1);
      const figures = { epoch: 3, epochs: 10, loss: 0.5, validationLoss: null, secondsLeft: 125 };
      setProgress(store, 1, { phase: 'Backtest: training the network', done: 0.437, ...figures });
      expect((await run('runs', 'sales')).stdout).toBe(
        [
          'sales (1) has not been trained yet.',
          'Job 1: run of the pre-trained network goes on, 43 %, Backtest: training the network, epoch 3 of 10, about 2 min left',
          'Job 2: training waits for its turn.\n',
        ].join('\n'),
      );
      const [{ jobs }] = JSON.parse((await run('runs', '--json')).stdout);
      expect(jobs).toMatchObject([
        {
          id: 1,
          kind: 'train',
          training: 'none',
          state: 'running',
          reason: 'first forecast',
          progress: { done: 0.437, epoch: 3 },
        },
        { id: 2, kind: 'train', state: 'queued', reason: 'import', progress: null },
      ]);
      lock?.release();
      expect((await run('runs')).stdout).toContain(
        'Job 1: run of the pre-trained network was broken off, and waits until',
      );
    } finally {
      lock?.release();
      store.close();
    }
  });

  it('lets the server that has the folder do the training', async () => {
    file('sales.csv', WIDE);
    const server = startTidecast(['serve', '--json'], { env: { ...env, TIDECAST_PORT: '0', TIDECAST_LOG: 'silent' } });
    const ended = finished(server);
    try {
      await new Promise((resolve, reject) => {
        server.stdout?.once('data', resolve);
        server.once('exit', () => reject(new Error('the server ended early')));
      });
      await run('import', 'sales.csv');
      const { status, stdout } = await run('train', 'sales', '--json', ...QUICK);
      expect(status).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ dataset: 'sales', model: 'rnn' });
    } finally {
      server.kill('SIGTERM');
    }
    expect((await ended).status).toBe(0);
  });

  it('stops a training at Ctrl-C, and leaves a cancelled job', async () => {
    file('sales.csv', WIDE);
    await run('import', 'sales.csv');
    const training = startTidecast(['train', 'sales', '--epochs', '10000'], { env, cwd: folder });
    const ended = finished(training);
    await running(join(folder, 'data', 'tidecast.db'));
    // As npx and timeout pass it on: twice.
    training.kill('SIGINT');
    training.kill('SIGTERM');
    const { status, stderr } = await ended;
    expect(status).toBe(130);
    expect(stderr).toContain('was cancelled');
    expect(JSON.parse((await run('runs', 'sales', '--json')).stdout)[0].runs).toEqual([]);
  });
});

describe('tidecast --help', () => {
  it.each([
    'serve',
    'import',
    'train',
    'forecast',
    'backtest',
    'runs',
    'backup',
  ])('explains %s with an example', async (verb) => {
    const { status, stdout } = await run(verb, '--help');
    expect(status).toBe(0);
    expect(stdout).toMatch(new RegExp(`Example:\\n  (?:TIDECAST_PORT=8080 )?tidecast ${verb}`));
  });
});

/** Resolves once a job of the store has told its progress. */
async function running(path: string): Promise<void> {
  const store = openStore(path);
  try {
    await vi.waitFor(() => expect(runningJobs(store).filter((job) => job.progress !== null)).toHaveLength(1), {
      timeout: 50_000,
      interval: 20,
    });
  } finally {
    store.close();
  }
}
