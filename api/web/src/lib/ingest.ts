// What an ingest is doing, in words.
import type { Schemas } from './api';
import { t, type Key } from './i18n.svelte';

const PHASES: Record<string, Key> = {
  watching: 'ingest.watching',
  hearing: 'ingest.hearing',
  publishing: 'ingest.publishing',
  published: 'ingest.published',
  failed: 'ingest.failed',
};

/** The phase; of one that is about to begin, or that this page does not know, the first. */
export function phaseText(progress: Schemas['ProgressView'] | null | undefined): string {
  return t(PHASES[progress?.phase ?? 'watching'] ?? 'ingest.watching');
}
