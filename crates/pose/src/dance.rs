//! What was seen of a whole performance, and what that says of an eight.

use crate::landmarks::JOINTS;
use crate::stance::{Frame, is_whole, stance, torso_pose};
use crate::tracker::Sighting;
use eightcount_domain::{
    BEATS_PER_EIGHT, Movement, MovementTier, OtherDancer, Pose, Skeleton, SkeletonLook, Stance, SubjectBox,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Confidence from which on a joint counts as seen.
pub(crate) const SEEN: f32 = 0.3;
/// Longest time over which a joint is interpolated, seconds.
const LONGEST_GAP_S: f64 = 0.3;
/// Share of a step's looks that must show the main dancer for joints to measure it.
const ENOUGH: f32 = 0.6;
/// Time over which the direction at an end is taken, seconds.
const DIRECTION_S: f64 = 0.35;
/// Joints whose movement is the step's: wrists, elbows, shoulders, hips, knees, ankles, nose.
const MOVERS: [usize; 13] = [0, 11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28];
/// Mean movement of a beat that nobody dances, torso lengths: the joints jump about in something that is no person.
const INCREDIBLE: f32 = 3.0;
/// Movement of a joint below which it is the model's tremble, in torso lengths a look.
const TREMBLE: f32 = 0.02;

/// Somebody in one picture, in fractions of its width and height: x, y and confidence of each joint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Person {
    /// Who.
    pub person: u32,
    /// The joints.
    pub joints: Vec<[f32; 3]>,
}

/// Everybody in one picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// When, seconds on the mezzanine.
    pub at_s: f64,
    /// Who was there.
    pub people: Vec<Person>,
}

/// How the camera moved everything between two looks: fractions of the picture, and growth about its middle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Shift {
    /// To the right.
    pub dx: f32,
    /// Downwards.
    pub dy: f32,
    /// By what things grew, minus one.
    pub zoom: f32,
}

impl Shift {
    /// A part of it, 0 to 1.
    fn part(self, share: f32) -> Self {
        Self { dx: share * self.dx, dy: share * self.dy, zoom: share * self.zoom }
    }

    /// Where a joint would be now had only the camera moved.
    fn carry(self, joint: [f32; 3]) -> [f32; 3] {
        let grow = |v: f32| (v - 0.5) * (1.0 + self.zoom) + 0.5;
        [grow(joint[0]) + self.dx, grow(joint[1]) + self.dy, joint[2]]
    }
}

impl Look {
    /// From what a tracker said of a picture of `width` by `height` pixels.
    pub fn of(at_s: f64, (width, height): (usize, usize), sightings: &[Sighting]) -> Self {
        let round = |v: f32| (v * 10_000.0).round() / 10_000.0;
        let person = |s: &Sighting| {
            let joint = |j: &crate::Joint| {
                [j.x / width as f32, j.y / height as f32, j.confidence].map(|v| round(v.clamp(-1.0, 2.0)))
            };
            Person { person: s.person, joints: s.joints.iter().map(joint).collect() }
        };
        Self { at_s, people: sightings.iter().map(person).collect() }
    }

    /// Where the one is who is largest and most central, in a picture whose width is `aspect` times its height.
    pub fn main_place(&self, aspect: f32) -> Option<SubjectBox> {
        let frame = Frame { aspect };
        let places = self.people.iter().filter_map(|person| frame.place(&person.joints));
        places.max_by(|a, b| prominence(a).total_cmp(&prominence(b)))
    }
}

/// How much somebody is what the picture is about: tall and in the middle of it.
fn prominence(place: &SubjectBox) -> f32 {
    let central = 1.0 - (place.centre_x - 0.5).abs().min(0.5);
    (place.bottom - place.top) * central
}

/// All looks at a performance, in order of time.
#[derive(Clone, Debug)]
pub struct Dance {
    looks: Vec<Look>,
    /// How the camera moved since the look before.
    shifts: Vec<Shift>,
    frame: Frame,
}

/// What the pose model saw of a step.
#[derive(Clone, Debug, PartialEq)]
pub struct StepDance {
    /// Displacement of the three most moved joints in each beat, torso lengths.
    pub movement: Movement,
    /// Pose and stance at the first beat.
    pub start: Option<(Pose, Stance)>,
    /// Pose and stance at the end.
    pub end: Option<(Pose, Stance)>,
    /// Where the dancer is at the first beat.
    pub start_box: Option<SubjectBox>,
    /// Where the dancer is at the end.
    pub end_box: Option<SubjectBox>,
    /// Share of the looks that show the dancer, 0 to 1.
    pub seen: f32,
    /// Of those, the share in which no limb is cut off or hidden.
    pub whole: f32,
    /// Median number of people.
    pub dancers: u32,
    /// The joints, look by look.
    pub skeleton: Skeleton,
}

impl Dance {
    /// Of pictures whose width is `aspect` times their height.
    pub fn new(looks: Vec<Look>, aspect: f32) -> Self {
        Self { shifts: vec![Shift::default(); looks.len()], looks, frame: Frame { aspect } }
    }

    /// The same without what the camera moves: `moved` tells how it did between two times.
    #[must_use]
    pub fn steadied(mut self, moved: impl Fn(f64, f64) -> Shift) -> Self {
        for (pair, shift) in self.looks.windows(2).zip(self.shifts.iter_mut().skip(1)) {
            *shift = moved(pair[0].at_s, pair[1].at_s);
        }
        self
    }

    /// What an eight shows, by its eight beats and the one after them in seconds. None when the main dancer is not
    /// seen in enough of it, or moves as nobody does.
    pub fn step(&self, beats: &[f64; BEATS_PER_EIGHT + 1]) -> Option<StepDance> {
        let (start, end) = (beats[0], beats[BEATS_PER_EIGHT]);
        let from = self.looks.partition_point(|l| l.at_s < start - 0.2);
        let to = self.looks.partition_point(|l| l.at_s < end + 0.2).max(from);
        let looks: Vec<&Look> = self.looks[from..to].iter().collect();
        let main = self.main(&looks)?;
        let times: Vec<f64> = looks.iter().map(|l| l.at_s).collect();
        let mut series: Vec<Option<Vec<[f32; 3]>>> = looks
            .iter()
            .map(|l| l.people.iter().find(|p| p.person == main && p.joints.len() == JOINTS))
            .map(|p| p.map(|p| p.joints.clone()))
            .collect();
        let seen = series.iter().flatten().count() as f32 / series.len() as f32;
        if seen < ENOUGH {
            return None;
        }
        let sightings = series.iter().flatten().count().max(1) as f32;
        let whole = series.iter().flatten().filter(|joints| is_whole(joints)).count() as f32 / sightings;
        bridge(&mut series, &times);
        let course = Course { times, series, shifts: &self.shifts[from..to], frame: self.frame };
        let per_beat: [f32; BEATS_PER_EIGHT] =
            std::array::from_fn(|i| course.movement(beats[i], beats[i + 1]));
        if per_beat.iter().sum::<f32>() > INCREDIBLE * BEATS_PER_EIGHT as f32 {
            return None;
        }
        let mut counts: Vec<usize> = looks.iter().map(|l| l.people.len()).collect();
        counts.sort_unstable();
        let skeleton = self.skeleton(&looks, &course, main, (start, end));
        Some(StepDance {
            movement: Movement { tier: MovementTier::Joints, per_beat },
            start: course.pose(start, 1.0),
            end: course.pose(end, -1.0),
            start_box: course.at(start).and_then(|j| self.frame.place(&j)),
            end_box: course.at(end).and_then(|j| self.frame.place(&j)),
            seen,
            whole,
            dancers: counts[counts.len() / 2] as u32,
            skeleton,
        })
    }

    /// The one who is large, central and longest seen.
    fn main(&self, looks: &[&Look]) -> Option<u32> {
        let mut weight: BTreeMap<u32, f32> = BTreeMap::new();
        for person in looks.iter().flat_map(|l| &l.people) {
            if let Some(place) = self.frame.place(&person.joints) {
                *weight.entry(person.person).or_default() += prominence(&place);
            }
        }
        weight.into_iter().max_by(|a, b| a.1.total_cmp(&b.1)).map(|(person, _)| person)
    }

    fn skeleton(
        &self,
        looks: &[&Look],
        course: &Course<'_>,
        main: u32,
        (start, end): (f64, f64),
    ) -> Skeleton {
        let inside = |(look, _): &(&&Look, &Option<Vec<[f32; 3]>>)| look.at_s >= start && look.at_s < end;
        let look = |(look, joints): (&&Look, &Option<Vec<[f32; 3]>>)| SkeletonLook {
            at_s: look.at_s,
            joints: joints.clone().unwrap_or_default(),
            others: look
                .people
                .iter()
                .filter(|p| p.person != main)
                .filter_map(|p| Some(OtherDancer { person: p.person, place: self.frame.place(&p.joints)? }))
                .collect(),
        };
        Skeleton { person: main, looks: looks.iter().zip(&course.series).filter(inside).map(look).collect() }
    }
}

/// Joints that are unsure for a moment are put between where they were and will be.
fn bridge(series: &mut [Option<Vec<[f32; 3]>>], times: &[f64]) {
    for joint in 0..JOINTS {
        let mut last: Option<usize> = None;
        for i in 0..series.len() {
            let sure = series[i].as_ref().is_some_and(|joints| joints[joint][2] >= SEEN);
            if !sure {
                continue;
            }
            if let Some(from) =
                last.filter(|&from| i > from + 1 && times[i] - times[from] <= LONGEST_GAP_S + 1e-6)
            {
                let ends = (series[from].clone(), series[i].clone());
                if let (Some(a), Some(b)) = ends {
                    for between in from + 1..i {
                        let t = ((times[between] - times[from]) / (times[i] - times[from])) as f32;
                        let mixed = [0, 1].map(|c| a[joint][c] + t * (b[joint][c] - a[joint][c]));
                        let confidence = a[joint][2].min(b[joint][2]) * 0.9;
                        let joints = series[between].get_or_insert_with(|| vec![[0.0; 3]; JOINTS]);
                        joints[joint] = [mixed[0], mixed[1], confidence];
                    }
                }
            }
            last = Some(i);
        }
    }
}

/// The main dancer's joints over a step.
struct Course<'a> {
    times: Vec<f64>,
    series: Vec<Option<Vec<[f32; 3]>>>,
    shifts: &'a [Shift],
    frame: Frame,
}

impl Course<'_> {
    /// Joints at a time, between the looks before and after it; none when those are too far apart.
    fn at(&self, time: f64) -> Option<Vec<[f32; 3]>> {
        let known = |i: &usize| self.series[*i].is_some();
        let before = (0..self.times.len()).rev().filter(|&i| self.times[i] <= time + 1e-6).find(known);
        let after = (0..self.times.len()).filter(|&i| self.times[i] >= time - 1e-6).find(known);
        let near = |i: &usize| (self.times[*i] - time).abs() <= LONGEST_GAP_S;
        match (before.filter(near), after.filter(near)) {
            (Some(a), Some(b)) if a != b => {
                let t = ((time - self.times[a]) / (self.times[b] - self.times[a])) as f32;
                let (a, b) = (self.series[a].as_ref()?, self.series[b].as_ref()?);
                let mix = |(a, b): (&[f32; 3], &[f32; 3])| {
                    [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]), a[2].min(b[2])]
                };
                Some(a.iter().zip(b).map(mix).collect())
            }
            (Some(one), _) | (None, Some(one)) => self.series[one].clone(),
            (None, None) => None,
        }
    }

    /// Mean way of the three most moved joints over a time, in torso lengths.
    fn movement(&self, start: f64, end: f64) -> f32 {
        let mut ways = [0.0_f32; MOVERS.len()];
        let mut counted = 0_usize;
        for i in 1..self.times.len() {
            if self.times[i] <= start || self.times[i] > end + 1e-6 {
                continue;
            }
            let (Some(a), Some(b)) = (&self.series[i - 1], &self.series[i]) else { continue };
            let Some(torso) = self.frame.torso(b) else { continue };
            counted += 1;
            for (way, &joint) in ways.iter_mut().zip(&MOVERS) {
                if a[joint][2] >= SEEN && b[joint][2] >= SEEN {
                    let there = self.shifts[i].carry(a[joint]);
                    *way += (self.frame.distance(there, b[joint]) / torso - TREMBLE).clamp(0.0, 3.0);
                }
            }
        }
        if counted == 0 {
            return 0.0;
        }
        ways.sort_by(|a, b| b.total_cmp(a));
        // Looks that were missed count as the mean of those that were not.
        let looks = self.times.iter().filter(|&&t| t > start && t <= end + 1e-6).count().max(1);
        ways[..3].iter().sum::<f32>() / 3.0 * looks as f32 / counted as f32
    }

    /// Where the camera alone would have taken a joint in a time.
    fn carried(&self, joint: [f32; 3], (from, to): (f64, f64)) -> [f32; 3] {
        let mut joint = joint;
        for (times, shift) in self.times.windows(2).zip(self.shifts.iter().skip(1)) {
            let inside = (times[1].min(to) - times[0].max(from)) / (times[1] - times[0]).max(1e-6);
            joint = shift.part(inside.clamp(0.0, 1.0) as f32).carry(joint);
        }
        joint
    }

    /// Pose, stance and direction at one end; `side` is 1 to look into the step from its start, -1 from its end.
    fn pose(&self, time: f64, side: f64) -> Option<(Pose, Stance)> {
        let joints = self.at(time)?;
        let pose = torso_pose(&joints, self.frame)?;
        let other = self.at(time + side * DIRECTION_S);
        let direction = other.and_then(|other| {
            let torso = self.frame.torso(&joints)?;
            let (from, to) = if side > 0.0 { (&joints, &other) } else { (&other, &joints) };
            let between = (time.min(time + side * DIRECTION_S), time.max(time + side * DIRECTION_S));
            let moved = |c: usize| {
                let ways = MOVERS.iter().filter(|&&j| from[j][2] >= SEEN && to[j][2] >= SEEN);
                let ways: Vec<f32> = ways.map(|&j| to[j][c] - self.carried(from[j], between)[c]).collect();
                ways.iter().sum::<f32>() / ways.len().max(1) as f32
            };
            let scale = 1.0 / (torso * DIRECTION_S as f32);
            Some([moved(0) * self.frame.aspect * scale, moved(1) * scale])
        });
        let stance = stance(&pose, direction.unwrap_or_default());
        Some((pose, stance))
    }
}
