//! The plan of a take: all that decides its pixels and nothing else.

use crate::{Alignment, Fit};
use eightcount_domain::{BlobHash, ContentHash, FrameRate, TakeKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::path::Path;

/// Counts the versions of the rendering below. Raise it with every change that alters the bytes of a take made
/// from an unchanged plan: takes rendered before are then made anew instead of being mixed with new ones.
pub const RENDERER: u32 = 4;

/// Source frames shown one after the other, one for each output frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u64, u32)", into = "(u64, u32)")]
pub struct Run {
    /// The first source frame.
    pub first: u64,
    /// How many.
    pub frames: u32,
}

impl From<(u64, u32)> for Run {
    fn from((first, frames): (u64, u32)) -> Self {
        Self { first, frames }
    }
}

impl From<Run> for (u64, u32) {
    fn from(run: Run) -> Self {
        (run.first, run.frames)
    }
}

/// How a frame between two others is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Between {
    /// Half of each.
    Blended,
    /// By motion estimation.
    Motion,
}

/// Frames of one mezzanine as they appear in a take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The mezzanine.
    pub mezzanine: BlobHash,
    /// Its frame rate, on whose grid `runs` counts.
    pub fps: FrameRate,
    /// Shown left to right reversed.
    pub mirrored: bool,
    /// How its picture fills the canvas.
    pub fit: Fit,
    /// What is shown between two of its frames; with it, `runs` count half frames.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub between: Option<Between>,
    /// Which of its frames are shown, in order; never backwards.
    pub runs: Vec<Run>,
}

impl Source {
    /// Into how many parts its frames are divided.
    pub(crate) fn parts(&self) -> u32 {
        if self.between.is_some() { 2 } else { 1 }
    }

    /// Output frames that it provides.
    pub fn frames(&self) -> u64 {
        self.runs.iter().map(|run| u64::from(run.frames)).sum()
    }

    /// The source frame, or half frame, of each output frame.
    pub fn shown(&self) -> impl Iterator<Item = u64> + '_ {
        self.runs.iter().flat_map(|run| run.first..run.first + u64::from(run.frames))
    }
}

impl Run {
    /// The runs of some frames, which never go backwards.
    pub(crate) fn of(shown: impl IntoIterator<Item = u64>) -> Vec<Self> {
        let mut runs: Vec<Self> = Vec::new();
        for frame in shown {
            match runs.last_mut() {
                Some(run) if run.first + u64::from(run.frames) == frame => run.frames += 1,
                _ => runs.push(Self { first: frame, frames: 1 }),
            }
        }
        runs
    }
}

/// What is done to the finished picture of a take for an extra.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Finish {
    /// Left and right exchanged.
    pub mirrored: bool,
    /// The counts that lie over it: each from its frame of the take on, ascending, the first at 0; none of them when
    /// it is not counted.
    pub counts: Vec<(u32, u8)>,
}

/// How a take is entered: its first frames still show, wholly or in part, the previous selection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// How the one becomes the other.
    pub style: Style,
    /// The previous selection: for all frames of the transition, or up to the cut in the middle of it.
    pub source: Source,
}

impl Entry {
    /// Half of the transition: the frames of the take that lie before the cut.
    pub(crate) fn half(&self) -> u64 {
        let frames = self.source.frames();
        if self.style.outgoing_frames(1) == 2 { frames / 2 } else { frames }
    }
}

/// What is seen of a transition: what [`eightcount_domain::Transition`] comes to at one cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Style {
    /// One picture fades into the other.
    Dissolve,
    /// From one frame to the next.
    Cut,
    /// Both pictures are swept aside, blurred by the speed.
    Whip,
    /// A cut that flashes up and fades.
    Flash,
}

impl Style {
    /// The frames of the previous selection in a transition of `2 · half` frames.
    pub fn outgoing_frames(self, half: u64) -> u64 {
        match self {
            Self::Dissolve | Self::Whip => 2 * half,
            Self::Cut | Self::Flash => half,
        }
    }
}

/// All that decides the pixels of a take, in integers.
///
/// The plan does not say where in the section the take lies, or which song is danced to: two choreographies
/// that need the same picture share it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TakePlan {
    /// [`RENDERER`] when it was made.
    pub renderer: u32,
    /// Width of the canvas in pixels, even.
    pub width: u32,
    /// Height of the canvas in pixels, even.
    pub height: u32,
    /// Frames per second of the take.
    pub fps: FrameRate,
    /// x264 constant rate factor.
    pub crf: u32,
    /// Frames of the take.
    pub frames: u64,
    /// The step that it shows.
    pub step: Source,
    /// The previous selection at its start; none for the first eight, and where transitions have no frames.
    pub entry: Option<Entry>,
    /// How the step is aligned at the cut, if it is.
    pub alignment: Option<Alignment>,
    /// What an extra does to the picture; takes of the product have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finish: Option<Finish>,
}

/// A take to be joined.
#[derive(Clone, Copy, Debug)]
pub struct JoinPart<'a> {
    /// Its rendered file.
    pub path: &'a Path,
    /// Its frames.
    pub frames: u64,
}

/// Bytes that are no plan of a take.
#[derive(Debug, thiserror::Error)]
pub enum BadPlan {
    /// Not the JSON of a plan.
    #[error("not a take plan")]
    Json(#[from] serde_json::Error),
    /// Made by another version of the renderer.
    #[error("a take plan of renderer {found}, not {RENDERER}")]
    OtherRenderer {
        /// The version that made it.
        found: u32,
    },
    /// Its numbers contradict one another.
    #[error("a take plan that does not add up: {what}")]
    Contradiction {
        /// What does not fit.
        what: &'static str,
    },
}

impl TakePlan {
    /// The canonical bytes: compact JSON with the fields in the order of declaration.
    pub fn to_json(&self) -> String {
        // Integers, texts and options of them: nothing here can fail to be written.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads a plan, and checks that its numbers agree.
    pub fn from_json(json: &str) -> Result<Self, BadPlan> {
        let plan: Self = serde_json::from_str(json)?;
        if plan.renderer != RENDERER {
            return Err(BadPlan::OtherRenderer { found: plan.renderer });
        }
        plan.check()?;
        Ok(plan)
    }

    fn check(&self) -> Result<(), BadPlan> {
        let wrong = |what| Err(BadPlan::Contradiction { what });
        let size = |side: u32| side.is_multiple_of(2) && (64..=4096).contains(&side);
        if !size(self.width) || !size(self.height) || self.crf > 51 {
            return wrong("the picture");
        }
        if self.frames == 0 || self.step.frames() != self.frames {
            return wrong("the frames of the step");
        }
        let entry = self.entry.as_ref().map_or(0, |entry| entry.source.frames());
        if 2 * entry > self.frames || (self.entry.is_some() && entry == 0) {
            return wrong("the frames of the transition");
        }
        let sources = [Some(&self.step), self.entry.as_ref().map(|entry| &entry.source)];
        for source in sources.into_iter().flatten() {
            let ascending = source.runs.is_sorted_by(|a, b| {
                a.frames > 0 && a.first.checked_add(u64::from(a.frames)).is_some_and(|end| end <= b.first + 1)
            });
            if !ascending || source.runs.iter().any(|run| run.frames == 0) {
                return wrong("a source that goes backwards");
            }
        }
        let scale = self.alignment.map_or(1_000_000, |a| a.scale_millionths);
        if !(1_000_000..=2_000_000).contains(&scale) || self.alignment.is_some_and(|a| a.ease_frames == 0) {
            return wrong("the alignment");
        }
        let counts = self.finish.as_ref().map_or(&[][..], |finish| &finish.counts);
        let ascending =
            counts.is_sorted_by(|a, b| a.0 < b.0) && counts.first().is_none_or(|first| first.0 == 0);
        if !ascending || counts.iter().any(|(_, count)| !(1..=8).contains(count)) {
            return wrong("the counts");
        }
        Ok(())
    }

    /// The name of the plan and of the take rendered from it: SHA-256 of [`Self::to_json`].
    pub fn key(&self) -> TakeKey {
        TakeKey(ContentHash::from_digest(&Sha256::digest(self.to_json()).into()))
    }

    /// The mezzanines it needs, in the order in which [`crate::render_args`] takes their files.
    pub fn sources(&self) -> Vec<&BlobHash> {
        let entry = self.entry.as_ref().map(|entry| &entry.source.mezzanine);
        [Some(&self.step.mezzanine), entry].into_iter().flatten().collect()
    }

    /// Frames at its start in which the previous selection is seen.
    pub fn entry_frames(&self) -> u64 {
        self.entry.as_ref().map_or(0, |entry| entry.source.frames())
    }
}
