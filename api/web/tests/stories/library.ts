// Performances and their steps.
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { until } from '../service';
import { picture, service, stage } from '../stage';

export function library(): void {
  describe('the library', () => {
    let page: Page;
    beforeAll(() => void ({ page } = stage));

    test('shows performances and their steps; a step loops and can be hidden', async () => {
      await page.goto(`${service.address}/library`);
      await page.getByText('4 performances').waitFor();
      await page.getByRole('link', { name: /Cat dances/ }).click();
      await page.getByRole('button', { name: 'Loop step 2' }).click();
      await until('it plays', 20_000, () => page.locator('video').evaluate((video: HTMLVideoElement) => !video.paused && video.currentTime > 1));
      const step = page.locator('.steps li').nth(3);
      await step.getByRole('button', { name: 'Hide' }).click();
      await step.getByRole('button', { name: 'Show again' }).click();
      await step.getByRole('button', { name: 'Hide' }).waitFor();
    });

    test('draws the joints of a dancer who was seen', async () => {
      const ids = (await service.read<{ items: { id: string }[] }>('/api/performances')).items.map((one) => one.id);
      let [performance, number] = ['', 0];
      for (const id of ids) {
        const { steps } = await service.read<{ steps: { index: number; skeleton_url: string | null }[] }>(`/api/performances/${id}`);
        const seen = steps.find((step) => step.skeleton_url);
        if (seen) [performance, number] = [id, seen.index + 1];
      }
      expect(performance, 'a performance with joints').not.toBe('');
      await page.goto(`${service.address}/library/${performance}`);
      await page.getByRole('button', { name: `Loop step ${number}`, exact: true }).click();
      await until('bones are drawn', 20_000, async () => (await page.locator('.shot svg line').count()) > 5);
      await picture(page, 'skeleton');
      await page.getByRole('button', { name: 'Skeleton' }).click();
      expect(await page.locator('.shot svg').count()).toBe(0);
    });

    test('a file that is no video is refused in the API’s own words', async () => {
      await page.goto(`${service.address}/library`);
      const refused = page.waitForResponse((response) => response.request().method() === 'POST' && response.url().includes('/api/performances'));
      await page.setInputFiles('input[type=file]', { name: 'notes.mp4', mimeType: 'video/mp4', buffer: Buffer.from('no video at all') });
      const problem = (await (await refused).json()) as { detail: string };
      await page.getByText(problem.detail).waitFor();
    });

    test('the same video again is the one that is there; an upload shows in the list', async () => {
      await page.goto(`${service.address}/library`);
      await page.setInputFiles('input[type=file]', service.film('duck'));
      await page.getByRole('list', { name: 'Uploads' }).waitFor({ state: 'hidden' });
      await page.getByText('4 performances').waitFor();
    });
  });
}
