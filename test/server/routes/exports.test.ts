import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { forecastWriter } from '../../../db/forecasts.ts';
import { readObservations } from '../../../db/observations.ts';
import { seriesOf } from '../../../db/series.ts';
import { addDataset, monthly, startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
beforeEach(async () => {
  server = await startServer();
});
afterEach(() => server.close());

function forecast(datasetId: number, seriesId: number, origin: number, times: number[], median: number): void {
  forecastWriter(server.store)({
    datasetId,
    seriesId,
    runId: null,
    model: 'naive',
    origin,
    fallback: null,
    times,
    quantiles: [-3, -2, -1, 0, 1, 2, 3].map((offset) => times.map(() => median + offset)),
    createdAt: 0,
  });
}

describe('observations.csv', () => {
  test('has a line for each observation, numbers as they are', async () => {
    const id = addDataset(server.store, { 'a, "b"': monthly(2020, [-1.5, 1e300]) }, { name: 'Ebb & flow/2' });
    const reply = await server.request('GET', `/api/v1/datasets/${id}/observations.csv`);
    expect(reply.text).toBe('series_id,ds,y\r\n"a, ""b""",2020-01-01,-1.5\r\n"a, ""b""",2020-02-01,1e+300\r\n');
    expect(reply.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(reply.headers.get('content-disposition')).toBe('attachment; filename="Ebb-flow-2.csv"');
  });

  test.each([
    '=cmd()',
    '+1',
    '-1',
    '@SUM(A1)',
    '\tx',
    '=HYPERLINK("http://x")',
  ])('does not let the series name %j become a formula', async (name) => {
    const id = addDataset(server.store, { [name]: monthly(2020, [-7]) });
    const { text } = await server.request('GET', `/api/v1/datasets/${id}/observations.csv`);
    const cell = text.split('\r\n')[1];
    expect(cell.replace(/^"/, '')).toMatch(/^'/);
    expect(cell.endsWith(',-7')).toBe(true);
  });

  test('writes steps shorter than a day as moments in UTC, whatever the zone', async () => {
    const hours: [number, number][] = [0, 1, 2].map((hour) => [Date.UTC(2024, 9, 27, hour), hour]);
    const id = addDataset(server.store, { h: hours }, { frequency: 'PT1H', season: 24, zone: 'Europe/Berlin' });
    const { text } = await server.request('GET', `/api/v1/datasets/${id}/observations.csv`);
    expect(text.split('\r\n').slice(1, 4)).toEqual([
      'h,2024-10-27T00:00:00Z,0',
      'h,2024-10-27T01:00:00Z,1',
      'h,2024-10-27T02:00:00Z,2',
    ]);
  });

  test('writes days as the dates of the zone', async () => {
    const id = addDataset(
      server.store,
      { d: [[Date.UTC(2024, 6, 1, 22), 5]] },
      { frequency: 'P1D', zone: 'Europe/Berlin' },
    );
    const { text } = await server.request('GET', `/api/v1/datasets/${id}/observations.csv`);
    expect(text).toContain('d,2024-07-02,5\r\n');
  });

  test('imported again gives the same observations, bit for bit', async () => {
    const values = [0.1 + 0.2, -1 / 3, 5e-324, 1.7976931348623157e308, 123456789.12345679, 0, 7, 8];
    const id = addDataset(server.store, { x: monthly(2020, values), y: monthly(1949, [3, 1, 4]) });
    const { text } = await server.request('GET', `/api/v1/datasets/${id}/observations.csv`);
    const again = await server.request('POST', '/api/v1/datasets?name=again', {
      body: text,
      headers: { 'content-type': 'text/csv' },
    });
    expect(again.status, again.text).toBe(201);
    const read = (dataset: number) =>
      seriesOf(server.store, dataset).map(({ id, name }) => ({ name, ...readObservations(server.store, id) }));
    expect(read(again.json.dataset.id)).toEqual(read(id));
  });

  test('of a large dataset arrives whole', async () => {
    const points = Array.from({ length: 50_000 }, (_, i): [number, number] => [i, i / 7]);
    const id = addDataset(server.store, { s: points }, { frequency: '1', season: 1 });
    const { text } = await server.request('GET', `/api/v1/datasets/${id}/observations.csv`);
    const lines = text.trimEnd().split('\r\n');
    expect(lines).toHaveLength(50_001);
    expect(lines.at(-1)).toBe(`s,49999,${49_999 / 7}`);
  });
});

describe('forecasts as CSV', () => {
  const HEADER = 'series_id,ds,q0.025,q0.1,q0.25,q0.5,q0.75,q0.9,q0.975';

  test('forecasts.csv has the latest forecast of every series, times in the notation of the file', async () => {
    const recipe = { timeFormat: 'yyyy-MM' };
    const id = addDataset(server.store, { a: monthly(2020, [1]), '=b': monthly(2020, [2]) }, { recipe });
    const [a, b] = seriesOf(server.store, id);
    forecast(id, a.id, Date.UTC(2019, 11), [Date.UTC(2020, 0)], 99);
    forecast(id, a.id, Date.UTC(2020, 0), [Date.UTC(2020, 1), Date.UTC(2020, 2)], 10);
    forecast(id, b.id, Date.UTC(2020, 0), [Date.UTC(2020, 1)], -5);
    const { text } = await server.request('GET', `/api/v1/datasets/${id}/forecasts.csv`);
    expect(text.split('\r\n')).toEqual([
      HEADER,
      'a,2020-02,7,8,9,10,11,12,13',
      'a,2020-03,7,8,9,10,11,12,13',
      "'=b,2020-02,-8,-7,-6,-5,-4,-3,-2",
      '',
    ]);
  });

  test('forecast.csv of a series is the one at the origin asked for', async () => {
    const id = addDataset(server.store, { 'a/b': monthly(2020, [1]) });
    const [{ id: series }] = seriesOf(server.store, id);
    forecast(id, series, Date.UTC(2019, 11), [Date.UTC(2020, 0)], 99);
    forecast(id, series, Date.UTC(2020, 0), [Date.UTC(2020, 1)], 10);
    const reply = await server.request('GET', `/api/v1/series/${series}/forecast.csv?origin=${Date.UTC(2019, 11)}`);
    expect(reply.text).toBe(`${HEADER}\r\na/b,2020-01-01,96,97,98,99,100,101,102\r\n`);
    expect(reply.headers.get('content-disposition')).toBe('attachment; filename="a-b-forecast.csv"');
  });

  test('of a series named like a path is a plain file name', async () => {
    const id = addDataset(server.store, { '../../x': monthly(2020, [1]) });
    const [{ id: series }] = seriesOf(server.store, id);
    forecast(id, series, Date.UTC(2020, 0), [Date.UTC(2020, 1)], 10);
    const reply = await server.request('GET', `/api/v1/series/${series}/forecast.csv`);
    expect(reply.headers.get('content-disposition')).toBe('attachment; filename="x-forecast.csv"');
  });
});
