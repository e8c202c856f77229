// What the page concludes from a choreography's state. Pure.
import type { Dance, EightState, Options } from './api';

const CLOSED = ['finished', 'cancelled', 'failed'];

export function isClosed(dance: Dance): boolean {
  return CLOSED.includes(dance.status);
}

/** How long before its eight a take begins, seconds: half of the dissolve into it, which lies around the beat. */
export function leadIn_s(options: Options, eight: number): number {
  return eight === 0 ? 0 : options.transition_frames / 2 / Number(options.fps);
}

/** When the take of an eight starts on the song's clock, seconds. */
export function takeStart_s(dance: Dance, eight: number): number {
  return (dance.eights[eight]?.section.start_ms ?? 0) / 1000 - leadIn_s(dance.options, eight);
}

/** The address of an eight's chosen take, once it can be played. */
export function takeAddress(eight: EightState | undefined): string | null {
  const selection = eight?.selection;
  return selection?.take && selection.rendered ? `/api/takes/${selection.take}` : null;
}

/** Where a step's picture is. */
export function thumbnail(step: string): string {
  return `/api/steps/${step}/thumbnail`;
}

export function chosen(dance: Dance): number {
  return dance.eights.filter((eight) => eight.selection).length;
}

/** Renders under way: chosen eights whose take is not there yet. */
export function rendering(dance: Dance): number {
  return isClosed(dance) ? 0 : dance.eights.filter((eight) => eight.selection && !eight.selection.rendered).length;
}

/** The eight to look at when nobody says which. */
export function eightToShow(dance: Dance, wanted: string | null): number {
  const asked = wanted === null ? NaN : Number(wanted) - 1;
  const last = dance.eights.length - 1;
  const open = dance.open_eight ?? last;
  if (!Number.isInteger(asked)) return Math.max(0, open);
  return Math.min(Math.max(asked, 0), Math.max(0, Math.min(open, last)));
}

/** The eight whose take is on screen at a time of the song; -1 outside the section. */
export function eightOnScreen(dance: Dance, time_s: number): number {
  const last = dance.eights.at(-1);
  if (!last || time_s >= last.section.end_ms / 1000) return -1;
  for (let k = dance.eights.length - 1; k >= 0; k -= 1) {
    if (time_s >= takeStart_s(dance, k)) return k;
  }
  return -1;
}

/** Tapes that a stylesheet has colours for. */
const TAPES = 8;

/** The colour of a cluster: clusters count from 0, and so do tapes. */
export function tapeOf(cluster: number | null | undefined): number | null {
  return cluster === null || cluster === undefined ? null : cluster % TAPES;
}

/** What a cluster is called: A, B, C… */
export function letterOf(cluster: number): string {
  return String.fromCharCode(65 + (cluster % 26));
}

/** The eights that had a choice before and have none now: a change next to them left no cut there. */
export function lost(before: Dance | null, now: Dance): number[] {
  return now.eights.flatMap((eight, k) => (before?.eights[k]?.selection && !eight.selection ? [k] : []));
}

/** The stages that are new or newer than before. */
export function newStages(before: Dance | null, now: Dance): Dance['stages'] {
  if (!before) return [];
  return now.stages.filter((stage) => {
    const known = before.stages.find((other) => other.stage === stage.stage);
    return !known || known.revision < stage.revision;
  });
}
