// From a song's file to a video's file.
import { stat } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { until } from '../service';
import { cards, EIGHTS, heading, picture, service, stage } from '../stage';

export function journey(): void {
  describe('the journey', () => {
    let page: Page;
    beforeAll(() => void ({ page } = stage));

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

    test('the beats are corrected, and put back', async () => {
      const bpm = async () => Number(/([\d.]+) BPM/.exec(await page.locator('.head').innerText())![1]);
      const heard = await bpm();
      await page.getByRole('button', { name: 'Tempo ÷ 2' }).click();
      await until('the tempo halves', 20_000, async () => Math.abs((await bpm()) - heard / 2) < 1);
      await page.getByRole('button', { name: 'As it was heard' }).click();
      await until('it is as it was', 20_000, async () => (await bpm()) === heard);
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
      stage.dance = new URL(page.url()).pathname;
      expect(stage.dance).toMatch(/^\/dances\/[0-9a-f-]{36}$/);
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
        if (eight === 3) await picture(page, 'choosing');
        await page.keyboard.press('1');
      }
      await page.getByText('Your dance is ready.', { exact: true }).waitFor();
      await page.getByRole('link', { name: 'See the dance' }).click();
      const video = page.locator('.result video');
      await video.waitFor();
      await until('the product plays', 20_000, () => video.evaluate((video: HTMLVideoElement) => (void video.play(), video.currentTime > 0.3)));
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download the video' }).click()]);
      expect(download.suggestedFilename()).toMatch(/chaosland.*\.mp4$/);
      expect((await stat(await download.path())).size).toBeGreaterThan(50_000);
    });
  });
}
