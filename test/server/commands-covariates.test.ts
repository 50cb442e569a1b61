import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isoTimes } from '../../server/export-times.ts';
import { tidecast } from '../support/command-line.ts';
import { kinds } from '../support/kinds.ts';
import { promotions } from '../support/promotions.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidecast-covariates-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: string[]) => tidecast(args, { env: { TIDECAST_DATA: join(folder, 'data') }, cwd: folder });
const QUICK = ['--members', '1', '--units', '8', '--cell', 'gru', '--epochs', '12'];

/** Shops in long form, with their promotions as far ahead as told. */
function shopsFile(ahead = 7): string {
  const { series } = promotions({ shops: 2 });
  const day = isoTimes({ frequency: 'P1D', zone: 'UTC' });
  const rows = series.flatMap(({ id, start, values, covariates }) =>
    Array.from({ length: values.length + ahead }, (_, t) =>
      [id, day(start + t * 86_400_000), values[t] ?? '', covariates![0].values[t]].join(','),
    ),
  );
  return `shop,day,sales,promo\n${rows.join('\n')}\n`;
}

describe('tidecast forecast FILE --covariates', () => {
  it('forecasts with what is known ahead and says what it used, in JSON with both figures', async () => {
    writeFileSync(join(folder, 'shops.csv'), shopsFile());
    const { status, stdout, stderr } = await run(
      ...[
        'forecast',
        'shops.csv',
        '--horizon',
        '7',
        '--covariates',
        'promo',
        '--holidays',
        'DE',
        '--json',
        '--out',
        'fc.csv',
        ...QUICK,
      ],
    );
    expect(stderr).toContain('14 rows of known future (promo)');
    expect(status).toBe(0);
    const { covariates } = JSON.parse(stdout);
    expect(covariates.used).toEqual(['promo']);
    expect(covariates.candidates.map(({ group }: { group: string }) => group)).toEqual([
      'promo',
      'holidays DE',
      'calendar',
    ]);
    expect(covariates.with).toBeLessThan(0.7 * covariates.without);
    expect(covariates.carried).toEqual([]);
    expect(stderr).toContain(covariates.sentence);
    expect(readFileSync(join(folder, 'fc.csv'), 'utf8').split('\n')).toHaveLength(1 + 2 * 7 + 1);
  });

  it('says where the known future ends before the horizon, and what stands in', async () => {
    writeFileSync(join(folder, 'shops.csv'), shopsFile(3));
    const { stdout, stderr } = await run(
      ...['forecast', 'shops.csv', '--horizon', '7', '--covariates', 'promo', '--json', '--out', 'fc.csv', ...QUICK],
    );
    const { covariates } = JSON.parse(stdout);
    expect(covariates.carried).toEqual([{ name: 'promo', series: 2, steps: 4 }]);
    expect(stderr).toContain(
      'promo is known for only 3 of 7 steps ahead in 2 series: its last value is carried forward.',
    );
  });

  it('refuses a column that is not there and a country nobody knows', async () => {
    writeFileSync(join(folder, 'shops.csv'), shopsFile());
    const lacking = await run('forecast', 'shops.csv', '--covariates', 'weather');
    expect([lacking.status, lacking.stderr]).toEqual([1, expect.stringContaining('expected "weather" among them')]);
    const nowhere = await run('forecast', 'shops.csv', '--holidays', 'Narnia');
    expect(nowhere.status).toBe(1);
    expect(nowhere.stderr).toContain('Expected a country such as DE, or a part of one such as DE-BY.');
  });
});

describe('what a person decides in a terminal', () => {
  const forecast = async (...options: string[]) => {
    const { status, stdout, stderr } = await run(
      ...['forecast', 'shops.csv', '--horizon', '7', '--covariates', 'promo', '--json', ...QUICK, ...options],
    );
    return { status, stderr, answer: status === 0 ? JSON.parse(stdout) : undefined };
  };
  const medians = ({ answer }: Awaited<ReturnType<typeof forecast>>) =>
    answer.forecasts.map(({ quantiles }: { quantiles: number[][] }) => quantiles[3]);

  it('is obeyed without a trial: these covariates, or none', async () => {
    writeFileSync(join(folder, 'shops.csv'), shopsFile());
    const forced = await forecast('--use-covariates', 'promo');
    const none = await forecast('--no-covariates');
    expect([forced.answer.covariates, none.answer.covariates]).toEqual([undefined, undefined]);
    expect(medians(none)).not.toEqual(medians(forced));
  }, 180_000);

  it('is refused where it names nothing that is there, or contradicts itself', async () => {
    writeFileSync(join(folder, 'shops.csv'), shopsFile());
    const unknown = await forecast('--use-covariates', 'rain');
    expect([unknown.status, unknown.stderr]).toEqual([
      1,
      expect.stringContaining('covariates: found "rain", expected names among promo, calendar'),
    ]);
    const both = await forecast('--use-covariates', 'promo', '--no-covariates');
    expect([both.status, both.stderr]).toEqual([
      1,
      expect.stringContaining("'--use-covariates <names>' cannot be used with option '--no-covariates'"),
    ]);
  });
});

describe('tidecast forecast FILE with attributes of series', () => {
  const articles = () => {
    const { series } = kinds({ seed: 3 });
    const rows = series.flatMap(({ id, values, attributes }) =>
      [...values].map((value, t) => [id, t + 1, value, attributes![0].value].join(',')),
    );
    return `article,step,sold,kind\n${rows.join('\n')}\n`;
  };
  const SMALL = ['--members', '1', '--units', '16', '--cell', 'gru'];

  it('finds them, says whether they are used, and leaves them alone where it is told to', async () => {
    writeFileSync(join(folder, 'articles.csv'), articles());
    const found = await run('forecast', 'articles.csv', '--horizon', '8', '--json', ...SMALL);
    expect(found.status).toBe(0);
    const { covariates } = JSON.parse(found.stdout);
    expect(covariates.used).toEqual(['attributes']);
    expect(found.stderr).toContain('Used: attributes (kind). The loss on 30 validation forecasts');
    const without = await run('import', 'articles.csv', '--json', '--no-attributes');
    expect(JSON.parse(without.stdout)).toMatchObject({ unused: ['kind'] });
  }, 180_000);

  it('says in an import what became of them', async () => {
    writeFileSync(join(folder, 'articles.csv'), articles());
    expect((await run('import', 'articles.csv')).stdout).toContain(
      'Attribute kind: 30 added, 0 replaced, 0 unchanged.',
    );
    const [head, row] = articles().split('\n');
    writeFileSync(join(folder, 'later.csv'), `${head}\n${row.replace(/[a-z]+$/, 'vintage')}\n`);
    const { stdout } = await run('import', 'later.csv', '--into', 'articles');
    expect(stdout).toMatch(
      /Attribute kind: 0 added, 1 replaced, 0 unchanged\.\n {2}article 0: now vintage, was (fashion|classic)\n/,
    );
  });
});

describe('a dataset with covariates', () => {
  // A job trains at low priority, so that on a busy machine it takes its time.
  it('is imported with them, trained by them, and its run keeps the choice', async () => {
    writeFileSync(join(folder, 'shops.csv'), shopsFile(3));
    const imported = await run(
      'import',
      'shops.csv',
      '--covariates',
      'promo',
      '--holidays',
      'DE',
      '--horizon',
      '7',
      '--json',
    );
    expect(JSON.parse(imported.stdout)).toMatchObject({
      ahead: 6,
      covariates: [{ name: 'promo', added: 306, replaced: 0, unchanged: 0 }],
    });
    const trained = JSON.parse((await run('train', 'shops', '--json', ...QUICK)).stdout);
    expect(trained.message).toContain('promo is known for only 3 of 7 steps ahead in 2 series');
    const { openStore } = await import('../../db/open.ts');
    const { getRun } = await import('../../db/runs.ts');
    const store = openStore(join(folder, 'data', 'tidecast.db'), { readonly: true });
    try {
      expect(getRun(store, trained.runId)?.configuration).toMatchObject({
        covariates: { used: ['promo'], sentence: expect.stringMatching(/^Used: promo\. The loss on /) },
        settings: { holidays: 'DE' },
      });
    } finally {
      store.close();
    }
  }, 180_000);
});
