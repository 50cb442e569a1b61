import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localForecast } from '../../server/browser/local-forecast.ts';
import type { LocalForecastReply } from '../../server/contract.ts';
import { shipped } from '../../server/shipped.ts';
import { type OpenPage, openPage } from '../support/browser.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** A forecast on the import page before anything of the file is sent: the worker as it is built, under the server's policy. */

const WEB = fileURLToPath(new URL('../../dist/web', import.meta.url));

let server: TestServer;
let open: OpenPage;
let page: Page;
/** Requests with a body, in their order: what could carry a file. */
let sent: string[];

beforeEach(async () => {
  server = await startServer({ webDir: WEB });
});

afterEach(async () => {
  await open?.close();
  await server?.close();
});

describe('the import page', () => {
  it('draws a forecast of a dropped file though the server never answers, on a dark ground and by keyboard', async () => {
    await visit({ colorScheme: 'dark' });
    await page.route('**/api/v1/previews*', () => {});
    await drop('tides.csv', tides(['north', 'south', 'east', 'west', 'inner']));

    const first = page.getByRole('region', { name: 'A first forecast' });
    await first.getByRole('img', { name: 'First forecast of east' }).waitFor();
    const text = await first.innerText();
    expect(text).toContain('12 months ahead, by the pre-trained network as it is, without any training on this data.');
    expect(text).toContain('Computed in this browser: nothing was sent for it.');
    expect(text).toMatch(
      /Last observed Dec 2022: 159\. Expected Jan 2023: 1[56]\d[.\d]* \(95 %: 1[56]\d[.\d]* to 1[67]\d[.\d]*\); Dec 2023: /,
    );
    expect(await coloursDrawn(page)).toEqual({ history: true, forecast: true });
    expect(await first.getByRole('img').count()).toBe(3);

    await first.getByRole('button', { name: 'Show 2 more' }).focus();
    await page.keyboard.press('Enter');
    expect(await first.getByRole('img').count()).toBe(5);
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe(
      'First forecast of west',
    );
    expect(open.complaints).toEqual([]);
  });

  it('sends the file for its preview only when the forecast stands there', async () => {
    await visit();
    // In the page, at the moment of the sending: whether the forecast was drawn by then. However slow this machine is, the two
    // seconds that the preview waits at most do not end here.
    await page.evaluate(() => {
      const later = window.setTimeout;
      window.setTimeout = ((act: () => void, ms?: number) => (ms === 2000 ? 0 : later(act, ms))) as typeof later;
      const send = window.fetch;
      window.fetch = (...given) => {
        if (String(given[0]).includes('/previews')) document.title = String(document.querySelectorAll('figure').length);
        return send(...given);
      };
    });
    await drop('tides.csv', tides(['north', 'south']));
    await page.getByRole('heading', { name: '2 series, monthly, Jan 2018 to Dec 2022' }).waitFor();
    expect(await page.title()).toBe('2');
    expect(sent).toEqual(['POST /api/v1/previews']);
    expect(open.complaints).toEqual([]);
  });

  it('forecasts again when the person changes the horizon or how the file is read', async () => {
    await visit();
    await drop('tides.csv', tides(['north']));
    await page.getByRole('heading', { name: '1 series, monthly, Jan 2018 to Dec 2022' }).waitFor();
    const first = page.getByRole('region', { name: 'A first forecast' });

    await page.getByLabel('Forecast this many steps').fill('30');
    await page.keyboard.press('Tab');
    await first.getByText('30 months ahead', { exact: false }).waitFor();
    expect(await first.innerText()).toContain('Jun 2025: ');

    await page.getByText('How it is read').click();
    await page.getByLabel('Frequency').selectOption('P3M');
    await first.getByText('30 quarters ahead', { exact: false }).waitFor();
    expect(open.complaints).toEqual([]);
  });

  it('says that a file with a question waits for the answer, and forecasts it then', async () => {
    await visit();
    const rows = Array.from({ length: 60 }, (_, t) => `${2018 + Math.floor(t / 12)}-${pad((t % 12) + 1)},${t + 1}.500`);
    await drop('doubt.csv', `month,v\n${rows.join('\n')}\n`);
    const first = page.getByRole('region', { name: 'A first forecast' });
    await first.getByText('No forecast yet: "v" can be read more than one way', { exact: false }).waitFor();
    await page.getByRole('radio').first().check();
    await first.getByRole('img', { name: 'First forecast of v' }).waitFor();
    expect(open.complaints).toEqual([]);
  });

  it.each([
    ['short.csv', Buffer.from('month,v\n2020-01,1\n2020-02,2\n2020-03,5\n'), 'it has 3 observations'],
    ['cut.csv.gz', gzipSync(tides(['north'])).subarray(0, 120), 'gzip archive that this browser cannot unpack'],
  ])('says why there is none of %s, and leaves the rest to the preview', async (name, file, reason) => {
    await visit();
    await drop(name, file);
    await page.getByRole('region', { name: 'A first forecast' }).getByText(reason, { exact: false }).waitFor();
    await page.getByRole('heading', { name: '1 series, monthly' }).or(page.getByRole('alert')).first().waitFor();
    expect(sent).toEqual(['POST /api/v1/previews']);
  });

  it('reads the first megabyte of a large file, and says so', async () => {
    await visit();
    const rows = Array.from({ length: 240_000 }, (_, t) => `${t},${(t * 7) % 24}`);
    const buffer = Buffer.from(`step,v\n${rows.join('\n')}\n`);
    await page.locator('#file').setInputFiles({ name: 'long.csv', mimeType: 'text/csv', buffer });
    const first = page.getByRole('region', { name: 'A first forecast' });
    await first.getByText('Only the first megabyte of this large file was read').waitFor();
    // The lines of steps 0 to 121,009 fit into 1,048,576 bytes.
    expect(await first.innerText()).toContain('Last observed 121009: ');
  });

  it('sends the file after two seconds where the forecast takes longer', async () => {
    await visit();
    await page.route('**/forecast-worker.js', (route) => route.fulfill({ contentType: 'text/javascript', body: '' }));
    await page.reload();
    await drop('tides.csv', tides(['north', 'south']));
    await page.getByRole('heading', { name: '2 series, monthly, Jan 2018 to Dec 2022' }).waitFor();
    expect(await page.getByText('The pre-trained network reads the file…').isVisible()).toBe(true);
    expect(await page.getByRole('button', { name: 'Import and train' }).isEnabled()).toBe(true);
  });

  it('imports as ever where the worker cannot start', async () => {
    await visit();
    await page.route('**/forecast-worker.js', (route) => route.fulfill({ contentType: 'text/javascript', body: '(' }));
    await page.reload();
    await drop('tides.csv', tides(['north', 'south']));
    await page.getByRole('heading', { name: '2 series, monthly, Jan 2018 to Dec 2022' }).waitFor();
    await page.getByText('No forecast yet: the forecast could not be computed in this browser.').waitFor();
    expect(await page.getByRole('button', { name: 'Import and train' }).isEnabled()).toBe(true);
  });

  it('fits a phone, with a long name and a packed file', async () => {
    await visit({ viewport: { width: 360, height: 740 } });
    await drop(
      'tides.csv.gz',
      gzipSync(tides(['the-level-of-the-water-at-the-northernmost-of-all-our-harbours', 'south'])),
    );
    await page.getByRole('img', { name: 'First forecast of south' }).waitFor();
    await page.getByRole('heading', { name: '2 series, monthly, Jan 2018 to Dec 2022' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    expect(open.complaints).toEqual([]);
  });
});

describe('the worker', () => {
  it.each([
    ['monthly', () => tides(['north', 'south'])],
    ['hourly', hours],
    [
      'any',
      () =>
        hours()
          .replaceAll('time', 'step')
          .replace(/^2024[^,]*/gm, () => String(counter++)),
    ],
  ])('gives the numbers of Node by the %s network, to 1e-5', async (network, file) => {
    await visit();
    const text = file();
    const expected = await localForecast(new TextEncoder().encode(text), async (name) => shipped(name));
    const reply = await page.evaluate(
      (content) =>
        new Promise<LocalForecastReply>((resolve) => {
          const worker = new Worker('/forecast-worker.js', { type: 'module' });
          worker.onmessage = ({ data }) => resolve(data);
          worker.postMessage({ id: 1, file: new File([content], 'a.csv'), answers: {} });
        }),
      text,
    );
    if (!('drawn' in reply)) throw new Error(reply.none);
    expect(reply.drawn.network).toBe(network);
    const found = reply.drawn.series.flatMap(({ quantiles }) => quantiles.flat());
    const wanted = expected.series.flatMap(({ quantiles }) => quantiles.flat());
    expect(found).toHaveLength(wanted.length);
    expect(Math.max(...found.map((value, i) => Math.abs(value / wanted[i] - 1)))).toBeLessThan(1e-5);
    expect(open.complaints).toEqual([]);
  });

  it('is one script without Node, and fetches nothing but its networks', async () => {
    const script = readFileSync(`${WEB}/forecast-worker.js`, 'utf8');
    expect(script).not.toMatch(/from\s*["']node:|require\(["']node:/);
    await visit();
    const fetched: string[] = [];
    page.on('request', (request) => fetched.push(new URL(request.url()).pathname));
    await drop('tides.csv', tides(['north']));
    await page.getByRole('img', { name: 'First forecast of north' }).waitFor();
    expect(fetched.filter((path) => path !== '/api/v1/previews')).toEqual([
      expect.stringMatching(/^\/assets\/monthly-[\w-]+\.network$/),
      expect.stringMatching(/^\/assets\/yearly-[\w-]+\.network$/),
    ]);
  });
});

let counter = 0;
const pad = (n: number) => String(n).padStart(2, '0');

/** Sixty months of each series. */
function tides(names: readonly string[]): string {
  const rows = Array.from({ length: 60 }, (_, t) => {
    const month = `${2018 + Math.floor(t / 12)}-${pad((t % 12) + 1)}`;
    return `${month},${names.map((_, s) => 100 * (s + 1) + t + Math.round(12 * Math.sin(((t + s + 1) * Math.PI) / 6))).join()}`;
  });
  return `month,${names.join()}\n${rows.join('\n')}\n`;
}

/** Three weeks of hours. */
function hours(): string {
  const rows = Array.from({ length: 504 }, (_, t) => {
    const time = new Date(Date.UTC(2024, 0, 1, t)).toISOString();
    return `${time},${Math.round(500 + 90 * Math.sin((t * Math.PI) / 12) + ((t * 37) % 23))}`;
  });
  return `time,load\n${rows.join('\n')}\n`;
}

async function visit(options: Parameters<typeof openPage>[0] = {}): Promise<void> {
  open = await openPage(options);
  page = open.page;
  page.setDefaultTimeout(20_000);
  sent = [];
  page.on('request', (request) => {
    if (request.method() !== 'GET') sent.push(`${request.method()} ${new URL(request.url()).pathname}`);
  });
  await page.goto(`${server.url}/import`);
  await page.getByRole('heading', { name: 'Import', level: 1 }).waitFor();
}

/** As a person does: the file is dragged onto the page. */
async function drop(name: string, content: string | Uint8Array): Promise<void> {
  const bytes = Array.from(typeof content === 'string' ? Buffer.from(content) : content);
  const data = await page.evaluateHandle(
    ([fileName, numbers]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([Uint8Array.from(numbers)], fileName));
      return transfer;
    },
    [name, bytes] as const,
  );
  await page.dispatchEvent('.drop', 'drop', { dataTransfer: data });
}

/** Whether the first chart has pixels of the colours of history and forecast, as the stylesheet has them. */
async function coloursDrawn(of: Page): Promise<{ history: boolean; forecast: boolean }> {
  return of.evaluate(() => {
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string) => style.getPropertyValue(name).trim().split(/\s+/).map(Number);
    const canvas = document.querySelector('.first-forecasts canvas') as HTMLCanvasElement;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    const drawn = ([r, g, b]: number[]) => {
      let pixels = 0;
      for (let i = 0; i < data.length; i += 4) {
        if (Math.abs(data[i] - r) + Math.abs(data[i + 1] - g) + Math.abs(data[i + 2] - b) < 12) pixels++;
      }
      return pixels > 20;
    };
    return { history: drawn(colour('--plot-history')), forecast: drawn(colour('--plot-forecast')) };
  });
}
