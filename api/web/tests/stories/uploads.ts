// Uploads on a bad line: called off, broken by a server that dies, gone on with after a reload.
import type { BrowserContext, CDPSession, Page, Request } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../service';
import { opened, picture, service } from '../stage';

/** So slow that there is time to break it: the song has about a megabyte. */
const SLOW_BYTES_PER_S = 120_000;

export function uploads(): void {
  describe('an upload on a slow line', () => {
    let context: BrowserContext;
    let page: Page;
    let line: CDPSession;
    /** Offsets of the requests that appended. */
    let offsets: number[] = [];
    const addresses = new Set<string>();

    const slow = (uploadThroughput: number) =>
      line.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput });
    const percent = async () => Number(/(\d+) %/.exec(await page.getByRole('list', { name: 'Uploads' }).innerText())?.[1] ?? 0);
    const seen = (request: Request): void => {
      if (request.method() !== 'PATCH' || !request.url().includes('/api/uploads/')) return;
      addresses.add(request.url());
      offsets.push(Number(request.headers()['upload-offset']));
    };
    const left = (address: string) =>
      fetch(address, { method: 'HEAD', headers: { 'tus-resumable': '1.0.0' } }).then((answer) => answer.status);

    beforeAll(async () => {
      [context, page] = await opened();
      page.on('request', seen);
      line = await context.newCDPSession(page);
      await line.send('Network.enable');
      await slow(SLOW_BYTES_PER_S);
      await page.goto(service.address);
    });
    afterAll(() => context.close());

    test('is called off, and nothing of it stays', async () => {
      await page.setInputFiles('input[type=file]', service.songFile);
      await until('some of it is sent', 20_000, async () => (await percent()) >= 5);
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByRole('list', { name: 'Uploads' }).waitFor({ state: 'hidden' });
      await until('the server has forgotten it', 10_000, async () => (await left([...addresses][0]!)) === 404);
      expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('tus'))), 'nor does the page remember it').toEqual([]);
    });

    test('goes on by itself when the server dies and comes back', async () => {
      offsets = [];
      await page.setInputFiles('input[type=file]', service.songFile);
      await until('some of it is sent', 20_000, async () => (await percent()) >= 15);
      await service.stop('SIGKILL');
      await page.getByText(/Connection lost at \d+ %/).waitFor();
      await picture(page, 'upload-lost');
      await service.start();
      await until('it goes on', 30_000, async () => offsets.some((offset) => offset > 0));
      expect(Math.max(...offsets), 'from where it was').toBeGreaterThan(50_000);
    });

    test('goes on after a reload, when the same file is chosen again', async () => {
      await until('more of it is sent', 30_000, async () => (await percent()) >= 40);
      offsets = [];
      await page.reload();
      await slow(-1);
      await page.setInputFiles('input[type=file]', service.songFile);
      await page.getByText('BPM').first().waitFor();
      expect(page.url()).toMatch(/\/songs\/[0-9a-f]{64}$/);
      expect(offsets.length > 0 && offsets.every((offset) => offset > 100_000), `offsets ${offsets.join(', ')}`).toBe(true);
      await until('what was sent in pieces is cleared away', 10_000, async () => (await left([...addresses].at(-1)!)) === 404);
    });
  });
}
