// All that one door promises, tried on one store, hence more than 300 lines.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { getDataset, listDatasets } from '../../db/datasets.ts';
import { importsOf } from '../../db/imports.ts';
import { eachObservation } from '../../db/observations.ts';
import { openStore, type Store } from '../../db/open.ts';
import { type IngestRequest, ingest } from '../../server/ingest.ts';
import { freshStore } from '../support/store.ts';

let store: Store;
beforeEach(() => {
  store = openStore(':memory:');
});
afterEach(() => {
  store.close();
});

async function* chunks(text: string, size = 7) {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const upload = (text: string, options: Partial<IngestRequest> = {}) =>
  ingest(store, { source: chunks(text), fileName: 'shop/sales.csv', maxBytes: 1e6, now: 1000, ...options });

const stored = (id = 1) =>
  [...eachObservation(store, id)].map(({ series, time, value }) => [
    series,
    new Date(time).toISOString().slice(0, 10),
    value,
  ]);

const counts = ({ added, replaced, unchanged, duplicates, observations }: Awaited<ReturnType<typeof upload>>) => ({
  added,
  replaced,
  unchanged,
  duplicates,
  observations,
});

const WEEK =
  'series,date,value\na,2021-01-01,1\na,2021-01-02,2\na,2021-01-04,4\nb,2021-01-01,10\nb,2021-01-02,NA\nb,2021-01-03,30\n';

describe('a first upload', () => {
  test('makes a dataset, its series and observations, and keeps the report', async () => {
    const report = await upload(WEEK);
    expect(report).toMatchObject({
      dataset: 'sales',
      datasetId: 1,
      series: 2,
      observations: 5,
      frequency: 'P1D',
      season: 7,
      start: '2021-01-01T00:00:00.000Z',
      end: '2021-01-04T00:00:00.000Z',
      gaps: 2,
      duplicates: 0,
      missing: 1,
      rejected: [],
      added: 5,
      bytes: 111,
      hash: 'eac33515d182069d6d17d2913379429f7425ca2f356f37639b0e5bf8558d4e2f',
    });
    expect(stored()).toEqual([
      ['a', '2021-01-01', 1],
      ['a', '2021-01-02', 2],
      ['a', '2021-01-04', 4],
      ['b', '2021-01-01', 10],
      ['b', '2021-01-03', 30],
    ]);
    expect(getDataset(store, 1)).toMatchObject({
      name: 'sales',
      frequency: 'P1D',
      season: 7,
      zone: 'UTC',
      recipe: report.recipe,
    });
    expect(importsOf(store, 1)).toMatchObject([
      { fileName: 'shop/sales.csv', hash: report.hash, added: 5, report, createdAt: 1000 },
    ]);
  });

  test('takes the name it is given', async () => {
    expect((await upload(WEEK, { name: 'Our shops' })).dataset).toBe('Our shops');
  });

  test('makes a series of a named column in which nothing was measured yet', async () => {
    const report = await upload('date,north,south,\n2021-01-01,1,,\n2021-01-02,2,,\n2021-01-03,3,,\n');
    expect(report).toMatchObject({ series: 2, observations: 3, missing: 3, rejectedCount: 0 });
    expect(store.prepare('SELECT name FROM series ORDER BY id').pluck().all()).toEqual(['north', 'south']);
  });

  test('reports integer steps as integers', async () => {
    const report = await upload('t,y\n1,5\n2,6\n3,7\n5,8\n6,9\n');
    expect(report).toMatchObject({ frequency: '1', start: '1', end: '6', gaps: 1 });
  });

  test('counts a time that comes twice, and keeps the last value', async () => {
    const report = await upload('date,v\n2021-01-01,1\n2021-01-02,2\n2021-01-03,3\n2021-01-02,20\n2021-01-04,4\n', {
      answers: { seriesColumns: [] },
    });
    expect(counts(report)).toEqual({ added: 4, replaced: 0, unchanged: 0, duplicates: 1, observations: 4 });
    expect(stored()[1]).toEqual(['v', '2021-01-02', 20]);
  });

  test.each([
    ['mean', 11],
    ['sum', 22],
  ] as const)('joins values at one time by their %s where the recipe says so', async (duplicates, value) => {
    await upload('date,v\n2021-01-01,1\n2021-01-02,2\n2021-01-02,20\n2021-01-03,4\n', {
      answers: { duplicates, seriesColumns: [] },
    });
    expect(stored()[1]).toEqual(['v', '2021-01-02', value]);
  });

  test('locates what it could not read and stores the rest', async () => {
    const report = await upload('date,v\n2021-01-01,1\nsoon,2\n2021-01-03,three\n2021-01-04,4\n2021-01-05,5\n');
    expect(report).toMatchObject({
      observations: 3,
      rejectedCount: 2,
      rejected: [
        { line: 3, column: 'date', found: 'soon' },
        { line: 4, column: 'v', found: 'three' },
      ],
    });
  });

  test('keeps hostile names as text', async () => {
    await upload('series,date,v\n<script>alert(1)</script>,2021-01-01,1\n=cmd(),2021-01-01,2\n../../x,2021-01-01,3\n', {
      answers: { frequency: 'P1D' },
    });
    expect(stored().map(([name]) => name)).toEqual(['<script>alert(1)</script>', '=cmd()', '../../x']);
  });
});

describe('a later upload to the same dataset', () => {
  test('of the same file changes nothing', async () => {
    await upload(WEEK);
    const before = stored();
    const report = await upload(WEEK, { datasetId: 1, now: 2000 });
    expect(counts(report)).toEqual({ added: 0, replaced: 0, unchanged: 5, duplicates: 0, observations: 5 });
    expect(stored()).toEqual(before);
  });

  test('of the same file changes nothing where times come twice in it', async () => {
    const file = 'date,v\n2021-01-01,1\n2021-01-02,2\n2021-01-02,20\n2021-01-03,4\n';
    await upload(file, { answers: { duplicates: 'mean', seriesColumns: [] } });
    expect(counts(await upload(file, { datasetId: 1 }))).toEqual({
      added: 0,
      replaced: 0,
      unchanged: 3,
      duplicates: 1,
      observations: 3,
    });
  });

  test('appends new times, replaces changed values and says so', async () => {
    await upload(WEEK);
    const report = await upload(
      'series,date,value\na,2021-01-04,40\na,2021-01-05,5\nb,2021-01-03,30\nc,2021-01-05,7\n',
      { datasetId: 1 },
    );
    expect(counts(report)).toEqual({ added: 2, replaced: 1, unchanged: 1, duplicates: 0, observations: 4 });
    expect(report).toMatchObject({ series: 3, gaps: 2 });
    expect(stored()).toContainEqual(['a', '2021-01-04', 40]);
    expect(importsOf(store, 1).map((row) => row.added)).toEqual([2, 5]);
  });

  test('may order its columns differently', async () => {
    await upload(WEEK);
    expect(counts(await upload('value,date,series\n4,2021-01-04,a\n', { datasetId: 1 }))).toMatchObject({
      unchanged: 1,
    });
  });

  test('shows the decimal mark that whole numbers had left open, and the recipe learns it', async () => {
    await upload('date;v\n2021-01-01;1\n2021-01-02;2\n');
    expect(getDataset(store, 1)!.recipe).toMatchObject({ decimal: 'unseen' });
    await upload('date;v\n2021-01-03;3,5\n2021-01-04;4,25\n', { datasetId: 1 });
    expect(stored().slice(2)).toEqual([
      ['v', '2021-01-03', 3.5],
      ['v', '2021-01-04', 4.25],
    ]);
    expect(getDataset(store, 1)!.recipe).toMatchObject({ decimal: ',' });
    await expect(upload('date;v\n2021-01-05;1.5\n', { datasetId: 1 })).rejects.toMatchObject({
      code: 'recipe_mismatch',
    });
  });

  test('is asked about where it could be read two ways and no upload has settled it', async () => {
    await upload('date;v\n2021-01-01;1\n2021-01-02;2\n');
    await expect(upload('date;v\n2021-01-03;1.000\n', { datasetId: 1 })).rejects.toMatchObject({ code: 'ambiguous' });
    await upload('date;v\n2021-01-03;1.000\n', { datasetId: 1, answers: { decimal: ',', thousands: '.' } });
    expect(stored()[2]).toEqual(['v', '2021-01-03', 1000]);
  });

  test('that does not fit the recipe is refused, saying how it differs', async () => {
    await upload(WEEK);
    await expect(upload('series,day,value\na,2021-01-05,1\n', { datasetId: 1 })).rejects.toMatchObject({
      code: 'recipe_mismatch',
      message: expect.stringMatching(/line 1 has the columns "series", "day", "value".*expects "date"/),
    });
    await expect(upload('series,date,value\na,05.01.2021,1\nb,05.01.2021,2\n', { datasetId: 1 })).rejects.toMatchObject(
      {
        code: 'recipe_mismatch',
        message: expect.stringMatching(/2 of 2 rows.*as yyyy-MM-dd.*line 2: found "05.01.2021"/),
      },
    );
    expect(stored().length).toBe(5);
  });

  test('to a dataset that is not there is refused', async () => {
    await expect(upload(WEEK, { datasetId: 9 })).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('all of an upload or nothing of it', () => {
  const nothing = () => {
    expect(listDatasets(store)).toEqual([]);
    expect(store.inTransaction).toBe(false);
    expect(store.prepare("SELECT COUNT(*) FROM temp.sqlite_master WHERE type = 'table'").pluck().get()).toBe(0);
  };

  test('a file over the limit', async () => {
    await expect(upload(WEEK, { maxBytes: 100 })).rejects.toMatchObject({
      code: 'too_large',
      message: expect.stringContaining('100 bytes'),
    });
    nothing();
  });

  test('a sender that breaks off', async () => {
    async function* broken() {
      yield Buffer.from(WEEK);
      throw new Error('connection reset');
    }
    await expect(ingest(store, { source: broken(), fileName: null, maxBytes: 1e6, now: 0 })).rejects.toThrow(
      'connection reset',
    );
    nothing();
  });

  test('an import that is cancelled', async () => {
    const abort = new AbortController();
    const rows = Array.from({ length: 20_000 }, (_, i) => `${i + 1},${i}`).join('\n');
    const source = chunks(`t,y\n${rows}\n`, 1000);
    const seen: number[] = [];
    const onProgress = ({ bytes }: { bytes: number }) => {
      seen.push(bytes);
      abort.abort();
    };
    await expect(
      ingest(store, { source, fileName: null, maxBytes: 1e9, now: 0, signal: abort.signal, onProgress }),
    ).rejects.toMatchObject({ code: 'cancelled' });
    nothing();
  });

  test('a question without an answer', async () => {
    await expect(upload('date;v\n2021-01-01;1.000\n2021-01-02;2.000\n')).rejects.toMatchObject({
      code: 'ambiguous',
      details: { questions: [{ column: 'v', field: 'decimal' }] },
    });
    nothing();
  });

  test('no observation at all', async () => {
    const { recipe } = await upload('date,v\n2021-01-01,1\n2021-01-02,2\n');
    await expect(upload('date,v\n2021-01-03,NA\n', { recipe })).rejects.toMatchObject({ code: 'unreadable' });
    expect(listDatasets(store).length).toBe(1);
  });

  test('an import that is cancelled after its rows were stored and before the commit', async () => {
    let stored = false;
    const onCreated = () => {
      stored = true;
    };
    await expect(upload(WEEK, { onCreated, cancelled: () => stored })).rejects.toMatchObject({ code: 'cancelled' });
    expect(stored).toBe(true);
    nothing();
  });

  test('what a new dataset needs besides, when that fails', async () => {
    const onCreated = (id: number) => {
      expect(getDataset(store, id)).toBeDefined();
      throw new Error('no schedule');
    };
    await expect(upload(WEEK, { onCreated })).rejects.toThrow('no schedule');
    nothing();
  });

  test('a store on a full disk', async () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => `${i + 1},${i}`).join('\n');
    store.pragma(`max_page_count = ${(store.pragma('page_count', { simple: true }) as number) + 5}`);
    await expect(upload(`t,y\n${rows}\n`)).rejects.toMatchObject({ code: 'disk_full' });
    nothing();
  });

  test('a store that fails in the middle of the merge', async () => {
    store.exec("CREATE TRIGGER fail BEFORE INSERT ON imports BEGIN SELECT RAISE(ABORT, 'no'); END");
    await expect(upload(WEEK)).rejects.toThrow('no');
    nothing();
  });
});

test('while an upload is being sent, the store takes no lock', async () => {
  const first = freshStore();
  const second = openStore(first.file);
  second.pragma('busy_timeout = 0');
  async function* slow() {
    for await (const chunk of chunks(WEEK)) {
      second.exec('BEGIN IMMEDIATE; ROLLBACK');
      yield chunk;
    }
  }
  const report = await ingest(first.store, { source: slow(), fileName: null, maxBytes: 1e6, now: 0 });
  expect(report.added).toBe(5);
  second.close();
  first.close();
});
