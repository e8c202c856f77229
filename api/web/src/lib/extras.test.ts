import { expect, test } from 'vitest';
import { nameOf } from './extras';

test('an extra is called by the ways it takes', () => {
  const plain = { mirrored: false, half_speed: false, counted: false, looped: null };
  expect(nameOf(plain)).toBeNull();
  expect(nameOf({ ...plain, looped: 0 })).toBe('loop-0');
  expect(nameOf({ mirrored: true, half_speed: true, counted: true, looped: 11 })).toBe('mirrored.half-speed.counted.loop-11');
});
