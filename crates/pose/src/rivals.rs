//! Two people close together: which body is whose.

use crate::landmarks::{Body, JOINTS, Joint};
use crate::tracker::{Found, TAKEN_FOR, Track};

/// Mean distance of joints, in torso lengths, below which two bodies are one.
const SAME_BODY: f32 = 0.45;
/// Distance of hips and of shoulders, in lengths of the shorter torso, below which two bodies are one.
const SAME_TORSO: f32 = 0.35;
/// By how much crossed colours must fit better before two people are told to have changed places.
const SWAP_GAIN: f32 = 0.06;
/// A limb this close to a neighbour's same limb, in torso lengths, may have been taken for it.
const TAKEN: f32 = 0.25;

/// Bodies that fell together are one person's: whose colours fit better, and who was expected there. People who changed
/// places change back.
pub(crate) fn tell_apart(tracks: &[Track], found: &mut [Option<Found>]) {
    for i in 0..found.len() {
        for j in i + 1..found.len() {
            let (Some(a), Some(b)) = (&found[i], &found[j]) else { continue };
            let wrong = |track: usize, f: &Found| tracks[track].wears(f);
            if is_same(&a.body, &b.body) {
                let cost = |track: usize, f: &Found| {
                    let size = (f.body.torso() / tracks[track].torso.max(1.0)).ln().abs();
                    wrong(track, f) + 0.05 * tracks[track].way(f) + 0.1 * size - 0.2 * tracks[track].faith
                };
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

/// Who is followed in the clothes of somebody who is lost is that one: they crossed, and the track went with the wrong one.
pub(crate) fn give_back(tracks: &[Track], found: &mut [Option<Found>]) {
    for i in 0..found.len() {
        let Some(one) = &found[i] else { continue };
        let own = tracks[i].wears(one);
        let lost = (0..found.len()).filter(|&j| found[j].is_none());
        let theirs = |j: &usize| tracks[*j].wears(one);
        let fits = lost.filter(|j| theirs(j) + TAKEN_FOR < own && tracks[*j].likeness(one) < 1.0);
        if let Some(j) = fits.min_by(|a, b| theirs(a).total_cmp(&theirs(b))) {
            found.swap(i, j);
        }
    }
}

/// A limb that came far to lie on a neighbour's same limb, which stayed: the model confused the two.
pub(crate) fn distrust_taken_limbs(tracks: &[Track], found: &mut [Option<Found>]) {
    let pairs = |n: usize| (0..n).flat_map(move |i| (0..n).filter(move |&j| i != j).map(move |j| (i, j)));
    for (i, j) in pairs(found.len().min(tracks.len())) {
        let (Some(a), Some(b)) = (&found[i], &found[j]) else { continue };
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

/// Whether two bodies are one that was found twice.
pub(crate) fn is_same(a: &Body, b: &Body) -> bool {
    let joints = [11, 12, 23, 24, 25, 26];
    let one = |&i: &usize| (a.joints[i].x - b.joints[i].x).hypot(a.joints[i].y - b.joints[i].y);
    let apart = joints.iter().map(one).sum::<f32>() / joints.len() as f32;
    let reach = SAME_TORSO * a.torso().min(b.torso());
    let torsos = distance(a.hips(), b.hips()).max(distance(a.shoulders(), b.shoulders()));
    apart < SAME_BODY * a.torso().max(b.torso()) || torsos < reach
}

/// Pixels between two places.
pub(crate) fn distance(a: (f32, f32), b: (f32, f32)) -> f32 {
    (a.0 - b.0).hypot(a.1 - b.1)
}
