// What a player of the growing cross-edit holds, and what it needs: takes at their places. Pure.
import type { Schemas } from './api';

export type Fragment = Schemas['LiveFragment'];

/** What is held at a place of the section, by its first frame. */
export type Held = ReadonlyMap<number, Fragment>;

export interface Changes {
  /** To be taken out: nothing is chosen there any more, or nothing is rendered. */
  remove: Fragment[];
  /** To be put in; what was at the same place is replaced by it. */
  append: Fragment[];
}

/** What is to be done so that a player holds what is ready. */
export function changes(held: Held, fragments: readonly Fragment[]): Changes {
  const ready = new Map(fragments.filter((fragment) => fragment.ready).map((fragment) => [fragment.start_frame, fragment]));
  return {
    remove: [...held.values()].filter((old) => !ready.has(old.start_frame)),
    append: [...ready.values()].filter((now) => {
      const old = held.get(now.start_frame);
      return old?.take !== now.take || old.frames !== now.frames;
    }),
  };
}

/** Half a frame at 30 a second: ends and starts that differ by less are one. */
const HAIR_S = 1 / 60;

/** Until when there are pictures without a gap, from a time on; none when there are none at that time. */
export function playableUntil(held: Held, from_s: number): number | null {
  const all = [...held.values()].sort((a, b) => a.start_s - b.start_s);
  let until: number | null = null;
  for (const { start_s, duration_s } of all) {
    const end_s = start_s + duration_s;
    if (until === null ? start_s <= from_s + HAIR_S && from_s < end_s - HAIR_S : start_s <= until + HAIR_S) until = end_s;
  }
  return until;
}

/** Where pictures go on at or after a time; none when there are no more. */
export function nextStart(held: Held, from_s: number): number | null {
  const starts = [...held.values()].map((fragment) => fragment.start_s).filter((start_s) => start_s >= from_s - HAIR_S);
  return starts.length > 0 ? Math.min(...starts) : null;
}
