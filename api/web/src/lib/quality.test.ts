import { expect, test } from 'vitest';
import type { Report } from './api';
import { cuts, quality } from './quality';

test('the quality of a dance is the mean of what its eights reached', () => {
  const eight = (energy: number) => ({ terms: [{ term: 'energy', value: energy, weight: 0.3 }, { term: 'novelty', value: 1, weight: 0.1 }] });
  const report = { eights: [eight(0.4), eight(0.7)] } as unknown as Report;
  expect(quality(report)).toEqual([{ what: 'energy', percent: 55 }]);
});

test('a cut is on the beat when its frame is the one nearest to it', () => {
  const cut = (beat_offset_ms: number, jump_centre: number | null, unaligned_jump_centre: number | null) => ({ beat_offset_ms, jump_centre, unaligned_jump_centre });
  const report = { cuts: [cut(-16.6, 0.01, 0.2), cut(17.1, 0.04, 0.1), cut(3, null, null)] } as unknown as Report;
  expect(cuts(report, 30)).toEqual({ all: 3, onBeat: 2, off_ms: 17.1, jump_percent: 3, unaligned_percent: 15 });
  expect(cuts({ cuts: [] } as unknown as Report, 30)).toEqual({ all: 0, onBeat: 0, off_ms: 0, jump_percent: null, unaligned_percent: null });
});
