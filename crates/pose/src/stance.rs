//! One body's geometry: torso units, where it faces, how high it stands, its box.

use crate::dance::SEEN;
use eightcount_domain::{Facing, HeightClass, Pose, PoseJoint, Stance, SubjectBox};

/// Width of the shoulders in torso lengths from which on somebody faces us, or away.
const FRONTAL: f32 = 0.3;
/// Height of hips above ankles in torso lengths: below it somebody crouches or kneels.
const LOW: f32 = 1.0;
/// The same for lying and sitting on the floor.
const FLOOR: f32 = 0.45;
/// How far the head reaches beyond the nose, and hands and feet beyond their joints, in torso lengths.
const BEYOND: (f32, f32) = (0.35, 0.08);

/// Pictures whose width is `aspect` times their height; lengths are in picture heights.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub aspect: f32,
}

impl Frame {
    pub fn distance(self, a: [f32; 3], b: [f32; 3]) -> f32 {
        ((a[0] - b[0]) * self.aspect).hypot(a[1] - b[1])
    }

    /// From hips to shoulders; none when that says nothing.
    pub fn torso(self, joints: &[[f32; 3]]) -> Option<f32> {
        let (hips, shoulders) = (middle(joints, 23)?, middle(joints, 11)?);
        let torso = self.distance(hips, shoulders);
        (torso > 0.005).then_some(torso)
    }

    /// Where somebody is; none without a torso.
    pub fn place(self, joints: &[[f32; 3]]) -> Option<SubjectBox> {
        let torso = self.torso(joints)?;
        let seen = || joints.iter().filter(|j| j[2] >= SEEN);
        let least = |c: usize| seen().map(|j| j[c]).fold(f32::INFINITY, f32::min);
        let most = |c: usize| seen().map(|j| j[c]).fold(f32::NEG_INFINITY, f32::max);
        let beyond = BEYOND.1 * torso / self.aspect;
        let (left, right) = ((least(0) - beyond).clamp(0.0, 1.0), (most(0) + beyond).clamp(0.0, 1.0));
        let head = joints[0][1] - BEYOND.0 * torso;
        let top = if joints[0][2] >= SEEN { least(1).min(head) } else { least(1) }.clamp(0.0, 1.0);
        let bottom = (most(1) + BEYOND.1 * torso).clamp(0.0, 1.0);
        let place = SubjectBox { centre_x: f32::midpoint(left, right), top, bottom, width: right - left };
        (bottom > top && right > left).then_some(place)
    }
}

/// Whether head, hands and feet are inside the picture, and head and feet visible.
pub(crate) fn is_whole(joints: &[[f32; 3]]) -> bool {
    let inside = |i: &usize| joints[*i][..2].iter().all(|v| (0.0..=1.0).contains(v));
    let sure = |i: &usize| joints[*i][2] >= 0.5;
    [0, 15, 16, 27, 28].iter().all(inside) && [0, 27, 28].iter().all(sure)
}

/// Between a joint and its partner.
fn middle(joints: &[[f32; 3]], left: usize) -> Option<[f32; 3]> {
    let (a, b) = (joints.get(left)?, joints.get(left + 1)?);
    let confidence = a[2].min(b[2]);
    (confidence >= SEEN / 3.0).then(|| [f32::midpoint(a[0], b[0]), f32::midpoint(a[1], b[1]), confidence])
}

/// Joints in torso units around the hip centre.
pub(crate) fn torso_pose(joints: &[[f32; 3]], frame: Frame) -> Option<Pose> {
    let (torso, hips) = (frame.torso(joints)?, middle(joints, 23)?);
    let joint = |j: &[f32; 3]| PoseJoint {
        x: (j[0] - hips[0]) * frame.aspect / torso,
        y: (j[1] - hips[1]) / torso,
        confidence: j[2],
    };
    Some(Pose { joints: joints.iter().map(joint).collect() })
}

/// Where a pose faces and how high it stands; `direction` in torso lengths a second.
pub(crate) fn stance(pose: &Pose, direction: [f32; 2]) -> Stance {
    let joint = |i: usize| pose.joints.get(i).copied();
    let facing = match (joint(0), joint(11), joint(12)) {
        (Some(nose), Some(left), Some(right)) => {
            let width = left.x - right.x;
            let ahead = nose.x - f32::midpoint(left.x, right.x);
            if width > FRONTAL {
                Facing::Front
            } else if width < -FRONTAL {
                Facing::Back
            } else if ahead < 0.0 {
                Facing::Left
            } else {
                Facing::Right
            }
        }
        _ => Facing::Front,
    };
    let ankle = match (joint(27), joint(28)) {
        (Some(a), Some(b)) => a.y.max(b.y),
        _ => LOW,
    };
    let upright = joint(11).zip(joint(12)).is_none_or(|(a, b)| f32::midpoint(a.y, b.y) < -0.5);
    let height = match ankle {
        y if y < FLOOR || !upright => HeightClass::Floor,
        y if y < LOW => HeightClass::Low,
        _ => HeightClass::Standing,
    };
    Stance { facing, height, direction }
}
