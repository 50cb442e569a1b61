// All ways in for data share one server and its files, hence more than 300 lines.
import { readdirSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { listDatasets } from '../../../db/datasets.ts';
import { readObservations } from '../../../db/observations.ts';
import { seriesOf } from '../../../db/series.ts';
import {
  Created,
  ImportRecords,
  ImportReport,
  Preview,
  type Recipe,
  Schedules,
  UploadsUnderWay,
} from '../../../server/contract.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
beforeEach(async () => {
  server = await startServer({ maxUpload: 4096 });
});
afterEach(() => server.close());

const csv = { 'content-type': 'text/csv' };
const MONTHS = ['2020-01', '2020-02', '2020-03', '2020-04', '2020-05', '2020-06'];
const SALES = `month,north,south\n${MONTHS.map((month, i) => `${month},${i + 1},${10 * i + 0.5}`).join('\n')}\n`;

function form(text: string | Uint8Array, fields: Record<string, string> = {}, fileName = 'sales.csv'): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  data.append('file', new Blob([text as BlobPart], { type: 'text/csv' }), fileName);
  return data;
}

async function create(fields: Record<string, string> = {}): Promise<Created> {
  const { status, json, text } = await server.request('POST', '/api/v1/datasets', { body: form(SALES, fields) });
  expect(status, text).toBe(201);
  return Created.parse(json);
}

function nothingStored(): void {
  expect(listDatasets(server.store)).toEqual([]);
  expect(readdirSync(join(server.folder, 'uploads'))).toEqual([]);
}

describe('a preview', () => {
  test('tells how a file would be read and stores nothing', async () => {
    const { status, json } = await server.request('POST', '/api/v1/previews', { body: form(SALES) });
    expect(status).toBe(200);
    expect(Preview.parse(json)).toMatchObject({
      frequency: 'P1M',
      season: 12,
      observations: 12,
      seriesCount: 2,
      truncated: false,
      recipe: { timeColumns: ['month'], valueColumns: ['north', 'south'], shape: 'wide' },
    });
    nothingStored();
  });

  test('of a plain body is that of the same file in a form', async () => {
    const inForm = await server.request('POST', '/api/v1/previews', { body: form(SALES) });
    const plain = await server.request('POST', '/api/v1/previews', { body: SALES, headers: csv });
    expect(plain.json).toEqual(inForm.json);
  });

  test('follows the parts of the recipe a person has fixed', async () => {
    const recipe = JSON.stringify({ valueColumns: ['south'], zone: 'Europe/Berlin' });
    const { json } = await server.request('POST', '/api/v1/previews', { body: form(SALES, { recipe }) });
    expect(json).toMatchObject({ seriesCount: 1, recipe: { valueColumns: ['south'], zone: 'Europe/Berlin' } });
  });

  test.each([
    ['no JSON', '{', { field: 'recipe', expected: 'a recipe as JSON' }],
    ['an unknown zone', '{"zone":"Mars/Base"}', { field: 'recipe.zone', found: '"Mars/Base"' }],
    ['an unknown field', '{"delimeter":";"}', { field: 'recipe.delimeter', found: '";"' }],
    [
      'a column twice',
      '{"numberStyles":[{"column":"north","decimal":"."},{"column":"north","decimal":","}]}',
      { field: 'recipe.numberStyles', expected: 'each column once' },
    ],
    [
      'a mark that is none',
      '{"numberStyles":[{"column":"north","decimal":";"}]}',
      { field: 'recipe.numberStyles[0].decimal', found: '";"' },
    ],
  ])('refuses a recipe with %s, naming the field', async (_title, recipe, problem) => {
    const { status, json } = await server.request('POST', '/api/v1/previews', { body: form(SALES, { recipe }) });
    expect(status).toBe(400);
    expect(json.error.details).toMatchObject([problem]);
  });
});

describe('a file whose columns do not mark their decimals alike', () => {
  const MARKS = `month;a;b;c\n${MONTHS.map((month, i) => `${month};${i},5;${i}.25;${i + 1}.234`).join('\n')}\n`;
  const values = () => seriesOf(server.store, 1).map(({ id }) => [...readObservations(server.store, id).values][1]);

  test('is asked about in the column that says nothing, and read as answered', async () => {
    const shown = await server.request('POST', '/api/v1/previews', { body: form(MARKS) });
    const { questions } = Preview.parse(shown.json);
    expect(questions).toMatchObject([{ column: 'c', field: 'decimal', found: expect.arrayContaining(['1.234']) }]);
    const unasked = await server.request('POST', '/api/v1/datasets', { body: form(MARKS) });
    expect([unasked.status, unasked.json.error.code]).toEqual([422, 'ambiguous']);
    expect(unasked.json.error.message).toContain('column "c" can be read more than one way');
    nothingStored();
    const recipe = JSON.stringify(questions[0].choices.find(({ value }) => value === ',')!.set);
    const answered = await server.request('POST', '/api/v1/previews', { body: form(MARKS, { recipe }) });
    expect(Preview.parse(answered.json).questions).toEqual([]);
    // Imported by the recipe of the preview, as the dashboard does.
    const whole = JSON.stringify(answered.json.recipe);
    const { status, text } = await server.request('POST', '/api/v1/datasets', { body: form(MARKS, { recipe: whole }) });
    expect(status, text).toBe(201);
    expect(values()).toEqual([1.5, 1.25, 2234]);
  });

  test('keeps its marks for later files, and a column that changes its own is named', async () => {
    const recipe = '{"numberStyles":[{"column":"c","decimal":","}]}';
    const { json } = await server.request('POST', '/api/v1/datasets', { body: form(MARKS, { recipe }) });
    const { dataset } = Created.parse(json);
    const put = (body: string) =>
      server.request('PUT', `/api/v1/datasets/${dataset.id}/observations`, { body, headers: csv });
    const refused = await put('month;a;b;c\n2020-07;1,5;0,25;1.234\n2020-08;1,5;1,250;1.234\n');
    expect(refused.status).toBe(422);
    expect(refused.json.error).toMatchObject({
      code: 'recipe_mismatch',
      message: 'column "b" has a decimal comma ("0,25" on line 2), but the import recipe expects a decimal point there',
    });
    expect((await put('month;a;b;c\n2020-07;1,250;1.250;1.250\n')).json).toMatchObject({ added: 3, rejectedCount: 0 });
    expect(seriesOf(server.store, 1).map(({ id }) => [...readObservations(server.store, id).values].at(-1))).toEqual([
      1.25, 1.25, 1250,
    ]);
  });
});

describe('an import', () => {
  test('makes a dataset with a report, default schedules, and its first training in the queue', async () => {
    const { dataset, report, job } = await create({ name: 'sales', horizon: '4' });
    expect(dataset).toMatchObject({ name: 'sales', horizon: 4, frequency: 'P1M', series: 2, observations: 12 });
    expect(report).toMatchObject({ dataset: 'sales', datasetId: dataset.id, added: 12, rejectedCount: 0 });
    expect(job).toMatchObject({ datasetId: dataset.id, kind: 'train', state: 'queued', reason: 'import' });
    expect(server.runner.woken).toBe(1);
    const schedules = await server.read(`/api/v1/datasets/${dataset.id}/schedules`, Schedules);
    expect(schedules.map((schedule) => schedule.kind)).toEqual(['train', 'forecast']);
  });

  test('without a name takes that of the file, and a horizon from the frequency', async () => {
    const { dataset } = await create();
    expect(dataset).toMatchObject({ name: 'sales', horizon: 12 });
  });

  test('of a plain body takes its fields from the query', async () => {
    const { status, json } = await server.request('POST', '/api/v1/datasets?name=plain&horizon=2&season=6', {
      body: SALES,
      headers: csv,
    });
    expect(status).toBe(201);
    expect(json.dataset).toMatchObject({ name: 'plain', horizon: 2, season: 6 });
  });

  test('by the recipe of the preview stores what the preview showed', async () => {
    const previewed = await server.request('POST', '/api/v1/previews', { body: form(SALES) });
    const { report } = await create({ recipe: JSON.stringify(previewed.json.recipe) });
    expect(report.observations).toBe(previewed.json.observations);
    expect(report.series).toBe(previewed.json.seriesCount);
  });

  test('answers where the dataset is', async () => {
    const reply = await server.request('POST', '/api/v1/datasets', { body: form(SALES) });
    expect(reply.headers.get('location')).toBe(`/api/v1/datasets/${reply.json.dataset.id}`);
  });

  test('leaves unreadable rows out and locates each in the report that is kept', async () => {
    const broken = SALES.replace('2020-03,3', '2020-03,three');
    const { json } = await server.request('POST', '/api/v1/datasets', { body: form(broken) });
    expect(json.report).toMatchObject({ rejectedCount: 1, rejected: [{ line: 4, column: 'north', found: 'three' }] });
    const [kept] = await server.read(`/api/v1/datasets/${json.dataset.id}/imports`, ImportRecords);
    expect(kept).toMatchObject({ fileName: 'sales.csv', report: json.report });
  });

  test.each([
    ['an empty file', '', 'empty_file'],
    ['a file without a time column', 'a,b\nx,1\ny,2\nz,3\n', 'no_time_column'],
    ['a file without a number', 'day,what\n2020-01-01,red\n2020-01-02,blue\n', 'no_value_column'],
    ['a binary file', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 13, 0, 1, 2, 3]), 'binary_file'],
  ])('of %s is refused with a sentence, and nothing is stored', async (_title, content, code) => {
    const { status, json } = await server.request('POST', '/api/v1/datasets', { body: form(content) });
    expect(status).toBe(422);
    expect(json.error).toMatchObject({ code, message: expect.stringMatching(/expected/) });
    nothingStored();
  });

  test.each([
    ['a horizon of no steps', { horizon: '0' }, { field: 'horizon', found: '"0"', expected: 'at least 1' }],
    ['a horizon in words', { horizon: 'soon' }, { field: 'horizon', found: '"soon"', expected: 'a number' }],
    [
      'a field nobody knows',
      { horizont: '3' },
      { field: 'horizont', found: '"3"', expected: 'no such field, only name, recipe, horizon, season, key' },
    ],
  ])('with %s is 400 naming it, and nothing is stored', async (_title, fields, problem) => {
    const { status, json } = await server.request('POST', '/api/v1/datasets', {
      body: form(SALES, fields as unknown as Record<string, string>),
    });
    expect(status).toBe(400);
    expect(json.error.details).toEqual([problem]);
    nothingStored();
  });

  test('of a form without a file is 400 naming the field', async () => {
    const body = new FormData();
    body.append('name', 'nothing');
    const { status, json } = await server.request('POST', '/api/v1/datasets', { body });
    expect(status).toBe(400);
    expect(json.error.details).toEqual([{ field: 'file', found: 'nothing', expected: 'a CSV file' }]);
  });

  test('of two files at once is 400, and nothing is stored', async () => {
    const body = form(SALES);
    body.append('file', new Blob([SALES]), 'again.csv');
    const { status, json } = await server.request('POST', '/api/v1/datasets', { body });
    expect(status).toBe(400);
    expect(json.error.details[0].expected).toBe('one file, in the field "file"');
    nothingStored();
  });

  test('of a form cut short is 400, and nothing is stored', async () => {
    const body = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nmonth,y\n2020-01,1\n';
    const headers = { 'content-type': 'multipart/form-data; boundary=x' };
    const { status } = await server.request('POST', '/api/v1/datasets', { body, headers });
    expect(status).toBe(400);
    nothingStored();
  });

  test('of another type of body is 415 naming the types that are taken', async () => {
    const { status, json } = await server.request('POST', '/api/v1/datasets', { body: { rows: [] } });
    expect(status).toBe(415);
    expect(json.error.details).toEqual([
      {
        field: 'Content-Type',
        found: 'application/json',
        expected: 'multipart/form-data, text/csv, application/x-ndjson or application/gzip',
      },
    ]);
  });

  test.each([
    ['in a form', () => ({ body: form(`${SALES}${'x'.repeat(5000)}`) })],
    ['as a plain body', () => ({ body: `${SALES}${'x'.repeat(5000)}`, headers: csv })],
    ['far over the limit', () => ({ body: 'x'.repeat(3_000_000), headers: csv })],
  ])('of a file over the limit %s is 413, and nothing is stored', async (_title, options) => {
    const { status, json } = await server.request('POST', '/api/v1/datasets', options());
    expect(status).toBe(413);
    expect(json.error).toMatchObject({ code: 'too_large', message: expect.stringContaining('4096') });
    nothingStored();
  });

  test('that the sender breaks off leaves nothing', async () => {
    const headers = { 'content-type': 'text/csv', 'content-length': '4000' };
    const sending = httpRequest(`${server.url}/api/v1/datasets`, { method: 'POST', headers });
    const broken = new Promise((resolve) => sending.on('error', resolve));
    sending.write(SALES);
    await vi.waitFor(() => expect(readdirSync(join(server.folder, 'uploads'))).toHaveLength(1));
    sending.destroy();
    await broken;
    await vi.waitFor(nothingStored);
  });

  test('keeps a name that looks like markup, a formula or a path as text', async () => {
    const names = ['<script>alert(1)</script>', '=cmd()', '../../x'];
    const rows = names.flatMap((name) => MONTHS.map((month, i) => `${name},${month},${i}`));
    const { json } = await server.request('POST', '/api/v1/datasets', {
      body: form(`series,month,value\n${rows.join('\n')}\n`, {}, '../../etc/passwd.csv'),
    });
    expect(json.dataset.name).toBe('passwd');
    expect(seriesOf(server.store, json.dataset.id).map((series) => series.name)).toEqual(names);
  });
});

describe('a packed file', () => {
  const packed = gzipSync(SALES);

  test('is imported as what is in it, in a form and as a body', async () => {
    const { report } = await create();
    for (const body of [
      { body: form(packed, {}, 'sales.csv.gz') },
      { body: packed, headers: { ...csv, 'content-encoding': 'gzip' } },
      { body: packed, headers: { 'content-type': 'application/gzip' } },
    ]) {
      const { status, json } = await server.request('POST', '/api/v1/datasets', body);
      expect(status, JSON.stringify(json)).toBe(201);
      expect(json.report).toMatchObject({ observations: 12, bytes: report.bytes, hash: report.hash });
    }
    expect(listDatasets(server.store).map(({ name }) => name)).toEqual(['sales', 'sales', 'dataset', 'dataset']);
  });

  test('is previewed as what is in it', async () => {
    const plain = await server.request('POST', '/api/v1/previews', { body: form(SALES) });
    const { json } = await server.request('POST', '/api/v1/previews', { body: form(packed, {}, 'sales.csv.gz') });
    expect(json).toEqual(plain.json);
  });

  test('that unpacks to more than the limit is 413, and nothing is stored', async () => {
    const bomb = gzipSync(`month,v\n${'2020-01,1\n'.repeat(100_000)}`);
    expect(bomb.length).toBeLessThan(4096);
    const { status, json } = await server.request('POST', '/api/v1/datasets', { body: form(bomb) });
    expect(status).toBe(413);
    expect(json.error.code).toBe('too_large');
    nothingStored();
  });

  test.each([
    ['cut short', packed.subarray(0, packed.length - 12)],
    ['damaged', Buffer.concat([packed.subarray(0, 20), Buffer.alloc(30, 7), packed.subarray(50)])],
  ])('that is %s is refused with a sentence, and nothing is stored', async (_title, body) => {
    const { status, json } = await server.request('POST', '/api/v1/datasets', { body: form(body) });
    expect(status).toBe(422);
    expect(json.error).toMatchObject({ code: 'unreadable', message: expect.stringContaining('gzip') });
    nothingStored();
  });
});

describe('lines of JSON', () => {
  const lines = MONTHS.map((month, i) => JSON.stringify({ series: 'north', time: `${month}-01`, value: i + 0.125 }));

  test('are imported and previewed like the same table', async () => {
    const headers = { 'content-type': 'application/x-ndjson' };
    const { json } = await server.request('POST', '/api/v1/previews', { body: lines.join('\n'), headers });
    expect(json).toMatchObject({ frequency: 'P1M', observations: 6, rows: 6, questions: [] });
    const { status, json: made } = await server.request('POST', '/api/v1/datasets', {
      body: lines.join('\n'),
      headers,
    });
    expect(status).toBe(201);
    expect(made.report).toMatchObject({ frequency: 'P1M', observations: 6, rejectedCount: 0 });
    const [north] = seriesOf(server.store, made.dataset.id);
    expect(north.name).toBe('north');
    expect([...readObservations(server.store, north.id).values]).toEqual([0.125, 1.125, 2.125, 3.125, 4.125, 5.125]);
  });

  test('append to a dataset that came as a table, and leave its recipe as it is', async () => {
    const { dataset } = await create();
    const { json } = await server.request('PUT', `/api/v1/datasets/${dataset.id}/observations`, {
      body: '{"series":"north","time":"2020-07-01","value":7}\n{"series":"south","time":"2020-07-01","value":null}\n',
      headers: { 'content-type': 'application/x-ndjson' },
    });
    expect(json).toMatchObject({ added: 1, missing: 1, frequency: 'P1M' });
    const again = await server.request('GET', `/api/v1/datasets/${dataset.id}`);
    expect(again.json).toMatchObject({ recipe: dataset.recipe, observations: 13, series: 2 });
  });

  test('that are none are located by their line', async () => {
    const body = form(
      [...lines.slice(0, 3), '{"series":"north","time":', ...lines.slice(3)].join('\n'),
      {},
      'x.ndjson',
    );
    const { json } = await server.request('POST', '/api/v1/datasets', { body });
    expect(json.report).toMatchObject({
      observations: 6,
      rejected: [{ line: 4, column: 'time', found: '{"series":"north","time":' }],
    });
  });
});

test('an import can be followed by its key, and hanging up on it stores nothing', async () => {
  const large = await startServer();
  try {
    const rows = Array.from({ length: 400_000 }, (_, i) => `${i + 1},${i * 0.5}`).join('\n');
    const abort = new AbortController();
    const answer = fetch(`${large.url}/api/v1/datasets?key=my-own-upload`, {
      method: 'POST',
      body: `t,y\n${rows}\n`,
      headers: csv,
      signal: abort.signal,
    }).catch((error: Error) => error.name);
    const underWay = () => large.read('/api/v1/uploads', UploadsUnderWay);
    await vi.waitFor(
      async () => {
        expect(await underWay()).toMatchObject([{ key: 'my-own-upload', phase: 'reading', size: rows.length + 5 }]);
      },
      { timeout: 10_000, interval: 5 },
    );
    abort.abort();
    expect(await answer).toBe('AbortError');
    await vi.waitFor(async () => expect(await underWay()).toEqual([]), { timeout: 10_000 });
    expect(listDatasets(large.store)).toEqual([]);
    await vi.waitFor(() => expect(readdirSync(join(large.folder, 'uploads'))).toEqual([]));
  } finally {
    await large.close();
  }
});

describe('a later upload', () => {
  const put = (id: number, text: string) =>
    server.request('PUT', `/api/v1/datasets/${id}/observations`, { body: form(text) });

  test('of the same file changes nothing', async () => {
    const { dataset } = await create();
    const { status, json } = await put(dataset.id, SALES);
    expect(status).toBe(200);
    expect(ImportReport.parse(json)).toMatchObject({ added: 0, replaced: 0, unchanged: 12 });
  });

  test('appends what is new and replaces what has changed', async () => {
    const { dataset } = await create();
    const { json } = await put(dataset.id, 'month,north,south\n2020-06,99,50.5\n2020-07,7,60.5\n');
    expect(json).toMatchObject({ added: 2, replaced: 1, unchanged: 1 });
    const [north] = seriesOf(server.store, dataset.id);
    expect([...readObservations(server.store, north.id).values].slice(-2)).toEqual([99, 7]);
  });

  test('that does not fit the recipe says how it differs, and changes nothing', async () => {
    const { dataset } = await create();
    const { status, json } = await put(dataset.id, 'when,east\n2020-07,1\n');
    expect(status).toBe(422);
    expect(json.error).toMatchObject({ code: 'recipe_mismatch', message: expect.stringContaining('month') });
    const [north] = seriesOf(server.store, dataset.id);
    expect(readObservations(server.store, north.id).times).toHaveLength(6);
  });

  test('is read by the recipe as a person has changed it since', async () => {
    const { dataset } = await create();
    const recipe = { ...(dataset.recipe as Recipe), missingMarkers: ['calm'] };
    const changed = await server.request('PATCH', `/api/v1/datasets/${dataset.id}`, { body: { recipe } });
    expect(changed.status, changed.text).toBe(200);
    const { json } = await put(dataset.id, 'month,north,south\n2020-07,calm,1\n');
    expect(json).toMatchObject({ added: 1, missing: 1, rejectedCount: 0 });
  });

  test('cannot be moved to another calendar than what is stored stands on', async () => {
    const { dataset } = await create();
    const recipe = { ...(dataset.recipe as Recipe), zone: 'Asia/Tokyo', frequency: 'P1D' };
    const { status, json } = await server.request('PATCH', `/api/v1/datasets/${dataset.id}`, { body: { recipe } });
    expect(status).toBe(400);
    expect(json.error.details).toEqual([
      { field: 'recipe.zone', found: 'Asia/Tokyo', expected: 'UTC' },
      { field: 'recipe.frequency', found: 'P1D', expected: 'P1M' },
    ]);
  });

  test('to a dataset that is not there is 404', async () => {
    expect((await put(99, SALES)).status).toBe(404);
  });

  test('asks the scheduler at once whether enough has come', async () => {
    let checks = 0;
    const watched = await startServer({ scheduler: { check: () => checks++ } });
    try {
      const { json } = await watched.request('POST', '/api/v1/datasets', { body: form(SALES) });
      await watched.request('PUT', `/api/v1/datasets/${json.dataset.id}/observations`, { body: form(SALES) });
      expect(checks).toBe(0);
      const more = form('month,north,south\n2020-07,1,2\n');
      await watched.request('PUT', `/api/v1/datasets/${json.dataset.id}/observations`, { body: more });
      expect(checks).toBe(1);
    } finally {
      await watched.close();
    }
  });
});
