// A song judged by ear and eye: its section dragged and looped, its beats clicked, moved and tapped.
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { until } from '../service';
import { picture, service, stage } from '../stage';

interface Song {
  id: string;
  grid: { revision: number };
  heard: { tempo_bpm: number; beats_s: number[]; eights: { start_s: number; end_s: number }[] };
}

export function section(): void {
  describe('a section', () => {
    let page: Page;
    let id = '';
    const song = () => service.read<Song>(`/api/songs/${id}?peaks=1`);
    const chosen = async () => Number((await page.locator('.chosen').innerText()).split(' ')[0]);
    const time = async () => {
      const [, minutes, seconds] = /(\d+):(\d+)/.exec(await page.locator('.transport').innerText())!;
      return Number(minutes) * 60 + Number(seconds);
    };
    /** Where a time of the song is on the screen, when all of it is in sight. */
    const at = async (time_s: number): Promise<[number, number]> => {
      const box = (await page.locator('.waveform canvas').boundingBox())!;
      const all = Number(await page.locator('.waveform').getAttribute('data-seconds'));
      return [box.x + (time_s / all) * box.width, box.y + box.height / 2];
    };
    const drag = async (from_s: number, to_s: number) => {
      await page.mouse.move(...(await at(from_s)));
      await page.mouse.down();
      await page.mouse.move(...(await at((from_s + to_s) / 2)), { steps: 4 });
      await page.mouse.move(...(await at(to_s)), { steps: 4 });
      await page.mouse.up();
    };

    beforeAll(async () => {
      ({ page } = stage);
      id = (await service.read<{ items: { id: string }[] }>('/api/songs')).items[0]!.id;
      await page.addInitScript(() => {
        const pitches: number[] = [];
        Object.assign(globalThis, { pitches });
        const start = OscillatorNode.prototype.start;
        OscillatorNode.prototype.start = function (when?: number) {
          pitches.push(this.frequency.value);
          start.call(this, when);
        };
      });
      await page.goto(`${service.address}/songs/${id}`);
      await page.getByText('Make the dance').waitFor();
    });

    test('is dragged, either way, and snaps to eights', async () => {
      const { eights } = (await song()).heard;
      const middle = (k: number) => (eights[k]!.start_s + eights[k]!.end_s) / 2;
      // From beside the tape marks: on them it is they that move.
      await drag(eights[2]!.start_s + 1.2, eights[5]!.start_s - 0.4);
      expect(await chosen()).toBe(3);
      expect(new URL(page.url()).searchParams.get('eights')).toBe('3-5');
      await drag(middle(5) + 0.8, eights[1]!.start_s + 0.3);
      expect(new URL(page.url()).searchParams.get('eights')).toBe('2-6');
      await drag(middle(2), middle(2) + 0.2);
      expect(await chosen(), 'two eights at least').toBe(2);
      const mark = (await page.getByRole('slider', { name: 'Last eight' }).boundingBox())!;
      await page.mouse.move(mark.x + mark.width - 4, mark.y + 60);
      await page.mouse.down();
      await page.mouse.move(...(await at(eights[7]!.end_s - 0.3)), { steps: 4 });
      await page.mouse.up();
      expect(new URL(page.url()).searchParams.get('eights'), 'a mark is moved by itself').toMatch(/-8$/);
    });

    test('shows which eights sound alike, by colour and letter', async () => {
      await page.getByText('Eights of one colour and letter sound alike').waitFor();
      const { labels } = await service.read<{ labels: number[] }>(`/api/songs/${id}/clusters`);
      expect(labels.length).toBe((await song()).heard.eights.length);
      const colours = await page.locator('.waveform canvas').evaluate((canvas: HTMLCanvasElement) => {
        const ratio = canvas.width / canvas.clientWidth;
        const row = canvas.getContext('2d')!.getImageData(0, Math.round(3 * ratio), canvas.width, 1).data;
        const seen = new Map<string, number>();
        for (let x = 0; x < row.length; x += 4) {
          const colour = row.slice(x, x + 4).join();
          seen.set(colour, (seen.get(colour) ?? 0) + 1);
        }
        return [...seen.values()].filter((pixels) => pixels > 20 * ratio).length;
      });
      expect(colours, 'colours of the eights').toBeGreaterThanOrEqual(Math.min(2, new Set(labels).size));
    });

    test('is zoomed into, with its marks in sight', async () => {
      await page.goto(`${service.address}/songs/${id}?eights=6-7`);
      await page.getByText('Make the dance').waitFor();
      const inside = page.locator('.waveform .inside');
      const before = (await inside.boundingBox())!.width;
      await page.getByRole('button', { name: 'Zoom in' }).click();
      await page.getByRole('button', { name: 'Zoom in' }).click();
      await until('it is four times as wide', 5_000, async () => Math.abs((await inside.boundingBox())!.width / before - 4) < 0.01);
      const box = (await page.locator('.waveform').boundingBox())!;
      for (const name of ['First eight', 'Last eight']) {
        const mark = (await page.getByRole('slider', { name }).boundingBox())!;
        expect(mark.x > box.x - 30 && mark.x < box.x + box.width + 30, name).toBe(true);
      }
      await picture(page, 'section-zoomed');
      await page.getByRole('button', { name: 'Zoom out' }).click();
      await page.getByRole('button', { name: 'Zoom out' }).click();
    });

    test('is looped', async () => {
      const { eights } = (await song()).heard;
      await page.goto(`${service.address}/songs/${id}?eights=3-4`);
      await page.getByText('Make the dance').waitFor();
      await page.getByRole('button', { name: 'Loop the section' }).click();
      const start = Math.floor(eights[2]!.start_s);
      await until('it plays from its start', 10_000, async () => (await time()) >= start && (await time()) <= start + 2);
      // Near its end it goes back.
      await page.mouse.click(...(await at(eights[3]!.end_s - 0.8)));
      await until('it is near its end', 5_000, async () => (await time()) >= Math.floor(eights[3]!.end_s) - 2);
      await until('it began anew', 10_000, async () => (await time()) <= start + 2);
      await page.getByRole('button', { name: 'Loop the section' }).click();
      await page.getByRole('button', { name: 'Pause' }).click();
    });

    test('clicks on its beats, higher on the one', async () => {
      const { eights, beats_s } = (await song()).heard;
      const from = eights[1]!.start_s;
      await page.mouse.click(...(await at(from - 0.3)));
      await page.evaluate(() => ((globalThis as unknown as { pitches: number[] }).pitches.length = 0));
      await page.getByRole('button', { name: 'Click the beats' }).click();
      await page.getByRole('button', { name: 'Play' }).click();
      const beat = (beats_s.at(-1)! - beats_s[0]!) / (beats_s.length - 1);
      const heard = () => page.evaluate(() => (globalThis as unknown as { pitches: number[] }).pitches);
      await until('an eight was clicked', 15_000 + beat * 9000, async () => (await heard()).length >= 9);
      await page.getByRole('button', { name: 'Pause' }).click();
      const pitches = (await heard()).slice(0, 9);
      expect(pitches.filter((pitch) => pitch > 1500).length, pitches.join(' ')).toBeGreaterThanOrEqual(1);
      expect(pitches.filter((pitch) => pitch < 1500).length, pitches.join(' ')).toBeGreaterThanOrEqual(7);
      await page.getByRole('button', { name: 'Click the beats' }).click();
    });

    test('has its beats nudged and its eights shifted', async () => {
      const before = await song();
      const press = async (name: string) => {
        const { revision } = (await song()).grid;
        await page.getByRole('button', { name }).click();
        await until(`${name} is done`, 20_000, async () => (await song()).grid.revision > revision);
        return (await song()).heard;
      };
      const later = await press('10 ms later');
      expect(later.beats_s[8]! - before.heard.beats_s[8]!).toBeCloseTo(0.01, 4);
      const shifted = await press('One beat later');
      const gap = later.beats_s[9]! - later.beats_s[8]!;
      expect(Math.abs(shifted.eights[0]!.start_s - later.eights[0]!.start_s) % (8 * gap)).toBeCloseTo(gap, 1);
      await press('As it was heard');
      expect((await song()).heard.beats_s).toEqual(before.heard.beats_s);
    });

    test('has its tempo tapped', async () => {
      const { tempo_bpm } = (await song()).heard;
      const beat_ms = 60_000 / tempo_bpm;
      await page.getByRole('button', { name: 'Tap along' }).click();
      await page.getByRole('button', { name: 'Pause' }).waitFor();
      const tap = page.getByRole('button', { name: /^Tap/ });
      await tap.evaluate(
        (button: HTMLButtonElement, beat_ms) => new Promise<void>((done) => {
          let taps = 0;
          const timer = setInterval(() => {
            button.click();
            if ((taps += 1) === 8) {
              clearInterval(timer);
              done();
            }
          }, beat_ms);
        }),
        beat_ms,
      );
      const use = page.getByRole('button', { name: /^Use \d+ BPM/ });
      const tapped = Number(/\d+/.exec(await use.innerText())![0]);
      expect(Math.abs(tapped - tempo_bpm) / tempo_bpm).toBeLessThan(0.1);
      const { revision } = (await song()).grid;
      await use.click();
      await until('it is heard anew', 60_000, async () => {
        expect(await page.getByRole('alert').allInnerTexts()).toEqual([]);
        return (await song()).grid.revision > revision;
      });
      expect(Math.abs((await song()).heard.tempo_bpm - tapped) / tapped).toBeLessThan(0.1);
      await page.getByRole('button', { name: 'As it was heard' }).click();
      await until('it is as it was', 20_000, async () => (await song()).heard.tempo_bpm === tempo_bpm);
      await page.getByRole('button', { name: 'Pause' }).click();
    });
  });
}
