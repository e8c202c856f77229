import { describe, expect, test } from 'vitest';
import type { Dance } from './api';
import { eightOnScreen, eightToShow, leadIn_s, letterOf, lost, newStages, rendering, takeAddress, takeStart_s, tapeOf } from './dance';

function dance(chosen: number, rendered = chosen): Dance {
  const eights = Array.from({ length: 4 }, (_, k) => ({
    section: { start_ms: 10_000 + k * 4000, end_ms: 14_000 + k * 4000 },
    selection: k < chosen ? { step: `p.${k}`, mirrored: false, take: `take${k}`, rendered: k < rendered } : null,
  }));
  return { status: 'selecting', options: { transition_frames: 12, fps: 30 }, open_eight: chosen < 4 ? chosen : null, eights, stages: [] } as unknown as Dance;
}

describe('takes on the song', () => {
  test('each begins half a dissolve before its eight, the first on it', () => {
    const { options } = dance(4);
    expect(leadIn_s(options, 0)).toBe(0);
    expect(leadIn_s(options, 2)).toBeCloseTo(0.2);
    expect(takeStart_s(dance(4), 1)).toBeCloseTo(13.8);
  });
  test('tile the section: at every moment one is on screen', () => {
    expect([9.9, 10, 13.79, 13.81, 25.9, 26].map((time) => eightOnScreen(dance(4), time))).toEqual([-1, 0, 0, 1, 3, -1]);
  });
  test('can be played once they are rendered', () => {
    const half = dance(2, 1);
    expect(half.eights.map(takeAddress)).toEqual(['/api/takes/take0', null, null, null]);
    expect(rendering(half)).toBe(1);
  });
});

test('the eight to look at is the open one, or the one that was asked for if it may be seen', () => {
  expect(eightToShow(dance(2), null)).toBe(2);
  expect(eightToShow(dance(2), '1')).toBe(0);
  expect(eightToShow(dance(2), '4')).toBe(2);
  expect(eightToShow(dance(2), 'x')).toBe(2);
  expect(eightToShow(dance(4), null)).toBe(3);
});

test('a stage is news when it is new or newer, not when the page opens', () => {
  const quarter = { stage: 'quarter', revision: 1 };
  const before = { ...dance(2), stages: [] } as Dance;
  const now = { ...dance(2), stages: [quarter] } as unknown as Dance;
  expect(newStages(null, now)).toEqual([]);
  expect(newStages(before, now)).toEqual([quarter]);
  expect(newStages(now, now)).toEqual([]);
});

test('choices that a change made impossible are told', () => {
  expect(lost(null, dance(2))).toEqual([]);
  expect(lost(dance(2), dance(4))).toEqual([]);
  expect(lost(dance(4), dance(2))).toEqual([2, 3]);
});

test('clusters have letters, and colours in turn', () => {
  expect([0, 9, null].map(tapeOf)).toEqual([0, 1, null]);
  expect([0, 2].map(letterOf)).toEqual(['A', 'C']);
});
