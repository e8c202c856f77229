import { expect, test } from 'vitest';
import { BONES, jointsAt } from './skeleton';

const look = (at_s: number, x: number, sure = 0.9) => ({ at_s, joints: [[x, 0.5, sure], [x, 0.6, 0.1]], others: [] });

test('joints move from look to look', () => {
  const looks = [look(1, 0.2), look(1.1, 0.4)];
  expect(jointsAt(looks, 1)[0]).toEqual([0.2, 0.5]);
  expect(jointsAt(looks, 1.05)[0]?.[0]).toBeCloseTo(0.3);
  expect(jointsAt(looks, 1.2)[0]?.[0]).toBeCloseTo(0.4);
});
test('what is not sure is not drawn, nor is a dancer who is lost', () => {
  expect(jointsAt([look(1, 0.2)], 1)[1]).toBeNull();
  expect(jointsAt([look(1, 0.2)], 1.5)).toEqual([]);
  expect(jointsAt([{ at_s: 1, joints: [], others: [] }], 1)).toEqual([]);
  expect(jointsAt([look(1, 0.2), { at_s: 1.1, joints: [], others: [] }], 1.05)[0]).toEqual([0.2, 0.5]);
  expect(jointsAt([], 1)).toEqual([]);
});
test('bones join joints that there are', () => {
  expect(BONES.flat().every((joint) => joint >= 0 && joint < 33)).toBe(true);
});
