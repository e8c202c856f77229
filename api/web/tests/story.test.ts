// The studio in a real browser on the real service: stories told from outside, by what a user sees and presses.
import AxeBuilder from '@axe-core/playwright';
import { mkdirSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium as driver, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { chromium, OUT } from './places';
import { Service, until } from './service';

const EIGHTS = 4;
const service = new Service();
let browser: Browser;
let context: BrowserContext;
let page: Page;
let dance = '';
const complaints: string[] = [];

async function opened(options: BrowserContextOptions = {}): Promise<[BrowserContext, Page]> {
  const context = await browser.newContext({ viewport: { width: 1366, height: 850 }, locale: 'en-GB', acceptDownloads: true, ...options });
  context.setDefaultTimeout(40_000);
  if (process.env.EIGHTCOUNT_STUDIO_DIST) await fromDisk(context);
  const page = await context.newPage();
  page.on('console', (message) => {
    // A server that is away on purpose is a network error too.
    const expected = /Failed to load resource|ERR_CONNECTION_REFUSED|ERR_INCOMPLETE|net::/.test(message.text());
    if (message.type() === 'error' && !expected) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(service.address) && !/^(blob|data|about):/.test(request.url())) complaints.push(`another host: ${request.url()}`);
  });
  return [context, page];
}

/** For quick work on the page: as it was built just now, not as it is in the program. */
async function fromDisk(context: BrowserContext): Promise<void> {
  const dist = fileURLToPath(new URL('../dist/', import.meta.url));
  await context.route(`${service.address}/assets/*`, (route) => route.fulfill({ path: join(dist, new URL(route.request().url()).pathname) }));
  await context.route(new RegExp(`^${service.address}/((songs|dances|library)(/.*)?)?(\\?.*)?$`), (route) => route.fulfill({ path: join(dist, 'index.html') }));
}

const heading = (page: Page, text: RegExp) => page.getByRole('heading', { level: 1, name: text });
const cards = (page: Page) => page.getByRole('button', { name: /^Choose step/ });

async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(OUT, { recursive: true });
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: join(OUT, `${name}.png`) });
}

/** What axe says against a view, in words. */
async function violations(page: Page): Promise<string[]> {
  const found = await new AxeBuilder({ page: page as never }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze();
  return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => `${node.target.join(' ')} ${node.failureSummary ?? ''}`).join('; ')}`);
}

beforeAll(async () => {
  await service.start();
  await service.prepare();
  browser = await driver.launch({ executablePath: chromium(), args: ['--autoplay-policy=no-user-gesture-required', '--mute-audio'] });
  [context, page] = await opened();
});
afterAll(async () => {
  await browser?.close();
  await service.end();
});

// A failure leaves a picture of what the user saw.
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await picture(page, 'failed');
});

describe('the journey', () => {
  test('a song is uploaded, heard, and shows its beats', async () => {
    await page.goto(service.address);
    await page.setInputFiles('input[type=file]', service.songFile);
    await page.getByText('BPM').first().waitFor();
    await expect(heading(page, /chaosland/).isVisible()).resolves.toBe(true);
    await page.getByRole('button', { name: 'Play' }).click();
    await until('the song sounds', 20_000, async () => /0:0[1-9]/.test(await page.locator('.transport').innerText()));
    await until('a count is lit', 5_000, async () => (await page.locator('.counts.large i.on').count()) === 1);
    await page.getByRole('button', { name: 'Pause' }).click();
  });

  test('a section is chosen with the keys and snaps to eights', async () => {
    const [start, end] = [page.getByRole('slider', { name: 'First eight' }), page.getByRole('slider', { name: 'Last eight' })];
    for (const slider of [end, start]) {
      await slider.focus();
      for (let i = 0; i < 30; i += 1) await page.keyboard.press('ArrowLeft');
    }
    for (let i = 0; i < EIGHTS - 2; i += 1) {
      await end.focus();
      await page.keyboard.press('ArrowRight');
    }
    await start.focus();
    for (let i = 0; i < 30; i += 1) await page.keyboard.press('ArrowLeft');
    const length = Number((await page.locator('.chosen').innerText()).split(' ')[0]);
    await end.focus();
    for (let i = length; i < EIGHTS; i += 1) await page.keyboard.press('ArrowRight');
    for (let i = length; i > EIGHTS; i -= 1) await page.keyboard.press('ArrowLeft');
    await expect(page.locator('.chosen').innerText()).resolves.toMatch(`${EIGHTS} eights`);
    await page.getByText('Picture and cuts').click();
    await page.getByLabel('Size').selectOption({ label: '360p' });
    await page.getByRole('button', { name: 'Make the dance' }).click();
    await heading(page, /Eight 1/).waitFor();
    dance = new URL(page.url()).pathname;
    expect(dance).toMatch(/^\/dances\/[0-9a-f-]{36}$/);
  });

  test('candidates play in step with the song', async () => {
    await cards(page).first().waitFor();
    const first = page.locator('.card .picture').first();
    await until('the preview is rendered', 60_000, async () => (await first.locator('.state').count()) === 0);
    await first.hover();
    const video = page.locator('.card video').first();
    await video.waitFor({ state: 'attached' });
    await until('the video runs', 15_000, () => video.evaluate((video: HTMLVideoElement) => video.currentTime > 0.5));
    await page.mouse.move(5, 5);
  });

  test('every eight gets a step, stages announce themselves, the product plays and downloads', async () => {
    for (let eight = 1; eight <= EIGHTS; eight += 1) {
      await heading(page, new RegExp(`Eight ${eight} `)).waitFor();
      await cards(page).first().waitFor();
      await page.keyboard.press('1');
    }
    await page.getByText('Your dance is ready.').waitFor();
    await page.getByRole('link', { name: 'See the dance' }).click();
    const video = page.locator('.result video');
    await video.waitFor();
    await until('the product plays', 20_000, () => video.evaluate((video: HTMLVideoElement) => (void video.play(), video.currentTime > 0.3)));
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download the video' }).click()]);
    expect(download.suggestedFilename()).toMatch(/chaosland.*\.mp4$/);
    expect((await stat(await download.path())).size).toBeGreaterThan(50_000);
  });
});
