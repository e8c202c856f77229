// The song's grid as the page needs it: which beat sounds now, which eight, and where a drag snaps to. Pure.

/** A part of the song in seconds, half-open. */
export interface Span {
  start_s: number;
  end_s: number;
}

/** The last index whose time is not after `time`; -1 before the first. `times` ascend. */
export function lastAtOrBefore(times: readonly number[], time: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? Infinity) <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The eight that sounds at `time`, if one does. */
export function eightAt<E extends Span>(eights: readonly E[], time: number): number {
  const at = lastAtOrBefore(eights.map((eight) => eight.start_s), time);
  const eight = eights[at];
  return eight && time < eight.end_s ? at : -1;
}

/** The count, 1 to 8, of the beat at `time`; 0 outside the eights. */
export function countAt(beats: readonly number[], eights: readonly Span[], time: number): number {
  const eight = eights[eightAt(eights, time)];
  if (!eight) return 0;
  // Both come from the same beats; a hair's breadth covers their rounding on the way here.
  const first = lastAtOrBefore(beats, eight.start_s + 0.001);
  const count = lastAtOrBefore(beats, time) - first + 1;
  return Math.min(Math.max(count, 1), 8);
}

/** The eights that a drag from `a` to `b` covers, `end` after the last; at least `least`, within the song. */
export function snapped(eights: readonly Span[], a: number, b: number, least = 2): { start: number; end: number } {
  const [from, to] = a <= b ? [a, b] : [b, a];
  const edges = eights.map((eight) => eight.start_s);
  const last = eights.at(-1);
  if (last) edges.push(last.end_s);
  const nearest = (time: number): number => {
    const before = Math.max(lastAtOrBefore(edges, time), 0);
    const gap = (index: number) => Math.abs((edges[index] ?? Infinity) - time);
    return gap(before + 1) < gap(before) ? before + 1 : before;
  };
  return widened(nearest(from), nearest(to), least, eights.length);
}

/** `start` to `end` with at least `least` eights, pushed inside the song. */
export function widened(start: number, end: number, least: number, all: number): { start: number; end: number } {
  const length = Math.min(Math.max(end - start, least), all);
  const begin = Math.min(Math.max(start, 0), all - length);
  return { start: begin, end: begin + length };
}

/** Tempo of taps on the beat, from the median of the times between them; none from fewer than four. */
export function tappedBpm(taps_ms: readonly number[]): number | undefined {
  if (taps_ms.length < 4) return undefined;
  const gaps = taps_ms.slice(1).map((tap, i) => tap - (taps_ms[i] ?? tap));
  gaps.sort((a, b) => a - b);
  const middle = gaps.length >>> 1;
  const median = gaps.length % 2 ? gaps[middle]! : (gaps[middle - 1]! + gaps[middle]!) / 2;
  return median > 0 ? 60000 / median : undefined;
}

/** m:ss, as on every player. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
