// What happens to a dance later: changes, reloads, other tabs, a server that dies.
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { until } from '../service';
import { cards, chosenStep, EIGHTS, heading, picture, service, stage, state } from '../stage';

export function goingOn(): void {
  describe('a dance goes on', () => {
    let page: Page;
    beforeAll(() => void ({ page } = stage));

    test('a changed choice makes a new product, and can be undone', async () => {
      await page.getByRole('link', { name: 'Change something' }).click();
      // The last eight: no later choice can become impossible by it.
      await page.getByRole('button', { name: new RegExp(`^Eight ${EIGHTS},`) }).click();
      await heading(page, new RegExp(`Eight ${EIGHTS} `)).waitFor();
      await cards(page).first().waitFor();
      const before = await chosenStep(EIGHTS - 1);
      await page.keyboard.press('2');
      await until('another step is chosen', 20_000, async () => (await chosenStep(EIGHTS - 1)) !== before);
      await until('a newer product is cut', 60_000, async () => {
        const { stages } = await state();
        return stages.some((stage) => stage.stage === 'whole' && stage.revision > 1 && !stage.outdated);
      });
      await page.keyboard.press('z');
      await until('it is as before', 20_000, async () => (await chosenStep(EIGHTS - 1)) === before);
    });

    test('other steps are offered on demand', async () => {
      await page.goto(`${service.address}${stage.dance}?eight=2`);
      await cards(page).first().waitFor();
      const before = await cards(page).allInnerTexts();
      const pictures = () => page.locator('.card img').evaluateAll((images) => images.map((image) => image.getAttribute('src')).join());
      const offered = await pictures();
      await page.keyboard.press('r');
      await until('six others are there', 30_000, async () => {
        const now = await pictures();
        return now !== '' && now !== offered;
      });
      expect(before.length).toBeGreaterThan(0);
    });

    test('a reload in the middle goes on where it was', async () => {
      await page.goto(`${service.address}${stage.dance}?eight=3`);
      await heading(page, /Eight 3/).waitFor();
      await page.reload();
      await heading(page, /Eight 3/).waitFor();
      await cards(page).first().waitFor();
    });

    test('two tabs stay in step, and an overtaken choice is explained and kept', async () => {
      const other = await stage.context.newPage();
      await other.goto(`${service.address}${stage.dance}?eight=3`);
      await cards(other).first().waitFor();
      const before = await chosenStep(2);
      // Between the press in the other tab and the server, this tab's choice comes first.
      let first = '';
      await other.route('**/selection', async (route) => {
        if (!first) {
          await page.bringToFront();
          await page.keyboard.press('2');
          first = await until('the first tab has chosen', 20_000, async () => {
            const now = await chosenStep(2);
            return now !== before && now;
          });
        }
        await route.continue();
      });
      const answered = other.waitForResponse((response) => response.request().method() === 'PUT');
      await other.getByRole('button', { name: /^Choose step 3/ }).click();
      expect((await answered).status()).toBe(409);
      await other.getByText('changed in another tab').waitFor();
      await other.getByRole('button', { name: 'Try again' }).click();
      const chosen = await until('the kept choice is made', 20_000, async () => {
        const now = await chosenStep(2);
        return now !== first && now;
      });
      await other.close();
      // What the other tab chose appears here.
      await until('this tab shows it', 20_000, async () => (await page.locator('.timeline li').nth(2).locator('img').getAttribute('src'))?.includes(chosen));
    });

    test('a server that stops in the middle is noticed, and the page heals', async () => {
      await service.stop('SIGKILL');
      await page.getByText('The server does not answer').waitFor();
      await picture(page, 'server-lost');
      await service.start();
      await page.getByText('The server does not answer').waitFor({ state: 'hidden' });
      await page.getByRole('button', { name: /^Eight 1,/ }).click();
      await cards(page).first().waitFor();
      const before = await chosenStep(0);
      await page.keyboard.press('2');
      await until('a choice is taken again', 60_000, async () => (await chosenStep(0)) !== before);
    });

    test('it is in the list, with its state and pictures', async () => {
      await page.goto(`${service.address}/dances`);
      const entry = page.locator(`.dances a[href^="${stage.dance}"]`);
      await entry.getByText(/All chosen|Choosing/).waitFor();
      await until('its pictures are there', 20_000, () => entry.locator('img').first().evaluate((image: HTMLImageElement) => image.naturalWidth > 0));
      await entry.click();
      await page.locator('.result, .dance').first().waitFor();
    });
  });
}
