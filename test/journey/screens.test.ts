import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { claimJob, finishJob, insertJob } from '../../db/jobs.ts';
import { insertPromotion } from '../../db/promotions.ts';
import { insertRun, type RunScores } from '../../db/runs.ts';
import { seriesOf } from '../../db/series.ts';
import { type OpenPage, openPage } from '../support/browser.ts';
import { addDataset, monthly, startServer, type TestServer } from '../support/server.ts';

/** Single screens in a real browser, over a store that a test has filled: nothing is trained here. */

let server: TestServer;
let browser: OpenPage;
let page: Page;

beforeAll(async () => {
  browser = await openPage({ viewport: { width: 1280, height: 860 } });
  page = browser.page;
  page.setDefaultTimeout(20_000);
});
afterAll(() => browser?.close());

beforeEach(async () => {
  server = await startServer({ webDir: fileURLToPath(new URL('../../dist/web', import.meta.url)) });
});
afterEach(async () => {
  await page.goto('about:blank');
  await server.close();
});

describe('the chart of a series', () => {
  const days = Array.from({ length: 60 }, (_, i): [number, number] => [Date.UTC(2024, 10, 1 + i), 100 + (i % 7)]);

  it('marks the public holidays that the dataset asks for, and the tables name them', async () => {
    const id = addDataset(server.store, { shop: days }, { frequency: 'P1D', season: 7, settings: { holidays: 'DE' } });
    await page.goto(`${server.url}/series/${seriesOf(server.store, id)[0].id}`);
    await page.getByRole('img', { name: /with the public holidays \(DE\) that the chart marks\.$/ }).waitFor();
    expect(await page.locator('.legend li').allTextContents()).toEqual(['observed', 'public holidays (DE)']);
    expect(await drawnIn('third')).toBeGreaterThan(20);
    await page.getByText('Observations in the visible range', { exact: true }).click();
    const christmas = page.getByRole('row').filter({ hasText: '25 Dec 2024' });
    expect(await christmas.textContent()).toContain('Christmas Day');
    expect(await page.getByRole('row').filter({ hasText: '24 Dec 2024' }).textContent()).toBe('Tue, 24 Dec 2024104');
  });

  it('names the holiday beside the value where a person points at it', async () => {
    const id = addDataset(server.store, { shop: days }, { frequency: 'P1D', season: 7, settings: { holidays: 'DE' } });
    const range = `from=${Date.UTC(2024, 11, 20)}&to=${Date.UTC(2024, 11, 31)}`;
    await page.goto(`${server.url}/series/${seriesOf(server.store, id)[0].id}?${range}`);
    await page.locator('.legend li').first().waitFor();
    const box = (await page.locator('.plot canvas').boundingBox())!;
    await page.evaluate(() => {
      const said: string[] = [];
      const { fillText } = CanvasRenderingContext2D.prototype;
      CanvasRenderingContext2D.prototype.fillText = function (text: string, ...rest) {
        said.push(text);
        return fillText.call(this, text, ...rest);
      };
      Object.assign(window, { said });
    });
    // The 25th is five of eleven days in; the axis takes the first 56 pixels.
    await page.mouse.move(box.x + 56 + ((box.width - 56) * 5) / 11, box.y + 60);
    await page.waitForFunction(() => (window as unknown as { said: string[] }).said.includes('Christmas Day'));
  });

  it('marks none where the dataset asks for none', async () => {
    const id = addDataset(server.store, { shop: days }, { frequency: 'P1D', season: 7 });
    await page.goto(`${server.url}/series/${seriesOf(server.store, id)[0].id}`);
    await page.locator('.legend li').first().waitFor();
    expect(await page.locator('.legend li').allTextContents()).toEqual(['observed']);
    expect(await drawnIn('third')).toBe(0);
  });
});

describe('an open screen', () => {
  it.each([
    ['the datasets', () => '/', '.job-bar'],
    ['a dataset', (id: number) => `/datasets/${id}`, '.job'],
    ['runs', (id: number) => `/datasets/${id}/runs`, '.job'],
  ])('of %s notices a job that it did not start, and the next one', async (_, path, shown) => {
    const id = addDataset(server.store, { a: monthly(2020, [1, 2, 3]) });
    await page.goto(server.url + path(id));
    await page.locator('h1').waitFor();
    await page.waitForFunction(() => document.querySelector('.loading') === null);
    await page.evaluate(() => Object.assign(window, { notReloaded: true }));
    for (const reason of ['schedule', 'new observations']) {
      const job = insertJob(server.store, { datasetId: id, kind: 'train', reason }, server.clock.now);
      claimJob(server.store, server.clock.now);
      await page.locator(shown).getByText('Training starts').waitFor();
      finishJob(server.store, job, { state: 'failed', error: { code: 'internal', message: 'no' } }, server.clock.now);
      server.runner.changed(job);
      await page.locator(shown).waitFor({ state: 'detached' });
    }
    expect(await page.evaluate(() => 'notReloaded' in window)).toBe(true);
  });

  it('of a dataset keeps what a person was looking for when it is drawn again', async () => {
    const many = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`s${i}`, monthly(2020, [1, 2])]));
    const id = addDataset(server.store, many);
    await page.goto(`${server.url}/datasets/${id}`);
    await page.getByLabel('Find a series').fill('s1');
    insertJob(server.store, { datasetId: id, kind: 'train', reason: 'schedule' }, server.clock.now);
    await page.getByText('Training waits for its turn').waitFor();
    await page.keyboard.type('1');
    expect(await page.getByLabel('Find a series').inputValue()).toBe('s11');
    expect(await page.getByText('1 series of 12').count()).toBe(1);
  });
});

describe('the scores of a run', () => {
  it('fit a screen of 1280 pixels, the champion with the run whose network it is', async () => {
    const id = addDataset(server.store, { a: monthly(2020, [1, 2, 3]) });
    const first = addRun(id, {});
    insertPromotion(server.store, promotion(id, first));
    const second = addRun(id, { champion: first });
    await page.goto(`${server.url}/runs/${second}`);
    const scores = page.getByRole('region', { name: 'Scores of the network and of the baselines' });
    await scores.waitFor();
    expect(await scores.evaluate((box) => box.scrollWidth - box.clientWidth)).toBe(0);
    expect(await page.locator('.more-after').count()).toBe(0);
    await scores
      .getByRole('rowheader', { name: `run ${first}, champion before` })
      .getByRole('link')
      .click();
    await page.getByRole('heading', { name: `Run ${first}`, level: 1 }).waitFor();
  });

  it('say on a phone that there is more, and where, and scroll inside their box', async () => {
    const id = addDataset(server.store, { a: monthly(2020, [1, 2, 3]) });
    const run = addRun(id, {});
    await page.setViewportSize({ width: 360, height: 740 });
    try {
      await page.goto(`${server.url}/runs/${run}`);
      const scores = page.getByRole('region', { name: 'Scores of the network and of the baselines' });
      await page.locator('.more-after', { has: scores }).waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
      await scores.evaluate((box) => box.scrollTo({ left: box.scrollWidth }));
      await page.locator('.more-before:not(.more-after)', { has: scores }).waitFor();
      const head = await scores.getByRole('rowheader', { name: 'seasonal naive' }).boundingBox();
      expect(head!.x).toBeGreaterThanOrEqual(0);
    } finally {
      await page.setViewportSize({ width: 1280, height: 860 });
    }
  });

  it('are told with all that the network is combined with', async () => {
    const id = addDataset(server.store, { a: monthly(2020, [1, 2, 3]) });
    const combination = { share: 0.3, sentence: 'Theta and ETS have 30 % of the forecast.' };
    const coarser = { share: 0.3, sentence: 'Its forecast is drawn by 30 % towards the means of whole years.' };
    await page.goto(`${server.url}/runs/${addRun(id, { combination, coarser })}`);
    const section = page.getByRole('region', { name: 'What it is combined with' });
    await section.waitFor();
    expect(await section.locator('p').allTextContents()).toEqual([combination.sentence, coarser.sentence]);
  });
});

function addRun(datasetId: number, configuration: Record<string, unknown>): number {
  const models = ['rnn', 'champion', 'seasonal-naive', 'naive', 'drift', 'theta', 'ets'];
  return insertRun(server.store, {
    ...{ datasetId, jobId: null, model: 'rnn', configuration, seed: 1, horizon: 3 },
    ...{ dataStart: Date.UTC(2020, 0), dataEnd: Date.UTC(2020, 2), dataHash: 'abc', packageVersion: '0.1.0' },
    ...{ lossCurve: [], folds: 3, byStep: {}, leftOut: [], explanation: null, durationMs: 1200, createdAt: 5 },
    scores: Object.fromEntries(models.map((model, i) => [model, scoresOf(0.8 + i / 10)])),
    weights: new Uint8Array([1]),
    scoredWeights: new Uint8Array([2]),
  });
}

function scoresOf(mase: number): RunScores {
  return {
    ...{ mae: 12_345.6 * mase, rmse: 23_456.7 * mase, mase, rmsse: mase, smape: 123.45, smapeSeries: 123.45 },
    ...{ pinball: 4567.8 * mase, wql: mase, owa: mase, coverage50: 0.5, coverage80: 0.8, coverage95: 0.95, points: 9 },
  };
}

const promotion = (datasetId: number, runId: number) => ({
  ...{ datasetId, runId, model: 'rnn', by: 'gate' as const, reason: 'It beat seasonal naive.', createdAt: 6 },
});

/** How many pixels of the chart have this colour of the plot, in full. */
function drawnIn(colour: string): Promise<number> {
  return page.evaluate((name) => {
    const canvas = document.querySelector('.plot canvas') as HTMLCanvasElement;
    const context = canvas.getContext('2d') as CanvasRenderingContext2D;
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    const [r, g, b] = getComputedStyle(document.documentElement)
      .getPropertyValue(`--plot-${name}`)
      .trim()
      .split(' ')
      .map(Number);
    let found = 0;
    for (let i = 0; i < data.length; i += 4) {
      if (Math.abs(data[i] - r) + Math.abs(data[i + 1] - g) + Math.abs(data[i + 2] - b) < 12) found++;
    }
    return found;
  }, colour);
}
