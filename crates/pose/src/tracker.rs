//! Who is who from one picture to the next.
//!
//! A person who was seen is looked for where they should be by now; now and then, and whenever somebody is lost, the
//! whole picture is searched. Everybody has the colours of their clothes as a sign: when two bodies fall together, or
//! change places, the colours say whose they are. A limb that jumps onto the same limb of a neighbour is not believed.

use crate::landmarks::{Body, JOINTS, Joint, Region};
use crate::model::ModelError;
use crate::models::Seer;
use crate::picture::Picture;
use serde::{Deserialize, Serialize};

/// Most people followed at once; each costs a run of the landmark model.
const MOST: usize = 4;
/// Presence above which somebody is there.
const PRESENT: f32 = 0.5;
/// Score above which the detector is believed.
const SURE: f32 = 0.5;
/// Looks between two searches of the whole picture while nobody is missing.
const SEARCH_EVERY: u32 = 10;
/// Looks between two searches while somebody is.
const SEARCH_MISSING_EVERY: u32 = 2;
/// Looks after which somebody who was lost is forgotten.
const FORGET_AFTER: u32 = 30;
/// Mean distance of joints, in torso lengths, below which two bodies are one.
const SAME_BODY: f32 = 0.45;
/// Mean difference of colours (0 to 1) above which two people are not the same.
const OTHER_COLOURS: f32 = 0.16;
/// By how much crossed colours must fit better before two people are told to have changed places.
const SWAP_GAIN: f32 = 0.06;
/// A limb this close to a neighbour's same limb, in torso lengths, may have been taken for it.
const TAKEN: f32 = 0.25;

/// Red, green and blue of chest, belly and thighs, each 0 to 1.
type Colours = [f32; 9];

/// Somebody who is followed.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Track {
    person: u32,
    region: Region,
    velocity: (f32, f32),
    torso: f32,
    colours: Colours,
    joints: Vec<Joint>,
    missed: u32,
}

/// What a tracker knows between two pictures; enough for another one to go on.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Followed {
    tracks: Vec<Track>,
    next_person: u32,
    looks: u32,
}

/// Somebody in one picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Sighting {
    /// Who: the same number from picture to picture.
    pub person: u32,
    /// Their joints, pixels.
    pub joints: [Joint; JOINTS],
}

/// Follows people through pictures that come in order, at a constant rate of about ten a second.
#[derive(Debug)]
pub struct Tracker {
    seer: Seer,
    state: Followed,
}

/// A body in this picture and its colours.
struct Found {
    body: Body,
    colours: Colours,
}

impl Tracker {
    /// Goes on from what was known; from nothing with the default.
    pub fn new(seer: Seer, state: Followed) -> Self {
        Self { seer, state }
    }

    /// What is known now.
    pub fn state(&self) -> &Followed {
        &self.state
    }

    /// Sees the next picture.
    pub fn look(&mut self, picture: &Picture<'_>) -> Result<Vec<Sighting>, ModelError> {
        let mut found = Vec::new();
        for track in &self.state.tracks {
            found.push(if track.missed == 0 { self.seer.follow(picture, track)? } else { None });
        }
        tell_apart(&self.state.tracks, &mut found);
        self.state.looks += 1;
        let missing = self.state.tracks.is_empty() || found.iter().any(Option::is_none);
        let every = if missing { SEARCH_MISSING_EVERY } else { SEARCH_EVERY };
        if self.state.looks.is_multiple_of(every) || self.state.tracks.is_empty() {
            self.search(picture, &mut found)?;
        }
        distrust_taken_limbs(&self.state.tracks, &mut found);
        Ok(self.update(found))
    }

    /// Looks for people who are not followed, or were lost.
    fn search(&mut self, picture: &Picture<'_>, found: &mut Vec<Option<Found>>) -> Result<(), ModelError> {
        for detection in self.seer.detect(picture, SURE, 2 * MOST)? {
            let centre = detection.region.centre();
            let known =
                found.iter().flatten().any(|f| distance(f.body.hips(), centre) < 0.5 * f.body.torso());
            if known {
                continue;
            }
            let Some(one) = self.seer.find(picture, detection.region)? else { continue };
            if found.iter().flatten().any(|other| apart(&one.body, &other.body) < SAME_BODY) {
                continue;
            }
            let lost = (0..found.len()).filter(|&i| found[i].is_none());
            let likeness = |&i: &usize| self.state.tracks[i].likeness(&one);
            let again = lost.filter(|i| likeness(i) < 1.0).min_by(|a, b| likeness(a).total_cmp(&likeness(b)));
            if let Some(i) = again {
                found[i] = Some(one);
            } else if found.iter().flatten().count() < MOST {
                self.state.tracks.push(Track::of(self.state.next_person, &one));
                self.state.next_person += 1;
                found.push(Some(one));
            }
        }
        Ok(())
    }

    fn update(&mut self, found: Vec<Option<Found>>) -> Vec<Sighting> {
        let mut sightings = Vec::new();
        let centres: Vec<_> = found.iter().flatten().map(|f| (f.body.hips(), f.body.torso())).collect();
        for (track, found) in self.state.tracks.iter_mut().zip(found) {
            match found {
                Some(found) => {
                    let hips = found.body.hips();
                    let near = |&&(other, torso): &&((f32, f32), f32)| distance(other, hips) < 2.0 * torso;
                    let alone = centres.iter().filter(near).count() < 2;
                    track.update(&found, alone);
                    sightings.push(Sighting { person: track.person, joints: found.body.joints });
                }
                None => track.miss(),
            }
        }
        self.state.tracks.retain(|track| track.missed <= FORGET_AFTER);
        sightings
    }
}

impl Seer {
    /// Somebody where they should be by now; none when nobody, or somebody of quite another size, is there.
    fn follow(&mut self, picture: &Picture<'_>, track: &Track) -> Result<Option<Found>, ModelError> {
        let found = self.find(picture, track.region.moved(track.velocity))?;
        Ok(found.filter(|f| (0.3..3.0).contains(&(f.body.torso() / track.torso.max(1.0)))))
    }

    fn find(&mut self, picture: &Picture<'_>, region: Region) -> Result<Option<Found>, ModelError> {
        let body = self.landmarks(picture, region)?;
        // A torso of a few pixels has no joints worth the name; nor has somebody mostly outside.
        let inside = |(x, y): (f32, f32)| {
            (0.0..picture.width() as f32).contains(&x) && (0.0..picture.height() as f32).contains(&y)
        };
        let body = body.filter(|b| b.presence > PRESENT && b.torso() > 4.0 && inside(b.shoulders()));
        Ok(body.map(|body| Found { colours: colours(picture, &body), body }))
    }
}

impl Track {
    fn of(person: u32, found: &Found) -> Self {
        let body = &found.body;
        Self {
            person,
            region: body.region,
            velocity: (0.0, 0.0),
            torso: body.torso(),
            colours: found.colours,
            joints: body.joints.to_vec(),
            missed: 0,
        }
    }

    /// How unlike this person somebody is: colours, and the way from where they should be; below 1 it may be them.
    fn likeness(&self, found: &Found) -> f32 {
        let way = distance(self.region.centre(), found.body.region.centre()) / self.torso.max(1.0);
        let reach = 2.0 + 0.4 * self.missed as f32;
        unlike(&self.colours, &found.colours) / OTHER_COLOURS * 0.7 + 0.5 * way / reach
    }

    fn update(&mut self, found: &Found, alone: bool) {
        let (from, to) = (self.region.centre(), found.body.region.centre());
        if self.missed == 0 {
            let mix = |v: f32, step: f32| 0.5 * v + 0.35 * step;
            self.velocity = (mix(self.velocity.0, to.0 - from.0), mix(self.velocity.1, to.1 - from.1));
        }
        self.region = found.body.region;
        self.torso += 0.2 * (found.body.torso() - self.torso);
        self.joints = found.body.joints.to_vec();
        self.missed = 0;
        if alone {
            for (known, seen) in self.colours.iter_mut().zip(found.colours) {
                *known += 0.1 * (seen - *known);
            }
        }
    }

    fn miss(&mut self) {
        self.missed += 1;
        self.region = self.region.moved(self.velocity);
        self.velocity = (0.8 * self.velocity.0, 0.8 * self.velocity.1);
    }
}

/// Bodies that fell together are one person's: whose colours fit better. People who changed places change back.
fn tell_apart(tracks: &[Track], found: &mut [Option<Found>]) {
    for i in 0..found.len() {
        for j in i + 1..found.len() {
            let (Some(a), Some(b)) = (&found[i], &found[j]) else { continue };
            let wrong = |track: usize, f: &Found| unlike(&tracks[track].colours, &f.colours);
            if apart(&a.body, &b.body) < SAME_BODY {
                let way = |track: usize, f: &Found| {
                    distance(tracks[track].region.centre(), f.body.region.centre())
                        / tracks[track].torso.max(1.0)
                };
                let cost = |track, f| wrong(track, f) + 0.05 * way(track, f);
                let other = if cost(i, a) <= cost(j, b) { j } else { i };
                found[other] = None;
            } else if distance(a.body.hips(), b.body.hips()) < 2.5 * a.body.torso() {
                let (straight, crossed) = (wrong(i, a) + wrong(j, b), wrong(i, b) + wrong(j, a));
                if crossed + SWAP_GAIN < straight {
                    found.swap(i, j);
                }
            }
        }
    }
}

/// A limb that came far to lie on a neighbour's same limb, which stayed: the model confused the two.
fn distrust_taken_limbs(tracks: &[Track], found: &mut [Option<Found>]) {
    for i in 0..found.len().min(tracks.len()) {
        for j in 0..found.len().min(tracks.len()) {
            let (Some(a), Some(b)) = (&found[i], &found[j]) else { continue };
            if i == j {
                continue;
            }
            let torso = a.body.torso().max(1.0);
            let place = |joint: &Joint| (joint.x, joint.y);
            let came = |track: usize, f: &Found, limb: usize| {
                distance(place(&tracks[track].joints[limb]), place(&f.body.joints[limb])) / torso
            };
            let taken = |&limb: &usize| {
                let gap = distance(place(&a.body.joints[limb]), place(&b.body.joints[limb])) / torso;
                gap < TAKEN && came(i, a, limb) > came(j, b, limb) + 0.4
            };
            // Elbows and wrists, knees and feet.
            let taken: Vec<usize> = (13..23).chain(25..JOINTS).filter(taken).collect();
            if let Some(a) = &mut found[i] {
                for limb in taken {
                    a.body.joints[limb].confidence = 0.0;
                }
            }
        }
    }
}

fn distance(a: (f32, f32), b: (f32, f32)) -> f32 {
    (a.0 - b.0).hypot(a.1 - b.1)
}

/// Mean distance of shoulders, hips and knees in torso lengths.
fn apart(a: &Body, b: &Body) -> f32 {
    let joints = [11, 12, 23, 24, 25, 26];
    let one = |&i: &usize| (a.joints[i].x - b.joints[i].x).hypot(a.joints[i].y - b.joints[i].y);
    joints.iter().map(one).sum::<f32>() / joints.len() as f32 / a.torso().max(b.torso()).max(1.0)
}

fn unlike(a: &Colours, b: &Colours) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).sum::<f32>() / a.len() as f32
}

fn colours(picture: &Picture<'_>, body: &Body) -> Colours {
    let joint = |i: usize| (body.joints[i].x, body.joints[i].y);
    let between = |a: (f32, f32), b: (f32, f32), t: f32| (a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1));
    let torso = |across: f32, down: f32| {
        let (top, bottom) = (between(joint(11), joint(12), across), between(joint(23), joint(24), across));
        between(top, bottom, down)
    };
    let thigh = |along: f32| [between(joint(23), joint(25), along), between(joint(24), joint(26), along)];
    let across = [0.25, 0.5, 0.75];
    let chest: Vec<_> = across.iter().flat_map(|&a| [0.15, 0.3, 0.45].map(|d| torso(a, d))).collect();
    let belly: Vec<_> = across.iter().flat_map(|&a| [0.6, 0.75, 0.9].map(|d| torso(a, d))).collect();
    let thighs: Vec<_> = [0.3, 0.5, 0.7].into_iter().flat_map(thigh).collect();
    let mean = |points: &[(f32, f32)]| {
        let mut sum = [0.0; 3];
        for &(x, y) in points {
            let colour = picture.at(x - 0.5, y - 0.5);
            sum.iter_mut().zip(colour).for_each(|(sum, c)| *sum += c);
        }
        sum.map(|sum| sum / (255.0 * points.len() as f32))
    };
    let parts = [mean(&chest), mean(&belly), mean(&thighs)];
    std::array::from_fn(|i| parts[i / 3][i % 3])
}
