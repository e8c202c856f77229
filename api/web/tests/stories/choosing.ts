// Choosing in all its turns: taken back, turned round, entered otherwise, lost, left to the service.
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { until } from '../service';
import { cards, heading, opened, picture, service, stage, state } from '../stage';

interface Candidates {
  revision: number;
  candidates: { step: string; mirrored: boolean; selected: boolean }[];
}

export function choosing(): void {
  describe('choosing', () => {
    const EIGHTS = 6;
    let page: Page;
    let dance = '';
    const now = () => state(dance);
    const steps = async () => (await now()).eights.map((eight) => eight.selection?.step ?? null);
    const api = `/api/choreographies/`;
    const candidates = (eight: number) => service.read<Candidates>(`${api}${dance.split('/')[2]}/eights/${eight}/candidates`);
    const choose = async (eight: number, key: string) => {
      await heading(page, new RegExp(`Eight ${eight} `)).waitFor();
      await cards(page).first().waitFor();
      await page.keyboard.press(key);
      await until(`eight ${eight} is chosen`, 20_000, async () => (await steps())[eight - 1] !== null);
    };

    beforeAll(async () => {
      ({ page } = stage);
      const song = (await service.read<{ items: { id: string }[] }>('/api/songs')).items[0]!.id;
      await page.goto(`${service.address}/songs/${song}?eights=1-${EIGHTS}`);
      await page.getByText('Picture and cuts').click();
      await page.getByLabel('Size').selectOption({ label: '360p' });
      await page.getByRole('button', { name: 'Make the dance' }).click();
      await heading(page, /Eight 1/).waitFor();
      dance = new URL(page.url()).pathname;
    });

    test('the first choice is taken back', async () => {
      await choose(1, '1');
      await heading(page, /Eight 2/).waitFor();
      await page.keyboard.press('z');
      await until('eight 1 has no step', 20_000, async () => (await steps())[0] === null);
      await heading(page, /Eight 1/).waitFor();
      await cards(page).first().waitFor();
      await page.getByText('Taken back').waitFor();
    });

    test('the next candidates come as soon as the server has them, and those beside are there already', async () => {
      const refused: string[] = [];
      page.on('response', (response) => response.url().includes('/candidates') && response.status() === 409 && refused.push(response.url()));
      await choose(1, '1');
      await heading(page, /Eight 2/).waitFor();
      await cards(page).first().waitFor();
      const answers: Candidates[] = [];
      page.on('response', (response) => {
        if (/eights\/1\/candidates/.test(response.url()) && response.ok()) void response.json().then((answer: Candidates) => answers.push(answer), () => undefined);
      });
      await choose(2, '1');
      await heading(page, /Eight 3/).waitFor();
      await cards(page).first().waitFor();
      const { shown_ms } = await page.evaluate(() => {
        const known = performance.getEntriesByName('candidates-known').at(-1)!.startTime;
        return { shown_ms: performance.getEntriesByName('candidates-shown').at(-1)!.startTime - known };
      });
      console.log(`candidates are shown ${Math.round(shown_ms)} ms after they are known`);
      expect(shown_ms).toBeLessThan(500);
      // Back and forth without asking: the server may be as slow as it likes.
      const { revision } = await candidates(1);
      await until('the eight beside is fetched as it is now', 10_000, async () => answers.some((answer) => answer.revision === revision));
      await page.route('**/candidates', () => undefined);
      await page.keyboard.press('[');
      await heading(page, /Eight 2/).waitFor();
      await cards(page).first().waitFor({ timeout: 2_000 });
      await page.unroute('**/candidates');
    });

    test('the cross-edit grows in one player, across its cuts', async () => {
      await choose(2, '1');
      await page.goto(`${service.address}${dance}?eight=3`);
      await cards(page).first().waitFor();
      // Of another performance than the first: a story below gives its performance to the second.
      const first = (await steps())[0]!.split('.')[0]!;
      const other = (await candidates(2)).candidates.findIndex(({ step }) => !step.startsWith(first));
      await choose(3, String(other + 1));
      const video = page.locator('.grow video');
      const { eights } = await service.read<{ eights: { section: { start_ms: number; end_ms: number } }[] }>(api + dance.split('/')[2]);
      const until_s = (k: number) => (eights[k]!.section.end_ms - eights[0]!.section.start_ms) / 1000;
      const buffered = () => video.evaluate(({ buffered }: HTMLVideoElement) => (buffered.length === 1 ? buffered.end(0) : 0));
      await until('three eights are in the player, without a gap', 60_000, async () => (await buffered()) > until_s(2) - 0.3);
      await page.getByRole('button', { name: 'Watch so far' }).click();
      await video.evaluate((video: HTMLVideoElement, to) => void (video.currentTime = to), until_s(0) - 0.7);
      await until('it plays over the cut', 10_000, () => video.evaluate((video: HTMLVideoElement, cut) => !video.paused && video.currentTime > cut + 0.4, until_s(0)));
      const counted = page.locator('.timeline li').nth(1).locator('i.on');
      await until('the timeline counts along', 5_000, async () => (await counted.count()) === 1);
      await picture(page, 'growing');
      expect(await video.evaluate((video: HTMLVideoElement) => (video as unknown as { webkitAudioDecodedByteCount: number }).webkitAudioDecodedByteCount), 'the song sounds in it').toBeGreaterThan(0);
      await page.getByRole('button', { name: 'Pause' }).first().click();
    });

    test('a step is turned round and entered in another way', async () => {
      await page.goto(`${service.address}${dance}?eight=2`);
      const menu = page.getByRole('group', { name: 'How eight 2 is shown' });
      const before = (await now()).eights[1]!.selection!;
      await menu.getByRole('button', { name: 'Mirror it' }).click();
      await until('it is turned round', 20_000, async () => (await now()).eights[1]!.selection!.mirrored !== before.mirrored);
      await menu.getByLabel('Enter it by').selectOption({ label: 'whip pan' });
      await until('it is entered by a whip', 20_000, async () => (await now()).eights[1]!.selection!.transition === 'whip');
      expect((await now()).eights[1]!.selection!.step, 'the step stays').toBe(before.step);
      await page.getByRole('button', { name: 'Undo' }).click();
      await until('the whip is taken back', 20_000, async () => (await now()).eights[1]!.selection!.transition === 'dissolve');
      await page.getByRole('button', { name: 'Undo' }).click();
      await until('both are taken back', 20_000, async () => (await now()).eights[1]!.selection!.mirrored === before.mirrored);
    });

    test('a choice that a change makes impossible is told, and made anew', async () => {
      // Eight 3 shows a performance; eight 2 gets a step of the same one.
      const wanted = (await steps())[2]!.split('.')[0]!;
      await page.goto(`${service.address}${dance}?eight=2`);
      let number = 0;
      for (let roll = 0; number === 0 && roll < 12; roll += 1) {
        await cards(page).first().waitFor();
        const offered = await candidates(1);
        number = 1 + offered.candidates.findIndex(({ step, selected }) => !selected && step.startsWith(wanted));
        if (number > 0) break;
        await page.keyboard.press('r');
        await until('others are offered', 20_000, async () => (await candidates(1).catch(() => offered)).revision > offered.revision);
        await heading(page, /Eight 2/).waitFor();
        const pictures = () => page.locator('.card img').evaluateAll((images) => images.map((image) => image.getAttribute('src')).join());
        const fresh = (await candidates(1)).candidates[0]!.step;
        await until('the page shows them', 20_000, async () => (await pictures()).includes(fresh));
      }
      expect(number, 'a step of the neighbour’s performance is offered').toBeGreaterThan(0);
      await page.keyboard.press(String(number));
      await page.getByText('there would be no cut at eight 3').waitFor();
      await until('eight 3 has no step', 20_000, async () => (await steps())[2] === null);
      await heading(page, /Eight 3/).waitFor();
      await picture(page, 'lost-choice');
      await choose(3, '1');
      expect((await steps())[2]!.startsWith(wanted)).toBe(false);
    });

    test('whoever is quicker than the server is not overheard', async () => {
      await heading(page, /Eight 4/).waitFor();
      await cards(page).first().waitFor();
      const offered = await candidates(3);
      // The answer to the wish for others is late: what they are, the stream tells before.
      let answer = () => undefined as void;
      const late = new Promise<void>((done) => (answer = done));
      await page.route('**/reroll', async (route) => {
        const response = await route.fetch();
        await late;
        await route.fulfill({ response });
      });
      await page.keyboard.press('r');
      await until('others are offered', 20_000, async () => (await candidates(3).catch(() => offered)).revision > offered.revision);
      const fresh = (await candidates(3)).candidates[0]!.step;
      const first = page.locator('.card img').first();
      await until('the page shows them', 20_000, async () => (await first.getAttribute('src'))?.includes(fresh));
      await page.keyboard.press('1');
      answer();
      await until('what was pressed meanwhile is chosen', 20_000, async () => (await steps())[3] === fresh);
      await heading(page, /Eight 5/).waitFor();
      await page.unroute('**/reroll');
    });

    test('the rest is left to the service', async () => {
      const before = await steps();
      await page.getByRole('button', { name: 'Finish it for me' }).click();
      await page.getByText('The rest is chosen').waitFor();
      const after = await steps();
      expect(after.slice(0, 3)).toEqual(before.slice(0, 3));
      expect(after.every((step) => step !== null)).toBe(true);
      await page.getByText('Your dance is ready.', { exact: true }).waitFor();
    });

    test('is done with a finger', async () => {
      const [context, phone] = await opened({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
      await phone.goto(`${service.address}${dance}?eight=6`);
      // What the service chose is the only step that is offered, until others are asked for.
      await cards(phone).first().waitFor();
      await phone.getByRole('button', { name: 'Six others' }).tap();
      await cards(phone).nth(1).waitFor();
      await phone.locator('.card .picture').nth(1).tap();
      const video = phone.locator('.card video').first();
      await until('the tapped step plays', 30_000, () => video.evaluate((video: HTMLVideoElement) => video.currentTime > 0.3));
      const before = (await steps())[5];
      const other = (await candidates(5)).candidates.findIndex(({ step }) => step !== before);
      await cards(phone).nth(other).tap();
      await until('another step is chosen', 20_000, async () => (await steps())[5] !== before);
      await context.close();
    });
  });
}
