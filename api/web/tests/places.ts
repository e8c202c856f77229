// Where things are.
import { existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = resolve(fileURLToPath(new URL('../../..', import.meta.url)));
export const CONTENT = join(ROOT, '.tools/demo');
/** What a run leaves: pictures of the views, the service's log. */
export const OUT = fileURLToPath(new URL('out/', import.meta.url));
export const EIGHTCOUNT = join(process.env.CARGO_TARGET_DIR ?? join(ROOT, 'target'), 'debug/eightcount');

export function chromium(): string {
  const named = process.env.EIGHTCOUNT_CHROMIUM;
  const folders = [...(process.env.PATH ?? '').split(delimiter)];
  const found = named ?? folders.flatMap((folder) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(folder, name))).find((file) => existsSync(file));
  if (!found) throw new Error('Chromium is missing: scripts/setup --test brings it');
  return found;
}
