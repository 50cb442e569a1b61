import { spawnSync } from 'node:child_process';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { chmod } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { brotliDecompressSync, createBrotliDecompress } from 'node:zlib';
import { type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

export interface OpenPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the page complained about: console errors, exceptions, requests that the policy refused. */
  readonly complaints: string[];
  close(): Promise<void>;
}

/**
 * A page in the headless Chromium that comes with npm, in a profile of its own that is removed on close. Complaints are
 * collected, so that a test can say there were none.
 */
export async function openPage(options: BrowserContextOptions = {}): Promise<OpenPage> {
  const browser = await unpackBrowser();
  const profile = mkdtempSync(join(tmpdir(), 'tidecast-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: browser.program,
    env: browser.env,
    args: ARGUMENTS,
    headless: true,
    acceptDownloads: true,
    ...options,
  });
  const page = context.pages()[0] ?? (await context.newPage());
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  return {
    page,
    context,
    complaints,
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

// The package's own list is made for a cloud function with one process; these are what a container without a display needs.
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-dev-shm-usage',
  '--disable-gpu',
  '--headless=shell',
  '--font-render-hinting=none',
];

/**
 * The browser out of its package, once for each version: into a folder that is moved to its place when it is whole, so that
 * test files that start together cannot meet half a program. Libraries and fonts come from the package too, but only where
 * the machine has none of its own.
 */
async function unpackBrowser(): Promise<{ program: string; env: Record<string, string> }> {
  const bin = join(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')), '../../bin');
  const { version } = JSON.parse(readFileSync(join(bin, '../package.json'), 'utf8')) as { version: string };
  const place = join(tmpdir(), `tidecast-chromium-${version}-${userInfo().uid}`);
  if (!existsSync(place)) {
    const folder = mkdtempSync(`${place}-`);
    const program = join(folder, 'chromium');
    await pipeline(createReadStream(join(bin, 'chromium.br')), createBrotliDecompress(), createWriteStream(program));
    await chmod(program, 0o755);
    for (const archive of ['fonts', 'al2023']) untar(join(bin, `${archive}.tar.br`), folder);
    // The package's own configuration looks for them where a cloud function has them.
    writeFileSync(
      join(folder, 'fonts.conf'),
      `<fontconfig><dir>${place}/fonts</dir><cachedir>${place}/cache</cachedir></fontconfig>`,
    );
    try {
      renameSync(folder, place);
    } catch (error) {
      // Another process was faster: what it made is the same.
      rmSync(folder, { recursive: true, force: true });
      if (!existsSync(place)) throw error;
    }
  }
  const program = join(place, 'chromium');
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) env[name] = value;
  if (/not found/.test(spawnSync('ldd', [program], { encoding: 'utf8' }).stdout ?? '')) {
    env.LD_LIBRARY_PATH = [join(place, 'lib'), env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  }
  if (!existsSync('/etc/fonts/fonts.conf')) env.FONTCONFIG_PATH = place;
  return { program, env };
}

function untar(archive: string, folder: string): void {
  const { status, stderr, error } = spawnSync('tar', ['-x', '-C', folder], {
    input: brotliDecompressSync(readFileSync(archive)),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${archive} could not be unpacked: ${error?.message ?? stderr}`);
}
