//! What two poses have in common: where the joints are, where the body faces, how high it stands.

use eightcount_domain::{HeightClass, Pose, PoseJoint};

/// Joints of the full-body pose model: the nose, then pairs of left and right.
const PAIRED_JOINTS: usize = 33;
/// Mean confidence of the joints below which a pose says nothing.
const LEAST_CONFIDENCE: f32 = 0.1;
/// Confidence from which a single joint is believed.
const SURE: f32 = 0.3;
/// Joints of the model: nose, shoulders, hips, ankles (left, right).
const NOSE: usize = 0;
const SHOULDERS: [usize; 2] = [11, 12];
const HIPS: [usize; 2] = [23, 24];
const ANKLES: [usize; 2] = [27, 28];

/// Mean distance of two poses' joints in torso lengths, 0 and up, each joint weighted by the smaller of its
/// two confidences; `mirror` compares with the second one's mirror image (left joints against right ones).
/// None when the poses differ in their number of joints, when hardly any joint is sure on both sides, or when
/// a mirror image is asked of poses whose pairs are not known (any but the 33 or more joints of the model).
///
/// Symmetric, with and without `mirror`.
pub fn pose_distance(a: &Pose, b: &Pose, mirror: bool) -> Option<f32> {
    if a.joints.len() != b.joints.len() || (mirror && a.joints.len() < PAIRED_JOINTS) {
        return None;
    }
    let counted = if a.joints.len() >= PAIRED_JOINTS { PAIRED_JOINTS } else { a.joints.len() };
    let (from, to) = (&a.joints[..counted], &b.joints[..counted]);
    let (mut sum, mut total) = (0.0, 0.0);
    // The dearest part of looking ahead: neither branches nor calls within.
    for i in 0..counted {
        let (from, to) = (from[i], to[if mirror { PARTNERS[i] } else { i }]);
        let confidence = from.confidence.min(to.confidence).clamp(0.0, 1.0);
        let (across, down) = (from.x - if mirror { -to.x } else { to.x }, from.y - to.y);
        // Not `hypot`: ten times as dear, and joints are never near the limits of the type.
        let distance = (across * across + down * down).sqrt();
        let known = distance.is_finite();
        sum += if known { confidence * distance } else { 0.0 };
        total += if known { confidence } else { 0.0 };
    }
    (total > LEAST_CONFIDENCE * counted as f32).then(|| sum / total)
}

/// How alike two bodies face, 0 (opposite) to 1 (the same way); `mirror` compares with the second one's mirror image.
/// None when shoulders, hips or nose are not sure on both sides. Symmetric.
pub fn facing_likeness(a: &Pose, b: &Pose, mirror: bool) -> Option<f32> {
    let ([side_a, front_a], [side_b, front_b]) = (facing(a)?, facing(b)?);
    let side_b = if mirror { -side_b } else { side_b };
    Some(f32::midpoint((side_a * side_b + front_a * front_b).clamp(-1.0, 1.0), 1.0))
}

/// The way a body faces as a unit vector: to the right of the picture, and towards the camera. The left shoulder and
/// hip are on the picture's right of a body that faces the camera; the nose points to the side.
fn facing(pose: &Pose) -> Option<[f32; 2]> {
    let [left, right] = SHOULDERS.map(|i| sure(pose, i));
    let [left_hip, right_hip] = HIPS.map(|i| sure(pose, i));
    let (left, right, left_hip, right_hip) = (left?, right?, left_hip?, right_hip?);
    let front = f32::midpoint(left.x - right.x, left_hip.x - right_hip.x);
    let side = 2.0 * (sure(pose, NOSE)?.x - f32::midpoint(left.x, right.x));
    let length = (front * front + side * side).sqrt();
    (length.is_finite() && length > 0.1).then(|| [side / length, front / length])
}

/// The height class of a pose, by how far the hips are above the lower foot, in torso lengths: standing from 1.1 on (a
/// straight leg has about 1.7), floor below 0.5. None when no ankle is sure.
pub fn height_class(pose: &Pose) -> Option<HeightClass> {
    let ankles = ANKLES.iter().filter_map(|&i| sure(pose, i)).map(|joint| joint.y);
    let lowest = ankles.filter(|y| y.is_finite()).reduce(f32::max)?;
    Some(match lowest {
        y if y >= 1.1 => HeightClass::Standing,
        y if y >= 0.5 => HeightClass::Low,
        _ => HeightClass::Floor,
    })
}

/// 1 for one height class, a half for neighbouring ones, 0 between floor and standing; none when one is unknown.
/// Symmetric.
pub fn height_likeness(a: &Pose, b: &Pose) -> Option<f32> {
    let apart = (height_class(a)? as i32).abs_diff(height_class(b)? as i32);
    Some(1.0 - apart as f32 / 2.0)
}

fn sure(pose: &Pose, joint: usize) -> Option<&PoseJoint> {
    let known = pose.joints.len() >= PAIRED_JOINTS;
    pose.joints.get(joint).filter(|j| known && j.confidence >= SURE)
}

/// The joint on the other side of the body, of each joint. The model lists the nose, three points of each eye, then pairs.
const PARTNERS: [usize; PAIRED_JOINTS] = [
    0, 4, 5, 6, 1, 2, 3, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15, 18, 17, 20, 19, 22, 21, 24, 23, 26, 25, 28, 27,
    30, 29, 32, 31,
];

#[cfg(test)]
pub mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A standing pose that faces the camera and whose left arm reaches `reach` to the side.
    pub fn pose(reach: f32) -> Pose {
        let joint = |i: usize| {
            let side = if i.is_multiple_of(2) { -0.3 } else { 0.3 };
            let x = match i {
                15 => reach,
                0 => 0.0,
                _ => side,
            };
            // Down the body: head, shoulders at -1, hips at 0, ankles at 1.7.
            let y = match i {
                0..=10 => -1.4,
                11..=22 => -1.0,
                23 | 24 => 0.0,
                25 | 26 => 0.9,
                _ => 1.7,
            };
            PoseJoint { x, y, confidence: 1.0 }
        };
        Pose { joints: (0..33).map(joint).collect() }
    }

    pub fn flipped(pose: &Pose) -> Pose {
        let joint = |i: usize| PoseJoint { x: -pose.joints[PARTNERS[i]].x, ..pose.joints[PARTNERS[i]] };
        Pose { joints: (0..33).map(joint).collect() }
    }

    /// Turned by a quarter to the right of the picture, by a half, …
    fn turned(quarters: usize) -> Pose {
        let mut pose = pose(0.3);
        let (across, nose) = [(1.0, 0.0), (0.0, 0.4), (-1.0, 0.0), (0.0, -0.4)][quarters];
        for (i, joint) in pose.joints.iter_mut().enumerate() {
            joint.x = if i == NOSE { nose } else { joint.x * across };
        }
        pose
    }

    #[test]
    fn the_mirror_image_of_a_mirror_image_is_the_pose() {
        let one = pose(1.4);
        assert!(pose_distance(&one, &flipped(&one), true).unwrap() < 1e-6);
        assert!(pose_distance(&one, &flipped(&one), false).unwrap() > 0.05);
        assert!((0..33).all(|i| PARTNERS[PARTNERS[i]] == i));
    }

    #[test]
    fn bodies_that_face_the_same_way_are_more_alike() {
        let like = |a, b, mirror| facing_likeness(&turned(a), &turned(b), mirror).unwrap();
        for quarters in 0..4 {
            assert!((like(quarters, quarters, false) - 1.0).abs() < 1e-5);
        }
        assert!(like(0, 0, false) > like(0, 1, false) && like(0, 1, false) > like(0, 2, false));
        assert!(like(1, 3, false) < 1e-5 && (like(1, 3, true) - 1.0).abs() < 1e-5, "mirrored");
        assert_eq!(facing_likeness(&Pose { joints: Vec::new() }, &turned(0), false), None);
    }

    #[test]
    fn height_classes_follow_the_hips() {
        let with_ankles = |y: f32| {
            let mut pose = pose(0.3);
            for i in ANKLES {
                pose.joints[i].y = y;
            }
            pose
        };
        let classes = [0.2, 0.8, 1.7].map(|y| height_class(&with_ankles(y)).unwrap());
        assert_eq!(classes, [HeightClass::Floor, HeightClass::Low, HeightClass::Standing]);
        let like = |a, b| height_likeness(&with_ankles(a), &with_ankles(b)).unwrap();
        assert!(like(1.7, 1.6) > like(1.7, 0.8) && like(1.7, 0.8) > like(1.7, 0.2));
        assert_eq!(height_class(&Pose { joints: Vec::new() }), None);
    }
}
