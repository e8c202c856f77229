// A dancer's joints between the looks that were taken at them. Pure.
import type { Schemas } from './api';
import { lastAtOrBefore } from './beats';

type Look = Schemas['SkeletonLook'];
/** Fraction of the picture's width and of its height. */
export type Point = [number, number];

/** Bones between the 33 joints of the pose model: shoulders, arms, hips, legs, feet. */
export const BONES: readonly [number, number][] = [
  [11, 12], [11, 13], [13, 15], [12, 14], [14, 16], [11, 23], [12, 24], [23, 24],
  [23, 25], [25, 27], [27, 31], [24, 26], [26, 28], [28, 32],
];
export const NOSE = 0;
/** Joints that are less sure than this are not drawn. */
const SURE = 0.3;
/** Looks further apart than this have nothing between them, seconds. */
const APART_S = 0.4;

/** Where the joints are at a time; none of a joint that is not sure, none at all where the dancer is lost. */
export function jointsAt(looks: readonly Look[], time_s: number): (Point | null)[] {
  const at = lastAtOrBefore(looks.map((look) => look.at_s), time_s);
  const [before, after] = [looks[Math.max(at, 0)], looks[at + 1]];
  if (!before || before.joints.length === 0 || Math.abs(time_s - before.at_s) > APART_S) return [];
  const between = after && at >= 0 && after.joints.length === before.joints.length && after.at_s - before.at_s <= APART_S;
  const share = between ? (time_s - before.at_s) / (after.at_s - before.at_s) : 0;
  return before.joints.map((joint, i) => {
    const [x = 0, y = 0, sure = 0] = joint;
    const [nextX = x, nextY = y, nextSure = sure] = (between && after.joints[i]) || joint;
    return Math.min(sure, nextSure) < SURE ? null : [x + (nextX - x) * share, y + (nextY - y) * share];
  });
}
