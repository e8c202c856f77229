// The finished dance: judged, learned, taken home in every form.
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { until } from '../service';
import { heading, opened, picture, service, stage } from '../stage';

export function result(): void {
  describe('the result', () => {
    let page: Page;
    const video = () => page.locator('.player video');
    const time = () => video().evaluate((video: HTMLVideoElement) => video.currentTime);
    beforeAll(async () => {
      ({ page } = stage);
      await page.goto(`${service.address}${stage.dance}/result`);
      await video().waitFor();
    });

    test('says how good it is', async () => {
      const card = page.getByRole('region', { name: 'How good is it?' });
      await card.getByText('3 of 3 cuts on the beat').waitFor();
      await card.getByText('Every cut').click();
      // A row of each cut, under one of headings.
      expect(await card.getByRole('row').count()).toBe(4);
      await card.getByRole('rowheader', { name: '4', exact: true }).waitFor();
      for (const line of ['Moves as the music does', 'Smooth at the cuts']) {
        const value = Number(await card.getByRole('meter', { name: line }).getAttribute('value'));
        expect(value, line).toBeGreaterThan(0);
      }
    });

    test('goes to a video editor in three formats', async () => {
      for (const [name, inside] of [['OpenTimelineIO', '"OTIO_SCHEMA"'], ['EDL', 'TITLE:'], ['FCPXML', '<fcpxml']] as const) {
        const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name }).click()]);
        expect(await readFile(await download.path(), 'utf8'), name).toContain(inside);
      }
    });

    test('is learned: slowly, mirrored, one eight again and again, counted', async () => {
      const learning = page.getByRole('group', { name: 'To learn it' });
      await learning.getByLabel('Speed').selectOption({ label: '50 %' });
      await learning.getByRole('button', { name: 'Mirror' }).click();
      expect(await video().evaluate((video: HTMLVideoElement) => [video.playbackRate, getComputedStyle(video).transform])).toEqual([0.5, 'matrix(-1, 0, 0, 1, 0, 0)']);
      await learning.getByLabel('Speed').selectOption({ label: '100 %' });
      // The second eight, near its end.
      const { eights } = await service.read<{ eights: { section: { start_ms: number; end_ms: number } }[] }>(`/api/choreographies/${stage.dance.split('/')[2]}`);
      const at = (ms: number) => (ms - eights[0]!.section.start_ms) / 1000;
      await page.getByRole('list').getByRole('button', { name: /^2 / }).click();
      await until('it plays from the second eight', 10_000, async () => (await time()) > at(eights[1]!.section.start_ms));
      const counts = new Set<string>();
      await page.getByRole('button', { name: 'Loop this eight' }).click();
      await page.getByRole('button', { name: 'Looping eight 2' }).waitFor();
      await video().evaluate((video: HTMLVideoElement, to) => void (video.currentTime = to), at(eights[1]!.section.end_ms) - 1);
      await until('it counts to eight, and begins anew', 20_000, async () => {
        for (const count of await page.locator('.counting i.on').allInnerTexts()) counts.add(count);
        return counts.has('8') && (counts.has('1') || counts.has('2'));
      });
      const now = await time();
      expect(now > at(eights[1]!.section.start_ms) - 0.5 && now < at(eights[1]!.section.end_ms) + 0.5).toBe(true);
      await page.getByRole('button', { name: 'Looping eight 2' }).click();
      await learning.getByRole('button', { name: 'Mirror' }).click();
      await page.getByRole('button', { name: 'Pause' }).click();
    });

    test('is taken along as a video to practise with', async () => {
      const room = page.getByRole('region', { name: 'Videos to practise with' });
      await room.getByLabel('Mirrored').uncheck();
      await room.getByLabel('With counts').uncheck();
      // The dance as it is would be no extra.
      expect(await room.getByRole('button', { name: 'Make this video' }).isDisabled()).toBe(true);
      await room.getByLabel('Half speed').check();
      await room.getByLabel('With counts').check();
      await room.getByLabel('How much of it').selectOption({ label: 'Eight 2 in a loop' });
      await room.getByRole('button', { name: 'Make this video' }).click();
      await room.getByRole('progressbar').waitFor();
      const download = room.getByRole('link', { name: 'Download this practice video' });
      await download.waitFor();
      await download.scrollIntoViewIfNeeded();
      await picture(page, 'practice');
      const [file] = await Promise.all([page.waitForEvent('download'), download.click()]);
      expect(file.suggestedFilename()).toMatch(/eight 2 in a loop, half speed, counted\)\.mp4$/);
      expect((await readFile(await file.path())).subarray(4, 8).toString()).toBe('ftyp');
      // It is there the next time too; another one is not.
      await page.reload();
      await room.getByLabel('Mirrored').uncheck();
      await room.getByLabel('Half speed').check();
      await room.getByLabel('How much of it').selectOption({ label: 'Eight 2 in a loop' });
      await download.waitFor();
      await room.getByLabel('Mirrored').check();
      await room.getByRole('button', { name: 'Make this video' }).waitFor();
    });

    test('is come back to from another device by its link, and changed there', async () => {
      const link = await page.getByRole('link', { name: `${service.address}${stage.dance}` }).getAttribute('href');
      const [context, other] = await opened({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
      await other.goto(service.address + link!);
      await heading(other, /Eight \d/).waitFor();
      await other.goto(`${service.address}${stage.dance}/result`);
      await other.getByRole('link', { name: 'Change something' }).tap();
      await heading(other, /Eight \d/).waitFor();
      await context.close();
    });
  });
}
