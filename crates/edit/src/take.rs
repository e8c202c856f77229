//! Planning a take: which frames of which mezzanines it shows, and how.

use crate::fit::Size;
use crate::plan::{Between, Entry, RENDERER, Source, TakePlan};
use crate::retime::{BeatMap, Grid, micros};
use crate::{Alignment, Fit, transition};
use eightcount_domain::{
    BEATS_PER_EIGHT, BlobHash, Conformed, Eight, FrameGrid, FrameRate, InBetweens, Pose, RenderProfile, Step,
    StepId, SubjectBox,
};
use serde::{Deserialize, Serialize};

/// Source frames for each output frame up to which in-between frames look better than repeated ones (measured:
/// docs/BENCHMARKS.md).
const SLOW: f64 = 0.6;

/// A selected step, as the cutter needs it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TakeStep {
    /// The step; names it in errors, does not change the picture.
    pub step: StepId,
    /// Shown left to right reversed.
    pub mirrored: bool,
    /// The mezzanine it is cut from.
    pub mezzanine: BlobHash,
    /// Width of the mezzanine in pixels.
    pub width: u32,
    /// Height of the mezzanine in pixels.
    pub height: u32,
    /// Frame rate of the mezzanine.
    pub fps: FrameRate,
    /// Frames of the mezzanine.
    pub frames: u64,
    /// Its beats and the beat after them, seconds on the mezzanine.
    pub beats: [f64; BEATS_PER_EIGHT + 1],
    /// Where the subject is at its first beat, in the unmirrored mezzanine.
    pub start_box: Option<SubjectBox>,
    /// Where the subject is at its end, in the unmirrored mezzanine.
    pub end_box: Option<SubjectBox>,
    /// How far the subject leans to the right at its first beat, degrees, in the unmirrored mezzanine.
    #[serde(default)]
    pub start_lean: Option<f64>,
    /// The same at its end.
    #[serde(default)]
    pub end_lean: Option<f64>,
}

impl TakeStep {
    /// A step of a performance.
    pub fn of(step: Step, conformed: Conformed, mirrored: bool) -> Self {
        Self {
            step: step.id,
            mirrored,
            mezzanine: conformed.mezzanine,
            width: conformed.width,
            height: conformed.height,
            fps: conformed.fps,
            frames: conformed.frames,
            beats: step.beats,
            start_box: step.start_box,
            end_box: step.end_box,
            start_lean: step.start_pose.as_ref().and_then(lean),
            end_lean: step.end_pose.as_ref().and_then(lean),
        }
    }

    /// A lean as it is seen: to the other side where the step is mirrored.
    fn seen_lean(&self, lean: Option<f64>) -> Option<f64> {
        lean.map(|lean| if self.mirrored { -lean } else { lean })
    }
}

/// The question for one take.
#[derive(Clone, Debug)]
pub struct TakeRequest<'a> {
    /// How takes are rendered.
    pub profile: RenderProfile,
    /// Every eight of the section, in order.
    pub eights: &'a [Eight],
    /// For which of them.
    pub index: usize,
    /// The step selected, or offered, for it.
    pub step: TakeStep,
    /// The step selected for the eight before; none for the first eight and only for it.
    pub previous: Option<TakeStep>,
}

/// A take that cannot be planned.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// There is no such eight.
    #[error("no eight {index} among {count}")]
    NoSuchEight {
        /// The eight asked for.
        index: usize,
        /// How many there are.
        count: usize,
    },
    /// A previous step is missing, or given where none can be.
    #[error("eight {index} is planned with a wrong previous step")]
    WrongPrevious {
        /// The eight asked for.
        index: usize,
    },
    /// The times of an eight do not ascend, or it does not follow the one before it.
    #[error("eight {index} has impossible beats")]
    BadEight {
        /// The eight.
        index: usize,
    },
    /// An eight has too few frames for its transition.
    #[error("eight {index} is too short for its transition")]
    EightTooShort {
        /// The eight.
        index: usize,
    },
    /// The times of a step do not ascend, or its mezzanine has no picture.
    #[error("step {step} has impossible facts")]
    BadStep {
        /// The step.
        step: StepId,
    },
    /// The profile's numbers cannot be rendered.
    #[error("impossible render profile")]
    BadProfile,
}

/// How far the line from the hips to the shoulders leans to the right, degrees, if all four joints were seen.
fn lean(pose: &Pose) -> Option<f64> {
    /// Left and right shoulder, left and right hip, in the order of the pose model.
    const TRUNK: [usize; 4] = [11, 12, 23, 24];
    const SEEN: f32 = 0.5;
    let mut places = [(0.0, 0.0); TRUNK.len()];
    for (place, joint) in places.iter_mut().zip(TRUNK) {
        let joint = pose.joints.get(joint).filter(|joint| joint.confidence >= SEEN)?;
        *place = (f64::from(joint.x), f64::from(joint.y));
    }
    let [left, right, left_hip, right_hip] = places;
    let (x, y) = (left.0 + right.0 - left_hip.0 - right_hip.0, left.1 + right.1 - left_hip.1 - right_hip.1);
    // y points down: an upright trunk has a negative one. Lying or upside down, "leaning" means nothing.
    (y < 0.0 && x.abs() < -y).then(|| (x / -y).atan().to_degrees())
}

/// Plans the take of one eight.
///
/// The take covers the output frames `F_k - h .. F_{k+1} - h` of [`FrameGrid::take_range`], `h` being half a
/// transition. In its first `2h` frames the previous step becomes this one, centred on the beat `F_k`: for that the
/// previous step plays on past its last beat and this one begins before its first, each at the speed of its
/// nearest beat, held at the mezzanine's ends. It depends on the eights `k - 1` and `k` and their steps alone
/// (and on whether `k` is the first or the last).
///
/// A step about twice as fast or as slow as its eight is danced in half or double time: two of its beats, or half
/// of one, on each beat of the eight.
pub fn plan_take(request: &TakeRequest<'_>) -> Result<TakePlan, PlanError> {
    let Frames { start, end, half, take } = Frames::of(request)?;
    let profile = &request.profile;
    let picture = Picture::of(request);
    let canvas = picture.canvas;
    let danced = in_time(&request.step, &request.eights[request.index]);
    let step = picture.source(&danced, request.index, start..end)?;
    let (mut entry, mut alignment) = (None, None);
    if let Some(previous) = &request.previous {
        let previous = &in_time(previous, &request.eights[request.index - 1]);
        let whole = picture.source(previous, request.index - 1, start..start + 2 * half)?;
        let outgoing = seen(previous, whole.fit, canvas, previous.end_box);
        let incoming = seen(&request.step, step.fit, canvas, request.step.start_box);
        let mut both = outgoing.zip(incoming);
        if let Some((outgoing, incoming)) = both {
            let leans =
                previous.seen_lean(previous.end_lean).zip(request.step.seen_lean(request.step.start_lean));
            // In full until the beat, native where the take ends: the next transition begins there.
            let (hold, ease) = (half as u32, (take - half) as u32);
            let best = Alignment::of((outgoing, incoming), leans, canvas, hold, ease);
            let aligned = |a: &Alignment| (outgoing, a.applied(incoming, canvas));
            // Where even the best leaves them apart, nothing is won by a less sharp picture.
            alignment = best.filter(|best| !transition::are_apart(aligned(best)));
            both = Some(alignment.as_ref().map_or((outgoing, incoming), aligned));
        }
        let style = transition::style(profile.transition, both);
        let shown = start..start + style.outgoing_frames(half);
        let source = picture.source(previous, request.index - 1, shown)?;
        entry = (half > 0).then_some(Entry { style, source });
    }
    Ok(TakePlan {
        renderer: RENDERER,
        width: profile.width,
        height: profile.height,
        fps: profile.fps,
        crf: profile.crf,
        frames: take,
        step,
        entry,
        alignment,
        finish: None,
    })
}

/// The step with its beats in the time of the eight. Where it ends in half or double time nobody looked at the
/// subject, so that box is unknown then.
pub(crate) fn in_time(step: &TakeStep, eight: &Eight) -> TakeStep {
    const LAST: usize = BEATS_PER_EIGHT;
    let b = &step.beats;
    let octave = ((b[LAST] - b[0]) / (eight.end() - eight.start())).log2().round();
    let beats =
        if octave >= 1.0 {
            // Slower than the eight: on each of its beats half a beat of the step.
            std::array::from_fn(|i| if i % 2 == 0 { b[i / 2] } else { f64::midpoint(b[i / 2], b[i / 2 + 1]) })
        } else if octave <= -1.0 {
            // Faster: two beats of the step, which dances on at its last speed when its eight is over.
            let beyond = b[LAST] - b[LAST - 2];
            std::array::from_fn(|i| {
                if 2 * i <= LAST { b[2 * i] } else { b[LAST] + beyond * (i - LAST / 2) as f64 }
            })
        } else {
            return step.clone();
        };
    TakeStep { beats, end_box: None, end_lean: None, ..step.clone() }
}

/// The frames of a take, counted from the section's start.
struct Frames {
    start: u64,
    end: u64,
    half: u64,
    take: u64,
}

impl Frames {
    fn of(request: &TakeRequest<'_>) -> Result<Self, PlanError> {
        let (index, count) = (request.index, request.eights.len());
        let profile = &request.profile;
        let side = |side: u32| side.is_multiple_of(2) && (64..=4096).contains(&side);
        if !side(profile.width) || !side(profile.height) || profile.crf > 51 || profile.transition_frames > 20
        {
            return Err(PlanError::BadProfile);
        }
        if index >= count {
            return Err(PlanError::NoSuchEight { index, count });
        }
        if request.previous.is_some() != (index > 0) {
            return Err(PlanError::WrongPrevious { index });
        }
        let half = profile.half_transition();
        let grid = FrameGrid::of(request.eights, profile.fps);
        for k in index.saturating_sub(1)..=index {
            let frames = grid.boundaries[k + 1].0.saturating_sub(grid.boundaries[k].0);
            if frames <= 4 * half {
                return Err(PlanError::EightTooShort { index: k });
            }
        }
        let (start, end) = grid.take_range(index, half).ok_or(PlanError::NoSuchEight { index, count })?;
        Ok(Self { start, end, half, take: end - start })
    }
}

/// What the steps are laid on.
struct Picture<'a> {
    canvas: Size,
    fps: FrameRate,
    in_betweens: Option<Between>,
    eights: &'a [Eight],
}

impl<'a> Picture<'a> {
    fn of(request: &TakeRequest<'a>) -> Self {
        let profile = &request.profile;
        Self {
            canvas: Size { width: profile.width, height: profile.height },
            fps: profile.fps,
            in_betweens: match profile.in_betweens {
                InBetweens::Repeated => None,
                InBetweens::Blended => Some(Between::Blended),
                InBetweens::Motion => Some(Between::Motion),
            },
            eights: request.eights,
        }
    }

    /// The frames of a step, laid on eight `k`, at the output frames `range`.
    fn source(&self, step: &TakeStep, k: usize, range: std::ops::Range<u64>) -> Result<Source, PlanError> {
        let origin = self.eights.first().map_or(0.0, Eight::start);
        let bad_step = || PlanError::BadStep { step: step.step.clone() };
        let eight = micros(&self.eights[k].beats, origin).ok_or(PlanError::BadEight { index: k })?;
        let beats = micros(&step.beats, 0.0).ok_or_else(bad_step)?;
        if step.frames == 0 || step.width < 2 || step.height < 2 {
            return Err(bad_step());
        }
        let fit = Fit::of_step(step, self.canvas);
        let map = BeatMap { eight, step: beats };
        let between = self.in_betweens.filter(|_| map.pace(self.fps, step.fps) <= SLOW);
        let grid = Grid { fps: step.fps, parts: if between.is_some() { 2 } else { 1 } };
        let runs = map.runs(range, self.fps, grid, step.frames);
        let mezzanine = step.mezzanine.clone();
        Ok(Source { mezzanine, fps: step.fps, mirrored: step.mirrored, fit, between, runs })
    }
}

/// Where a box of a step is seen on the canvas.
pub(crate) fn seen(
    step: &TakeStep,
    fit: Fit,
    canvas: Size,
    subject: Option<SubjectBox>,
) -> Option<SubjectBox> {
    let seen = fit.place(subject?, Size { width: step.width, height: step.height }, canvas);
    Some(if step.mirrored { SubjectBox { centre_x: 1.0 - seen.centre_x, ..seen } } else { seen })
}

impl Fit {
    /// How the picture of a step fills the canvas.
    pub(crate) fn of_step(step: &TakeStep, canvas: Size) -> Self {
        Self::of(Size { width: step.width, height: step.height }, canvas, [step.start_box, step.end_box])
    }
}
