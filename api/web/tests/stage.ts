// What the stories share: one service, one browser, and how a user finds things on the page.
import AxeBuilder from '@axe-core/playwright';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium as driver, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';
import { chromium, OUT } from './places';
import { Service } from './service';

/** Eights of the dance that most stories are about. */
export const EIGHTS = 4;
export const service = new Service();
/** What no story may cause: errors of the page, requests to other hosts. */
export const complaints: string[] = [];

/** What the stories hand on to each other. */
export const stage = {
  browser: undefined as unknown as Browser,
  context: undefined as unknown as BrowserContext,
  page: undefined as unknown as Page,
  /** Address of the dance, `/dances/…`. */
  dance: '',
};

export async function begin(): Promise<void> {
  await service.start();
  service.prepare();
  stage.browser = await driver.launch({ executablePath: chromium(), args: ['--autoplay-policy=no-user-gesture-required', '--mute-audio'] });
  [stage.context, stage.page] = await opened();
}

export async function end(): Promise<void> {
  await stage.browser?.close();
  await service.end();
}

export async function opened(options: BrowserContextOptions = {}): Promise<[BrowserContext, Page]> {
  const context = await stage.browser.newContext({ viewport: { width: 1366, height: 850 }, locale: 'en-GB', acceptDownloads: true, ...options });
  context.setDefaultTimeout(40_000);
  if (process.env.EIGHTCOUNT_STUDIO_DIST) await fromDisk(context, process.env.EIGHTCOUNT_STUDIO_DIST);
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
async function fromDisk(context: BrowserContext, dist: string): Promise<void> {
  await context.route(`${service.address}/assets/*`, (route) => route.fulfill({ path: join(dist, new URL(route.request().url()).pathname) }));
  await context.route(new RegExp(`^${service.address}/((songs|dances|library)(/.*)?)?(\\?.*)?$`), (route) => route.fulfill({ path: join(dist, 'index.html') }));
}

export const heading = (page: Page, text: RegExp) => page.getByRole('heading', { level: 1, name: text });
export const cards = (page: Page) => page.getByRole('button', { name: /^Choose step/ });

export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(OUT, { recursive: true });
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: join(OUT, `${name}.png`) });
}

/** What axe says against a view, in words. */
export async function violations(page: Page): Promise<string[]> {
  const found = await new AxeBuilder({ page: page as never }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze();
  return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => `${node.target.join(' ')} ${node.failureSummary ?? ''}`).join('; ')}`);
}

/** How far the parts of a view moved by themselves since it opened: the cumulative layout shift of Web Vitals. */
export function shift(page: Page): Promise<number> {
  return page.evaluate(
    () => new Promise<number>((resolve) => {
      let sum = 0;
      new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
        const { value, hadRecentInput } = entry as unknown as { value: number; hadRecentInput: boolean };
        if (!hadRecentInput) sum += value;
      })).observe({ type: 'layout-shift', buffered: true });
      setTimeout(() => resolve(sum), 300);
    }),
  );
}

export interface State {
  revision: number;
  status: string;
  open_eight: number | null;
  eights: { selection: { step: string; mirrored: boolean; transition: string | null; rendered: boolean } | null }[];
  stages: { stage: string; revision: number; outdated: boolean }[];
}

export const state = (dance = stage.dance) => service.read<State>(`/api/choreographies/${dance.split('/')[2]}`);

export async function chosenStep(eight: number): Promise<string> {
  return (await state()).eights[eight]?.selection?.step ?? '';
}

/** Presses Tab until the focus is on what has these words. */
export async function tabTo(page: Page, words: RegExp): Promise<void> {
  for (let i = 0; i < 100; i += 1) {
    const text = await page.evaluate(() => (document.activeElement?.matches('a, button') ? (document.activeElement.textContent?.trim() ?? '') : ''));
    if (words.test(text)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`the keyboard does not reach ${words}`);
}
