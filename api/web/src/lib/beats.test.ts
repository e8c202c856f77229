import { describe, expect, test } from 'vitest';
import { clock, countAt, eightAt, lastAtOrBefore, snapped, tappedBpm, widened } from './beats';

/** 120 BPM from 0.5 s: eights of four seconds, the first beat of the song before the first eight. */
const beats = Array.from({ length: 50 }, (_, i) => 0.5 + i * 0.5);
const eights = Array.from({ length: 6 }, (_, k) => ({ start_s: 1 + k * 4, end_s: 5 + k * 4 }));

describe('where the song is', () => {
  test('the last time at or before', () => {
    expect([0, 0.5, 0.74, 1, 99].map((time) => lastAtOrBefore(beats, time))).toEqual([-1, 0, 0, 1, 49]);
    expect(lastAtOrBefore([], 1)).toBe(-1);
  });
  test('an eight is half-open', () => {
    expect([0.9, 1, 4.999, 5, 24.9, 25].map((time) => eightAt(eights, time))).toEqual([-1, 0, 0, 1, 5, -1]);
  });
  test('counts go from one to eight in every eight, and are none outside', () => {
    for (const eight of eights) {
      const counts = Array.from({ length: 8 }, (_, i) => countAt(beats, eights, eight.start_s + i * 0.5 + 0.01));
      expect(counts).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    }
    expect(countAt(beats, eights, 0.6)).toBe(0);
  });
});

describe('a section', () => {
  test('snaps to the nearest edges, whichever way it is dragged', () => {
    expect(snapped(eights, 4.9, 13.2)).toEqual({ start: 1, end: 3 });
    expect(snapped(eights, 13.2, 4.9)).toEqual({ start: 1, end: 3 });
  });
  test('has at least two eights and stays within the song', () => {
    expect(snapped(eights, 6, 6.1)).toEqual({ start: 1, end: 3 });
    expect(snapped(eights, 24.9, 99)).toEqual({ start: 4, end: 6 });
    expect(snapped(eights, -5, -1)).toEqual({ start: 0, end: 2 });
    for (let a = -3; a < 30; a += 0.7) {
      for (let b = -3; b < 30; b += 1.1) {
        const { start, end } = snapped(eights, a, b);
        expect(start >= 0 && end <= 6 && end - start >= 2, `${a} ${b}`).toBe(true);
      }
    }
  });
  test('is as long as a short song at most', () => {
    expect(widened(0, 12, 2, 1)).toEqual({ start: 0, end: 1 });
    expect(widened(0, 0, 2, 0)).toEqual({ start: 0, end: 0 });
  });
});

test('taps become a tempo by their median, one bad tap notwithstanding', () => {
  expect(tappedBpm([0, 500, 1000])).toBeUndefined();
  expect(tappedBpm([0, 500, 1000, 1500, 2900, 3400])).toBe(120);
});

test('the clock', () => {
  expect([-1, 0, 59.9, 60, 3599].map(clock)).toEqual(['0:00', '0:00', '0:59', '1:00', '59:59']);
});
