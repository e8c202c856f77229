// Extras: the dance as videos to learn with. Pure.

/** What of a dance an extra shows, and how. */
export interface Ways {
  mirrored: boolean;
  half_speed: boolean;
  counted: boolean;
  /** This eight alone (from 0), again and again, instead of the whole. */
  looped: number | null;
}

/** What the API calls it; nothing when it would be the dance as it is. */
export function nameOf(ways: Ways): string | null {
  const names = [
    ways.mirrored && 'mirrored',
    ways.half_speed && 'half-speed',
    ways.counted && 'counted',
    ways.looped !== null && `loop-${ways.looped}`,
  ].filter((name) => name !== false);
  return names.length > 0 ? names.join('.') : null;
}
