//! What is known after watching: a few numbers a frame, and what they say of an eight.

use super::camera::CameraMove;
use super::scout::Survey;
use super::shots::Shot;
use eightcount_domain::{
    BEATS_PER_EIGHT, CameraWork, FrameRate, Movement, MovementTier, Outline, SubjectBox, SubjectMotion,
};
use serde::{Deserialize, Serialize};

/// Share of a beat around it in which a stop counts as its accent.
const ACCENT_REACH: f64 = 0.2;
/// Weight of a beat's accent against its mean motion.
const ACCENT_WEIGHT: f32 = 0.5;
/// Best quality of a step in whose middle the picture cuts: it is not one piece of dance.
pub const CUT_QUALITY: f32 = 0.2;

/// What one frame showed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct FrameFact {
    /// Where the subject was; none when there was nobody.
    pub place: Option<SubjectBox>,
    /// Its shape there.
    pub outline: Option<Outline>,
    /// The subject was wholly inside the picture.
    pub whole: bool,
    /// Change since the frame before where the subject was or is, as a share of the subject's area, 0 to 2.
    pub motion: f32,
    /// Mean difference of neighbouring pixels where the subject is, grey levels: small where the picture is blurred.
    pub sharp: f32,
    /// Another shot begins here.
    pub cut: bool,
}

/// What one step shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepSight {
    /// How much it moves in each beat; tier [`MovementTier::Visual`].
    pub movement: Movement,
    /// Where the subject is at its first beat; none when not seen there.
    pub start_box: Option<SubjectBox>,
    /// Where the subject is at its end; none when not seen there.
    pub end_box: Option<SubjectBox>,
    /// How the subject travels in its first beat; none when not seen at both ends of it.
    pub start_motion: Option<SubjectMotion>,
    /// How the subject travels in its last beat; none when not seen at both ends of it.
    pub end_motion: Option<SubjectMotion>,
    /// The subject's shape at its first beat; none when not seen there.
    pub start_outline: Option<Outline>,
    /// The subject's shape at its end; none when not seen there.
    pub end_outline: Option<Outline>,
    /// The video cuts, fades or dissolves inside it.
    pub native_cut: bool,
    /// How it is filmed.
    pub camera: CameraWork,
    /// Sharpness of its pictures against the sharpest tenth of the whole performance's: 0 (blurred) to 1.
    pub sharp: f32,
    /// Share of its frames in which the subject was seen, 0 to 1.
    pub seen: f32,
    /// Of those, the share in which no edge of the picture cuts it.
    pub whole: f32,
    /// Share of its frames in which the subject was seen, half for those in which the picture's edge cuts it:
    /// 0 to 1. At most 0.2 for a step with a cut of the picture inside.
    pub quality: f32,
}

/// The facts of all frames of a performance. Small enough to be stored: some 50 bytes a frame.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Watched {
    fps: FrameRate,
    frames: Vec<FrameFact>,
    shots: Vec<Shot>,
    moves: Vec<CameraMove>,
    /// What a sharp picture of this performance has as [`FrameFact::sharp`].
    sharpest: f32,
}

impl Watched {
    pub(super) fn new(frames: Vec<FrameFact>, survey: Survey) -> Self {
        let mut sharp: Vec<f32> = frames.iter().map(|f| f.sharp).collect();
        sharp.sort_by(f32::total_cmp);
        let sharpest = sharp.get(sharp.len() * 9 / 10).copied().unwrap_or_default();
        let Survey { fps, moves, shots, .. } = survey;
        Self { fps, frames, shots, moves, sharpest }
    }

    /// The shots in order, without gap.
    pub fn shots(&self) -> &[Shot] {
        &self.shots
    }

    /// How the camera moves from each frame's predecessor to it; still for the first.
    pub fn moves(&self) -> &[CameraMove] {
        &self.moves
    }

    /// How the camera moves everything between two times.
    pub fn camera_between(&self, from: f64, to: f64) -> CameraMove {
        let after = |time: f64| (self.index(time) + 1).min(self.moves.len());
        let moves = self.moves.get(after(from)..after(to));
        let add = |a: CameraMove, b: &CameraMove| CameraMove {
            dx: a.dx * (1.0 + b.zoom) + b.dx,
            dy: a.dy * (1.0 + b.zoom) + b.dy,
            zoom: (1.0 + a.zoom) * (1.0 + b.zoom) - 1.0,
        };
        moves.unwrap_or_default().iter().fold(CameraMove::default(), add)
    }

    /// What each frame showed, in order.
    pub fn frames(&self) -> &[FrameFact] {
        &self.frames
    }

    /// Motion of each frame since the one before it, as [`FrameFact::motion`]: 0 and up, 0 for the first.
    pub fn activity(&self) -> Vec<f32> {
        self.frames.iter().map(|f| f.motion).collect()
    }

    /// How suddenly the movement stops at each frame, 0 and up: the visual impact of Davis and Agrawala, "Visual Rhythm
    /// and Beat" (SIGGRAPH 2018). Dancers stop on the beat, with music or without. 0 where the picture cuts.
    pub fn impact(&self) -> Vec<f32> {
        let cut = |i: usize| self.frames[i..self.frames.len().min(i + 4)].iter().any(|f| f.cut);
        let stop = |i: usize| (self.smooth_motion(i) - self.smooth_motion(i + 2)).max(0.0);
        (0..self.frames.len()).map(|i| if cut(i) { 0.0 } else { stop(i) }).collect()
    }

    /// Frames a second.
    pub fn fps(&self) -> FrameRate {
        self.fps
    }

    /// What an eight shows. `beats` are its eight beats and the beat after them, seconds on the clock of the
    /// frames (frame `i` is on screen from `i / fps`). Parts outside what was seen count as empty; beats that
    /// do not ascend have no movement.
    pub fn step(&self, beats: &[f64; BEATS_PER_EIGHT + 1]) -> StepSight {
        let per_beat = std::array::from_fn(|i| self.beat_movement(beats[i], beats[i + 1]));
        StepSight {
            movement: Movement { tier: MovementTier::Visual, per_beat },
            start_box: self.place_at(beats[0]),
            end_box: self.place_at(beats[BEATS_PER_EIGHT]),
            start_motion: self.travel(beats[0], beats[1]),
            end_motion: self.travel(beats[BEATS_PER_EIGHT - 1], beats[BEATS_PER_EIGHT]),
            start_outline: self.outline_at(beats[0]),
            end_outline: self.outline_at(beats[BEATS_PER_EIGHT]),
            native_cut: self.cuts(beats[0], beats[BEATS_PER_EIGHT]),
            camera: self.filmed(beats[0], beats[BEATS_PER_EIGHT]),
            sharp: self.sharp(beats[0], beats[BEATS_PER_EIGHT]),
            seen: self.share(beats[0], beats[BEATS_PER_EIGHT], &|f| f.place.is_some()),
            whole: self.whole(beats[0], beats[BEATS_PER_EIGHT]),
            quality: self.quality(beats[0], beats[BEATS_PER_EIGHT]),
        }
    }

    /// Mean motion over the beat, plus half of the strongest stop close to its start: a movement that lands on
    /// the beat looks stronger than one that flows over it. The stop is the visual impact of Davis and
    /// Agrawala, "Visual Rhythm and Beat" (SIGGRAPH 2018): deceleration, half-wave rectified; theirs is taken
    /// from optical flow by direction, ours from the change of the subject's own pixels.
    fn beat_movement(&self, start: f64, end: f64) -> f32 {
        let span = self.span(start, end);
        if span.is_empty() {
            return 0.0;
        }
        let mean = span.iter().map(|f| f.motion).sum::<f32>() / span.len() as f32;
        let reach = ACCENT_REACH * (end - start);
        let near = self.index(start - reach)..=self.index(start + reach);
        let accent = near.map(|i| self.smooth_motion(i) - self.smooth_motion(i + 2)).fold(0.0, f32::max);
        mean + ACCENT_WEIGHT * accent
    }

    /// Motion at a frame, with its neighbours at half weight: dancers filmed at 24 or animated at 12 frames a
    /// second stand still in every other frame of a mezzanine.
    fn smooth_motion(&self, i: usize) -> f32 {
        let at = |i: Option<usize>| i.and_then(|i| self.frames.get(i)).map_or(0.0, |f| f.motion);
        (at(i.checked_sub(1)) + at(i.checked_add(1))) / 4.0 + at(Some(i)) / 2.0
    }

    /// The frames a tenth of a second before a time, at it and after it, and which of them is at it.
    fn around(&self, time: f64) -> Option<(&[FrameFact], usize)> {
        let reach = self.fps.get() as usize / 10;
        let last = self.frames.len().checked_sub(1)?;
        let centre = self.index(time);
        // An eight that ends with the last frame is judged by the last frames there are.
        if centre > last + reach {
            return None;
        }
        let centre = centre.min(last);
        let first = centre.saturating_sub(reach);
        Some((&self.frames[first..=(centre + reach).min(last)], centre - first))
    }

    /// The shape in the frame nearest to a time; none where there is no place either.
    fn outline_at(&self, time: f64) -> Option<Outline> {
        let (near, centre) = self.around(time)?;
        self.place_at(time)?;
        let seen = near.iter().enumerate().filter_map(|(i, frame)| Some((i, frame.outline?)));
        seen.min_by_key(|(i, _)| i.abs_diff(centre)).map(|(_, outline)| outline)
    }

    /// Median place over a tenth of a second around a time; none unless seen in most of those frames.
    fn place_at(&self, time: f64) -> Option<SubjectBox> {
        let (near, _) = self.around(time)?;
        let seen: Vec<SubjectBox> = near.iter().filter_map(|f| f.place).collect();
        if 2 * seen.len() <= near.len() {
            return None;
        }
        let median = |of: fn(&SubjectBox) -> f32| {
            let mut values: Vec<f32> = seen.iter().map(of).collect();
            values.sort_by(f32::total_cmp);
            values[values.len() / 2]
        };
        let (top, bottom) = (median(|b| b.top), median(|b| b.bottom));
        Some(SubjectBox { centre_x: median(|b| b.centre_x), top, bottom, width: median(|b| b.width) })
    }

    /// From where the subject is at one time to where it is at another.
    fn travel(&self, from: f64, to: f64) -> Option<SubjectMotion> {
        let (from, to) = (self.place_at(from)?, self.place_at(to)?);
        let middle = |b: &SubjectBox| f32::midpoint(b.top, b.bottom);
        Some(SubjectMotion { dx: to.centre_x - from.centre_x, dy: middle(&to) - middle(&from) })
    }

    /// Does the picture cut between two frames of this range?
    fn cuts(&self, start: f64, end: f64) -> bool {
        self.span(start, end).iter().skip(1).any(|f| f.cut)
    }

    /// How the shots of a range are filmed; of several the least steady.
    fn filmed(&self, start: f64, end: f64) -> CameraWork {
        let (from, to) = (self.index(start), self.index(end));
        let inside = self.shots.iter().filter(|shot| shot.frames.start < to && shot.frames.end > from);
        inside.map(|shot| shot.camera).max().unwrap_or_default()
    }

    fn sharp(&self, start: f64, end: f64) -> f32 {
        let span = self.span(start, end);
        let mean = span.iter().map(|f| f.sharp).sum::<f32>() / span.len().max(1) as f32;
        if self.sharpest > 0.0 { (mean / self.sharpest).min(1.0) } else { 0.0 }
    }

    /// Share of the frames wanted of which something is true.
    fn share(&self, start: f64, end: f64, is: &dyn Fn(&FrameFact) -> bool) -> f32 {
        let wanted = self.index(end).saturating_sub(self.index(start)).max(1);
        self.span(start, end).iter().filter(|f| is(f)).count() as f32 / wanted as f32
    }

    fn whole(&self, start: f64, end: f64) -> f32 {
        let seen = self.share(start, end, &|f| f.place.is_some());
        let whole = self.share(start, end, &|f| f.place.is_some() && f.whole);
        if seen > 0.0 { whole / seen } else { 0.0 }
    }

    fn quality(&self, start: f64, end: f64) -> f32 {
        let wanted = self.index(end).saturating_sub(self.index(start));
        let span = self.span(start, end);
        if wanted == 0 || span.is_empty() {
            return 0.0;
        }
        let seen = |f: &FrameFact| match (f.place, f.whole) {
            (None, _) => 0.0,
            (Some(_), false) => 0.5,
            (Some(_), true) => 1.0,
        };
        let share = span.iter().map(seen).sum::<f32>() / wanted as f32;
        if self.cuts(start, end) { share.min(CUT_QUALITY) } else { share }
    }

    /// The frames of a half-open time range, as far as they were seen.
    fn span(&self, start: f64, end: f64) -> &[FrameFact] {
        let end = self.index(end).min(self.frames.len());
        self.frames.get(self.index(start)..end).unwrap_or(&[])
    }

    /// The frame nearest to a time; the first for times before it.
    fn index(&self, time: f64) -> usize {
        (time * f64::from(self.fps.get())).round().clamp(0.0, 1e9) as usize
    }
}
