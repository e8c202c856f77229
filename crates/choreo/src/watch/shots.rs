//! Shots: where the video itself cuts, fades or dissolves, and how each part of it is filmed.
//!
//! A cut is a frame that is like none before it: its likeness to the frame before (correlation of brightness, which does
//! not mind flashes and dimmed lights) breaks down and stays down. A fade passes through a plain picture. In a dissolve
//! the middle is the mean of two ends that are unlike each other (Lienhart, "Comparison of automatic shot boundary
//! detection algorithms", 1999).

use super::camera::CameraMove;
use super::frame::Frame;
use eightcount_domain::CameraWork;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Width and height of the small pictures that are compared.
const SMALL: (usize, usize) = (32, 18);
/// Likeness below which two frames are of two shots.
const UNLIKE: f32 = 0.6;
/// Frames after a break of likeness in which the old shot must not come back.
const STAYS: usize = 5;
/// How much less alike than the frames around it the frames of a cut are.
const BREAK: f32 = 0.25;
/// Share of the picture that changes in a cut, at least: before a plain wall a dancer is all there is to be unlike, and
/// jumps from pose to pose.
const PART: f32 = 0.25;
/// Share of the picture that changes when it is another, however alike in form.
const BULK: f32 = 0.45;
/// Grey levels of change that count for that.
const BULK_LEVELS: f32 = 24.0;
/// Likeness above which a change of brightness is light, not another picture.
const ALIKE: f32 = 0.9;
/// Standard deviation of brightness below which a picture is plain, grey levels.
const PLAIN: f32 = 4.0;
/// Half the frames of the dissolves that are looked for.
const DISSOLVES: [usize; 4] = [4, 6, 10, 15];
/// Share of the picture by which the ends of a dissolve differ at least: a dancer who walks changes less.
const OTHER: f32 = 0.4;
/// Grey levels that count for that.
const OTHER_LEVELS: f32 = 8.0;
/// How far the middle of a dissolve may be from the mean of its ends, as a share of what lies between them.
const BETWEEN: f32 = 0.3;
/// Share of a shot's frames in which the camera moves when it is a moving camera.
const MOVING: f32 = 0.25;
/// Growth in a second from which on a moving camera zooms.
const ZOOMING: f32 = 0.015;

/// How a shot begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ShotEntry {
    /// It is the first.
    Start,
    /// At once.
    Cut,
    /// Out of a plain picture.
    Fade,
    /// Through the one before.
    Dissolve,
}

/// A part of the video without a cut.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shot {
    /// Its frames. A transition belongs half to each side.
    pub frames: Range<usize>,
    /// How it begins.
    pub entry: ShotEntry,
    /// How it is filmed.
    pub camera: CameraWork,
}

/// A frame made so small that only what a shot shows is left.
#[derive(Clone, Debug)]
pub(super) struct Small {
    /// Brightness from `middle`.
    level: Vec<f32>,
    middle: f32,
    spread: f32,
}

impl Small {
    pub(super) fn of(frame: &Frame<'_>) -> Self {
        let (w, h) = (frame.width(), frame.height());
        let cell = |i: usize, of: usize, side: usize| {
            i * side / of..((i + 1) * side / of).max(i * side / of + 1).min(side)
        };
        let mean = |i: usize| {
            let (columns, rows) = (cell(i % SMALL.0, SMALL.0, w), cell(i / SMALL.0, SMALL.1, h));
            let count = (columns.len() * rows.len()).max(1) as f32;
            let sum: u32 =
                rows.flat_map(|y| &frame.luma()[y * w..][columns.clone()]).map(|&v| u32::from(v)).sum();
            sum as f32 / count
        };
        let mut level: Vec<f32> = (0..SMALL.0 * SMALL.1).map(mean).collect();
        let middle = level.iter().sum::<f32>() / level.len() as f32;
        for value in &mut level {
            *value -= middle;
        }
        let spread = (level.iter().map(|v| v * v).sum::<f32>() / level.len() as f32).sqrt();
        Self { level, middle, spread }
    }

    fn is_plain(&self) -> bool {
        self.spread < PLAIN
    }

    /// Correlation, -1 to 1; two plain pictures are alike.
    fn likeness(&self, other: &Self) -> f32 {
        if self.is_plain() || other.is_plain() {
            return if self.is_plain() && other.is_plain() { 1.0 } else { 0.0 };
        }
        let product = self.level.iter().zip(&other.level).map(|(a, b)| a * b).sum::<f32>();
        product / self.level.len() as f32 / (self.spread * other.spread)
    }

    /// Share of the picture that is lighter or darker by much.
    fn changed(&self, other: &Self) -> f32 {
        let light = self.middle - other.middle;
        let much = |(a, b): &(&f32, &f32)| (*a - *b + light).abs() > BULK_LEVELS;
        self.level.iter().zip(&other.level).filter(much).count() as f32 / self.level.len() as f32
    }

    /// Share of the picture that is not the same.
    fn differs(&self, other: &Self) -> f32 {
        let apart = |(a, b): &(&f32, &f32)| (*a - *b).abs() > OTHER_LEVELS;
        self.level.iter().zip(&other.level).filter(apart).count() as f32 / self.level.len() as f32
    }

    /// How far this is from the mean of two others, as a share of what lies between them.
    fn off_the_mean(&self, a: &Self, b: &Self) -> f32 {
        let all = || self.level.iter().zip(a.level.iter().zip(&b.level));
        let off = all().map(|(m, (a, b))| (m - f32::midpoint(*a, *b)).powi(2)).sum::<f32>();
        let apart = all().map(|(_, (a, b))| (a - b).powi(2)).sum::<f32>();
        (off / apart.max(1e-6)).sqrt()
    }
}

/// The shots of a video, in order, without gap; empty for no frames. `moves[i]` leads from frame `i - 1` to `i`.
pub(super) fn shots(small: &[Small], moves: &[CameraMove], fps: f32) -> Vec<Shot> {
    let mut starts = vec![(0, ShotEntry::Start)];
    starts.extend(fades(small));
    starts.extend(cuts(small).into_iter().map(|at| (at, ShotEntry::Cut)));
    starts.extend(dissolves(small).into_iter().map(|at| (at, ShotEntry::Dissolve)));
    starts.sort_by_key(|start| start.0);
    // What lies within one transition is one: the first told of a fade or cut wins over a dissolve.
    let mut kept: Vec<(usize, ShotEntry)> = Vec::new();
    for start in starts {
        match kept.last_mut() {
            Some(last) if start.0 < last.0 + STAYS => {
                if last.1 == ShotEntry::Dissolve {
                    *last = start;
                }
            }
            _ => kept.push(start),
        }
    }
    let ends = kept.iter().skip(1).map(|next| next.0).chain([small.len()]);
    let shot = |(&(from, entry), to): (&(usize, ShotEntry), usize)| Shot {
        frames: from..to,
        entry,
        camera: filmed(moves.get(from + 1..to).unwrap_or_default(), fps),
    };
    kept.iter().zip(ends).map(shot).filter(|shot| !shot.frames.is_empty()).collect()
}

fn filmed(moves: &[CameraMove], fps: f32) -> CameraWork {
    let moving = moves.iter().filter(|m| **m != CameraMove::default()).count() as f32;
    if moves.is_empty() || moving < MOVING * moves.len() as f32 {
        return CameraWork::Still;
    }
    let growth = moves.iter().map(|m| m.zoom).sum::<f32>() / moves.len() as f32 * fps;
    if growth.abs() >= ZOOMING { CameraWork::Zooming } else { CameraWork::Moving }
}

/// Frames that are unlike the one before, which does not come back after them.
fn cuts(small: &[Small]) -> Vec<usize> {
    let like = |i: usize, j: usize| small.get(i).zip(small.get(j)).map_or(1.0, |(a, b)| a.likeness(b));
    let stays = |i: usize, unlike: &dyn Fn(usize) -> bool| (i..(i + STAYS).min(small.len())).all(unlike);
    let broken = |i: usize| {
        let here = like(i - 1, i);
        let usual = if i > 1 { like(i - 2, i - 1) } else { 1.0 }.min(like(i, i + 1));
        let plain = small[i].is_plain() || small[i - 1].is_plain();
        let part = small[i - 1].differs(&small[i]) > PART;
        !plain && part && here < UNLIKE.min(usual - BREAK) && stays(i, &|later| like(i - 1, later) < UNLIKE)
    };
    let other = |i: usize| {
        let bulk = |later: usize| small[i - 1].changed(&small[later]) > BULK && like(i - 1, later) < ALIKE;
        bulk(i) && stays(i, &bulk)
    };
    let mut found: Vec<usize> = (1..small.len()).filter(|&i| broken(i) || other(i)).collect();
    found.dedup_by(|later, earlier| *later < *earlier + STAYS);
    found
}

/// Middles of the plain stretches between two shots.
fn fades(small: &[Small]) -> Vec<(usize, ShotEntry)> {
    let mut found = Vec::new();
    let mut from = None;
    for (i, one) in small.iter().enumerate() {
        match (one.is_plain(), from) {
            (true, None) => from = Some(i),
            (false, Some(start)) => {
                from = None;
                if start > 0 {
                    found.push((usize::midpoint(start, i), ShotEntry::Fade));
                }
            }
            _ => {}
        }
    }
    found
}

/// Middles of stretches whose ends are unlike each other and whose middle is their mean.
fn dissolves(small: &[Small]) -> Vec<usize> {
    let off = |i: usize, half: usize| {
        let (a, b) = (small.get(i.checked_sub(half)?)?, small.get(i + half)?);
        let ends_stay =
            |i: usize, j: usize| small.get(i).zip(small.get(j)).is_some_and(|(a, b)| a.likeness(b) > 0.9);
        // Before and after it each shot is like itself, in it no frame breaks.
        let before = i.checked_sub(half + 2).is_some_and(|j| ends_stay(j, i - half));
        let after = ends_stay(i + half, i + half + 2);
        let smooth = (i - half + 1..=i + half).all(|j| small[j - 1].likeness(&small[j]) > UNLIKE);
        let other = a.differs(b) > OTHER && a.likeness(b) < UNLIKE;
        let unlike = other && !a.is_plain() && !b.is_plain();
        (unlike && before && after && smooth).then(|| small[i].off_the_mean(a, b))
    };
    let best = |i: usize| DISSOLVES.iter().filter_map(|&half| off(i, half)).fold(f32::INFINITY, f32::min);
    let all: Vec<f32> = (0..small.len()).map(best).collect();
    let lowest = |&i: &usize| {
        let around = i.saturating_sub(15)..(i + 16).min(all.len());
        all[i] < BETWEEN && all[around].iter().all(|&other| all[i] <= other)
    };
    let mut found: Vec<usize> = (0..all.len()).filter(lowest).collect();
    found.dedup_by(|later, earlier| *later < *earlier + 15);
    found
}
