// What an ingest is doing, in words.
import type { Schemas } from './api';
import { t, type Key } from './i18n.svelte';

const PHASES: Record<string, Key> = {
  conforming: 'ingest.conforming',
  hearing: 'ingest.hearing',
  watching: 'ingest.watching',
  publishing: 'ingest.publishing',
  published: 'ingest.published',
  failed: 'ingest.failed',
};

/** The phase; of one that is about to begin, or that this page does not know, the first. */
export function phaseText(progress: Schemas['ProgressView'] | null | undefined): string {
  return t(PHASES[progress?.phase ?? 'conforming'] ?? 'ingest.conforming');
}
