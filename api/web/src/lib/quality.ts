// How good a dance is, from its report. Pure.
import type { Report } from './api';

/** Terms that tell how good a dance is, rather than how a step was found. */
const TERMS = ['energy', 'connection', 'similarity', 'tempo'] as const;

export interface Quality {
  what: (typeof TERMS)[number];
  /** 0 to 100, higher is better. */
  percent: number;
}

/** The mean of each term over the eights that have it. */
export function quality(report: Report): Quality[] {
  return TERMS.flatMap((what) => {
    const values = report.eights.flatMap((eight) => eight.terms.filter((one) => one.term === what).map((one) => one.value));
    if (values.length === 0) return [];
    return [{ what, percent: Math.round((100 * values.reduce((a, b) => a + b, 0)) / values.length) }];
  });
}

export interface Cuts {
  /** Where one step passes into another. */
  all: number;
  /** Of these, how many lie on their beat to half a frame: nearer is not possible. */
  onBeat: number;
  /** The furthest from its beat, milliseconds. */
  off_ms: number;
  /** How far the dancer jumps at a cut, in the middle of all, percent of the picture; none where nobody was found. */
  jump_percent: number | null;
  /** How far it would be without alignment. */
  unaligned_percent: number | null;
}

/** How the cuts lie on the beats, and how the dancers meet at them. */
export function cuts(report: Report, fps: number): Cuts {
  const off_ms = report.cuts.map((cut) => Math.abs(cut.beat_offset_ms));
  // A hair more than half a frame: times come rounded.
  const most_ms = 500 / fps + 1e-3;
  return {
    all: off_ms.length,
    onBeat: off_ms.filter((off) => off <= most_ms).length,
    off_ms: Math.max(0, ...off_ms),
    jump_percent: percent(median(report.cuts.map((cut) => cut.jump_centre))),
    unaligned_percent: percent(median(report.cuts.map((cut) => cut.unaligned_jump_centre))),
  };
}

/** The middle of what is known. */
function median(values: readonly (number | null | undefined)[]): number | null {
  const known = values.filter((value) => typeof value === 'number').sort((a, b) => a - b);
  const [low, high] = [known[(known.length - 1) >> 1], known[known.length >> 1]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}

export function percent(share: number | null | undefined): number | null {
  return typeof share === 'number' ? Math.round(100 * share) : null;
}
