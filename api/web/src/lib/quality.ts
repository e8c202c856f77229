// How good a dance is, from its report. Pure.
import type { Report, Schemas } from './api';

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
}

/** How the cuts lie on the beats: the middle of each transition against the first beat of its eight. */
export function cuts(live: Schemas['LiveView'], transition_frames: number): Cuts {
  const off_s = live.fragments
    .filter((fragment) => fragment.eight > 0)
    .map((fragment) => Math.abs((fragment.start_frame + transition_frames / 2) / live.fps - (fragment.beats_s[0] ?? 0)));
  // A hair more than half a frame: times come rounded.
  const most_s = 0.5 / live.fps + 1e-6;
  return { all: off_s.length, onBeat: off_s.filter((off) => off <= most_s).length, off_ms: Math.max(0, ...off_s) * 1000 };
}
