//! Who is who from one picture to the next.
//!
//! A person who was seen is looked for where they should be by now; now and then, and whenever somebody is lost, the
//! whole picture is searched. Everybody has the colours of their clothes as a sign: when two bodies fall together, or
//! change places, the colours say whose they are. A limb that jumps onto the same limb of a neighbour is not believed.

use crate::clothes::{Colours, colours, unlike};
use crate::landmarks::{Body, JOINTS, Joint, Region};
use crate::model::ModelError;
use crate::models::Seer;
use crate::picture::Picture;
use crate::rivals::{distance, distrust_taken_limbs, give_back, is_same, tell_apart};
use serde::{Deserialize, Serialize};

/// Most people followed at once; each costs a run of the landmark model.
const MOST: usize = 6;
/// Presence above which somebody is there.
const PRESENT: f32 = 0.5;
/// Score above which what the detector offers is looked into.
const WORTH_A_LOOK: f32 = 0.3;
/// Presence above which somebody new is believed, in a second look at where the first look found them: what looks like
/// a person for a moment does not look so twice.
const CERTAIN: f32 = 0.9;
/// Most that joints may differ between those two looks, mean in torso lengths.
const STEADY: f32 = 0.4;
/// Smoothed presence below which somebody who is followed is not told of.
const DOUBTED: f32 = 0.7;
/// Somebody new this close to another, in torso lengths, is often made of parts of the two: they are told of after so
/// many looks.
const BESIDE: (f32, u32) = (1.5, 5);
/// Looks between two searches of the whole picture while nobody is missing.
const SEARCH_EVERY: u32 = 10;
/// Looks between two searches while somebody was lost a moment ago.
const SEARCH_LOST_EVERY: u32 = 2;
/// Looks between two searches while somebody was lost longer ago, or nobody is there.
const SEARCH_MISSING_EVERY: u32 = 5;
/// Looks that are a moment.
const MOMENT: u32 = 8;
/// Looks after which somebody who was lost is forgotten.
const FORGET_AFTER: u32 = 30;
/// By how much the colours of one must fit better than those of another who is taken for them.
pub(crate) const TAKEN_FOR: f32 = 0.06;
/// Mean difference of colours (0 to 1) above which two people are not the same.
const OTHER_COLOURS: f32 = 0.16;

/// Somebody who is followed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Track {
    person: u32,
    region: Region,
    velocity: (f32, f32),
    pub(crate) torso: f32,
    pub(crate) colours: Colours,
    pub(crate) joints: Vec<Joint>,
    /// Presence, smoothed: 0 to 1.
    pub(crate) faith: f32,
    missed: u32,
    /// Looks until they are told of.
    doubted: u32,
}

/// What a tracker knows between two pictures; enough for another one to go on.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Followed {
    tracks: Vec<Track>,
    next_person: u32,
    looks: u32,
    searches: u32,
    /// Looks since somebody was followed.
    #[serde(default)]
    alone: u32,
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
pub(crate) struct Found {
    pub(crate) body: Body,
    pub(crate) colours: Colours,
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
        give_back(&self.state.tracks, &mut found);
        self.state.looks += 1;
        self.state.alone = if self.state.tracks.is_empty() { self.state.alone + 1 } else { 0 };
        if self.state.looks.is_multiple_of(self.search_every(&found)) {
            self.search(picture, &mut found)?;
        }
        distrust_taken_limbs(&self.state.tracks, &mut found);
        Ok(self.update(found))
    }

    /// Looks between two searches now. The search costs several times what following one person does.
    fn search_every(&self, found: &[Option<Found>]) -> u32 {
        let lost = found.iter().zip(&self.state.tracks).filter(|(found, _)| found.is_none());
        match lost.map(|(_, track)| track.missed).min() {
            None if self.state.tracks.is_empty() && self.state.alone <= MOMENT => 1,
            None if self.state.tracks.is_empty() => SEARCH_MISSING_EVERY,
            None => SEARCH_EVERY,
            Some(missed) if missed < MOMENT => SEARCH_LOST_EVERY,
            Some(_) => SEARCH_MISSING_EVERY,
        }
    }

    /// Looks for people who are not followed, or were lost: in the whole picture, and closer in one part of it after the
    /// other; in turn while one person is followed, in all parts while nobody has been followed for a moment.
    fn search(&mut self, picture: &Picture<'_>, found: &mut Vec<Option<Found>>) -> Result<(), ModelError> {
        self.state.searches += 1;
        let (parts, searches) = (picture.parts(), self.state.searches as usize);
        let nobody = found.iter().all(Option::is_none) && self.state.alone <= MOMENT;
        // Several who cross need every look.
        let in_turn = matches!(found[..], [Some(_)]) && !parts.is_empty();
        let mut places = Vec::new();
        if !in_turn || searches.is_multiple_of(2) {
            places.push(picture.whole());
        }
        if nobody {
            places.extend(parts);
        } else if !in_turn {
            places.extend(parts.get(searches % parts.len().max(1)));
        } else if !searches.is_multiple_of(2) {
            places.extend(parts.get(searches / 2 % parts.len()));
        }
        let mut detections = Vec::new();
        for place in &places {
            detections.extend(self.seer.detect_in(picture, place, WORTH_A_LOOK, 2 * MOST)?);
        }
        detections.sort_by(|a, b| b.score.total_cmp(&a.score));
        for detection in detections {
            let centre = detection.region.centre();
            let known =
                found.iter().flatten().any(|f| distance(f.body.hips(), centre) < 0.5 * f.body.torso());
            if known || found.iter().flatten().count() >= MOST {
                continue;
            }
            let Some(one) = self.seer.certain(picture, detection.region)? else { continue };
            if found.iter().flatten().any(|other| is_same(&one.body, &other.body)) {
                continue;
            }
            self.name(one, found);
        }
        Ok(())
    }

    /// Somebody for whom another is taken gets their place; the other one is named anew.
    fn name(&mut self, one: Found, found: &mut Vec<Option<Found>>) {
        let tracks = &self.state.tracks;
        let taken = |i: &usize| {
            let fits = |now: &Found| tracks[*i].wears(&one) + TAKEN_FOR < tracks[*i].wears(now);
            found[*i].as_ref().is_some_and(fits) && tracks[*i].likeness(&one) < 1.0
        };
        let place = (0..found.len()).find(taken);
        let mut unnamed = one;
        if let Some(now) = place.and_then(|i| found[i].as_mut()) {
            std::mem::swap(now, &mut unnamed);
        }
        self.name_other(unnamed, found);
    }

    /// Somebody who was lost is found again, or is new.
    fn name_other(&mut self, one: Found, found: &mut Vec<Option<Found>>) {
        let lost = (0..found.len()).filter(|&i| found[i].is_none());
        let likeness = |&i: &usize| self.state.tracks[i].likeness(&one);
        let again = lost.filter(|i| likeness(i) < 1.0).min_by(|a, b| likeness(a).total_cmp(&likeness(b)));
        if let Some(i) = again {
            found[i] = Some(one);
        } else {
            let near = |f: &Found| distance(f.body.hips(), one.body.hips()) < BESIDE.0 * f.body.torso();
            let doubted = if found.iter().flatten().any(near) { BESIDE.1 } else { 0 };
            self.state.tracks.push(Track { doubted, ..Track::of(self.state.next_person, &one) });
            self.state.next_person += 1;
            found.push(Some(one));
        }
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
                    if track.faith >= DOUBTED && track.doubted == 0 {
                        sightings.push(Sighting { person: track.person, joints: found.body.joints });
                    }
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

    /// Somebody new: found, and found again in a closer look.
    fn certain(&mut self, picture: &Picture<'_>, region: Region) -> Result<Option<Found>, ModelError> {
        let Some(first) = self.landmarks(picture, region)? else { return Ok(None) };
        let Some(second) = self.find(picture, first.region)? else { return Ok(None) };
        let moved = |(a, b): (&Joint, &Joint)| distance((a.x, a.y), (b.x, b.y));
        let moved = first.joints.iter().zip(&second.body.joints).map(moved).sum::<f32>() / JOINTS as f32;
        let sure = second.body.presence >= CERTAIN && moved < STEADY * second.body.torso();
        Ok(Some(second).filter(|_| sure))
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
            faith: body.presence,
            missed: 0,
            doubted: 0,
        }
    }

    /// From where this person should be to where somebody is, torso lengths.
    pub(crate) fn way(&self, found: &Found) -> f32 {
        distance(self.region.centre(), found.body.region.centre()) / self.torso.max(1.0)
    }

    /// By how much somebody's colours differ from this person's.
    pub(crate) fn wears(&self, found: &Found) -> f32 {
        unlike(&self.colours, &found.colours)
    }

    /// How unlike this person somebody is: colours, and the way from where they should be; below 1 it may be them.
    pub(crate) fn likeness(&self, found: &Found) -> f32 {
        let reach = 2.0 + 0.4 * self.missed as f32;
        self.wears(found) / OTHER_COLOURS * 0.7 + 0.5 * self.way(found) / reach
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
        self.faith += 0.3 * (found.body.presence - self.faith);
        self.missed = 0;
        self.doubted = self.doubted.saturating_sub(1);
        if alone {
            for (known, seen) in self.colours.iter_mut().zip(found.colours) {
                *known += 0.1 * (seen - *known);
            }
        }
    }

    fn miss(&mut self) {
        self.missed += 1;
        // Who was never told of is not waited for.
        if self.doubted > 0 {
            self.missed = FORGET_AFTER + 1;
        }
        self.region = self.region.moved(self.velocity);
        self.velocity = (0.8 * self.velocity.0, 0.8 * self.velocity.1);
    }
}
