// An empty service: what it says, and how it is filled.
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { CAST } from '../content';
import { until } from '../service';
import { picture, service, stage } from '../stage';

/** Against hanging, not against slowness: a busy machine takes its time for poses. */
const INGESTED_WITHIN_MS = 900_000;

export function beginning(): void {
  describe('an empty service', () => {
    let page: Page;
    let filled = false;
    beforeAll(async () => {
      ({ page } = stage);
      filled = (await service.read<{ items: unknown[] }>('/api/performances')).items.length > 0;
    });

    test('says in every room what to do', async ({ skip }) => {
      skip(filled, 'a kept library is not empty');
      for (const [path, words] of [['/', /No songs yet/], ['/dances', /No dances yet/], ['/library', /The library is empty/]] as const) {
        await page.goto(service.address + path);
        await page.getByText(words).waitFor();
        await picture(page, `empty-${path.slice(1) || 'songs'}`);
      }
    });

    test('takes in several videos at once, and shows how far each is', { timeout: INGESTED_WITHIN_MS }, async ({ skip }) => {
      skip(filled, 'a kept library has them');
      await page.goto(`${service.address}/library`);
      await page.getByLabel('Who dances').fill('Code.org, Apache-2.0');
      await page.setInputFiles('input[type=file]', CAST.map((cast) => service.film(cast.who)));
      for (const cast of CAST) await page.getByRole('link', { name: new RegExp(`${cast.who} dances`, 'i') }).waitFor();
      const phases = new Set<string>();
      await until('all are in the library', INGESTED_WITHIN_MS, async () => {
        for (const phase of await page.locator('.list [role=progressbar]').allInnerTexts()) phases.add(phase.trim());
        if (phases.size === 1) await picture(page, 'ingest');
        return (await page.getByText(`${CAST.length} performances`).count()) > 0;
      });
      expect([...phases].length, `phases that were seen: ${[...phases].join(', ')}`).toBeGreaterThan(1);
    });
  });
}
