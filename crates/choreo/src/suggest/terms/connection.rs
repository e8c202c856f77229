//! How well one step passes into the next at the cut.

use eightcount_domain::{Pose, SubjectBox};

/// Mean joint distance, in torso lengths, at which the pose's value has fallen to 1/e. Two unrelated standing
/// poses differ by about half a torso.
const POSE_SCALE: f32 = 0.5;
/// Joints of the full-body pose model: the nose, then pairs of left and right.
const PAIRED_JOINTS: usize = 33;
/// Confidence of the joints below which a pose says nothing.
const LEAST_CONFIDENCE: f32 = 0.1;

/// The subject on one side of a cut.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cut<'a> {
    /// Its pose.
    pub pose: Option<&'a Pose>,
    /// Where it is in the picture, as the source shows it.
    pub place: Option<SubjectBox>,
    /// The source is shown left to right reversed.
    pub mirrored: bool,
}

/// How closely the subject after the cut takes the place of the one before it. Symmetric. With poses and boxes
/// on both sides, the pose counts 60 percent; with only one kind of data, it alone; none with neither.
pub fn connection(before: &Cut<'_>, after: &Cut<'_>) -> Option<f32> {
    let stand = |cut: &Cut<'_>| Some(Stand::of(&cut.place?)?.seen(cut.mirrored));
    let place = stand(before).zip(stand(after)).map(|(a, b)| a.value(&b));
    let pose = match (before.pose, after.pose) {
        (Some(a), Some(b)) => pose_distance(a, b, before.mirrored != after.mirrored).map(pose_value),
        _ => None,
    };
    match (pose, place) {
        (Some(pose), Some(place)) => Some(0.6 * pose + 0.4 * place),
        (one, other) => one.or(other),
    }
}

fn pose_value(distance: f32) -> f32 {
    (-distance / POSE_SCALE).exp()
}

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
    let (mut sum, mut total) = (0.0, 0.0);
    for (i, from) in a.joints.iter().take(counted).enumerate() {
        let to = &b.joints[if mirror { partner(i) } else { i }];
        let confidence = from.confidence.min(to.confidence).clamp(0.0, 1.0);
        let (across, down) = (from.x - if mirror { -to.x } else { to.x }, from.y - to.y);
        // Not `hypot`: ten times as dear, and joints are never near the limits of the type.
        let distance = (across * across + down * down).sqrt();
        if distance.is_finite() && confidence > 0.0 {
            sum += confidence * distance;
            total += confidence;
        }
    }
    (total > LEAST_CONFIDENCE * counted as f32).then(|| sum / total)
}

/// The joint on the other side of the body. The model lists the nose, three points of each eye, then pairs.
fn partner(joint: usize) -> usize {
    match joint {
        0 => 0,
        1..=3 => joint + 3,
        4..=6 => joint - 3,
        odd if odd % 2 == 1 => odd + 1,
        even => even - 1,
    }
}

/// What of a box counts at a cut; made once for each step, since a logarithm is dear.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in super::super) struct Stand {
    centre_x: f32,
    floor: f32,
    height_log2: f32,
}

impl Stand {
    /// None for a box without height, or with numbers that are not finite.
    pub fn of(place: &SubjectBox) -> Option<Self> {
        let height_log2 = (place.bottom - place.top).log2();
        let stand = Self { centre_x: place.centre_x, floor: place.bottom, height_log2 };
        (stand.centre_x + stand.floor + stand.height_log2).is_finite().then_some(stand)
    }

    /// As it stands in a picture shown left to right reversed, if it is.
    pub fn seen(self, mirrored: bool) -> Self {
        if mirrored { Self { centre_x: 1.0 - self.centre_x, ..self } } else { self }
    }

    /// Likeness: half for the ratio of heights (0 from double size on: alignment would have to zoom that
    /// much), a third for the horizontal place (0 from half a picture on), the rest for the floor.
    pub fn value(&self, other: &Self) -> f32 {
        let size = (self.height_log2 - other.height_log2).abs().min(1.0);
        let side = (2.0 * (self.centre_x - other.centre_x).abs()).min(1.0);
        let floor = (2.0 * (self.floor - other.floor).abs()).min(1.0);
        (1.0 - size / 2.0 - side / 3.0 - floor / 6.0).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use eightcount_domain::PoseJoint;
    use proptest::prelude::*;

    fn place(centre_x: f32, top: f32, bottom: f32) -> SubjectBox {
        SubjectBox { centre_x, top, bottom, width: 0.1 }
    }

    fn by_place(a: SubjectBox, b: SubjectBox) -> f32 {
        let cut = |p| Cut { place: Some(p), ..Cut::default() };
        connection(&cut(a), &cut(b)).unwrap()
    }

    /// A standing pose whose left arm (odd joints from 11) reaches `reach` to the side.
    fn pose(reach: f32) -> Pose {
        let joint = |i: usize| {
            let side = if i.is_multiple_of(2) { -0.3 } else { 0.3 };
            let x = if i == 15 {
                reach
            } else if i == 0 {
                0.0
            } else {
                side
            };
            PoseJoint { x, y: i as f32 / 16.0 - 1.0, confidence: 1.0 }
        };
        Pose {
            joints: (0..33)
                .map(joint)
                .map(|mut j| {
                    j.y = (j.y * 8.0).round() / 8.0;
                    j
                })
                .collect(),
        }
    }

    #[test]
    fn nearer_and_closer_in_size_connects_better() {
        let end = place(0.5, 0.3, 0.9);
        assert!((by_place(end, end) - 1.0).abs() < 1e-6);
        assert!(by_place(end, place(0.55, 0.3, 0.9)) > by_place(end, place(0.8, 0.3, 0.9)));
        assert!(by_place(end, place(0.5, 0.4, 0.9)) > by_place(end, place(0.5, 0.6, 0.9)));
        assert!(by_place(end, place(0.5, 0.25, 0.85)) > by_place(end, place(0.5, 0.05, 0.65)));
    }

    #[test]
    fn a_mirror_image_can_connect_better() {
        let before = Cut { place: Some(place(0.2, 0.3, 0.9)), ..Cut::default() };
        let after = Cut { place: Some(place(0.8, 0.3, 0.9)), ..Cut::default() };
        let mirrored = Cut { mirrored: true, ..after };
        assert!(connection(&before, &mirrored) > connection(&before, &after));
        assert!((connection(&before, &mirrored).unwrap() - 1.0).abs() < 1e-6);
    }

    #[test]
    fn the_same_pose_connects_best() {
        let (near, far) = (pose(0.5), pose(2.0));
        let cut = |pose| Cut { pose: Some(pose), ..Cut::default() };
        let value = |a, b| connection(&cut(a), &cut(b)).unwrap();
        assert!((value(&near, &near) - 1.0).abs() < 1e-6);
        assert!(value(&near, &pose(0.7)) > value(&near, &far));
    }

    #[test]
    fn the_mirror_image_of_a_mirror_image_is_the_pose() {
        let one = pose(1.4);
        let flipped = Pose {
            joints: (0..33)
                .map(|i| {
                    let j = one.joints[partner(i)];
                    PoseJoint { x: -j.x, ..j }
                })
                .collect(),
        };
        assert!(pose_distance(&one, &flipped, true).unwrap() < 1e-6);
        assert!(pose_distance(&one, &flipped, false).unwrap() > 0.05);
        assert!((0..33).all(|i| partner(partner(i)) == i));
    }

    #[test]
    fn without_data_there_is_no_term() {
        let some = Cut { place: Some(place(0.5, 0.1, 0.9)), ..Cut::default() };
        assert_eq!(connection(&some, &Cut::default()), None);
        let unsure = Pose { joints: vec![PoseJoint { x: 0.0, y: 0.0, confidence: 0.0 }; 33] };
        assert_eq!(pose_distance(&unsure, &unsure, false), None);
        assert_eq!(pose_distance(&pose(1.0), &Pose { joints: Vec::new() }, false), None);
    }

    proptest! {
        #[test]
        fn bounded_symmetric_and_never_nan(
            a in prop::array::uniform4(prop::num::f32::ANY),
            b in prop::array::uniform4(-2.0..2.0_f32),
            joints in prop::collection::vec((prop::num::f32::ANY, -3.0..3.0_f32, 0.0..1.0_f32), 33),
            mirrors in any::<(bool, bool)>(),
        ) {
            let boxed = |v: [f32; 4]| SubjectBox { centre_x: v[0], top: v[1], bottom: v[2], width: v[3] };
            let wild = Pose { joints: joints.iter().map(|&(x, y, confidence)| PoseJoint { x, y, confidence }).collect() };
            let calm = pose(1.0);
            let one = Cut { pose: Some(&wild), place: Some(boxed(a)), mirrored: mirrors.0 };
            let two = Cut { pose: Some(&calm), place: Some(boxed(b)), mirrored: mirrors.1 };
            let (there, back) = (connection(&one, &two), connection(&two, &one));
            prop_assert_eq!(there.is_some(), back.is_some());
            if let (Some(there), Some(back)) = (there, back) {
                prop_assert!((0.0..=1.0).contains(&there));
                prop_assert!((there - back).abs() < 1e-4, "{} {}", there, back);
            }
        }
    }
}
