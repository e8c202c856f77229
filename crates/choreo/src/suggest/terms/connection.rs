//! How well one step passes into the next at the cut.

use super::pose::{facing_likeness, height_likeness, pose_distance};
use eightcount_domain::{Outline, Pose, SubjectBox, SubjectMotion};

/// Share of each kind of data, of those that exist on both sides: joints, facing, height class, outline, place and size,
/// travel, amount of motion.
const SHARES: [f32; 7] = [0.75, 0.03, 0.03, 0.20, 0.25, 0.03, 0.03];
/// How much a connection is believed that is judged without poses; the rest is no opinion, a half.
const WITHOUT_POSES: f32 = 0.85;
/// Travel in picture widths per beat that counts as standing still.
const STILL: f32 = 0.03;

/// The jump between two steps taken at random, and the mean distance of their joints in torso lengths: about their medians in
/// the demo library. Likeness is a half there, whichever of them is known, so that steps with poses and steps without
/// compete as equals.
const USUAL_JUMP: f32 = 0.3;
const USUAL_POSE_DISTANCE: f32 = 0.40;

/// The subject on one side of a cut.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cut<'a> {
    /// Its pose.
    pub pose: Option<&'a Pose>,
    /// Its shape within its box, as the source shows it.
    pub outline: Option<Outline>,
    /// Where it is in the picture, as the source shows it.
    pub place: Option<SubjectBox>,
    /// How it travels in the beat at the cut, as the source shows it.
    pub travel: Option<SubjectMotion>,
    /// How much it moves in the beat at the cut, as rank among all steps, 0 to 1.
    pub speed: Option<f32>,
    /// The source is shown left to right reversed.
    pub mirrored: bool,
}

/// How closely the subject after the cut takes the place of the one before it, in the same pose, facing the same way, as
/// high, going on in the same direction and with as much motion. Symmetric.
///
/// The mean of what is known on both sides, by fixed shares (a pose counts most). Without poses, boxes and the outlines
/// in them serve, and are believed less: the value is pulled towards one half. None with neither poses nor boxes.
pub fn connection(before: &Cut<'_>, after: &Cut<'_>) -> Option<f32> {
    let stand = |cut: &Cut<'_>| Some(Stand::of(&cut.place?)?.seen(cut.mirrored));
    let place = stand(before).zip(stand(after)).map(|(a, b)| a.value(&b));
    let mirror = before.mirrored != after.mirrored;
    let poses = before.pose.zip(after.pose);
    let pose = poses
        .and_then(|(a, b)| pose_distance(a, b, mirror))
        .map(|d| USUAL_POSE_DISTANCE / (USUAL_POSE_DISTANCE + d));
    if pose.is_none() && place.is_none() {
        return None;
    }
    let parts = [
        pose,
        poses.and_then(|(a, b)| facing_likeness(a, b, mirror)),
        poses.and_then(|(a, b)| height_likeness(a, b)),
        before
            .seen_outline()
            .zip(after.seen_outline())
            .filter(|_| pose.is_none())
            .and_then(|(a, b)| a.overlap(b)),
        place,
        before.travels().zip(after.travels()).and_then(|(a, b)| travel_likeness(a, b)),
        before.speed.zip(after.speed).map(|(a, b)| 1.0 - (a - b).abs()).filter(|v| (0.0..=1.0).contains(v)),
    ];
    let (mut sum, mut total) = (0.0, 0.0);
    for (part, share) in parts.into_iter().zip(SHARES) {
        if let Some(value) = part {
            sum += share * value;
            total += share;
        }
    }
    let value = sum / total;
    Some(if pose.is_some() { value } else { unsure(value) })
}

/// A value judged without poses.
pub(in super::super) fn unsure(value: f32) -> f32 {
    0.5 + WITHOUT_POSES * (value - 0.5)
}

impl Cut<'_> {
    /// Its outline as the picture shows it.
    fn seen_outline(&self) -> Option<Outline> {
        self.outline.map(|outline| if self.mirrored { outline.mirrored() } else { outline })
    }

    /// Its travel as the picture shows it.
    fn travels(&self) -> Option<SubjectMotion> {
        let travel = self.travel?;
        Some(if self.mirrored { SubjectMotion { dx: -travel.dx, ..travel } } else { travel })
    }
}

/// Likeness of two ways to travel, direction and speed in one: 1 for the same (or two that stand still), 0 for opposite
/// ones. None for numbers that are not finite.
fn travel_likeness(a: SubjectMotion, b: SubjectMotion) -> Option<f32> {
    let length = |x: f32, y: f32| (x * x + y * y).sqrt();
    let apart = length(a.dx - b.dx, a.dy - b.dy);
    let value = 1.0 - apart / (length(a.dx, a.dy) + length(b.dx, b.dy) + STILL);
    value.is_finite().then(|| value.clamp(0.0, 1.0))
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

    /// Likeness: 1 for the same stand, a half for a jump as wide as between two steps taken at random. The jump is the
    /// binary logarithm of the ratio of heights, which alignment has to zoom by, and the ways in picture sizes across
    /// and along the floor. A ratio, since what tells cuts apart is whether they are near, not how far the far ones are.
    pub fn value(&self, other: &Self) -> f32 {
        let size = (self.height_log2 - other.height_log2).abs();
        let side = (self.centre_x - other.centre_x).abs();
        let floor = (self.floor - other.floor).abs();
        USUAL_JUMP / (USUAL_JUMP + size + (4.0 * side + 2.0 * floor) / 3.0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::pose::tests::pose;
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

    #[test]
    fn nearer_and_closer_in_size_connects_better() {
        let end = place(0.5, 0.3, 0.9);
        assert!((by_place(end, end) - unsure(1.0)).abs() < 1e-6);
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
        assert!((connection(&before, &mirrored).unwrap() - unsure(1.0)).abs() < 1e-6);
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
    fn going_on_in_the_same_direction_connects_better() {
        let here = place(0.5, 0.3, 0.9);
        let going = |dx, mirrored| Cut {
            place: Some(here),
            travel: Some(SubjectMotion { dx, dy: 0.0 }),
            mirrored,
            ..Cut::default()
        };
        let value = |a, b| connection(&going(a, false), &going(b, false)).unwrap();
        assert!(value(0.1, 0.1) > value(0.1, 0.05) && value(0.1, 0.05) > value(0.1, -0.1));
        assert!((value(0.0, 0.0) - value(0.1, 0.1)).abs() < 1e-6);
        let turned = connection(&going(0.1, false), &going(-0.1, true)).unwrap();
        assert!((turned - value(0.1, 0.1)).abs() < 1e-6, "a mirror image goes the other way");
    }

    #[test]
    fn as_much_motion_connects_better() {
        let cut = |speed| Cut { place: Some(place(0.5, 0.3, 0.9)), speed: Some(speed), ..Cut::default() };
        let value = |a, b| connection(&cut(a), &cut(b)).unwrap();
        assert!(value(0.9, 0.9) > value(0.9, 0.6) && value(0.9, 0.6) > value(0.9, 0.1));
    }

    #[test]
    fn without_poses_boxes_are_believed_less() {
        let standing = pose(0.4);
        let with = |pose| Cut { pose, place: Some(place(0.5, 0.3, 0.9)), ..Cut::default() };
        let (sure, boxes) = (with(Some(&standing)), with(None));
        assert!((connection(&sure, &sure).unwrap() - 1.0).abs() < 1e-6);
        assert!(connection(&boxes, &boxes) < connection(&sure, &sure));
        assert_eq!(connection(&sure, &boxes), connection(&boxes, &boxes), "a pose on one side says nothing");
        let far = Cut { place: Some(place(0.05, 0.8, 0.95)), ..Cut::default() };
        assert!(connection(&boxes, &far).unwrap() > 0.0, "nor are they damned by boxes alone");
    }

    #[test]
    fn without_poses_a_like_outline_connects_better() {
        // Arms down, arms up, one arm out to the left.
        let [down, up, left] = [[0x18; 16], [0xC3; 16], [0xF8; 16]].map(Outline);
        let cut = |outline, mirrored| Cut {
            outline: Some(outline),
            place: Some(place(0.5, 0.3, 0.9)),
            mirrored,
            ..Cut::default()
        };
        let value = |a, b| connection(&a, &b).unwrap();
        assert!(value(cut(down, false), cut(down, false)) > value(cut(down, false), cut(left, false)));
        assert!(value(cut(down, false), cut(left, false)) > value(cut(down, false), cut(up, false)));
        assert!(value(cut(left, false), cut(left, false)) > value(cut(left, false), cut(left, true)));
        let standing = pose(0.4);
        let sure = |outline| Cut { pose: Some(&standing), ..cut(outline, false) };
        assert_eq!(
            connection(&sure(down), &sure(up)),
            connection(&sure(down), &sure(down)),
            "joints say more"
        );
        assert_eq!(Outline([0; 16]).overlap(Outline([0; 16])), None);
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
            travel in prop::array::uniform4(prop::num::f32::ANY),
            speeds in (prop::num::f32::ANY, 0.0..1.0_f32),
            mirrors in any::<(bool, bool)>(),
            outlines in any::<([u8; 16], [u8; 16])>(),
        ) {
            let boxed = |v: [f32; 4]| SubjectBox { centre_x: v[0], top: v[1], bottom: v[2], width: v[3] };
            let wild = Pose { joints: joints.iter().map(|&(x, y, confidence)| PoseJoint { x, y, confidence }).collect() };
            let moves = |i: usize| SubjectMotion { dx: travel[i], dy: travel[i + 1] };
            let calm = pose(1.0);
            let one = Cut { pose: Some(&wild), outline: Some(Outline(outlines.0)), place: Some(boxed(a)), travel: Some(moves(0)), speed: Some(speeds.0), mirrored: mirrors.0 };
            let two = Cut { pose: Some(&calm), outline: Some(Outline(outlines.1)), place: Some(boxed(b)), travel: Some(moves(2)), speed: Some(speeds.1), mirrored: mirrors.1 };
            let (there, back) = (connection(&one, &two), connection(&two, &one));
            prop_assert_eq!(there.is_some(), back.is_some());
            if let (Some(there), Some(back)) = (there, back) {
                prop_assert!((0.0..=1.0).contains(&there));
                prop_assert!((there - back).abs() < 1e-4, "{} {}", there, back);
            }
        }
    }
}
