// One journey of one person through every screen: its steps build on each other, hence more than 300 lines.
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenPage, openPage } from '../support/browser.ts';
import { startProgram } from '../support/program.ts';

/** From a file dropped on the page to a forecast on a chart, in a real browser, against the program as it is shipped. */

const HOSTILE = '<script>alert(1)</script>';

let server: { url: string; stop: () => Promise<void> };
let browser: OpenPage;
let page: Page;

beforeAll(async () => {
  server = await startProgram();
  browser = await openPage({ viewport: { width: 1280, height: 860 } });
  page = browser.page;
  page.setDefaultTimeout(20_000);
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

describe('the dashboard', () => {
  it('says what to do when there is nothing yet, and is left by keyboard from the skip link on', async () => {
    await page.goto(server.url);
    await page.getByRole('heading', { name: 'Nothing here yet' }).waitFor();

    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    expect(page.url()).toBe(`${server.url}/`);
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Import a CSV file');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Import', level: 1 }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/import');
  });

  it('refuses a file that is no table in the words of the server, and stores nothing', async () => {
    await drop('notes.csv', 'nothing but words\nand more words\n');
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').textContent()).toContain('line');
    expect(await (await fetch(`${server.url}/api/v1/datasets`)).json()).toEqual([]);
  });

  it('asks about each column whose decimal mark cannot be known, and shows the mark of every other', async () => {
    const rows = Array.from({ length: 9 }, (_, i) => `2021-01-0${i + 1};${i},5;${i}.25;${i + 1}.234;${i + 1},345`);
    await drop('marks.csv', `date;a;b;c;d\n${rows.join('\n')}\n`);
    const confirm = page.getByRole('button', { name: 'Import and train' });
    await page.getByText('Answer the 2 questions above first.').waitFor();
    expect(await confirm.isDisabled()).toBe(true);
    await page.getByText('a comma in “a”, a point in “b”. Each is read by its own.').waitFor();
    const asked = (column: string) => page.getByRole('group', { name: `“${column}” can be read more than one way` });
    await asked('c').getByLabel('decimal comma (1.234 is 1234, 2.234 is 2234)').check();
    await page.getByText('Answer the question above first.').waitFor();
    await asked('d').getByLabel('decimal point (1,345 is 1345, 2,345 is 2345)').check();
    await page.getByText('Answer the question above first.').waitFor({ state: 'detached' });
    // Both answers are still there to be changed, and neither undid the other.
    expect(await page.getByRole('radio', { checked: true }).count()).toBe(2);
    expect(await confirm.isDisabled()).toBe(false);
    const marks = ['a', 'b', 'c', 'd'].map((column) => page.getByLabel(`Decimal mark of ${column}`).inputValue());
    expect(await Promise.all(marks)).toEqual([',', '.', ',', '.']);
    await page.getByLabel('Decimal mark of d').selectOption(',');
    await page.getByText('a comma in “a”, “d”, a point in “b”. Each is read by its own.').waitFor();
  });

  it('turns a dropped CSV into a trained forecast, with progress on the way', async () => {
    await drop('harbour tides.csv', longFile());
    await page.getByRole('heading', { name: '3 series, monthly, Jan 2015 to Dec 2018' }).waitFor();
    expect(await page.getByLabel('What series is taken for').inputValue()).toBe('series');
    expect(await page.getByLabel('Name').inputValue()).toBe('harbour tides');

    await page.getByRole('button', { name: 'Import and train' }).click();
    await page.getByRole('region', { name: 'Progress' }).waitFor();
    expect(await page.getByRole('progressbar').count()).toBe(1);
    // Without a reload: the run of the pre-trained network first, then the training that competes with it.
    await page.getByRole('heading', { name: /^Served by/ }).waitFor({ timeout: 100_000 });
    await page.getByText(/^Training( starts|, \d| waits)/).waitFor();
    await page.getByRole('button', { name: 'Retrain now' }).waitFor({ timeout: 100_000 });

    const rows = page.getByRole('region', { name: 'Series of harbour tides' }).getByRole('row');
    expect(await rows.count()).toBe(4);
    expect(await rows.filter({ hasText: 'flat' }).textContent()).toContain('constant');
  }, 230_000);

  it('names the first run as that of the pre-trained network, scored like any other', async () => {
    await page.getByRole('link', { name: 'Runs', exact: true }).click();
    const first = page.getByRole('region', { name: 'Runs, newest first' }).getByRole('row').last();
    expect(await first.getByRole('rowheader').textContent()).toContain('pre-trained');
    expect(await first.textContent()).toContain('Not trained on this data.');
    await first.getByRole('link', { name: 'Run 1', exact: true }).click();
    await page.getByText('It was not trained on this data.').waitFor();
    await page.getByText('As chosen: the pre-trained network as it is.').waitFor();
    const scores = page.getByRole('region', { name: 'Scores of the network and of the baselines' });
    expect(await scores.getByRole('rowheader', { name: 'pre-trained network' }).count()).toBe(1);
    await page.getByRole('link', { name: 'harbour tides' }).click();
  });

  it('shows a series named like a script as text, with its history and forecast drawn', async () => {
    await page.getByRole('link', { name: HOSTILE }).click();
    await page.getByRole('heading', { name: HOSTILE, level: 1 }).waitFor();
    expect(await page.title()).toContain(HOSTILE);

    await page.getByText('None of its steps has come yet.').waitFor();
    const numbers = page.getByRole('region', { name: 'The forecast in numbers' }).getByRole('row');
    expect(await numbers.count()).toBe(1 + 12);
    expect(await numbers.nth(1).textContent()).toContain('Jan 2019');
    const drawn = await coloursDrawn();
    expect(drawn.history).toBeGreaterThan(100);
    expect(drawn.forecast).toBeGreaterThan(100);
  });

  it('zooms, pans and travels through time by keyboard and wheel, and keeps the view in the URL', async () => {
    await page.getByRole('img', { name: /^Chart of/ }).focus();
    await page.keyboard.press('+');
    await page.keyboard.press('ArrowLeft');
    await page.waitForFunction(() => location.search.includes('from='));
    const range = new URL(page.url()).searchParams;
    expect(Number(range.get('to')) - Number(range.get('from'))).toBeLessThan(48 * 31 * 86_400_000);

    const box = await page.getByRole('img', { name: /^Chart of/ }).boundingBox();
    await page.mouse.move((box?.x ?? 0) + 500, (box?.y ?? 0) + 100);
    await page.mouse.wheel(0, -400);
    await page.waitForFunction((before) => location.search !== before, new URL(page.url()).search);

    await page.getByRole('slider').focus();
    await page.keyboard.press('ArrowLeft');
    await page.getByText(/steps have come: off by/).waitFor();
    await page.waitForFunction(() => location.search.includes('origin='));
    expect(await page.getByRole('columnheader', { name: 'What came' }).count()).toBe(1);

    const shared = page.url();
    const told = await page.locator('.caption').textContent();
    await page.goto(`${server.url}/`);
    await page.goto(shared);
    await page.getByText(/steps have come: off by/).waitFor();
    expect(await page.locator('.caption').textContent()).toBe(told);
    expect(page.url()).toBe(shared);
  });

  it('hands out the forecast as CSV and the chart as PNG', async () => {
    await page.getByRole('button', { name: 'Latest forecast' }).click();
    await page.getByText('None of its steps has come yet.').waitFor();
    const csv = await downloaded(() => page.getByRole('link', { name: 'Forecast (CSV)' }).click());
    expect(csv.toString('utf8').split('\n')[0].trim()).toBe('series_id,ds,q0.025,q0.1,q0.25,q0.5,q0.75,q0.9,q0.975');
    const png = await downloaded(() => page.getByRole('button', { name: 'Chart (PNG)' }).click());
    expect(png.subarray(1, 4).toString('latin1')).toBe('PNG');
    expect(png.length).toBeGreaterThan(5000);
  });

  it('explains a series that the network does not forecast', async () => {
    await page.getByRole('link', { name: 'harbour tides' }).click();
    await page.getByRole('link', { name: 'flat' }).click();
    const card = page.getByRole('region', { name: 'Why this series is not forecast by the network' });
    await card.first().waitFor();
    expect(await card.first().textContent()).toContain('Served instead');
  });

  it('takes newer data, forecasts again, and shows what became of the forecast before', async () => {
    await page.goto(`${server.url}/datasets/1/imports`);
    await page.locator('#more').setInputFiles({
      name: 'newer.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(
        `month,series,value\n2019-01,ice cream,60\n2019-02,ice cream,58.66\n2018-12,ice cream,59\n2019-02,silent,NA\n`,
      ),
    });
    await page.getByText('2 observations added, 1 replaced, 0 unchanged.').last().waitFor();

    // New data alone starts a forecast; asked for by hand as well, there is nothing to wait for but the jobs.
    await page.goto(`${server.url}/datasets/1`);
    const again = page.getByRole('button', { name: 'Forecast now' });
    await again
      .or(page.getByRole('region', { name: 'Progress' }))
      .first()
      .waitFor();
    await again.waitFor({ timeout: 30_000 });
    await page.getByRole('link', { name: 'ice cream' }).click();
    await page.getByText(/^Forecast as it was known after Feb 2019/).waitFor();
    await page.getByRole('button', { name: 'Earlier origin' }).click();
    await page.getByText('2 of 12 steps have come: off by').waitFor();
    expect(await page.getByText('2 forecast steps have met their actuals').count()).toBe(1);
  }, 60_000);

  it('shows what stands in for a series without a single value', async () => {
    await page.getByRole('link', { name: 'harbour tides' }).click();
    await page.getByRole('link', { name: 'silent' }).click();
    await page.getByText('Served instead: the last values of the other series.').first().waitFor();
    const numbers = page.getByRole('region', { name: 'The forecast in numbers' }).getByRole('row');
    await numbers.nth(12).waitFor();
    expect(await numbers.nth(1).textContent()).toContain('Mar 2019');
    expect(await page.locator('.legend li').allTextContents()).toEqual(['observed', 'forecast: median and intervals']);
  });

  it('scores the run beside the baselines and marks the best', async () => {
    await page.getByRole('link', { name: 'harbour tides' }).click();
    await page.getByRole('link', { name: 'Runs', exact: true }).click();
    await page.getByRole('link', { name: 'Run 1', exact: true }).click();
    const scores = page.getByRole('region', { name: 'Scores of the network and of the baselines' });
    await scores.waitFor();
    expect(await scores.getByRole('rowheader', { name: 'seasonal naive' }).count()).toBe(1);
    expect(await scores.getByText('(best)').count()).toBe(9);
  });

  it('says why the forecasts are what they are, and shows the scores of each series and step', async () => {
    const why = page.getByRole('region', { name: 'Why these forecasts' });
    await why.getByText(/^(What matters most is|No group of features alone)/).waitFor();
    await why.getByText('Error added where a group is exchanged').waitFor();
    await why.getByText('other patterns').waitFor();
    await page.getByText('By series', { exact: true }).click();
    const series = page.getByRole('region', { name: 'Scores by series' });
    expect(await series.getByRole('rowheader').count()).toBeGreaterThan(0);
    await page.getByText('By step ahead', { exact: true }).click();
    await page.getByRole('region', { name: 'Scores by step ahead' }).getByRole('rowheader').first().waitFor();
  });

  it('shows the next five times of a schedule as it is typed, and the reason when it makes no sense', async () => {
    await page.goto(`${server.url}/datasets/1/schedule`);
    const form = page.getByRole('form', { name: 'Retraining' });
    const chosen = form.getByLabel('When').locator('option:checked');
    expect(await chosen.textContent()).toBe('On the first of each month at 04:00');
    await form.getByLabel('Cron').fill('15 4 * * 1');
    expect(await chosen.textContent()).toBe('Custom (cron)');
    await form
      .getByText(/^Mon, .*04:15/)
      .first()
      .waitFor();
    await page.waitForFunction(() => document.querySelectorAll('form[aria-label="Retraining"] ol li').length === 5);
    await form.getByRole('button', { name: 'Save' }).click();
    await form.getByText('Saved.').waitFor();
    const saved = await (await fetch(`${server.url}/api/v1/datasets/1/schedules`)).json();
    expect(saved[0].cron).toBe('15 4 * * 1');

    // The browser writes every refused request to its console: this one was asked for.
    const before = browser.complaints.length;
    await form.getByLabel('Cron').fill('99 4 * * 1');
    await form.locator('.bad-text').waitFor();
    expect(await form.locator('.bad-text').textContent()).toContain('99 4 * * 1');
    browser.complaints.splice(before);
  });

  it('says so where nothing is at an address, and shows the way back', async () => {
    const before = browser.complaints.length;
    await page.goto(`${server.url}/datasets/999`);
    await page.getByRole('heading', { name: 'There is nothing at this address' }).waitFor();
    expect(await page.getByText('There is no dataset 999').count()).toBe(1);
    expect(await page.title()).toBe('Not found · Tidecast');
    browser.complaints.splice(before);
    await page.getByRole('link', { name: 'All datasets' }).click();
    await page.getByRole('heading', { name: 'Datasets', level: 1 }).waitFor();
  });

  it('fits a phone without scrolling sideways, on every screen', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    for (const path of [
      '/',
      '/import',
      '/datasets/1',
      '/datasets/1/runs',
      '/datasets/1/schedule',
      '/datasets/1/imports',
      '/datasets/1/settings',
      '/runs/1',
      '/series/1',
      '/settings',
    ]) {
      await page.goto(server.url + path);
      await page.locator('main h1').waitFor();
      await page.waitForFunction(() => document.querySelector('.loading') === null);
      const wider = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect([path, wider]).toEqual([path, 0]);
    }
  });

  it('deletes a dataset only after a question', async () => {
    await page.goto(`${server.url}/datasets/1/settings`);
    await page.getByRole('button', { name: 'Delete this dataset' }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect(await (await fetch(`${server.url}/api/v1/datasets`)).json()).toHaveLength(1);
    await page.getByRole('button', { name: 'Delete this dataset' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('heading', { name: 'Nothing here yet' }).waitFor();
    expect(await (await fetch(`${server.url}/api/v1/datasets`)).json()).toEqual([]);
  });

  it('leaves nothing in the console but the one file that was refused', () => {
    expect(browser.complaints.filter((text) => !text.includes('422'))).toEqual([]);
    expect(browser.complaints).toHaveLength(1);
  });
});

describe('the dashboard behind a password', () => {
  it('asks for it, goes on to where the person wanted to go, makes a token once, and forgets the person again', async () => {
    const guarded = await startProgram({ TIDECAST_PASSWORD: 'high tide at noon' });
    const visitor = await openPage();
    try {
      const { page } = visitor;
      page.setDefaultTimeout(20_000);
      await page.goto(`${guarded.url}/settings`);
      await page.getByLabel('Password').fill('low tide');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').waitFor();
      expect(await page.getByRole('alert').textContent()).toContain('password');

      await page.getByLabel('Password').fill('high tide at noon');
      await page.keyboard.press('Enter');
      await page.getByLabel('Name of a new token').fill('nightly <b>upload</b>');
      expect(new URL(page.url()).pathname).toBe('/settings');
      await page.keyboard.press('Enter');
      const token = await page.locator('.secret').textContent();
      const reply = await fetch(`${guarded.url}/api/v1/datasets`, { headers: { authorization: `Bearer ${token}` } });
      expect(reply.status).toBe(200);
      await page.reload();
      await page.getByRole('rowheader', { name: 'nightly <b>upload</b>' }).waitFor();
      expect(await page.locator('.secret').count()).toBe(0);

      await page.getByRole('button', { name: 'Log out' }).click();
      await page.getByLabel('Password').waitFor();
      await page.goto(`${guarded.url}/`);
      await page.getByLabel('Password').waitFor();
      expect(new URL(page.url()).pathname).toBe('/login');
    } finally {
      await visitor.close();
      await guarded.stop();
    }
  });
});

/** Drops a file on the page as a person does with the mouse. */
async function drop(name: string, text: string): Promise<void> {
  const dataTransfer = await page.evaluateHandle(
    ([name, text]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], name, { type: 'text/csv' }));
      return transfer;
    },
    [name, text] as const,
  );
  await page.locator('.drop').dispatchEvent('drop', { dataTransfer });
}

/** Four years of months of two series with a season and one that never changes, in long form. */
function longFile(): string {
  const rows = ['month,series,value'];
  for (const [name, value] of [
    [HOSTILE, (i: number) => 100 + i + 20 * Math.sin((i * Math.PI) / 6)],
    ['ice cream', (i: number) => 50 + 10 * Math.cos((i * Math.PI) / 6)],
    ['flat', () => 5],
  ] as const) {
    for (let i = 0; i < 48; i++) {
      const month = `${2015 + Math.floor(i / 12)}-${String((i % 12) + 1).padStart(2, '0')}`;
      rows.push(`${month},${name},${value(i).toFixed(2)}`);
    }
  }
  return `${rows.join('\n')}\n`;
}

const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');

/** How many pixels of the chart have the colour of the history and of the forecast's median. */
function coloursDrawn(): Promise<{ history: number; forecast: number }> {
  return page.evaluate(() => {
    const canvas = document.querySelector('.plot canvas') as HTMLCanvasElement;
    const { data } = (canvas.getContext('2d') as CanvasRenderingContext2D).getImageData(
      0,
      0,
      canvas.width,
      canvas.height,
    );
    const style = getComputedStyle(document.documentElement);
    const count = (name: string) => {
      const [r, g, b] = style.getPropertyValue(`--plot-${name}`).trim().split(' ').map(Number);
      let found = 0;
      for (let i = 0; i < data.length; i += 4) {
        if (Math.abs(data[i] - r) + Math.abs(data[i + 1] - g) + Math.abs(data[i + 2] - b) < 12) found++;
      }
      return found;
    };
    return { history: count('history'), forecast: count('forecast') };
  });
}

async function downloaded(click: () => Promise<void>): Promise<Buffer> {
  const [download] = await Promise.all([page.waitForEvent('download'), click()]);
  return readFileSync(await download.path());
}
