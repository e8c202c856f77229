//! Dancers whose joints are known: how near the joints are that are found, how near the boxes, and whether everybody
//! stays who they are. `cargo test -p eightcount-pose --test figures -- --nocapture` prints the figures.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use eightcount_figures::{Camera, Dancer, Film, Joints, Truth};
use eightcount_pose::{Followed, Models, Picture, Sighting, Tracker};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Frames between two looks: ten looks a second.
const EVERY: u32 = 3;
/// Nose, shoulders, elbows, wrists, hips, knees, ankles.
const MEASURED: [usize; 13] = [0, 11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28];

/// Torso lengths between the middles of a dancer and a sighting of them, at most.
const SAME: f32 = 0.6;

/// What was seen of a film, held against what is true.
#[derive(Debug, Default)]
struct Measured {
    /// Of all dancers in all looks, those who were seen.
    seen: (u32, u32),
    /// Of the joints of those who were seen, the ones within a fifth of a torso's length.
    near: (u32, u32),
    /// Times that a dancer got another number than they had last.
    switches: u32,
    /// Dancers who have another number at the end than at the beginning.
    changed: u32,
    /// Sightings of nobody.
    ghosts: u32,
    /// Mean distance of the edges of the boxes, torso lengths.
    box_error: f32,
}

fn watch(film: &Film, seconds: u32) -> Measured {
    let models = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../.tools/pose");
    let mut tracker = Tracker::new(Models::load(&models).unwrap().seer(), Followed::default());
    let mut measured = Measured::default();
    let (mut known, mut first, mut boxes) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
    for frame in (0..seconds * film.fps).step_by(EVERY as usize) {
        let canvas = film.frame(frame);
        let picture = Picture::new(canvas.width, canvas.height, &canvas.pixels).unwrap();
        let sightings = tracker.look(&picture).unwrap();
        let truths = film.truth(frame);
        let inside: Vec<&Truth> = truths.iter().filter(|t| is_inside(&t.joints, film)).collect();
        let (pairs, ghosts) = matched(&truths, &sightings, &known);
        measured.ghosts += ghosts;
        for (truth, sighting) in pairs {
            first.entry(truth.dancer).or_insert(sighting.person);
            let before = known.insert(truth.dancer, sighting.person);
            measured.switches += u32::from(before.is_some_and(|before| before != sighting.person));
            if !inside.iter().any(|t| t.dancer == truth.dancer) {
                continue;
            }
            let near = |&&j: &&usize| {
                let joint = sighting.joints[j];
                distance(truth.joints[j], (joint.x, joint.y)) < 0.2 * truth.torso
            };
            measured.near.0 += MEASURED.iter().filter(near).count() as u32;
            measured.near.1 += MEASURED.len() as u32;
            measured.seen.0 += 1;
            boxes.push(edges_apart(truth, sighting));
        }
        measured.seen.1 += inside.len() as u32;
    }
    measured.changed = first.iter().filter(|(dancer, person)| known[dancer] != **person).count() as u32;
    measured.box_error = boxes.iter().sum::<f32>() / boxes.len().max(1) as f32;
    measured
}

/// Which sighting is of which dancer, and how many are of nobody; `known`: the number that each had last. As CLEAR MOT
/// has it (Bernardin and Stiefelhagen, "Evaluating Multiple Object Tracking Performance", 2008): who is still where their
/// number was seen keeps it, the others are the nearest who is left.
fn matched<'a>(
    truths: &'a [Truth],
    sightings: &'a [Sighting],
    known: &BTreeMap<usize, u32>,
) -> (Vec<(&'a Truth, &'a Sighting)>, u32) {
    let away = |t: &Truth, s: &Sighting| distance(middle(&t.joints), seen_middle(s)) / t.torso;
    let mut left: Vec<&Truth> = truths.iter().collect();
    let (mut pairs, mut others, mut ghosts) = (Vec::new(), Vec::new(), 0);
    for sighting in sightings {
        let still = |t: &&Truth| known.get(&t.dancer) == Some(&sighting.person) && away(t, sighting) < SAME;
        match left.iter().position(still) {
            Some(at) => pairs.push((left.swap_remove(at), sighting)),
            None => others.push(sighting),
        }
    }
    for sighting in others {
        let away = |at: usize| away(left[at], sighting);
        let nearest = (0..left.len()).min_by(|&a, &b| away(a).total_cmp(&away(b)));
        match nearest.filter(|&at| away(at) < SAME) {
            Some(at) => pairs.push((left.swap_remove(at), sighting)),
            None => ghosts += 1,
        }
    }
    (pairs, ghosts)
}

fn distance(a: (f32, f32), b: (f32, f32)) -> f32 {
    (a.0 - b.0).hypot(a.1 - b.1)
}

/// Between shoulders and hips.
fn middle(joints: &Joints) -> (f32, f32) {
    let sum = |c: fn(&(f32, f32)) -> f32| [11, 12, 23, 24].iter().map(|&j| c(&joints[j])).sum::<f32>() / 4.0;
    (sum(|j| j.0), sum(|j| j.1))
}

fn seen_middle(sighting: &Sighting) -> (f32, f32) {
    middle(&sighting.joints.map(|j| (j.x, j.y)))
}

fn is_inside(joints: &Joints, film: &Film) -> bool {
    let (w, h) = (film.width as f32, film.height as f32);
    joints.iter().all(|&(x, y)| (0.0..w).contains(&x) && (0.0..h).contains(&y))
}

/// Mean distance of left, top, right and bottom of all joints.
fn edges_apart(truth: &Truth, sighting: &Sighting) -> f32 {
    let seen = sighting.joints.map(|j| (j.x, j.y));
    let edges = |joints: &Joints| {
        let least = |c: fn(&(f32, f32)) -> f32| joints.iter().map(c).fold(f32::INFINITY, f32::min);
        let most = |c: fn(&(f32, f32)) -> f32| joints.iter().map(c).fold(f32::NEG_INFINITY, f32::max);
        [least(|j| j.0), least(|j| j.1), most(|j| j.0), most(|j| j.1)]
    };
    let pairs = edges(&truth.joints).into_iter().zip(edges(&seen));
    pairs.map(|(a, b)| (a - b).abs()).sum::<f32>() / 4.0 / truth.torso
}

impl Measured {
    fn seen(&self) -> f32 {
        self.seen.0 as f32 / self.seen.1.max(1) as f32
    }

    fn near(&self) -> f32 {
        self.near.0 as f32 / self.near.1.max(1) as f32
    }

    fn told(self, name: &str) -> Self {
        println!(
            "{name}: seen {:.3}, PCK@0.2 {:.3}, switches {}, changed {}, ghosts {}, box error {:.3} torso lengths",
            self.seen(),
            self.near(),
            self.switches,
            self.changed,
            self.ghosts,
            self.box_error
        );
        self
    }
}

/// Walks across the stage while dancing.
fn across(index: usize, torso: f32, (from, to): (f32, f32), y: f32, (start, end): (f32, f32)) -> Dancer {
    Dancer { path: vec![(start, from, y), (end, to, y)], ..Dancer::on_spot(index, torso, from, y) }
}

#[test]
fn a_dancer_is_followed_joint_by_joint() {
    let landscape = Film::of((640, 360), 30, 110.0, 6.0, vec![Dancer::on_spot(0, 70.0, 0.0, 150.0)]);
    let portrait = Film::of((360, 640), 30, 110.0, 6.0, vec![Dancer::on_spot(1, 95.0, 0.0, 240.0)]);
    for (name, film) in [("landscape", landscape), ("portrait", portrait)] {
        let measured = watch(&film, 5).told(name);
        assert!(measured.seen() > 0.95 && measured.near() > 0.8, "{name}");
        assert_eq!((measured.switches, measured.ghosts), (0, 0), "{name}");
        assert!(measured.box_error < 0.2, "{name}");
    }
}

#[test]
fn a_small_dancer_is_found_on_a_wide_stage() {
    let film = Film::of((640, 360), 30, 120.0, 4.0, vec![Dancer::on_spot(2, 36.0, 170.0, 120.0)]);
    let measured = watch(&film, 3).told("small");
    assert!(measured.seen() > 0.9 && measured.ghosts == 0);
}

#[test]
fn a_moving_camera_loses_nobody() {
    let cast = vec![across(3, 70.0, (-200.0, 200.0), 150.0, (0.0, 5.0))];
    let mut film = Film::of((640, 360), 30, 120.0, 6.0, cast);
    film.shots[0].camera = Camera { at: (-160.0, 0.0), pan: (70.0, 0.0), zoom: 0.9, zoom_rate: 1.05 };
    let measured = watch(&film, 5).told("moving camera");
    assert!(measured.seen() > 0.9);
    assert_eq!((measured.switches, measured.ghosts), (0, 0));
}

#[test]
fn nobody_changes_into_another_when_two_cross() {
    let cast = vec![
        across(0, 62.0, (-190.0, 190.0), 140.0, (0.5, 5.5)),
        across(1, 66.0, (190.0, -190.0), 150.0, (0.5, 5.5)),
    ];
    let measured = watch(&Film::of((640, 360), 30, 118.0, 7.0, cast), 6).told("two cross");
    assert_eq!((measured.switches, measured.ghosts), (0, 0));
    assert!(measured.seen() > 0.75);
}

#[test]
fn nobody_changes_into_another_when_three_cross() {
    let cast = vec![
        across(4, 58.0, (-230.0, 210.0), 132.0, (0.5, 6.5)),
        across(1, 62.0, (220.0, -220.0), 142.0, (0.5, 5.5)),
        across(2, 66.0, (0.0, 10.0), 152.0, (0.5, 5.5)),
    ];
    let measured = watch(&Film::of((640, 360), 30, 118.0, 8.0, cast), 7).told("three cross");
    assert_eq!((measured.switches, measured.ghosts), (0, 0));
    assert!(measured.seen() > 0.7);
}

#[test]
fn who_went_with_the_wrong_one_comes_back() {
    let cast = vec![
        across(1, 59.0, (-226.0, 210.0), 133.0, (0.5, 6.25)),
        across(2, 63.0, (220.0, -215.0), 143.0, (0.5, 5.75)),
        across(4, 66.0, (-17.0, 10.0), 152.0, (0.5, 5.5)),
    ];
    let measured = watch(&Film::of((640, 360), 30, 110.5, 8.0, cast), 7).told("three in one place");
    assert_eq!((measured.switches, measured.changed, measured.ghosts), (0, 0, 0));
    assert!(measured.seen() > 0.7);
}

#[test]
fn nobody_is_on_an_empty_stage() {
    let mut film = Film::of((640, 360), 30, 120.0, 3.0, Vec::new());
    for stage in 1..4 {
        film.shots[0].stage = stage;
        assert_eq!(watch(&film, 1).ghosts, 0);
    }
}
