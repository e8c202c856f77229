import { describe, expect, test } from 'vitest';
import { changes, nextStart, playableUntil, type Fragment } from './growing';

const fragment = (eight: number, take = `t${eight}`, ready = true): Fragment =>
  ({ eight, take, ready, start_frame: eight * 100, frames: 100, start_s: eight * 4, duration_s: 4, beats_s: [], url: '' });
const held = (...all: Fragment[]) => new Map(all.map((one) => [one.start_frame, one]));

describe('a growing player', () => {
  test('takes what is ready and new, and nothing twice', () => {
    const now = [fragment(0), fragment(1), fragment(2, 't2', false)];
    expect(changes(held(fragment(0)), now)).toEqual({ remove: [], append: [now[1]] });
    expect(changes(held(...now.slice(0, 2)), now)).toEqual({ remove: [], append: [] });
  });
  test('replaces a take by another of the same place', () => {
    const other = fragment(1, 'other');
    expect(changes(held(fragment(0), fragment(1)), [fragment(0), other])).toEqual({ remove: [], append: [other] });
  });
  test('gives up what is not chosen any more, or not rendered', () => {
    expect(changes(held(fragment(0), fragment(1)), [fragment(1, 't1', false)]).remove.map((one) => one.eight)).toEqual([0, 1]);
  });
  test('knows how far it can play', () => {
    const some = held(fragment(0), fragment(1), fragment(3));
    expect([0, 3.9, 7, 7.99, 9, 12, 16].map((from) => playableUntil(some, from))).toEqual([8, 8, 8, null, null, 16, null]);
    expect(playableUntil(held(), 0)).toBeNull();
  });
  test('knows where pictures go on', () => {
    const some = held(fragment(0), fragment(3));
    expect([0, 1, 12, 13].map((from) => nextStart(some, from))).toEqual([0, 12, 12, null]);
  });
});
