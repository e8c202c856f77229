import { expect, test } from 'vitest';
import type { Report, Schemas } from './api';
import { cuts, quality } from './quality';

test('the quality of a dance is the mean of what its eights reached', () => {
  const eight = (energy: number) => ({ terms: [{ term: 'energy', value: energy, weight: 0.3 }, { term: 'novelty', value: 1, weight: 0.1 }] });
  const report = { eights: [eight(0.4), eight(0.7)] } as unknown as Report;
  expect(quality(report)).toEqual([{ what: 'energy', percent: 55 }]);
});

test('a cut is on the beat when its middle is the frame nearest to it', () => {
  const fragment = (eight: number, start_frame: number, beat_s: number) => ({ eight, start_frame, beats_s: [beat_s] });
  const live = { fps: 30, fragments: [fragment(0, 0, 0), fragment(1, 94, 3.34), fragment(2, 200, 6.9)] } as unknown as Schemas['LiveView'];
  const found = cuts(live, 12);
  expect([found.all, found.onBeat]).toEqual([2, 1]);
  expect(found.off_ms).toBeCloseTo(33.3, 1);
  expect(cuts({ ...live, fragments: [] }, 12)).toEqual({ all: 0, onBeat: 0, off_ms: 0 });
});
